//! Invariant Q1 end to end: no window at the provider holds more than the limit, whoever calls.
#![cfg(test)]

mod accounts;
mod replicas;

use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::{assert_gapless, order};
use skinbus_tests::{System, SystemOptions};

#[tokio::test]
async fn two_replicas_with_a_backlog_keep_the_limit_and_finish() {
    const LIMIT: u32 = 40;
    const ORDERS: u32 = 3 * LIMIT;

    let options = SystemOptions { requests: LIMIT, window: "2s".to_owned(), ..SystemOptions::default() };
    let mut system = System::start_without_services(options).await;
    // The backlog is there before anybody calls.
    system.launch("order-intake", None);
    system.ready().await;
    let merchant = system.merchant().await;
    for index in 0..ORDERS {
        merchant.publish(&order(&format!("wd-{index}"), "88101")).await;
    }
    for name in ["provider-dispatch", "provider-dispatch", "trade-tracker"] {
        system.launch(name, None);
    }
    system.ready().await;
    for index in 0..ORDERS {
        merchant.reaches(&format!("wd-{index}"), TradeStatus::Completed).await;
    }
    let quota = system.quota().await;
    assert!(quota["worst_window"].as_u64().unwrap() <= u64::from(LIMIT), "{quota}");
    assert_eq!(quota["refused"], 0, "{quota}");
    assert_eq!(quota["paths"]["/withdraw/buy"], u64::from(ORDERS), "{quota}");
    assert_gapless(&merchant.history().await);
    let bought = system.bought().await;
    assert_eq!(bought.len(), usize::try_from(ORDERS).unwrap());
    assert!(bought.values().all(|times| *times == 1));
    for replica in system.processes("provider-dispatch") {
        let (_, metrics) = replica.page("/metrics").await;
        assert!(metrics.contains("operation=\"place\""), "one of the replicas had nothing to do");
    }
}
