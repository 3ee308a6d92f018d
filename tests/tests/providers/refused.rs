//! What a provider cannot do is refused in stable words, and the provider hears nothing of it.

use skinbus_proto::Message;
use skinbus_proto::v1::purchase::Item;
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_providers::Capability;
use skinbus_tests::asking::Refused;

use crate::deposits::{load_inventory, paid};
use crate::orders::{self, ASSETS_WORTH, Asset, OFFER_NAME};
use crate::queries;
use crate::world::World;

const UNLISTED: Asset = ("30117720401", v1::Game::Cs2);

async fn rejected(world: &World, order: &v1::OrderRequest) {
    let trade = world.place(order, TradeStatus::Rejected).await;
    let rules: Vec<_> = trade.violations.iter().map(|violation| violation.rule.as_str()).collect();
    assert!(rules.contains(&"unsupported_operation"), "{:?}", trade.violations);
    assert_eq!(world.changes.of(&order.order_id).len(), 1);
}

pub(crate) async fn purchase_by_offer(world: &World) {
    rejected(world, &orders::offer(world.provider, "no-offer")).await;
}

pub(crate) async fn purchase_by_name(world: &World) {
    let item = Item::MarketHashName(OFFER_NAME.to_owned());
    rejected(world, &orders::purchase(world.provider, "no-name", item)).await;
}

pub(crate) async fn deposit_link(world: &World) {
    rejected(world, &orders::link(world.provider, "no-link")).await;
}

pub(crate) async fn deposit_items(world: &World) {
    rejected(world, &orders::items(world.provider, "no-items")).await;
}

/// Names that are given besides the ids change nothing where items are known by their ids.
pub(crate) async fn deposit_items_by_name(world: &World) {
    let order = orders::named_items(world.provider, "no-names");
    if !world.supports(Capability::DepositItems) {
        return rejected(world, &order).await;
    }
    load_inventory(world, &order).await;
    world.place(&order, TradeStatus::OfferSent).await;
    world.event("no-names", "pay", None).await;
    paid(world, "no-names", ASSETS_WORTH).await;
}

pub(crate) async fn listing(world: &World) {
    rejected(world, &orders::listing(world.provider, "no-listing", UNLISTED)).await;
}

fn refusal<T>(answer: Result<T, Refused>) -> (u16, String) {
    let refused = answer.err().expect("a refusal");
    (refused.code, refused.word)
}

/// The tracker never asks this; whoever does is told so.
pub(crate) async fn look_up(world: &World, kind: &str) {
    let target = v1::LookupTarget {
        reference: "looked-up".to_owned(),
        kind: kind.to_owned(),
        steam_id: orders::user().steam_id,
        asset_id: "1".to_owned(),
        game: v1::Game::Cs2.into(),
        since: Some(skinbus_proto::timestamp(skinbus_runtime::clock::now())),
        ..v1::LookupTarget::default()
    };
    let request = v1::LookupRequest { targets: vec![target], ..v1::LookupRequest::default() };
    let answer = world.merchant.query::<v1::LookupResponse>(&world.account(), "lookup", &request).await;
    assert_eq!(refusal(answer), (400, "not_buildable".to_owned()));
}

pub(crate) async fn query(world: &World, operation: &str, request: impl Message) {
    // Whatever the answer would be, it is none.
    let answer = world.merchant.query::<v1::StatusResponse>(&world.account(), operation, &request).await;
    assert_eq!(refusal(answer), (400, "unsupported_query".to_owned()));
}

pub(crate) async fn history(world: &World, kind: v1::HistoryKind) {
    query(world, "history", queries::history(kind)).await;
}

fn request(order_id: &str) -> v1::CommandRequest {
    v1::CommandRequest {
        order_id: order_id.to_owned(),
        price: Some(orders::usd("8.25")),
        trade_token: "Other_12".to_owned(),
    }
}

async fn refused_command(world: &World, command: &str, order: v1::OrderRequest) {
    world.place(&order, TradeStatus::Completed).await;
    let answer = world.merchant.command(&world.account(), command, &request(&order.order_id)).await;
    assert_eq!(refusal(answer), (400, "unsupported_command".to_owned()));
}

pub(crate) async fn command(world: &World, command: &str) {
    let order_id = format!("no-{}", command.replace('_', "-"));
    refused_command(world, command, orders::offer(world.provider, &order_id)).await;
}

pub(crate) async fn cancel_reservation(world: &World) {
    refused_command(world, "cancel", orders::offer(world.provider, "no-cancel")).await;
}

/// There is no such listing, because it was refused.
pub(crate) async fn command_about_a_listing(world: &World, command: &str) {
    let order_id = format!("no-listing-to-{command}");
    rejected(world, &orders::listing(world.provider, &order_id, UNLISTED)).await;
    let answer = world.merchant.command(&world.account(), command, &request(&order_id)).await;
    assert_eq!(refusal(answer), (400, "unknown_order".to_owned()));
}
