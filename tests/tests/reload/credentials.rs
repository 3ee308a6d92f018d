//! The key of a service's user of NATS.

use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::order;
use skinbus_tests::secured::seed_file;
use skinbus_tests::{System, SystemOptions, wait};

use crate::{AlwaysReady, gave_way, options};

#[tokio::test]
async fn a_key_that_nats_does_not_know_keeps_the_connection_that_is_there() {
    let mut options = SystemOptions { secured: true, ..options() };
    options.extra += "ready_timeout = \"2s\"\n";
    let mut system = System::start(options).await;
    let merchant = system.merchant().await;
    let file = seed_file(&system.nats, "provider-dispatch");
    let seed = std::fs::read_to_string(&file).unwrap();
    let dispatch = system.service("provider-dispatch");
    let ready = AlwaysReady::watch(dispatch).await;

    // Not a key at all, and one that nobody has.
    std::fs::write(&file, "hunter2").unwrap();
    assert_eq!(gave_way(dispatch, 1).await, 1);
    let unknown = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
    std::fs::write(&file, unknown).unwrap();
    assert_eq!(gave_way(dispatch, 2).await, 2);
    dispatch.logged("it was not ready within reload.ready_timeout").await;
    merchant.publish(&order("wd-1", "88101")).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;

    std::fs::write(&file, seed).unwrap();
    let dispatch = system.service("provider-dispatch");
    assert_eq!(gave_way(dispatch, 3).await, 2, "the last one was taken");
    ready.end().await;
    let log = dispatch.log().join("\n");
    assert!(!log.contains("hunter2") && !log.contains(unknown), "{log}");
    merchant.publish(&order("wd-2", "88101")).await;
    merchant.reaches("wd-2", TradeStatus::Completed).await;
}

#[tokio::test]
async fn a_key_that_was_changed_at_both_ends_is_taken_without_a_restart() {
    let mut system = System::start(SystemOptions { secured: true, ..options() }).await;
    let merchant = system.merchant().await;
    for (number, user) in ["provider-dispatch", "order-intake"].into_iter().enumerate() {
        system.change_key(user).await;
        wait::until(&format!("{user} to run on its new key"), || async {
            let (_, metrics) = system.processes(user).next()?.page("/metrics").await;
            let is_applied = metrics.contains("skinbus_config_reloads_total{outcome=\"applied\"} 1");
            (is_applied && metrics.contains("skinbus_config_reload_failed 0")).then_some(())
        })
        .await;
        let order_id = format!("wd-{number}");
        merchant.publish(&order(&order_id, "88101")).await;
        merchant.reaches(&order_id, TradeStatus::Completed).await;
    }
    assert!(system.services.iter_mut().all(|service| service.is_running()));
}
