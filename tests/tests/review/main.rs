//! What nobody knows goes to a person, with what is known of it; the person decides with the command line, once.
#![cfg(test)]

use std::process::Output;

use serde_json::json;
use skinbus_proto::v1::{Cause, TradeStatus};
use skinbus_tests::merchant::{Merchant, assert_gapless, order};
use skinbus_tests::process::binary;
use skinbus_tests::{System, SystemOptions};

fn quick() -> SystemOptions {
    SystemOptions {
        total_timeout: "1100ms".to_owned(),
        settle_time: "1500ms".to_owned(),
        ..SystemOptions::default()
    }
}

/// Runs the command line as an operator would.
async fn skinbus(system: &System, arguments: &str) -> Output {
    let mut command = tokio::process::Command::new(binary("skinbus"));
    command.arg("--nats").arg(system.nats.url()).args(arguments.split(' '));
    command.env("USER", "ada").output().await.unwrap()
}

fn text(output: &[u8]) -> String {
    String::from_utf8(output.to_vec()).unwrap()
}

/// An order whose answer was lost, in the hands of a person.
async fn in_review(system: &System, merchant: &Merchant, order_id: &str, kind: serde_json::Value) {
    let fault = json!({ "path": "/withdraw/buy", "custom_id": order_id, "kind": kind });
    system.control(&json!({ "faults": [fault] })).await;
    merchant.publish(&order(order_id, "88101")).await;
    merchant.reaches(order_id, TradeStatus::NeedsReview).await;
}

#[tokio::test]
async fn what_the_provider_never_had_is_sent_again_by_a_persons_word() {
    let system = System::start(quick()).await;
    let merchant = system.merchant().await;
    in_review(&system, &merchant, "wd-1", json!("refuse")).await;

    let listed = skinbus(&system, "trade review").await;
    let shown = text(&listed.stdout);
    for fact in ["wd-1", "skinify_main", "outcome_unknown", "attempt 1", "reference wd-1", "trade resolve"] {
        assert!(shown.contains(fact), "{fact}: {shown}");
    }
    assert!(!shown.contains("AbCd"), "a trade token: {shown}");

    let resolved = skinbus(&system, "trade resolve wd-1 --as absent --reason not_in_the_panel").await;
    assert!(resolved.status.success(), "{}", text(&resolved.stderr));
    assert!(text(&resolved.stdout).contains("ACCEPTED"), "{}", text(&resolved.stdout));
    merchant.reaches("wd-1", TradeStatus::Completed).await;

    let history = &merchant.history().await["wd-1"];
    let decided = history.iter().find(|change| change.cause() == Cause::Operator).unwrap();
    let decision = decided.decision.as_ref().unwrap();
    assert_eq!((decision.operator.as_str(), decision.reason.as_str()), ("ada", "not_in_the_panel"));
    let references: std::collections::BTreeSet<_> = history
        .iter()
        .filter_map(|change| change.trade.as_ref()?.attempt.as_ref())
        .map(|attempt| (attempt.number, attempt.reference.clone()))
        .collect();
    let expected = [(1, "wd-1".to_owned()), (2, "wd-1".to_owned())];
    assert_eq!(references, expected.into());
    assert_eq!(system.bought().await["wd-1"], 1);
    assert_gapless(&merchant.history().await);
    let nobody = skinbus(&system, "trade review").await;
    assert!(text(&nobody.stdout).contains("no trade of acme waits"), "{}", text(&nobody.stdout));
}

/// Four hours are three seconds here.
#[tokio::test]
async fn an_order_that_nobody_decides_about_is_told_of_again_once() {
    let system = System::start(SystemOptions { speed: 4800, ..quick() }).await;
    let merchant = system.merchant().await;
    in_review(&system, &merchant, "wd-1", json!("refuse")).await;
    let alert = merchant.alerted("stuck", "wd-1").await;
    assert!(alert.detail.starts_with("NEEDS_REVIEW since "), "{alert:?}");
    assert!(alert.detail.contains("waits for a person (outcome_unknown)"), "{alert:?}");
    let waiting = merchant.last("wd-1").await.unwrap();
    assert_eq!((waiting.from(), waiting.to()), (TradeStatus::NeedsReview, TradeStatus::NeedsReview));
    let listed = text(&skinbus(&system, "trade review").await.stdout);
    assert!(listed.contains("wd-1"), "{listed}");

    let resolved = skinbus(&system, "trade resolve wd-1 --as failed --reason not_in_the_panel").await;
    assert!(resolved.status.success(), "{}", text(&resolved.stderr));
    let failed = merchant.last("wd-1").await.unwrap();
    assert_eq!(failed.to(), TradeStatus::Failed);
    assert!(!failed.trade.unwrap().is_stuck);
    assert_eq!(merchant.alerts_about("stuck", "wd-1").await.len(), 1);
    assert_gapless(&merchant.history().await);
}

