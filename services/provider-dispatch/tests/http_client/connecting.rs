//! What fails before the request can leave is surely not sent.

use std::net::SocketAddr;
use std::time::Duration;

use provider_dispatch::CallFailure;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpSocket, TcpStream};

use super::server::Server;
use super::{TIMEOUT, client, order, patient, post};

const SOON: Duration = Duration::from_millis(300);
const NOT_SENT: CallFailure = CallFailure::Unreachable;

/// A port that is taken and on which nobody listens.
fn deaf() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    let (_socket, address) = deaf();
    assert_eq!(client().send(order(address, "/buy")).await.unwrap_err(), NOT_SENT);
}

#[tokio::test]
async fn a_name_that_nobody_has_is_not_sent() {
    let request = post("http://skinbus.invalid/buy");
    assert_eq!(patient(SOON, TIMEOUT).send(request).await.unwrap_err(), NOT_SENT);
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_in_time_is_not_sent() {
    // A queue of one that nobody takes from: once it is full, the kernel lets further callers wait.
    let (socket, address) = deaf();
    let _listener = socket.listen(1).unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = tokio::time::timeout(SOON, TcpStream::connect(address)).await {
        waiting.push(stream.unwrap());
    }
    assert_eq!(patient(SOON, TIMEOUT).send(order(address, "/buy")).await.unwrap_err(), NOT_SENT);
}

#[tokio::test]
async fn failed_tls_is_not_sent() {
    for answer in ["", "HTTP/1.1 400 Bad Request\r\n\r\n", "\x15\x03\x03\x00\x02\x02\x28"] {
        let server = Server::start(move |mut connection| async move {
            connection.stream.read_u8().await.unwrap();
            connection.write(answer).await.unwrap();
        })
        .await;
        let request = post(&format!("https://{}/buy", server.address));
        assert_eq!(client().send(request).await.unwrap_err(), NOT_SENT, "{answer:?}");
        assert_eq!(server.connections(), 1, "{answer:?}");
    }
}

#[tokio::test]
async fn tls_that_is_never_answered_is_not_sent() {
    let server = Server::start(|mut connection| async move {
        let mut hello = Vec::new();
        // Until the client gives up.
        connection.stream.read_to_end(&mut hello).await.unwrap();
    })
    .await;
    let request = post(&format!("https://{}/buy", server.address));
    assert_eq!(patient(SOON, TIMEOUT).send(request).await.unwrap_err(), NOT_SENT);
}

#[tokio::test]
async fn an_address_that_is_none_is_not_sent() {
    let request = http::Request::builder().uri("/buy").body(bytes::Bytes::new()).unwrap();
    assert_eq!(client().send(request).await.unwrap_err(), CallFailure::NotSent("invalid_request"));
}
