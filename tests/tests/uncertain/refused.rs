//! The provider said no in words that do not prove that nothing was bought.

use serde_json::json;
use skinbus_proto::v1::{Cause, TradeStatus};
use skinbus_tests::System;
use skinbus_tests::merchant::order;

use crate::{assert_once, path, quick, reason};

const REFUSED: [TradeStatus; 4] =
    [TradeStatus::Accepted, TradeStatus::Dispatching, TradeStatus::Uncertain, TradeStatus::Failed];

#[tokio::test]
async fn an_unknown_word_is_a_refusal_only_after_a_look() {
    let system = System::start(quick()).await;
    let merchant = system.merchant().await;
    let words = json!({"skinify": {"error_words": {"insufficient_funds": "computer_says_no"}}});
    system.control(&words).await;
    merchant.publish(&order("wd-1", "88113")).await;
    let failed = merchant.reaches("wd-1", TradeStatus::Failed).await;
    assert_eq!((reason(&failed), failed.cause()), ("refused", Cause::Lookup));
    assert_eq!(failed.trade.unwrap().provider_reason, "computer_says_no");
    assert_eq!(path(&merchant, "wd-1").await, REFUSED);
    assert!(system.arrivals("/withdraw/info").await >= 1);
    assert!(system.bought().await.is_empty());
    assert_once(&system, &merchant, 1).await;
}

#[tokio::test]
async fn every_http_status_of_a_refusal_is_the_same_refusal() {
    let system = System::start(quick()).await;
    let merchant = system.merchant().await;
    for status in [400, 402, 404, 409] {
        system.control(&json!({"skinify": {"error_http_status": status}})).await;
        let order_id = format!("wd-{status}");
        merchant.publish(&order(&order_id, "88113")).await;
        let failed = merchant.reaches(&order_id, TradeStatus::Failed).await;
        assert_eq!(reason(&failed), "insufficient_funds", "{status}");
    }
    assert_once(&system, &merchant, 4).await;
}

#[tokio::test]
async fn maintenance_buys_nothing_and_decides_nothing_before_it_ends() {
    let system = System::start(quick()).await;
    let merchant = system.merchant().await;
    system.control(&json!({"maintenance": true})).await;
    merchant.publish(&order("wd-1", "88101")).await;
    merchant.reaches("wd-1", TradeStatus::Uncertain).await;
    // Looks that find maintenance prove nothing, however many there are. Between them the account is closed.
    system.arrived_more("/withdraw/info", 2).await;
    assert_eq!(merchant.last("wd-1").await.unwrap().to(), TradeStatus::Uncertain);

    system.control(&json!({"maintenance": false})).await;
    let failed = merchant.reaches("wd-1", TradeStatus::Failed).await;
    assert_eq!(reason(&failed), "provider_closed");
    assert_eq!(failed.trade.unwrap().provider_reason, "maintenance");
    assert_eq!(path(&merchant, "wd-1").await, REFUSED);
    assert!(system.bought().await.is_empty());
    assert_once(&system, &merchant, 1).await;
}
