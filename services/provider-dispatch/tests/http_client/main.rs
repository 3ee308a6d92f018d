//! What the HTTP client promises: a request leaves at most once, and "not sent" is certain. Against raw sockets, because a
//! well-behaved server would hide the cases that matter.
#![cfg(test)]

mod answers;
mod connecting;
mod proxies;
mod redirects;
mod sent_once;
mod server;

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use provider_dispatch::HttpClient;

/// Longer than anything on loopback takes; reached only where the test waits for a time-out.
const TIMEOUT: Duration = Duration::from_secs(20);

fn client() -> HttpClient {
    patient(TIMEOUT, TIMEOUT)
}

fn patient(connect: Duration, total: Duration) -> HttpClient {
    // Fails where it is installed already, which is as good.
    let _installed_already = rustls::crypto::ring::default_provider().install_default();
    HttpClient::new(connect, total).unwrap()
}

/// A request as orders are placed: a POST with a body.
fn order(address: SocketAddr, path: &str) -> Request<Bytes> {
    post(&format!("http://{address}{path}"))
}

fn post(url: &str) -> Request<Bytes> {
    let request = Request::builder().method(Method::POST).uri(url);
    request.body(Bytes::from_static(b"custom_id=wd-1&id=88101")).unwrap()
}
