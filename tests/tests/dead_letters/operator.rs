//! `skinbus dead list | show | redrive | drop`, on real everything.

use skinbus_proto::{Message, timestamp, v1};
use skinbus_tests::look::headers;
use skinbus_tests::merchant::{Merchant, order};
use skinbus_tests::{System, SystemOptions};

use crate::{dead, listed, refused, told, until_stored};

const ORDERS: &str = "skinbus.v1.orders.acme";

/// Intake is all that is needed to have dead letters.
async fn system() -> (System, Merchant) {
    let mut system = System::start_without_services(SystemOptions::default()).await;
    system.launch("order-intake", None);
    system.ready().await;
    let merchant = system.merchant().await;
    (system, merchant)
}

/// Stores a letter as a service would.
async fn bury(merchant: &Merchant, stage: &str, letter: &v1::DeadLetter) -> u64 {
    let subject = format!("skinbus.v1.dead.{stage}");
    merchant.publish_to(&subject, headers(&[]), letter.encode_to_vec()).await.unwrap()
}

fn letter(stream: &str, subject: &str) -> v1::DeadLetter {
    v1::DeadLetter {
        reason: "undecodable".to_owned(),
        detail: "for a test".to_owned(),
        stream: stream.to_owned(),
        sequence: 7,
        subject: subject.to_owned(),
        payload: vec![0xff; 8].into(),
        at: Some(timestamp(skinbus_runtime::clock::now())),
        ..v1::DeadLetter::default()
    }
}

#[tokio::test]
async fn letters_are_listed_and_shown_without_what_may_be_secret() {
    let (system, merchant) = system().await;
    assert_eq!(told(&system, &["list"]).await, "no dead letters\n");
    let whole = order("wd-1", "88101").encode_to_vec();
    let given = headers(&[("Shop", "AbCd_-12"), ("Content-Type", "application/x-protobuf")]);
    let sequence = merchant.publish_to(ORDERS, given, whole[..whole.len() - 3].to_vec()).await.unwrap();
    merchant.dead_letters(1).await;
    let nameless = v1::OrderRequest { order_id: String::new(), ..order("", "88101") };
    merchant.publish(&nameless).await;
    merchant.dead_letters(2).await;

    let all = listed(&system, &[]).await;
    assert_eq!(all.len(), 2);
    let (first, second) = (&all[0], &all[1]);
    assert_eq!((&first["reason"], &second["reason"]), (&"undecodable".into(), &"no_order_id".into()));
    assert!(first["handle"].as_u64() < second["handle"].as_u64(), "the newest is last");
    assert_eq!((&first["stream"], &first["sequence"]), (&"ORDERS".into(), &sequence.into()));
    assert_eq!(first["subject"], ORDERS);
    assert_eq!(first["size_bytes"], whole.len() - 3);
    assert_eq!(listed(&system, &["--reason", "no_order_id"]).await, std::slice::from_ref(second));
    assert_eq!(listed(&system, &["--stage", "intake"]).await.len(), 2);
    assert!(listed(&system, &["--stage", "dispatch"]).await.is_empty());

    let handle = first["handle"].to_string();
    let shown = told(&system, &["show", &handle]).await;
    assert!(
        shown.contains("headers   ") && shown.contains("Shop") && shown.contains("undecodable"),
        "{shown}"
    );
    let as_json = told(&system, &["show", &handle, "--json"]).await;
    let table = told(&system, &["list"]).await;
    for text in [&shown, &as_json, &table] {
        assert!(!text.contains("AbCd"), "{text}");
        assert!(!text.contains("41 62 43 64") && !text.contains("41624364"), "{text}");
    }
    assert!(told(&system, &["show", &handle, "--with-content"]).await.contains("Shop: AbCd_-12"));
    let content = told(&system, &["show", &handle, "--with-content", "--json"]).await;
    let content: serde_json::Value = serde_json::from_str(&content).unwrap();
    let hexadecimal: String = whole[..whole.len() - 3].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(content["content"]["body_hex"], hexadecimal);

    assert_eq!(
        told(&system, &["drop", &handle, &handle]).await,
        format!("{handle}: dropped\n{handle}: is gone already\n")
    );
    assert_eq!(told(&system, &["redrive", &handle]).await, format!("{handle}: is gone already\n"));
    assert!(refused(&system, &["show", &handle]).await.contains("is gone already"));
    assert_eq!(listed(&system, &[]).await.len(), 1);
}

