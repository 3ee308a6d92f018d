//! Keep-alive, pipelining, the limit of connections, and the end.

use std::time::Duration;

use tokio::io::AsyncWriteExt;

use crate::support::{Mode, PATH, Server, genuine, post};

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let server = Server::start(Mode::Keeps).await;
    let mut sender = server.sender().await;
    for number in 0..3 {
        sender.send(&genuine(&format!("dep-{number}"))).await;
        assert_eq!(sender.answer().await.status, 200);
        // A refusal does not end the connection where the request was read.
        sender.send(&post(PATH, "application/json", "{}")).await;
        assert_eq!(sender.answer().await.status, 401);
    }
    assert_eq!(server.store.count(), 3);
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = Server::start(Mode::Keeps).await;
    let mut sender = server.sender().await;
    let requests = [genuine("dep-1"), post(PATH, "application/json", "{}"), genuine("dep-2")].concat();
    sender.send(&requests).await;
    for status in [200, 401, 200] {
        assert_eq!(sender.answer().await.status, status);
    }
    assert_eq!(server.store.count(), 2);
}

#[tokio::test]
async fn a_sender_may_close_its_half_and_wait() {
    let server = Server::start(Mode::Waits).await;
    let mut sender = server.sender().await;
    sender.send(&genuine("dep-1")).await;
    sender.stream.shutdown().await.unwrap();
    server.store.entered().await;
    server.store.open();
    assert_eq!(sender.answer().await.status, 200);
    sender.closed().await;
}

#[tokio::test]
async fn a_webhook_whose_sender_has_gone_is_still_stored() {
    let server = Server::start(Mode::Waits).await;
    let mut sender = server.sender().await;
    sender.send(&genuine("dep-1")).await;
    server.store.entered().await;
    drop(sender);
    server.store.open();
    let store = std::sync::Arc::clone(&server.store);
    server.end().await;
    assert_eq!(store.count(), 1);
}

#[tokio::test]
async fn connections_over_the_limit_wait_for_a_place() {
    let server = Server::start_with(Mode::Waits, |config| config.webhooks.max_connections = 2).await;
    let (mut first, mut second, mut third) =
        (server.sender().await, server.sender().await, server.sender().await);
    for (number, sender) in [&mut first, &mut second].into_iter().enumerate() {
        sender.send(&genuine(&format!("dep-{number}"))).await;
        server.store.entered().await;
    }
    third.send(&genuine("dep-3")).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let error = third.stream.try_read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);

    server.store.open();
    assert_eq!(first.answer().await.status, 200);
    drop(first);
    server.store.entered().await;
    server.store.open();
    server.store.open();
    assert_eq!(second.answer().await.status, 200);
    assert_eq!(third.answer().await.status, 200);
}

#[tokio::test]
async fn the_end_finishes_what_is_in_hand_and_takes_nothing_new() {
    let server = Server::start(Mode::Waits).await;
    let (mut idle, mut busy) = (server.sender().await, server.sender().await);
    busy.send(&genuine("dep-1")).await;
    server.store.entered().await;
    assert!(server.health.is_ready());

    server.shutdown.trigger();
    idle.closed().await;
    let refused = tokio::net::TcpStream::connect(server.address).await;
    assert!(refused.is_err());

    server.store.open();
    let answer = busy.answer().await;
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("\nconnection: close"), "{}", answer.head);
    busy.closed().await;
    drop((idle, busy));
    let (store, health) = (std::sync::Arc::clone(&server.store), server.health.clone());
    server.end().await;
    assert_eq!(store.count(), 1);
    assert!(!health.is_ready());
}

#[tokio::test]
async fn what_comes_on_an_open_connection_at_the_end_is_answered_and_told_that_it_was_the_last() {
    let server = Server::start(Mode::Keeps).await;
    let mut sender = server.sender().await;
    sender.send(&genuine("dep-1")).await;
    assert!(!sender.answer().await.head.contains("connection: close"));
    server.shutdown.trigger();
    sender.send(&genuine("dep-2")).await;
    let answer = sender.answer().await;
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("\nconnection: close"), "{}", answer.head);
    sender.closed().await;
    assert_eq!(server.store.count(), 2);
    server.end().await;
}

#[tokio::test]
async fn a_sender_that_stalls_does_not_hold_up_the_end() {
    let short = Duration::from_millis(200);
    let server = Server::start_with(Mode::Keeps, |config| config.shutdown.drain_timeout = short).await;
    let mut sender = server.sender().await;
    sender.send(b"POST / HT").await;
    // The service has seen this much once it has answered another.
    assert_eq!(server.ask(&genuine("dep-1")).await.status, 200);
    server.end().await;
}
