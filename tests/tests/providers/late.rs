//! Pages whose time is over, and payments that come all the same.

use serde_json::json;
use skinbus_proto::v1::{TradeStatus, TradeStatusChanged};
use skinbus_runtime::config::ProviderName;
use skinbus_tests::SystemOptions;

use crate::orders;
use crate::world::{World, options};

#[tokio::test]
async fn a_payment_is_credited_although_its_page_has_ended() {
    let short = SystemOptions {
        link_lifetime: "20s".to_owned(),
        total_timeout: "1100ms".to_owned(),
        ..options(&[ProviderName::Shadowpay])
    };
    let world = World::start(short, ProviderName::Shadowpay).await;
    for order_id in ["unpaid-x", "paid-x"] {
        world.place(&orders::link(world.provider, order_id), TradeStatus::Submitted).await;
    }
    world.event("paid-x", "credit", Some("7.40")).await;
    world.changes.reaches("unpaid-x", TradeStatus::Expired).await;
    world.changes.reaches("paid-x", TradeStatus::Completed).await;
    let late = json!([
        {"reference": "unpaid-x", "event": "credit", "amount": "1.00"},
        {"reference": "paid-x", "event": "credit", "amount": "2.00"},
    ]);
    world.control(json!({"deposits": late})).await;
    for (order_id, count) in [("unpaid-x", 1), ("paid-x", 2)] {
        let has_all = |change: &TradeStatusChanged| change.trade.as_ref().unwrap().credits.len() == count;
        world.changes.until(order_id, "credited late", has_all).await;
        let executed = world.executed("deposits", order_id).await;
        assert_eq!(executed["credits"].as_array().unwrap().len(), count);
    }
    world.check().await;
}
