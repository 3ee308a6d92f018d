//! Senders that take their time.

use std::time::Duration;

use crate::support::{Mode, PATH, Server, genuine, patiently};

const SHORT: Duration = Duration::from_millis(150);

async fn impatient() -> Server {
    Server::start_with(Mode::Keeps, |config| config.webhooks.read_timeout = SHORT).await
}

#[tokio::test]
async fn a_slow_body_is_408() {
    let server = impatient().await;
    let whole = genuine("dep-1");
    let mut sender = server.sender().await;
    sender.send(&whole[..whole.len() - 1]).await;
    let answer = sender.answer().await;
    assert_eq!(answer.status, 408);
    assert!(answer.head.contains("\nconnection: close"), "{}", answer.head);
    sender.closed().await;
    assert_eq!(server.store.count(), 0);
}

#[tokio::test]
async fn a_slow_head_is_408() {
    let server = impatient().await;
    let mut sender = server.sender().await;
    sender.send(format!("POST {PATH} HTTP/1.1\r\nhost: ho").as_bytes()).await;
    let answer = sender.answer().await;
    assert_eq!((answer.status, answer.body.as_str()), (408, "too slow"));
    sender.closed().await;
}

#[tokio::test]
async fn a_trickle_does_not_buy_more_time() {
    let server = impatient().await;
    let mut sender = server.sender().await;
    sender.send(format!("POST {PATH} HTTP/1.1\r\n").as_bytes()).await;
    // Each byte comes well within the time-out, but the head never ends.
    let (mut read, mut write) = sender.stream.split();
    let trickle = async {
        while tokio::io::AsyncWriteExt::write_all(&mut write, b"x: y\r\n").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
    };
    let mut answer = [0; 12];
    tokio::select! {
        () = trickle => panic!("the connection ended without an answer"),
        read = patiently(tokio::io::AsyncReadExt::read_exact(&mut read, &mut answer)) => { read.unwrap(); }
    }
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[tokio::test]
async fn an_idle_connection_is_closed_without_a_word() {
    let server = impatient().await;
    let mut fresh = server.sender().await;
    fresh.closed().await;

    let mut used = server.sender().await;
    used.send(&genuine("dep-1")).await;
    assert_eq!(used.answer().await.status, 200);
    used.closed().await;
}

#[tokio::test]
async fn a_sender_that_takes_no_answers_is_left() {
    let one_place = |config: &mut skinbus_runtime::Config| {
        config.webhooks.read_timeout = SHORT;
        config.webhooks.max_connections = 1;
    };
    let server = Server::start_with(Mode::Keeps, one_place).await;
    let mut deaf = server.sender().await;
    let requests = "GET / HTTP/1.1\r\nhost: hooks\r\n\r\n".repeat(1000);
    // Until the answers that are not read have filled every buffer between us, and the connection is given up.
    let flood = async {
        while tokio::io::AsyncWriteExt::write_all(&mut deaf.stream, requests.as_bytes()).await.is_ok() {}
    };
    patiently(flood).await;
    // Its place is free again.
    assert_eq!(server.ask(&genuine("dep-1")).await.status, 200);
}
