//! The provider executed the order and the answer was lost, late or unreadable: a look-up finds it.

use serde_json::json;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::System;
use skinbus_tests::merchant::order;

use crate::{assert_once, fault, path, quick};

#[tokio::test]
async fn what_was_executed_is_found_and_bought_once() {
    let system = System::start(quick()).await;
    let merchant = system.merchant().await;
    let kinds = [
        json!("cut_after_execution"),
        json!("cut_in_body"),
        json!("truncated_body"),
        json!("html_body"),
        json!("empty_body"),
        json!("status_500_executed"),
        json!("error_executed"),
        // Executed at once, and answered after the time-out.
        json!({"delay_answer_ms": 1600}),
        // Executed after the time-out, and before the settle time has passed.
        json!({"delay_execution_ms": 1500}),
    ];
    let names: Vec<String> = (0..kinds.len()).map(|index| format!("wd-{index}")).collect();
    let faults: Vec<_> = names.iter().zip(&kinds).map(|(name, kind)| fault(name, kind)).collect();
    system.control(&json!({"faults": faults})).await;
    for name in &names {
        merchant.publish(&order(name, "88101")).await;
    }
    for (name, kind) in names.iter().zip(&kinds) {
        let completed = merchant.reaches(name, TradeStatus::Completed).await;
        let path = path(&merchant, name).await;
        assert!(
            path.starts_with(&[TradeStatus::Accepted, TradeStatus::Dispatching, TradeStatus::Uncertain]),
            "{kind}: {path:?}"
        );
        assert_eq!(completed.trade.unwrap().attempt.unwrap().number, 1, "{kind}");
    }
    assert_once(&system, &merchant, u64::try_from(kinds.len()).unwrap()).await;
    assert_eq!(system.bought().await.len(), kinds.len());
    // What nobody has documented is told of, and nothing else.
    let mut told: Vec<_> =
        merchant.alerts().await.into_iter().map(|alert| (alert.kind, alert.field, alert.value)).collect();
    told.sort();
    let drift = |field: &str, value: &str| ("drift".to_owned(), field.to_owned(), value.to_owned());
    assert_eq!(told, [drift("answer", "(unreadable)"), drift("error", "internal_error")]);
    assert!(merchant.dead().await.is_empty());
}

#[tokio::test]
async fn a_right_answer_of_the_wrong_type_is_an_answer() {
    let system = System::start(quick()).await;
    let merchant = system.merchant().await;
    system.control(&json!({"faults": [fault("wd-1", &json!("not_json_content"))]})).await;
    merchant.publish(&order("wd-1", "88101")).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;
    assert!(!path(&merchant, "wd-1").await.contains(&TradeStatus::Uncertain));
    assert_once(&system, &merchant, 1).await;
}

#[tokio::test]
async fn a_purchase_that_look_ups_show_late_is_found() {
    let system = System::start(quick()).await;
    let merchant = system.merchant().await;
    let change =
        json!({"visibility_delay_ms": 1000, "faults": [fault("wd-1", &json!("cut_after_execution"))]});
    system.control(&change).await;
    merchant.publish(&order("wd-1", "88101")).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;
    assert!(system.arrivals("/withdraw/info").await > 1, "a first look cannot have shown it");
    assert_once(&system, &merchant, 1).await;
}
