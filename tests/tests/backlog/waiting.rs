//! A closed account and a spent quota: all wait, and all are placed, in their order.

use std::collections::BTreeMap;

use serde_json::json;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::{Merchant, assert_gapless, order};
use skinbus_tests::{System, SystemOptions, wait};

use crate::{CONSUMER, assert_each_once, close_for, queue, until_bought, until_waiting, waiting_orders};

/// Nobody is placed before more than so many who came earlier: they are in hand together. One of those in hand may take long.
fn assert_in_order(waited: &[String], placed: &[String], concurrency: usize) {
    let places: BTreeMap<&str, usize> =
        placed.iter().enumerate().map(|(index, id)| (id.as_str(), index)).collect();
    assert_eq!(places.len(), placed.len(), "something was bought twice");
    for (index, id) in waited.iter().enumerate() {
        let place = places[id.as_str()];
        assert!(
            index.saturating_sub(place) <= concurrency,
            "{id} was number {index} and is {place}: {placed:?}"
        );
    }
}

/// How often each order was tried.
async fn attempts(merchant: &Merchant) -> BTreeMap<String, usize> {
    let history = merchant.history().await;
    assert_gapless(&history);
    let tried = history.into_iter().map(|(id, changes)| {
        (id, changes.iter().filter(|change| change.to() == TradeStatus::Dispatching).count())
    });
    tried.collect()
}

#[tokio::test]
async fn a_closed_account_keeps_two_hundred_orders_in_their_order() {
    const ORDERS: usize = 200;
    const CONCURRENCY: usize = 10;

    let mut system =
        System::start(SystemOptions { concurrency: CONCURRENCY, ..SystemOptions::default() }).await;
    let merchant = system.merchant().await;
    let limited = json!({"path": "/withdraw/buy", "custom_id": "limited", "kind": "limit_exceeded"});
    system.control(&json!({"faults": [limited]})).await;
    merchant.publish(&order("limited", "88112")).await;
    wait::until("the refusal to be written", || async {
        merchant.last("limited").await.filter(|last| last.to() == TradeStatus::Accepted && last.version > 1)
    })
    .await;
    for index in 0..ORDERS {
        merchant.publish(&order(&format!("wd-{index}"), "88112")).await;
    }
    until_waiting(&merchant, ORDERS + 1).await;
    // The tracker looks at them meanwhile, and leaves them where they are.
    let tracker = system.service("trade-tracker");
    wait::until("the tracker to look at all of them", || async {
        let (_, metrics) = tracker.page("/metrics").await;
        let looks = metrics.lines().filter(|line| line.contains("hand_over") && !line.starts_with('#'));
        let looks = looks.filter_map(|line| line.rsplit(' ').next()?.parse::<usize>().ok());
        (looks.sum::<usize>() >= ORDERS).then_some(())
    })
    .await;
    let waited = waiting_orders(&merchant).await;
    assert_eq!(waited.len(), ORDERS + 1, "no order waits twice");
    assert_eq!(system.quota().await["arrivals"], 1, "only the one that was refused");
    // It waits for as long as all the others, so it keeps its place.
    let queue = queue(&merchant, CONSUMER).await;
    assert_eq!((queue.num_ack_pending, queue.num_waiting), (CONCURRENCY, 0), "{queue:?}");

    close_for(&merchant, 500).await;
    let placed = until_bought(&system, ORDERS).await;
    let waited: Vec<String> = waited.into_iter().filter(|id| id != "limited").collect();
    assert_in_order(&waited, &placed, CONCURRENCY);
    assert_each_once(&merchant, CONSUMER, ORDERS + 1).await;
    let attempts = attempts(&merchant).await;
    assert!(attempts.values().all(|attempts| *attempts <= 1), "{attempts:?}");
}

#[tokio::test]
async fn a_spent_quota_keeps_orders_in_their_order() {
    const ORDERS: usize = 120;
    const CONCURRENCY: usize = 10;

    let options = SystemOptions {
        requests: 20,
        window: "1s".to_owned(),
        concurrency: CONCURRENCY,
        ..SystemOptions::default()
    };
    let mut system = System::start_without_services(options).await;
    // The backlog is there before anybody calls.
    system.launch("order-intake", None);
    system.ready().await;
    let merchant = system.merchant().await;
    for index in 0..ORDERS {
        merchant.publish(&order(&format!("wd-{index}"), "88112")).await;
    }
    until_waiting(&merchant, ORDERS).await;
    let waited = waiting_orders(&merchant).await;
    system.launch("provider-dispatch", None);
    system.launch("trade-tracker", None);
    system.ready().await;
    let placed = until_bought(&system, ORDERS).await;
    assert_in_order(&waited, &placed, CONCURRENCY);
    until_waiting(&merchant, 0).await;
    assert_each_once(&merchant, CONSUMER, ORDERS).await;
    assert!(attempts(&merchant).await.values().all(|attempts| *attempts == 1));
    assert_eq!(system.quota().await["refused"], 0);
}
