//! Calls without a clear answer: never sent again, found where they were executed, given to a person where nobody knows.
#![cfg(test)]

mod closed;
mod drift;
mod executed;
mod not_executed;
mod not_sent;
mod odd_statuses;
mod prices;
mod refused;
mod repeated;
mod standing_still;

use skinbus_proto::v1::{self, TradeStatus};
use skinbus_tests::merchant::{Merchant, assert_gapless};
use skinbus_tests::{System, SystemOptions};

/// Time-outs as short as the cases allow.
fn quick() -> SystemOptions {
    SystemOptions {
        total_timeout: "1100ms".to_owned(),
        settle_time: "1500ms".to_owned(),
        refusal_settle_time: "700ms".to_owned(),
        ..SystemOptions::default()
    }
}

/// The statuses that an order went through, repeats left out.
async fn path(merchant: &Merchant, order_id: &str) -> Vec<TradeStatus> {
    let mut path: Vec<_> =
        merchant.history().await[order_id].iter().map(v1::TradeStatusChanged::to).collect();
    path.dedup();
    path
}

/// What must hold whatever happened: no gaps, nothing bought twice, nothing called for twice.
async fn assert_once(system: &System, merchant: &Merchant, orders: u64) {
    assert_gapless(&merchant.history().await);
    let bought = system.bought().await;
    assert!(bought.values().all(|times| *times == 1), "{bought:?}");
    assert_eq!(system.arrivals("/withdraw/buy").await, orders, "calls for {orders} orders");
}

fn reason(change: &v1::TradeStatusChanged) -> &str {
    &change.trade.as_ref().unwrap().reason
}

/// A rule for the next purchase under a reference.
fn fault(custom_id: &str, kind: &serde_json::Value) -> serde_json::Value {
    serde_json::json!({"path": "/withdraw/buy", "custom_id": custom_id, "kind": kind})
}
