//! Webhooks: those that a provider sends arrive, and are taken.

use serde_json::Value;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::wait;

use crate::orders;
use crate::world::World;

/// What the simulator has on record of its webhooks about an order.
async fn sent(world: &World, order_id: &str) -> Vec<Value> {
    let ledger = world.system.record("_ledger").await;
    let all = ledger["notifications"].as_array().unwrap();
    all.iter().filter(|row| row["deposit_id"] == order_id).cloned().collect()
}

async fn taken(world: &World, order_id: &str) {
    let sent = wait::until("a webhook", || async {
        Some(sent(world, order_id).await).filter(|sent| !sent.is_empty())
    })
    .await;
    for webhook in &sent {
        assert_eq!((&webhook["answer"], &webhook["delivered"]), (&Value::from(200), &Value::Bool(true)));
    }
}

pub(crate) async fn about_deposits(world: &World) {
    world.place(&orders::link(world.provider, "told-x"), TradeStatus::Submitted).await;
    let event = if world.paths.look_up_deposits.is_empty() { "credit" } else { "pay" };
    world.event("told-x", event, Some("7.40")).await;
    taken(world, "told-x").await;
}

pub(crate) async fn about_purchases(world: &World) {
    world.place(&orders::offer(world.provider, "told-of"), TradeStatus::Completed).await;
    taken(world, "told-of").await;
}

pub(crate) async fn none_about_deposits(world: &World) {
    world.place(&orders::link(world.provider, "not-told-x"), TradeStatus::Submitted).await;
    assert!(sent(world, "not-told-x").await.is_empty());
}

pub(crate) async fn none_about_purchases(world: &World) {
    world.place(&orders::offer(world.provider, "not-told-of"), TradeStatus::Completed).await;
    assert!(sent(world, "not-told-of").await.is_empty());
}
