//! Answers that are lost: what was executed is found by a look-up, and is not executed again.

use serde_json::json;
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_providers::Capability;

use crate::deposits::paid;
use crate::orders::{self, ASSETS_WORTH};
use crate::world::World;

pub(crate) async fn purchases(world: &World) {
    let kinds = [
        json!("cut_after_execution"),
        json!("truncated_body"),
        json!("html_body"),
        json!("status_500_executed"),
        json!("error_executed"),
        json!({"delay_answer_ms": 2200}),
    ];
    for (number, kind) in kinds.iter().enumerate() {
        let order_id = format!("lost-{number}");
        world.fault(world.paths.buy, &order_id, kind.clone()).await;
        world.publish(&orders::offer(world.provider, &order_id)).await;
    }
    for (number, kind) in kinds.iter().enumerate() {
        let order_id = format!("lost-{number}");
        let trade = world.changes.reaches(&order_id, TradeStatus::Completed).await;
        // A webhook may be quicker than the look-up.
        let is_told = world.changes.of(&order_id).iter().any(|change| change.cause() == v1::Cause::Webhook);
        let path = world.changes.path(&order_id);
        assert!(path.contains(&TradeStatus::Uncertain) || is_told, "{kind}: {path:?}");
        assert_eq!(trade.attempt.unwrap().number, 1, "{kind}");
        world.executed("purchases", &order_id).await;
    }
}

pub(crate) async fn deposits(world: &World) {
    if world.supports(Capability::DepositItems) {
        items(world).await;
    }
    // Nobody has the page's address any more, so nobody can pay there.
    world.fault(world.paths.link, "link-lost", json!("cut_after_execution")).await;
    let trade = world.place(&orders::link(world.provider, "link-lost"), TradeStatus::Failed).await;
    assert_eq!(trade.reason, "link_lost");
    world.executed("deposits", "link-lost").await;
}

async fn items(world: &World) {
    let order = orders::items(world.provider, "items-lost");
    crate::deposits::load_inventory(world, &order).await;
    world.fault(world.paths.offer, "items-lost", json!("cut_after_execution")).await;
    world.publish(&order).await;
    let is_found = |status| matches!(status, TradeStatus::Submitted | TradeStatus::OfferSent);
    world.changes.until("items-lost", "found", |change| is_found(change.to())).await;
    assert!(world.changes.path("items-lost").contains(&TradeStatus::Uncertain));
    world.event("items-lost", "pay", None).await;
    paid(world, "items-lost", ASSETS_WORTH).await;
}
