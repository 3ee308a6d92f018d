//! A merchant's program on `skinbus-client`, with the real services; and what its documents say of them.
#![cfg(test)]

mod asyncapi;
mod following;
mod placing;
mod secured;

use skinbus_client::v1::{OrderRequest, TradeStatus};
use skinbus_client::{Client, Options, Update, is_settled};
use skinbus_tests::{System, wait};

async fn connected(system: &System) -> Client {
    Client::connect(Options::open(system.nats.url(), "acme")).await.unwrap()
}

fn order(order_id: &str) -> OrderRequest {
    skinbus_tests::merchant::order(order_id, "88101")
}

/// Something that comes by itself, or the test fails.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(wait::LONGEST, what).await.expect("it to come by itself")
}

/// Every update up to the one that settles the order.
async fn to_the_end(watch: &mut skinbus_client::Watch) -> Vec<Update> {
    let mut updates: Vec<Update> = Vec::new();
    while !updates.last().is_some_and(|update| is_settled(update.change.to())) {
        updates.push(soon(watch.next()).await.unwrap());
    }
    updates
}

fn versions(updates: &[Update]) -> Vec<u64> {
    updates.iter().map(|update| update.change.version).collect()
}

fn assert_completed(updates: &[Update]) {
    assert_eq!(updates.last().unwrap().change.to(), TradeStatus::Completed, "{updates:#?}");
}
