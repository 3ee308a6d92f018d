//! One connection: HTTP/1.1 with keep-alive, until the sender leaves, stalls, or we end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::header::CONNECTION;
use http::{HeaderValue, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use skinbus_runtime::Shutdown;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::answer::Outcome;
use crate::handler::Ingress;
use crate::listener::Limits;
use crate::socket::Socket;
use crate::store::Store;

/// Largest head; providers send some hundred bytes.
const HEAD_MAX_BYTES: usize = 16 * 1024;
/// Most that is buffered of one connection, so that all of them together have a limit too.
const BUFFER_MAX_BYTES: usize = 64 * 1024;
/// How long a connection without a request stays open after the shutdown was requested; less where the drain is short.
const LAST_REQUEST: Duration = Duration::from_secs(1);
const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// Serves a connection to its end.
pub(crate) async fn serve<S: Store>(
    stream: TcpStream,
    peer: SocketAddr,
    ingress: Arc<Ingress<S>>,
    limits: Limits,
    shutdown: Shutdown,
) {
    // Answers are small and there is one at a time: waiting for more to send only costs. A socket that cannot be set is
    // gone already, and reading says so.
    let _gone = stream.set_nodelay(true);
    let service = service_fn({
        let ingress = Arc::clone(&ingress);
        let shutdown = shutdown.clone();
        move |request: Request<Incoming>| {
            let (ingress, shutdown) = (Arc::clone(&ingress), shutdown.clone());
            async move {
                let mut answer = ingress.answer(request, peer).await;
                if shutdown.is_requested() {
                    answer.headers_mut().insert(CONNECTION, CLOSE);
                }
                Ok::<_, Infallible>(answer)
            }
        }
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.read_timeout)
        .max_header_size(HEAD_MAX_BYTES)
        .max_buf_size(BUFFER_MAX_BYTES)
        // A sender that has said everything may close its half and still wait for the answer.
        .half_close(true)
        .serve_connection(TokioIo::new(Socket::new(stream, limits.read_timeout)), service);

    let ended = tokio::select! {
        ended = &mut connection => Some(ended),
        () = last_request_passed(&shutdown, limits) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            Pin::new(&mut connection).graceful_shutdown();
            match timeout(limits.finish_timeout, &mut connection).await {
                Ok(ended) => ended,
                // It was told no success, so nothing is lost.
                Err(_elapsed) => return,
            }
        }
    };
    let Err(error) = ended else { return };
    if error.is_timeout() {
        let parts = connection.into_parts();
        // Without a byte of a request it was only idle, and nobody waits for an answer.
        if !parts.read_buf.is_empty() {
            ingress.metrics.ended(None, Outcome::TooSlow, None);
            say_too_slow(parts.io.into_inner()).await;
        }
    } else if error.is_parse() {
        ingress.metrics.ended(None, Outcome::Malformed, None);
    }
}

/// A sender that keeps its connection may be sending when we begin to end: what comes now is answered too, and told that it
/// was the last.
async fn last_request_passed(shutdown: &Shutdown, limits: Limits) {
    shutdown.requested().await;
    sleep(LAST_REQUEST.min(limits.finish_timeout / 2)).await;
}

/// The answer to a head that did not come in time, which the HTTP library does not give.
async fn say_too_slow(mut socket: Socket) {
    let (status, text) = (Outcome::TooSlow.status(), Outcome::TooSlow.text(""));
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len(),
    );
    if socket.write_all(answer.as_bytes()).await.is_ok() {
        // The sender may be gone; there is nothing left to do for it.
        let _gone = socket.shutdown().await;
    }
}
