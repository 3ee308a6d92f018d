//! What is proved is stored before it is answered, and never answered with success where it is not.

use std::time::Duration;

use skinbus_proto::v1::WebhookTrust;

use crate::support::{Mode, PATH, SIGNATURE, Server, genuine, post};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_form_is_stored_as_a_hint_without_its_proof() {
    let server = Server::start(Mode::Keeps).await;
    let answer = server.ask(&genuine("dep-501")).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "ok"));

    let kept = server.store.kept.lock().unwrap();
    let webhook = &kept[0].webhook;
    assert_eq!((kept.len(), kept[0].account.as_str()), (1, "skinify_main"));
    assert!(kept[0].id.starts_with("skinify_main:"), "{}", kept[0].id);
    assert_eq!(webhook.account, "skinify_main");
    assert_eq!(webhook.trust(), WebhookTrust::Hint);
    assert_eq!(webhook.reference, "dep-501");
    assert_eq!(webhook.provider_id, "700412");
    assert_eq!(webhook.claimed_status, "success");
    assert_eq!(webhook.content_type, FORM);
    assert!(webhook.received_at.is_some());
    let body: serde_json::Value = serde_json::from_slice(&webhook.body).unwrap();
    assert_eq!(body["amount"], "12.5");
    assert!(body.get("token_md5").is_none());
}

#[tokio::test]
async fn json_is_stored_too_and_a_repeat_has_the_same_id() {
    let server = Server::start(Mode::Keeps).await;
    let body = format!(
        r#"{{"token_md5":"{SIGNATURE}","status":"pending","transaction_id":7,"deposit_id":"dep-1"}}"#
    );
    for _ in 0..2 {
        assert_eq!(server.ask(&post(PATH, "application/json", &body)).await.status, 200);
    }
    assert_eq!(server.ask(&genuine("dep-1")).await.status, 200);

    let kept = server.store.kept.lock().unwrap();
    assert_eq!(kept[0].webhook.provider_id, "7");
    assert_eq!(kept[0].id, kept[1].id);
    assert_ne!(kept[0].id, kept[2].id);
}

#[tokio::test]
async fn what_names_nothing_is_stored_for_a_person_without_its_proof() {
    let server = Server::start(Mode::Keeps).await;
    for note in ["one", "two", "two"] {
        let body = format!("token_md5={SIGNATURE}&note={note}");
        assert_eq!(server.ask(&post(PATH, FORM, &body)).await.body, "ok");
    }
    // The proof is written in another way, so it cannot be cut out: nothing of the body is kept.
    let escaped = SIGNATURE.replacen('c', "%63", 1);
    let body = format!("token_md5={escaped}&note=three");
    assert_eq!(server.ask(&post(PATH, FORM, &body)).await.body, "ok");

    let kept = server.store.kept.lock().unwrap();
    assert_eq!((kept[0].webhook.reference.as_str(), kept[0].webhook.provider_id.as_str()), ("", ""));
    assert_eq!(kept[0].webhook.body, b"token_md5=(removed)&note=one");
    assert_ne!(kept[0].id, kept[1].id);
    assert_eq!(kept[1].id, kept[2].id);
    assert!(kept[3].webhook.body.is_empty());
}

#[tokio::test]
async fn a_store_that_fails_means_503_and_then_all_is_well_again() {
    let server = Server::start(Mode::Fails).await;
    let mut sender = server.sender().await;
    sender.send(&genuine("dep-1")).await;
    let answer = sender.answer().await;
    assert_eq!((answer.status, answer.body.as_str()), (503, "error"));
    assert_eq!(server.store.count(), 0);

    // The same sender, on the same connection, comes again.
    server.store.set(Mode::Keeps);
    sender.send(&genuine("dep-1")).await;
    assert_eq!(sender.answer().await.status, 200);
    assert_eq!(server.store.count(), 1);
}

#[tokio::test]
async fn a_store_that_gives_no_word_means_503() {
    let short = Duration::from_millis(100);
    let server = Server::start_with(Mode::Hangs, |config| config.nats.request_timeout = short).await;
    assert_eq!(server.ask(&genuine("dep-1")).await.status, 503);
    assert_eq!(server.store.count(), 0);
}

#[tokio::test]
async fn no_answer_comes_before_the_store_gives_its_word() {
    let server = Server::start(Mode::Waits).await;
    let mut sender = server.sender().await;
    sender.send(&genuine("dep-1")).await;
    server.store.entered().await;
    tokio::task::yield_now().await;
    let mut byte = [0];
    let error = sender.stream.try_read(&mut byte).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);

    server.store.open();
    assert_eq!(sender.answer().await.status, 200);
    assert_eq!(server.store.count(), 1);
}
