//! Commands about orders that the provider already has.

use skinbus_proto::v1::purchase::Item;
use skinbus_proto::v1::{self, CommandResult, TradeStatus};

use crate::deposits::{open, paid};
use crate::orders;
use crate::world::World;

async fn done(world: &World, command: &str, request: v1::CommandRequest) {
    let answer = world.merchant.command(&world.account(), command, &request).await.unwrap();
    assert_eq!(answer.result(), CommandResult::Done, "{answer:?}");
}

fn about(order_id: &str) -> v1::CommandRequest {
    v1::CommandRequest { order_id: order_id.to_owned(), ..v1::CommandRequest::default() }
}

/// The advance is no credit: it may be taken back.
pub(crate) async fn approve_hold(world: &World) {
    open(world, &orders::link(world.provider, "approved")).await;
    world.event("approved", "hold", Some("7.40")).await;
    world.changes.reaches("approved", TradeStatus::OnHold).await;
    done(world, "approve_hold", about("approved")).await;
    assert_eq!(world.executed("deposits", "approved").await["phase"], "approved");
    world.event("approved", "pay", None).await;
    paid(world, "approved", "7.40").await;
}

async fn reserved(world: &World, order_id: &str) {
    let item = Item::OfferId("88111".to_owned());
    let trade = world.place(&orders::purchase(world.provider, order_id, item), TradeStatus::Submitted).await;
    assert!(trade.facts.unwrap().reserved_until.is_some());
}

pub(crate) async fn cancel_reservation(world: &World) {
    reserved(world, "unreserved").await;
    done(world, "cancel", about("unreserved")).await;
    world.changes.reaches("unreserved", TradeStatus::Canceled).await;
    assert_eq!(world.executed("purchases", "unreserved").await["refunded"], true);
}

pub(crate) async fn update_trade_token(world: &World) {
    reserved(world, "moved").await;
    let request = v1::CommandRequest { trade_token: "Other_12".to_owned(), ..about("moved") };
    done(world, "update_trade_token", request).await;
    assert_eq!(world.executed("purchases", "moved").await["trade_token_updates"], 1);
}
