//! What webhooks are good for. Time goes at its usual pace here: the first regular look at a page comes after 20 seconds,
//! at a purchase after 5.

use serde_json::json;
use skinbus_proto::v1::{Cause, CreditState, TradeStatus, TradeStatusChanged};
use skinbus_providers::Capability;
use skinbus_runtime::config::ProviderName;
use skinbus_tests::{System, SystemOptions};

use crate::orders;
use crate::world::{World, everywhere, options};

async fn worlds() -> Vec<World> {
    let usual_pace = SystemOptions { speed: 1, ..options(&ProviderName::ALL) };
    World::all(System::start(usual_pace).await).await
}

/// Whether a provider's webhooks prove what they say.
fn binds(provider: ProviderName) -> bool {
    match provider {
        ProviderName::Skinsback | ProviderName::Shadowpay => true,
        ProviderName::Skinout | ProviderName::Skinify | ProviderName::Skinslink => false,
    }
}

fn is_credited(change: &TradeStatusChanged) -> bool {
    let credits = &change.trade.as_ref().unwrap().credits;
    credits.iter().any(|credit| credit.state() == CreditState::Credited)
}

fn assert_before_regular_looks(change: &TradeStatusChanged, seconds: i64) {
    let second = |moment: &Option<_>| skinbus_proto::moment(moment.as_ref().unwrap()).unwrap().as_second();
    let took = second(&change.recorded_at) - second(&change.trade.as_ref().unwrap().accepted_at);
    assert!(took < seconds, "{took} s: that may have been a regular look");
}

/// What binds is applied while nobody can be asked; a hint makes somebody ask, once.
#[tokio::test]
async fn a_payment_is_credited_because_of_its_webhook() {
    let worlds = worlds().await;
    everywhere(&worlds, |world| async move {
        let order_id = format!("{}-paid-x", world.provider);
        world.place(&orders::link(world.provider, &order_id), TradeStatus::Submitted).await;
        let event = if world.provider == ProviderName::Shadowpay { "credit" } else { "pay" };
        world.event(&order_id, event, Some("7.40")).await;
        world.changes.until(&order_id, "credited", is_credited).await;
        let credited = world.changes.of(&order_id).into_iter().find(is_credited).unwrap();
        let (cause, looks) = if binds(world.provider) { (Cause::Webhook, 0) } else { (Cause::Lookup, 1) };
        assert_eq!(credited.cause(), cause);
        assert_before_regular_looks(&credited, 15);
        if world.supports(Capability::LookUpDeposits) {
            assert_eq!(world.arrivals(world.paths.look_up_deposits).await, looks);
        }
    })
    .await;
}

#[tokio::test]
async fn a_purchase_goes_on_because_of_its_webhook() {
    let worlds = worlds().await;
    // The documentation that can be read does not say whether they name the order.
    worlds[0].system.control(&json!({"skinslink": {"purchase_webhook": "full"}})).await;
    everywhere(&worlds, |world| async move {
        if !world.supports(Capability::PurchaseWebhooks) {
            return;
        }
        let order_id = format!("{}-bought", world.provider);
        world.publish(&orders::offer(world.provider, &order_id)).await;
        // A hint that comes right after another one is followed by a look two seconds later: the short hold may be over then.
        let is_taken =
            |change: &TradeStatusChanged| matches!(change.to(), TradeStatus::OnHold | TradeStatus::Completed);
        world.changes.until(&order_id, "taken by the user", is_taken).await;
        let taken = world.changes.of(&order_id).into_iter().find(is_taken).unwrap();
        let cause = if binds(world.provider) { Cause::Webhook } else { Cause::Lookup };
        assert_eq!(taken.cause(), cause);
        assert_before_regular_looks(&taken, 5);
    })
    .await;
}
