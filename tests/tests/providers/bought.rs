//! Purchases: by offer, by name, several for one user.

use rust_decimal::Decimal;
use serde_json::json;
use skinbus_proto::v1::purchase::Item;
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_tests::wait;

use crate::orders::{self, OFFER, OFFER_NAME, OFFER_PRICE};
use crate::world::World;

pub(crate) async fn by_offer(world: &World) {
    complete(world, orders::offer(world.provider, "by-offer")).await;
}

pub(crate) async fn by_name(world: &World) {
    let name = Item::MarketHashName(OFFER_NAME.to_owned());
    complete(world, orders::purchase(world.provider, "by-name", name)).await;
}

/// Bought once for what it costs, held until Steam cannot take it back, and completed.
async fn complete(world: &World, order: v1::OrderRequest) {
    let trade = world.place(&order, TradeStatus::Completed).await;
    let path = world.changes.path(&order.order_id);
    assert!(path.contains(&TradeStatus::OnHold), "{path:?}");
    let facts = trade.facts.unwrap();
    let executed = world.executed("purchases", &order.order_id).await;
    assert_eq!(executed["skin_id"], OFFER);
    assert_eq!(facts.provider_id, executed["purchase_id"], "{facts:?}");
    assert_eq!(amount(facts.price_paid.as_ref()), OFFER_PRICE.parse().unwrap());
    assert_eq!(trade.attempt.unwrap().number, 1);
}

pub(crate) fn amount(money: Option<&v1::Money>) -> Decimal {
    let money = money.unwrap();
    assert_eq!(money.currency, "USD");
    money.amount.parse().unwrap()
}

/// While a call for a user is under way, those that come meanwhile wait, and are placed in one call; but for one whose
/// offer is in that call already. How many come meanwhile is a matter of time, so only fewer calls than orders are sure.
pub(crate) async fn together(world: &World) {
    several(world).await;
    let calls = world.arrivals("/market_batch_buy").await;
    assert!((1..4).contains(&calls), "{calls} calls for the four that came while the first was under way");
}

pub(crate) async fn one_by_one(world: &World) {
    several(world).await;
    assert_eq!(world.defaults().place_together_max, 1);
}

async fn several(world: &World) {
    let user = orders::user();
    // The first one is under way while the others come.
    let offers = [OFFER, OFFER, "88109", "88110", OFFER];
    let fates: serde_json::Map<_, _> =
        (0..offers.len()).map(|number| (format!("together-{number}"), json!("accepted_protected"))).collect();
    world.control(json!({"fates": {"by_reference": fates}})).await;
    let order = |number: usize| {
        let item = Item::OfferId(offers[number].to_owned());
        let mut order = orders::purchase(world.provider, &format!("together-{number}"), item);
        let Some(v1::order_request::Operation::Purchase(purchase)) = &mut order.operation else {
            unreachable!("an order for an offer is a purchase")
        };
        purchase.recipient = Some(user.clone());
        order
    };
    // Long enough for the others to come, and as far from the time-out of two seconds.
    world.fault(world.paths.buy, "together-0", json!({"delay_answer_ms": 1000})).await;
    world.publish(&order(0)).await;
    wait::until("the first to be bought", || async {
        (!world.system.purchases("together-0").await.is_empty()).then_some(())
    })
    .await;
    for number in 1..offers.len() {
        world.publish(&order(number)).await;
    }
    for number in 0..offers.len() {
        let order_id = format!("together-{number}");
        world.changes.reaches(&order_id, TradeStatus::Completed).await;
        let path = world.changes.path(&order_id);
        assert!(!path.contains(&TradeStatus::Uncertain), "{path:?}");
        let intents = path.iter().filter(|status| **status == TradeStatus::Dispatching).count();
        assert_eq!(intents, 1, "{path:?}");
        world.executed("purchases", &order_id).await;
    }
}
