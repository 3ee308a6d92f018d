//! Purchases that do not go the usual way, and looking at many at once.

use serde_json::json;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::order;
use skinbus_tests::{System, SystemOptions, wait};

use crate::{assert_once, path};

#[tokio::test]
async fn an_unknown_status_changes_nothing_and_is_told_of_once() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    merchant.publish(&order("wd-1", "88116")).await;
    let alert = merchant.alerted("drift", "wd-1").await;
    assert!(alert.detail.contains("manual_review"), "{alert:?}");
    // It is looked at as before, and seen again and again.
    system.arrived_more("/withdraw/info", 5).await;
    assert_eq!(merchant.alerts_about("drift", "wd-1").await.len(), 1);
    let last = merchant.last("wd-1").await.unwrap();
    assert_eq!(last.to(), TradeStatus::Submitted);
    assert_eq!(last.trade.unwrap().facts.unwrap().provider_status, "manual_review");
    assert_once(&system, &merchant, 1).await;
}

#[tokio::test]
async fn a_purchase_that_stands_still_is_only_looked_at() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    merchant.publish(&order("wd-1", "88115")).await;
    let submitted = merchant.reaches("wd-1", TradeStatus::Submitted).await;
    system.arrived_more("/withdraw/info", 5).await;
    assert_eq!(merchant.last("wd-1").await.unwrap(), submitted);
    assert!(merchant.alerts().await.is_empty());
    assert_once(&system, &merchant, 1).await;
}

#[tokio::test]
async fn a_reservation_that_nobody_wanted_is_given_up_and_paid_back() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    merchant.publish(&order("wd-1", "88111")).await;
    let canceled = merchant.reaches("wd-1", TradeStatus::Canceled).await;
    assert_eq!(canceled.trade.unwrap().reason, "reservation_canceled");
    assert_once(&system, &merchant, 1).await;
    let ledger = system.record("_ledger").await;
    assert_eq!(ledger["purchases"][0]["refunded"], true, "{ledger}");
}

#[tokio::test]
async fn a_reserved_item_that_is_kept_follows_later() {
    let options = SystemOptions { keep_reservations: true, ..SystemOptions::default() };
    let system = System::start(options).await;
    let merchant = system.merchant().await;
    system.control(&json!({"durations": {"reservation_ms": 800}})).await;
    merchant.publish(&order("wd-1", "88111")).await;
    let submitted = merchant.reaches("wd-1", TradeStatus::Submitted).await;
    let facts = submitted.trade.unwrap().facts.unwrap();
    assert!(facts.reserved_until.is_some(), "{facts:?}");
    merchant.reaches("wd-1", TradeStatus::Completed).await;
    let path = path(&merchant, "wd-1").await;
    assert!(path.contains(&TradeStatus::OnHold), "{path:?}");
    assert_once(&system, &merchant, 1).await;
}

#[tokio::test]
async fn an_item_that_is_taken_after_its_offer_lapsed_is_told_of() {
    // Ten minutes after the end are five seconds.
    let system = System::start(SystemOptions { speed: 120, ..SystemOptions::default() }).await;
    // The offer has lapsed for as long as the looks need to see it.
    system.control(&json!({"durations": {"waiting_accept_ms": 600_000}})).await;
    let merchant = system.merchant().await;
    merchant.publish(&order("wd-1", "88117")).await;
    merchant.reaches("wd-1", TradeStatus::Expired).await;
    system.control(&json!({"advance_ms": 600_000})).await;
    let alert = merchant.alerted("anomaly", "wd-1").await;
    assert!(alert.detail.contains("EXPIRED") && alert.detail.contains("accepted"), "{alert:?}");
    // Whether the user was refunded meanwhile is not ours to know: a person decides.
    assert_eq!(merchant.last("wd-1").await.unwrap().to(), TradeStatus::Expired);
    assert_once(&system, &merchant, 1).await;
}

#[tokio::test]
async fn many_looks_are_few_calls() {
    const TRADES: u64 = 60;

    let system = System::start(SystemOptions { concurrency: 60, ..SystemOptions::default() }).await;
    let merchant = system.merchant().await;
    for index in 0..TRADES {
        merchant.publish(&order(&format!("wd-{index}"), "88115")).await;
    }
    for index in 0..TRADES {
        merchant.reaches(&format!("wd-{index}"), TradeStatus::Submitted).await;
    }
    let tracker = system.processes("trade-tracker").next().unwrap();
    let looks = async || {
        let (_, metrics) = tracker.page("/metrics").await;
        let line = metrics.lines().find(|line| {
            line.starts_with("skinbus_due_looks_total")
                && line.contains("look_up")
                && line.contains("skinify_main")
        });
        line.map_or(0, |line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
    };
    let (looks_before, calls_before) = (looks().await, system.arrivals("/withdraw/info").await);
    let due = wait::until("ten rounds of looks", || async {
        Some(looks().await - looks_before).filter(|due| *due >= 10 * TRADES)
    })
    .await;
    let calls = system.arrivals("/withdraw/info").await - calls_before;
    assert!(calls * 5 <= due, "{calls} calls for {due} looks");
    assert_once(&system, &merchant, TRADES).await;
}
