//! The health port over a real socket.

#![allow(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use std::net::SocketAddr;

use prometheus::{IntCounter, Registry};
use skinbus_runtime::Health;
use skinbus_runtime::health::{HealthError, HealthServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: health\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap()
}

#[tokio::test]
async fn the_port_says_how_it_stands() {
    let health = Health::new();
    let server = HealthServer::bind(ANY_PORT, health.clone(), Registry::new()).await.unwrap();
    let address = server.address();
    tokio::spawn(server.serve());

    assert_eq!(status(&get(address, "/livez").await), "200");
    assert_eq!(status(&get(address, "/startupz").await), "503");
    assert_eq!(status(&get(address, "/readyz").await), "503");

    let nats = health.condition("nats");
    assert_eq!(status(&get(address, "/startupz").await), "200");
    let answer = get(address, "/readyz").await;
    assert_eq!(status(&answer), "503");
    assert!(answer.ends_with("not ready\nnats: down: not reached yet\n"), "{answer}");

    nats.up();
    let answer = get(address, "/readyz").await;
    assert_eq!(status(&answer), "200");
    assert!(answer.ends_with("\r\n\r\nready\nnats: up\n"), "{answer}");

    health.set_draining();
    let answer = get(address, "/readyz").await;
    assert_eq!(status(&answer), "503");
    assert!(answer.ends_with("not ready\ndraining\nnats: up\n"), "{answer}");
    assert_eq!(status(&get(address, "/livez").await), "200");
}

#[tokio::test]
async fn metrics_are_prometheus_text() {
    let registry = Registry::new();
    let counter = IntCounter::new("skinbus_tests_total", "Counts").unwrap();
    registry.register(Box::new(counter.clone())).unwrap();
    counter.inc();
    let server = HealthServer::bind(ANY_PORT, Health::new(), registry).await.unwrap();
    let address = server.address();
    tokio::spawn(server.serve());
    let answer = get(address, "/metrics").await;
    assert!(answer.contains("text/plain; version=0.0.4"), "{answer}");
    assert!(answer.contains("\nskinbus_tests_total 1\n"), "{answer}");
}

#[tokio::test]
async fn a_taken_port_is_an_error_that_names_the_setting() {
    let first = HealthServer::bind(ANY_PORT, Health::new(), Registry::new()).await.unwrap();
    let error = HealthServer::bind(first.address(), Health::new(), Registry::new()).await.unwrap_err();
    assert!(matches!(error, HealthError::Bind { .. }));
    assert!(error.to_string().contains("http.listen"), "{error}");
}
