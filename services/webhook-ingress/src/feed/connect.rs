//! From an address to an open websocket. The address is a secret, so no error of a library that knows it is ever shown.

use std::io;
use std::sync::Arc;

use http::Uri;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt;
use secrecy::{ExposeSecret, SecretString};
use skinbus_providers::feed::FRAME_MAX_BYTES;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Error};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// Most that is buffered to be read, and to be written: we send nothing but pings.
const BUFFER_MAX_BYTES: usize = 16 * 1024;

/// A TCP connection, with TLS or without.
pub(super) trait Transport: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Transport for T {}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("the address has no host that could be connected to")]
    Address,
    #[error("connecting: {0}")]
    Tcp(#[source] io::Error),
    #[error("setting up TLS: {0}")]
    Roots(#[source] rustls::Error),
    #[error("agreeing on TLS: {0}")]
    Tls(#[source] io::Error),
    #[error("the provider answered HTTP {0} in place of a websocket; are id and signature right?")]
    Http(u16),
    #[error("the provider does not speak the websocket protocol")]
    Protocol,
    #[error("no connection in time")]
    TooSlow,
}

/// Opens the websocket at an address.
pub(super) async fn connect(address: &SecretString) -> Result<WebSocketStream<Box<dyn Transport>>, Problem> {
    let address: Uri = address.expose_secret().parse().map_err(|_| Problem::Address)?;
    let is_encrypted = address.scheme_str() == Some("wss");
    // An address of IPv6 stands in brackets there.
    let host = address.host().ok_or(Problem::Address)?.trim_matches(['[', ']']).to_owned();
    let port = address.port_u16().unwrap_or(if is_encrypted { 443 } else { 80 });
    let stream = TcpStream::connect((host.as_str(), port)).await.map_err(Problem::Tcp)?;
    let transport: Box<dyn Transport> =
        if is_encrypted { Box::new(encrypted(stream, host).await?) } else { Box::new(stream) };
    let opened = client_async_with_config(address, transport, Some(limits())).await;
    opened.map(|(socket, _answer)| socket).map_err(|error| handshake_problem(&error))
}

async fn encrypted(stream: TcpStream, host: String) -> Result<impl Transport, Problem> {
    let name = ServerName::try_from(host).map_err(|_| Problem::Address)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(Problem::Roots)?
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(Problem::Tls)
}

/// What the provider can make us hold.
pub(super) fn limits() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(BUFFER_MAX_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(BUFFER_MAX_BYTES)
        .max_message_size(Some(FRAME_MAX_BYTES))
        .max_frame_size(Some(FRAME_MAX_BYTES))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library's errors may quote the address; no more is told of them"
)]
fn handshake_problem(error: &tungstenite::Error) -> Problem {
    match error {
        Error::Http(answer) => Problem::Http(answer.status().as_u16()),
        _ => Problem::Protocol,
    }
}
