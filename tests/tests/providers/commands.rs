//! Commands about orders that the provider already has.

use skinbus_proto::v1::purchase::Item;
use skinbus_proto::v1::{self, CommandResult, CreditState, TradeStatus};

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

/// The advance is visible and no credit: it may be taken back. Its end closes it, or returns it.
pub(crate) async fn approve_hold(world: &World) {
    for (order_id, event) in [("approved", "pay"), ("returned", "return")] {
        open(world, &orders::link(world.provider, order_id)).await;
        world.event(order_id, "hold", Some("7.40")).await;
        world.changes.reaches(order_id, TradeStatus::OnHold).await;
        done(world, "approve_hold", about(order_id)).await;
        assert_eq!(world.executed("deposits", order_id).await["phase"], "approved");
        let trade = advanced(world, order_id, CreditState::Pending).await;
        let [total] = trade.credit_totals.as_slice() else { panic!("{:?}", trade.credit_totals) };
        assert_eq!(amount_of(&total.pending), amount_of("7.40"));
        assert_eq!((total.credited.as_str(), total.reversed.as_str()), ("0", "0"));
        already_decided(world, order_id).await;
        world.event(order_id, event, None).await;
    }
    paid(world, "approved", "7.40").await;
    advanced(world, "approved", CreditState::Credited).await;
    world.changes.reaches("returned", TradeStatus::Reverted).await;
    advanced(world, "returned", CreditState::Reversed).await;
    already_decided(world, "returned").await;
}

fn amount_of(text: &str) -> rust_decimal::Decimal {
    text.parse().unwrap()
}

async fn advanced(world: &World, order_id: &str, state: CreditState) -> v1::Trade {
    let is_wanted = |change: &v1::TradeStatusChanged| {
        let credits = change.trade.as_ref().map_or(&[][..], |trade| &trade.credits);
        matches!(credits, [credit] if credit.advanced && credit.state() == state)
    };
    world.changes.until(order_id, &format!("an advance, {state:?}"), is_wanted).await
}

/// Asking again is harmless, and the answer does not say how it was decided.
async fn already_decided(world: &World, order_id: &str) {
    let again = world.merchant.command(&world.account(), "approve_hold", &about(order_id)).await.unwrap();
    assert_eq!(again.result(), CommandResult::Unknown, "{again:?}");
    assert_eq!(
        (again.reason.as_str(), again.provider_reason.as_str()),
        ("already_decided", "offer_already_approved_or_canceled")
    );
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
