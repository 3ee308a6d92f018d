//! What is refused, with which answer, and that nothing of it is kept.

use crate::support::{Mode, PATH, PATH_SECRET, SIGNATURE, Server, genuine, post};

const JSON: &str = "application/json";

#[tokio::test]
async fn forged_and_unsigned_are_401() {
    let server = Server::start(Mode::Keeps).await;
    let wrong = "0".repeat(32);
    for body in [
        format!(r#"{{"token_md5":"{wrong}","deposit_id":"dep-1"}}"#),
        format!(r#"{{"token_md5":"{}","deposit_id":"dep-1"}}"#, SIGNATURE.to_uppercase()),
        r#"{"deposit_id":"dep-1"}"#.to_owned(),
        r#"{"token_md5":"","deposit_id":"dep-1"}"#.to_owned(),
        r#"{"token_md5""#.to_owned(),
        String::new(),
    ] {
        let answer = server.ask(&post(PATH, JSON, &body)).await;
        assert_eq!((answer.status, answer.body.as_str()), (401, "not authorized"), "{body}");
    }
    assert_eq!(server.store.count(), 0);
}

#[tokio::test]
async fn an_unknown_account_and_a_wrong_secret_get_the_same_answer() {
    let server = Server::start(Mode::Keeps).await;
    let mut answers = Vec::new();
    for path in [
        "/webhooks/skinify_main/path-secret_0123456789.~x".to_owned(),
        "/webhooks/skinify_main/a".to_owned(),
        format!("/webhooks/skinify_other/{PATH_SECRET}"),
        format!("/webhooks/no_webhooks/{PATH_SECRET}"),
        "/".to_owned(),
    ] {
        let body = format!("token_md5={SIGNATURE}&deposit_id=dep-1");
        answers.push(server.ask(&post(&path, "application/x-www-form-urlencoded", &body)).await);
    }
    assert_eq!(answers[0].status, 404);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(server.store.count(), 0);
}

#[tokio::test]
async fn the_route_comes_before_the_method() {
    let server = Server::start(Mode::Keeps).await;
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        let to = |path: &str| format!("{method} {path} HTTP/1.1\r\nhost: hooks\r\n\r\n").into_bytes();
        let answer = server.ask(&to(PATH)).await;
        assert_eq!(answer.status, 405, "{method}");
        assert!(answer.head.contains("\nallow: POST"), "{}", answer.head);
        assert_eq!(server.ask(&to("/webhooks/skinify_main/wrong")).await.status, 404, "{method}");
    }
    assert_eq!(server.store.count(), 0);
}

#[tokio::test]
async fn an_announced_body_that_is_too_large_is_not_even_read() {
    let server = Server::start_with(Mode::Keeps, |config| config.webhooks.body_limit_bytes = 200).await;
    let mut sender = server.sender().await;
    // Not one byte of the body is sent.
    sender
        .send(format!("POST {PATH} HTTP/1.1\r\nhost: hooks\r\ncontent-length: 201\r\n\r\n").as_bytes())
        .await;
    assert_eq!(sender.answer().await.status, 413);
    sender.closed().await;

    // A length that fits into no number is no length.
    let endless =
        format!("POST {PATH} HTTP/1.1\r\nhost: hooks\r\ncontent-length: {}\r\n\r\n", "9".repeat(30));
    assert_eq!(server.ask(endless.as_bytes()).await.status, 400);
    assert_eq!(server.store.count(), 0);
}

#[tokio::test]
async fn a_streamed_body_that_grows_too_large_is_413() {
    let server = Server::start_with(Mode::Keeps, |config| config.webhooks.body_limit_bytes = 200).await;
    let mut sender = server.sender().await;
    sender
        .send(format!("POST {PATH} HTTP/1.1\r\nhost: hooks\r\ntransfer-encoding: chunked\r\n\r\n").as_bytes())
        .await;
    for _ in 0..3 {
        let chunk = "a".repeat(100);
        sender.send(format!("64\r\n{chunk}\r\n").as_bytes()).await;
    }
    assert_eq!(sender.answer().await.status, 413);
    sender.closed().await;
    assert_eq!(server.store.count(), 0);
}

#[tokio::test]
async fn a_sender_that_goes_on_sending_still_gets_its_413() {
    let server = Server::start(Mode::Keeps).await;
    let size = 8 * 1024 * 1024;
    let mut sender = server.sender().await;
    let head = format!("POST {PATH} HTTP/1.1\r\nhost: hooks\r\ncontent-length: {size}\r\n\r\n");
    sender.send(head.as_bytes()).await;
    sender.send(&vec![b'a'; size]).await;
    assert_eq!(sender.answer().await.status, 413);
}

#[tokio::test]
async fn a_body_at_the_limit_is_taken_in_both_forms() {
    let body = format!("token_md5={SIGNATURE}&deposit_id=dep-1");
    let limit = body.len();
    let server = Server::start_with(Mode::Keeps, |config| config.webhooks.body_limit_bytes = limit).await;
    assert_eq!(server.ask(&post(PATH, "application/x-www-form-urlencoded", &body)).await.status, 200);
    let chunked = format!(
        "POST {PATH} HTTP/1.1\r\nhost: hooks\r\ntransfer-encoding: chunked\r\n\r\n{limit:x}\r\n{body}\r\n0\r\n\r\n"
    );
    assert_eq!(server.ask(chunked.as_bytes()).await.status, 200);
    assert_eq!(server.store.count(), 2);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_400() {
    let server = Server::start(Mode::Keeps).await;
    let whole = genuine("dep-1");
    let mut sender = server.sender().await;
    sender.send(&whole[..whole.len() - 1]).await;
    tokio::io::AsyncWriteExt::shutdown(&mut sender.stream).await.unwrap();
    assert_eq!(sender.answer().await.status, 400);

    let not_chunks =
        format!("POST {PATH} HTTP/1.1\r\nhost: hooks\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n");
    assert_eq!(server.ask(not_chunks.as_bytes()).await.status, 400);
    assert_eq!(server.store.count(), 0);
}

#[tokio::test]
async fn what_is_no_http_and_floods_of_headers_are_refused() {
    let server = Server::start(Mode::Keeps).await;
    assert_eq!(server.ask(b"hello\r\n\r\n").await.status, 400);

    let many: String = (0..200).map(|number| format!("x-{number}: a\r\n")).collect();
    assert_eq!(server.ask(format!("POST {PATH} HTTP/1.1\r\n{many}\r\n").as_bytes()).await.status, 431);

    let long = "a".repeat(20_000);
    assert_eq!(server.ask(format!("POST {PATH} HTTP/1.1\r\nx: {long}\r\n\r\n").as_bytes()).await.status, 431);

    // And the next one is served.
    assert_eq!(server.ask(&genuine("dep-1")).await.status, 200);
}
