//! Trades that stand still for too long, and what keeps them. Two hours are three seconds here.

use serde_json::json;
use skinbus_proto::v1::{TradeStatus, TradeStatusChanged};
use skinbus_tests::merchant::order;
use skinbus_tests::{System, SystemOptions};

use crate::assert_once;

fn fast() -> SystemOptions {
    SystemOptions { speed: 2400, ..SystemOptions::default() }
}

fn says_stuck(change: &TradeStatusChanged) -> bool {
    change.notices.iter().any(|notice| notice.kind == "stuck")
}

#[tokio::test]
async fn a_trade_that_stands_still_is_told_of_once_and_one_that_moves_on_never() {
    let system = System::start(fast()).await;
    let merchant = system.merchant().await;
    merchant.publish(&order("moves", "88101")).await;
    merchant.publish(&order("stands", "88115")).await;
    let alert = merchant.alerted("stuck", "stands").await;
    assert!(alert.detail.starts_with("SUBMITTED since "), "{alert:?}");
    assert!(alert.detail.contains("the provider's last word is "), "{alert:?}");
    assert_eq!(alert.account, "skinify_main");
    merchant.reaches("moves", TradeStatus::Completed).await;

    // It is looked at as before, and seen where it was again and again.
    system.arrived_more("/withdraw/info", 5).await;
    let history = merchant.history().await;
    let told: Vec<_> = history["stands"].iter().filter(|change| says_stuck(change)).collect();
    let [told] = told[..] else { panic!("{told:#?}") };
    assert_eq!((told.from(), told.to()), (TradeStatus::Submitted, TradeStatus::Submitted));
    assert!(told.trade.as_ref().unwrap().is_stuck);
    assert_eq!(history["moves"].iter().filter(|change| says_stuck(change)).count(), 0);
    assert_eq!(merchant.alerts_about("stuck", "stands").await.len(), 1);
    assert!(merchant.alerts_about("stuck", "moves").await.is_empty());
    assert_once(&system, &merchant, 2).await;
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_the_reason() {
    let system = System::start(fast()).await;
    let merchant = system.merchant().await;
    merchant.publish(&order("silent", "88115")).await;
    merchant.reaches("silent", TradeStatus::Submitted).await;
    let faults = json!([{"path": "/withdraw/info", "kind": "html_body", "times": 100_000}]);
    system.control(&json!({"faults": faults})).await;
    let alert = merchant.alerted("stuck", "silent").await;
    assert!(alert.detail.ends_with("the last look-up was not answered"), "{alert:?}");
    // What the answers look like is told of by itself, of no order.
    let alert = merchant.alerted("drift", "").await;
    assert_eq!((alert.operation.as_str(), alert.field.as_str()), ("lookup", "answer"), "{alert:?}");
}
