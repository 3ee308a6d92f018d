//! The HTTP client. It sends a request at most once, follows nothing, and reads no more than it was told to.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};

/// Largest answer that is read, lists apart; look-ups of 50 trades have some tens of kilobytes.
const BODY_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Calls one account's provider.
#[derive(Clone)]
pub struct HttpClient {
    client: reqwest::Client,
    body_max_bytes: usize,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallFailure {
    /// No connection could be made: the request surely did not leave.
    #[error("the provider cannot be reached")]
    Unreachable,
    /// The request cannot be sent at all: it surely did not leave.
    #[error("the request was not sent: {0}")]
    NotSent(&'static str),
    /// It may have arrived, and may have been executed.
    #[error("no answer: {0}")]
    NoAnswer(&'static str),
}

impl CallFailure {
    /// What was seen, as a stable word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "connect_failed",
            Self::NotSent(word) | Self::NoAnswer(word) => word,
        }
    }
}

impl HttpClient {
    /// A client with these time-outs; `total` is from the first attempt to connect to the last byte of the answer.
    ///
    /// # Errors
    ///
    /// Where the TLS configuration cannot be made.
    pub fn new(connect: Duration, total: Duration) -> Result<Self, reqwest::Error> {
        Self::for_lists(connect, total, BODY_MAX_BYTES)
    }

    /// The same, for answers up to this size.
    ///
    /// # Errors
    ///
    /// Where the TLS configuration cannot be made.
    pub fn for_lists(
        connect: Duration,
        total: Duration,
        body_max_bytes: usize,
    ) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .connect_timeout(connect)
            .timeout(total)
            .redirect(reqwest::redirect::Policy::none())
            // The client's own idea of a safe repeat is not ours.
            .retry(reqwest::retry::never())
            .http1_only()
            .no_proxy()
            .tcp_nodelay(true)
            // Shorter than servers usually keep an idle connection, so that few are cut under a request.
            .pool_idle_timeout(Duration::from_secs(15))
            .user_agent(concat!("skinbus/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, body_max_bytes })
    }

    /// Sends the request once and reads the whole answer.
    ///
    /// # Errors
    ///
    /// [`CallFailure`]: only a failed connection is surely not sent.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, CallFailure> {
        let request =
            reqwest::Request::try_from(request).map_err(|_| CallFailure::NotSent("invalid_request"))?;
        let mut answer = self.client.execute(request).await.map_err(|error| failure(&error))?;
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| interrupted(&error))? {
            if body.len() + chunk.len() > self.body_max_bytes {
                return Err(CallFailure::NoAnswer("answer_too_large"));
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body.freeze());
        *response.status_mut() = answer.status();
        std::mem::swap(response.headers_mut(), answer.headers_mut());
        Ok(response)
    }
}

/// A failed TCP or TLS connect is certain. Everything later is not: a connection that is cut may have carried the
/// request first.
fn failure(error: &reqwest::Error) -> CallFailure {
    if error.is_connect() {
        CallFailure::Unreachable
    } else if error.is_builder() {
        CallFailure::NotSent("invalid_request")
    } else {
        interrupted(error)
    }
}

fn interrupted(error: &reqwest::Error) -> CallFailure {
    CallFailure::NoAnswer(if error.is_timeout() { "timed_out" } else { "connection_cut" })
}
