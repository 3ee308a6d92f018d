//! An HTTP server as webhook-ingress has it, that does nothing: what remains of the ingress's time is its own work.
//! Settings and order of calls follow `services/webhook-ingress/src/connection.rs`.

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

/// The argument that makes this program the server.
pub(crate) const ARGUMENT: &str = "nothing-server";

/// A process of its own, as the ingress is one. Ends when dropped, and when this process ends.
pub(crate) struct Nothing {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Nothing {
    pub(crate) fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = command.arg(ARGUMENT).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, address: line.trim().parse().unwrap() }
    }
}

impl Drop for Nothing {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Serves until nobody holds the other end of stdin any more.
pub(crate) async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    std::thread::spawn(|| {
        // Whatever comes of it: the parent is gone.
        let _ended = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(stream));
    }
}

async fn connection(stream: TcpStream) {
    stream.set_nodelay(true).unwrap();
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(10))
        .max_header_size(16 * 1024)
        .max_buf_size(64 * 1024)
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service_fn(answer));
    // A sender that has gone is no failure.
    let _gone = served.await;
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    // Otherwise the connection could not be used again.
    let _body = request.into_body().collect().await.unwrap().to_bytes();
    let mut response = Response::new(Full::from("ok"));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    Ok(response)
}
