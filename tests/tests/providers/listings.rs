//! Items of users that are offered for sale.

use serde_json::{Value, json};
use skinbus_proto::v1::{self, CommandResult, CreditState, TradeStatus};

use crate::bought::amount;
use crate::orders::{self, Asset, LISTED_FOR};
use crate::world::World;

/// Puts an item on sale, and gives the simulator's row of it.
async fn listed(world: &World, order_id: &str, asset: Asset) -> Value {
    let order = orders::listing(world.provider, order_id, asset);
    let trade = world.place(&order, TradeStatus::Submitted).await;
    let row = row(world, &orders::user_of(&order).steam_id).await;
    assert_eq!(trade.facts.unwrap().provider_id, row["listing_id"]);
    row
}

async fn row(world: &World, steam_id: &str) -> Value {
    let ledger = world.system.record("_ledger").await;
    let rows = ledger["listings"].as_array().unwrap();
    let mut own = rows.iter().filter(|row| row["steam_id"] == steam_id);
    let row = own.next().unwrap().clone();
    assert!(own.next().is_none(), "listed twice");
    row
}

async fn happens(world: &World, row: &Value, event: &str) {
    let id: u64 = row["listing_id"].as_str().unwrap().parse().unwrap();
    world.control(json!({"listings": [{"id": id, "event": event}]})).await;
}

pub(crate) async fn sold(world: &World) {
    let row = listed(world, "sold", ("30117720401", v1::Game::Cs2)).await;
    happens(world, &row, "buy").await;
    happens(world, &row, "deliver").await;
    let trade = world.changes.reaches("sold", TradeStatus::Completed).await;
    let path = world.changes.path("sold");
    assert!(path.contains(&TradeStatus::OnHold), "{path:?}");
    let [credit] = trade.credits.as_slice() else { panic!("{:?}", trade.credits) };
    assert_eq!(credit.state(), CreditState::Credited);
    assert_eq!(amount(credit.amount.as_ref()), LISTED_FOR.parse().unwrap());
}

/// The buyer is found in the history, from the offer on.
pub(crate) async fn seen_in_the_history(world: &World) {
    let row = listed(world, "seen", ("30117720402", v1::Game::Cs2)).await;
    happens(world, &row, "buy").await;
    world.changes.reaches("seen", TradeStatus::OfferSent).await;
    happens(world, &row, "deliver").await;
    world.changes.reaches("seen", TradeStatus::OnHold).await;
    happens(world, &row, "return").await;
    let trade = world.changes.reaches("seen", TradeStatus::Reverted).await;
    assert!(
        trade.credits.iter().all(|credit| credit.state() == CreditState::Reversed),
        "{:?}",
        trade.credits
    );
}

pub(crate) async fn canceled(world: &World) {
    let listed = listed(world, "canceled-sale", ("30117720403", v1::Game::Cs2)).await;
    let request =
        v1::CommandRequest { order_id: "canceled-sale".to_owned(), ..v1::CommandRequest::default() };
    let answer = world.merchant.command(&world.account(), "cancel", &request).await.unwrap();
    assert_eq!((answer.result(), answer.status()), (CommandResult::Done, TradeStatus::Canceled));
    world.changes.reaches("canceled-sale", TradeStatus::Canceled).await;
    assert_eq!(row(world, listed["steam_id"].as_str().unwrap()).await["phase"], "canceled");
    // Another one changes nothing.
    let answer = world.merchant.command(&world.account(), "cancel", &request).await.unwrap();
    assert_eq!(answer.status(), TradeStatus::Canceled);
}

pub(crate) async fn repriced(world: &World) {
    let listed = listed(world, "repriced", ("52337720402", v1::Game::Dota2)).await;
    let request = v1::CommandRequest {
        order_id: "repriced".to_owned(),
        price: Some(orders::usd("13.25")),
        ..v1::CommandRequest::default()
    };
    let answer = world.merchant.command(&world.account(), "change_price", &request).await.unwrap();
    assert_eq!(answer.result(), CommandResult::Done, "{answer:?}");
    assert_eq!(row(world, listed["steam_id"].as_str().unwrap()).await["price"], "13.25");
}