/// Whoever wrote the original may have set any header; none of them steers the server when it is published again, and its
/// id does not make it a repeat of itself.
#[tokio::test]
async fn an_original_comes_back_as_it_was_without_what_steers_the_server() {
    let (system, merchant) = system().await;
    let given = headers(&[("Nats-Msg-Id", "mine"), ("Nats-Expected-Stream", "ORDERS"), ("Shop", "b")]);
    merchant.publish_to(ORDERS, given, vec![0xff; 9]).await.unwrap();
    merchant.dead_letters(1).await;
    let first = listed(&system, &[]).await.remove(0);
    let handle = first["handle"].to_string();
    // Two operators at once: it is published once.
    let redrive = ["redrive", handle.as_str()];
    let (one, other) = tokio::join!(dead(&system, &redrive), dead(&system, &redrive));
    assert!(one.status.success() && other.status.success(), "{one:?} {other:?}");
    until_stored(&merchant, "ORDERS", 0).await;
    // Still no order, so it is a dead letter again: another one.
    let again = merchant.dead_letters(1).await;
    assert_eq!(again.len(), 1);
    assert!(again[0].sequence > first["sequence"].as_u64().unwrap());
    assert_eq!(again[0].payload.as_ref(), [0xff; 9]);
    let kept: Vec<(&str, &str)> =
        again[0].headers.iter().map(|header| (header.name.as_str(), header.value.as_str())).collect();
    let id = format!("redrive:{handle}");
    assert!(kept.contains(&("Shop", "b")) && kept.contains(&("Nats-Msg-Id", &id)), "{kept:?}");
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert_eq!(listed(&system, &[]).await.len(), 1, "the first letter is gone");
    assert_eq!(merchant.jetstream().get_stream("ORDERS").await.unwrap().cached_info().state.last_sequence, 2);
}

#[tokio::test]
async fn what_must_not_be_published_again_is_refused() {
    let (system, merchant) = system().await;
    let cut = v1::DeadLetter { cut: true, ..letter("ORDERS", ORDERS) };
    let cut = bury(&merchant, "intake", &cut).await.to_string();
    let version =
        bury(&merchant, "tracker", &letter("TRADES", "skinbus.v1.status.acme.wd-1")).await.to_string();
    let forged =
        bury(&merchant, "intake", &letter("ORDERS", "skinbus.v1.append.acme.wd-1")).await.to_string();
    let schedule = letter("POLLS", "skinbus.v1.poll.at.skinify_main.acme.wd-1");
    let schedule = bury(&merchant, "tracker", &schedule).await.to_string();
    let alert = v1::Alert { kind: "drift".to_owned(), ..v1::Alert::default() }.encode_to_vec();
    let alert = merchant.publish_to("skinbus.v1.alert.drift", headers(&[]), alert).await.unwrap().to_string();
    for (handle, why) in [
        (&cut, "too large"),
        (&version, "ledger"),
        (&forged, "origin"),
        (&schedule, "origin"),
        (&alert, "alert"),
    ] {
        let complaint = refused(&system, &["redrive", handle]).await;
        assert!(complaint.contains(why), "{complaint}");
    }
    assert!(refused(&system, &["drop", &alert]).await.contains("alert"));
    assert_eq!(listed(&system, &[]).await.len(), 4, "all are still there");
    assert_eq!(merchant.stored("TRADES").await, 0);
    assert_eq!(merchant.stored("ORDERS").await, 0);

    // One that cannot be redriven keeps none of the others from it.
    let good = bury(&merchant, "intake", &letter("ORDERS", ORDERS)).await;
    let output = dead(&system, &["redrive", "--all", "--reason", "undecodable"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains(&format!("{good}: published again")));
    let dropped = told(&system, &["drop", "--all", "--stage", "tracker"]).await;
    assert_eq!(dropped.lines().count(), 2);
}
