//! An answer is lost, and no webhook tells of it: whatever the provider makes of a repeated reference, nothing is executed
//! twice.

use serde_json::json;
use skinbus_domain::rules::Idempotency;
use skinbus_proto::v1::TradeStatus;
use skinbus_providers::Capability;
use skinbus_runtime::config::ProviderName;
use skinbus_tests::{System, SystemOptions};

use crate::deposits::load_inventory;
use crate::orders;
use crate::world::{World, everywhere, options};

async fn worlds() -> Vec<World> {
    let silent = SystemOptions { webhooks: false, ..options(&ProviderName::ALL) };
    World::all(System::start(silent).await).await
}

async fn repeats(worlds: &[World], mode: &str) {
    for world in worlds {
        world.control(json!({"repeated_reference": mode, "repeated_deposit": mode})).await;
    }
}

#[tokio::test]
async fn what_a_look_up_finds_is_not_executed_again() {
    let worlds = worlds().await;
    repeats(&worlds, "buy_again").await;
    everywhere(&worlds, |world| async move {
        let order_id = format!("{}-found", world.provider);
        lose(world, &order_id).await;
        world.changes.reaches(&order_id, TradeStatus::Completed).await;
        assert!(world.changes.path(&order_id).contains(&TradeStatus::Uncertain));
        world.executed("purchases", &order_id).await;
        assert_eq!(world.arrivals(world.paths.buy).await, 1);
    })
    .await;
}

/// Look-ups show it only when its absence was taken for certain: it is sent again where that is documented to be harmless,
/// and given to a person where it is not.
#[tokio::test]
async fn what_a_look_up_does_not_show_in_time_is_not_executed_twice() {
    let worlds = worlds().await;
    worlds[0].system.control(&json!({"visibility_delay_ms": 4000})).await;
    for mode in ["reject", "return_first"] {
        repeats(&worlds, mode).await;
        everywhere(&worlds, |world| async move {
            futures_util::join!(purchase(world, mode), items(world, mode));
        })
        .await;
    }
}

async fn lose(world: &World, order_id: &str) {
    world.fault(world.paths.buy, order_id, json!("cut_after_execution")).await;
    world.publish(&orders::offer(world.provider, order_id)).await;
}

async fn purchase(world: &World, mode: &str) {
    let order_id = format!("{}-{}", world.provider, mode.replace('_', "-"));
    lose(world, &order_id).await;
    match world.defaults().idempotency.purchase {
        Idempotency::UniqueReference => {
            world.changes.reaches(&order_id, TradeStatus::Completed).await;
            let sent = world.changes.path(&order_id);
            let times = sent.iter().filter(|status| **status == TradeStatus::Dispatching).count();
            assert_eq!(times, 2, "{sent:?}");
        }
        Idempotency::Undocumented => {
            world.changes.reaches(&order_id, TradeStatus::NeedsReview).await;
        }
    }
    world.executed("purchases", &order_id).await;
}

async fn items(world: &World, mode: &str) {
    if !world.supports(Capability::DepositItems) {
        return;
    }
    let order =
        orders::items(world.provider, &format!("{}-items-{}", world.provider, mode.replace('_', "-")));
    load_inventory(world, &order).await;
    world.fault(world.paths.offer, &order.order_id, json!("cut_after_execution")).await;
    world.publish(&order).await;
    let is_found = |status| matches!(status, TradeStatus::Submitted | TradeStatus::OfferSent);
    world.changes.until(&order.order_id, "found", |change| is_found(change.to())).await;
    world.executed("deposits", &order.order_id).await;
}