#[tokio::test]
async fn what_the_provider_has_after_all_is_followed_by_a_persons_word() {
    let system = System::start(quick()).await;
    let merchant = system.merchant().await;
    // Executed later than anybody waits: against the settle time that we are told.
    in_review(&system, &merchant, "wd-1", json!({ "delay_execution_ms": 6000 })).await;
    let purchase =
        skinbus_tests::wait::until("the late purchase", || async { system.purchases("wd-1").await.pop() })
            .await;
    let provider_id = purchase["purchase_id"].as_str().unwrap();
    let arguments = format!("trade resolve wd-1 --as placed --provider-id {provider_id} --reason seen");
    let resolved = skinbus(&system, &arguments).await;
    assert!(resolved.status.success(), "{}", text(&resolved.stderr));
    let done = merchant.reaches("wd-1", TradeStatus::Completed).await;
    assert_eq!(done.trade.unwrap().facts.unwrap().provider_id, provider_id);
    assert_eq!(system.bought().await["wd-1"], 1);
    assert_eq!(system.arrivals("/withdraw/buy").await, 1);
}

#[tokio::test]
async fn a_decision_is_made_once_and_only_where_one_is_needed() {
    let system = System::start(quick()).await;
    let merchant = system.merchant().await;
    in_review(&system, &merchant, "wd-1", json!("refuse")).await;
    let failed = "trade resolve wd-1 --as failed --reason refunded";
    // Two operators at the same time.
    let (one, other) = tokio::join!(skinbus(&system, failed), skinbus(&system, failed));
    let codes = [one.status.code(), other.status.code()];
    assert!(codes.contains(&Some(0)) && codes.contains(&Some(1)), "{codes:?}");
    let late = skinbus(&system, "trade resolve wd-1 --as absent --reason changed_my_mind").await;
    assert_eq!(late.status.code(), Some(1));
    assert!(text(&late.stderr).contains("it is FAILED, decided by ada"), "{}", text(&late.stderr));
    let unknown = skinbus(&system, "trade resolve wd-2 --as failed --reason r").await;
    assert!(text(&unknown.stderr).contains("there is none"), "{}", text(&unknown.stderr));

    let again = merchant.place(&order("wd-1", "88101")).await.unwrap();
    assert_eq!(again.status(), TradeStatus::Failed);
    let history = &merchant.history().await["wd-1"];
    let last = history.last().unwrap().trade.as_ref().unwrap();
    assert!(!format!("{:?}", last.order).contains("8 bytes"), "the trade token is kept: {last:?}");
    assert_eq!(history.iter().filter(|change| change.cause() == Cause::Operator).count(), 1);
    assert_eq!(system.arrivals("/withdraw/buy").await, 1);
    assert!(system.bought().await.is_empty());
}

#[tokio::test]
async fn a_tracker_that_dies_after_the_fold_still_tells_somebody() {
    let mut system = System::start_without_services(quick()).await;
    for service in ["order-intake", "provider-dispatch"] {
        system.launch(service, None);
    }
    // They make the streams.
    system.ready().await;
    system.launch("trade-tracker", Some("tracker.after_fold"));
    let merchant = system.merchant().await;
    in_review(&system, &merchant, "wd-1", json!("refuse")).await;
    system.service("trade-tracker").crashed().await;
    system.forget_ended();
    system.launch("trade-tracker", None);
    merchant.alerted("needs_review", "wd-1").await;
    assert_eq!(merchant.alerts_about("needs_review", "wd-1").await.len(), 1);
}
