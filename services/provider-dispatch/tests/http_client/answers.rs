//! Answers that are broken, endless or lies.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use provider_dispatch::CallFailure;

use super::server::{OK, Server};
use super::{TIMEOUT, client, order, patient};

const MIB: usize = 1024 * 1024;

/// What comes of an answer, after which the server closes.
async fn answered(answer: Vec<u8>) -> Result<Response<Bytes>, CallFailure> {
    let server = Server::start(move |mut connection| {
        let answer = answer.clone();
        async move {
            connection.request().await;
            let _client_has_heard_enough = connection.write(&answer).await;
        }
    })
    .await;
    let result = client().send(order(server.address, "/buy")).await;
    assert_eq!(server.requests().len(), 1);
    result
}

#[tokio::test]
async fn a_body_is_read_up_to_its_limit() {
    let of = |length: usize| {
        let mut answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").into_bytes();
        answer.resize(answer.len() + length, b'x');
        answer
    };
    assert_eq!(answered(of(4 * MIB)).await.unwrap().body().len(), 4 * MIB);
    let failure = answered(of(4 * MIB + 1)).await.unwrap_err();
    assert_eq!(failure, CallFailure::NoAnswer("answer_too_large"));
}

#[tokio::test]
async fn an_endless_body_is_not_read_for_long() {
    let (told, written) = tokio::sync::oneshot::channel();
    let told = std::sync::Mutex::new(Some(told));
    let server = Server::start(move |mut connection| {
        let told = told.lock().unwrap().take();
        async move {
            connection.request().await;
            connection.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.unwrap();
            let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
            let mut written = 0;
            // Ends only because the client hangs up.
            while connection.write(&chunk).await.is_ok() {
                written += chunk.len();
            }
            told.unwrap().send(written).unwrap();
        }
    })
    .await;
    let failure = client().send(order(server.address, "/buy")).await.unwrap_err();
    assert_eq!(failure, CallFailure::NoAnswer("answer_too_large"));
    // What the kernel holds on the way comes on top.
    assert!(written.await.unwrap() < 64 * MIB);
}

#[tokio::test]
async fn a_dripping_body_does_not_outlast_the_time_out() {
    let server = Server::start(|mut connection| async move {
        connection.request().await;
        connection.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await.unwrap();
        while connection.write("x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let client = patient(TIMEOUT, Duration::from_millis(300));
    let failure = client.send(order(server.address, "/buy")).await.unwrap_err();
    assert_eq!(failure, CallFailure::NoAnswer("timed_out"));
}

#[tokio::test]
async fn what_is_not_a_whole_answer_is_no_answer() {
    let long = "x".repeat(MIB);
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"status\":\"succ".to_owned(),
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{\"st".to_owned(),
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-le".to_owned(),
        "HTTP/1.1 100 Continue\r\n\r\n".to_owned(),
        format!("HTTP/1.1 200 OK\r\nx: {long}\r\n\r\n{{}}"),
        "SSH-2.0-OpenSSH_9.6\r\n".to_owned(),
        "\0\0\0".to_owned(),
    ] {
        let shown: String = answer.chars().take(80).collect();
        let failure = answered(answer.into_bytes()).await.unwrap_err();
        assert_eq!(failure, CallFailure::NoAnswer("connection_cut"), "{shown:?}");
    }
}

#[tokio::test]
async fn what_follows_an_answer_is_not_the_answer_to_the_next_request() {
    let forged = format!("{OK}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged");
    let server = Server::start(move |mut connection| {
        let forged = forged.clone();
        async move {
            while connection.request().await.is_some() {
                if connection.write(&forged).await.is_err() {
                    return;
                }
            }
        }
    })
    .await;
    let client = client();
    for number in 0..200 {
        let result = client.send(order(server.address, &format!("/order-{number}"))).await;
        let body = result.map(|answer| answer.into_body());
        assert!(body.is_err() || body == Ok(Bytes::from_static(b"{}")), "{number}: {body:?}");
        assert!(server.requests_to(&format!("/order-{number}")) <= 1);
    }
}
