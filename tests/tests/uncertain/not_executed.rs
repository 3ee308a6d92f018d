//! The order left, nothing came back, and nothing is found: only a person may decide.

use serde_json::json;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::System;
use skinbus_tests::merchant::order;

use crate::{assert_once, fault, path, quick, reason};

#[tokio::test]
async fn what_nobody_knows_of_waits_for_a_person_and_is_never_sent_again() {
    let system = System::start(quick()).await;
    let merchant = system.merchant().await;
    let kinds = [json!("refuse"), json!("status_500_not_executed")];
    // As often as anybody may try.
    let faults: Vec<_> = kinds.iter().enumerate().map(|(index, kind)| {
        json!({"path": "/withdraw/buy", "custom_id": format!("wd-{index}"), "kind": kind, "times": 1000})
    }).collect();
    system.control(&json!({"faults": faults})).await;
    for index in 0..kinds.len() {
        merchant.publish(&order(&format!("wd-{index}"), "88101")).await;
    }
    for index in 0..kinds.len() {
        let order_id = format!("wd-{index}");
        let review = merchant.reaches(&order_id, TradeStatus::NeedsReview).await;
        assert_eq!(reason(&review), "outcome_unknown");
        let expected = [
            TradeStatus::Accepted,
            TradeStatus::Dispatching,
            TradeStatus::Uncertain,
            TradeStatus::NeedsReview,
        ];
        assert_eq!(path(&merchant, &order_id).await, expected);
        merchant.alerted("needs_review", &order_id).await;
        assert_eq!(merchant.alerts_about("needs_review", &order_id).await.len(), 1);
        let history = &merchant.history().await[&order_id];
        let since =
            history.iter().find(|change| change.to() == TradeStatus::Uncertain).unwrap().recorded_at.unwrap();
        let until = review.recorded_at.unwrap();
        let waited_ms =
            (until.seconds - since.seconds) * 1000 + i64::from(until.nanos - since.nanos) / 1_000_000;
        assert!(waited_ms >= 1500, "given up after {waited_ms} ms, before the settle time had passed");
    }
    assert!(system.arrivals("/withdraw/info").await > 1);
    assert!(system.bought().await.is_empty());

    // The merchant asks again: the answer is the same, and nothing is sent.
    let again = merchant.place(&order("wd-0", "88101")).await.unwrap();
    assert_eq!(again.status(), TradeStatus::NeedsReview);
    assert_once(&system, &merchant, 2).await;
    assert!(merchant.dead().await.is_empty());
    assert_eq!(merchant.stored("DISPATCH").await, 0);
}

#[tokio::test]
async fn look_ups_that_cannot_be_read_prove_nothing() {
    let system = System::start(quick()).await;
    let merchant = system.merchant().await;
    let unreadable =
        ["truncated_body", "html_body", "empty_body", "status_500_executed", "error_executed", "refuse"];
    let mut faults = vec![fault("wd-1", &json!("cut_after_execution"))];
    faults.extend(unreadable.map(|kind| json!({"path": "/withdraw/info", "kind": kind, "times": 2})));
    system.control(&json!({"faults": faults})).await;
    merchant.publish(&order("wd-1", "88101")).await;
    // Longer than the settle time, and nothing was decided by any of them.
    merchant.reaches("wd-1", TradeStatus::Completed).await;
    assert!(system.arrivals("/withdraw/info").await > 12);
    let path = path(&merchant, "wd-1").await;
    assert!(!path.contains(&TradeStatus::NeedsReview) && !path.contains(&TradeStatus::Failed), "{path:?}");
    assert_once(&system, &merchant, 1).await;
}
