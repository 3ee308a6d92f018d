//! The tracker compares by itself, and tells each finding once.

use serde_json::{Value, json};
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_tests::merchant::order;
use skinbus_tests::system::{ACCOUNT, MERCHANT};
use skinbus_tests::{Merchant, System, SystemOptions, wait};

use crate::buy_directly;

/// What the trackers' runs for our account logged. The other account's runs find what is ours: both have the same project.
fn runs(system: &System) -> Vec<Value> {
    let lines = system.processes("trade-tracker").flat_map(|tracker| tracker.log());
    let lines = lines.filter_map(|line| serde_json::from_str::<Value>(&line).ok());
    lines.filter(|line| line["message"] == "reconciled" && line["account"] == ACCOUNT).collect()
}

/// What our account's alerts say.
async fn alerts(merchant: &Merchant) -> Vec<v1::Alert> {
    let alerts = merchant.alerts().await.into_iter();
    alerts.filter(|alert| alert.kind == "reconciliation" && alert.account == ACCOUNT).collect()
}

#[tokio::test]
async fn each_finding_is_told_once_by_whichever_replica() {
    let every = ("SKINBUS_TRACKING__RECONCILE_EVERY".to_owned(), "500ms".to_owned());
    let options = SystemOptions { variables: vec![every], ..SystemOptions::default() };
    let mut system = System::start(options).await;
    system.launch("trade-tracker", None);
    system.ready().await;
    let merchant = system.merchant().await;
    merchant.publish(&order("wd-1", "88101")).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;
    // It stays as it is: a finding that changes is told again.
    system.control(&json!({"durations": {"processing_ms": 1_000_000}})).await;
    buy_directly(&system, "stranger").await;

    // Later runs find it again, and tell nobody: what was told is in the schedule. (The stream would drop a repeat.)
    let finding = |run: &&Value| run["findings"] == 1;
    wait::until("more runs that find it", || async {
        (runs(&system).iter().filter(finding).count() >= 3).then_some(())
    })
    .await;
    let told: u64 = runs(&system).iter().map(|run| run["told"].as_u64().unwrap()).sum();
    let alerts = alerts(&merchant).await;
    let [alert] = alerts.as_slice() else { panic!("{alerts:?}") };
    assert_eq!((told, alert.merchant.as_str(), alert.order_id.as_str()), (1, MERCHANT, "stranger"));
    assert!(alert.detail.contains("only_theirs: stranger"), "{}", alert.detail);
}

/// The message comes again after the ack wait, and its run begins anew.
#[tokio::test]
async fn a_run_that_dies_with_its_alerts_told_is_repeated_by_another() {
    let every = ("SKINBUS_TRACKING__RECONCILE_EVERY".to_owned(), "500ms".to_owned());
    let options = SystemOptions { variables: vec![every], ..SystemOptions::default() };
    let mut system = System::start(options).await;
    let merchant = system.merchant().await;
    system.service("trade-tracker").kill();
    system.forget_ended();
    system.control(&json!({"durations": {"processing_ms": 1_000_000}})).await;
    buy_directly(&system, "stranger").await;
    system.launch("trade-tracker", Some("tracker.after_reconciliation_alerts"));
    system.service("trade-tracker").crashed().await;
    system.forget_ended();
    system.launch("trade-tracker", None);
    system.ready().await;
    wait::until("a run that finds it and is completed", || async {
        runs(&system).iter().any(|run| run["findings"] == 1).then_some(())
    })
    .await;
    assert_eq!(alerts(&merchant).await.len(), 1);
}
