//! Deposits: on a page and of named items; paid, held, failed and taken back.

use skinbus_proto::v1::order_request::Operation;
use skinbus_proto::v1::{self, CreditState, TradeStatus};
use skinbus_providers::Capability;
use skinbus_runtime::config::ProviderName;

use crate::bought::amount;
use crate::orders::{self, ASSETS_WORTH};
use crate::payments;
use crate::world::{Case, World, case};

/// What a user gives on a page.
const GIVEN: &str = "7.40";

pub(crate) async fn by_link(world: &World) {
    if world.provider == ProviderName::Shadowpay {
        return payments::one_for_each_sold_item(world).await;
    }
    let trade = open(world, &orders::link(world.provider, "link-paid")).await;
    assert!(trade.facts.unwrap().redirect_url.starts_with("https://"));
    world.event("link-paid", "pay", Some(GIVEN)).await;
    paid(world, "link-paid", GIVEN).await;
}

pub(crate) async fn of_items(world: &World) {
    let trade = open(world, &orders::items(world.provider, "items-paid")).await;
    assert_ne!(trade.facts.unwrap().offer_id, "");
    world.event("items-paid", "pay", None).await;
    paid(world, "items-paid", ASSETS_WORTH).await;
}

pub(crate) async fn of_named_items(world: &World) {
    open(world, &orders::named_items(world.provider, "named-paid")).await;
    world.event("named-paid", "pay", None).await;
    paid(world, "named-paid", ASSETS_WORTH).await;
}

/// The ways besides the usual one, for each kind of deposit that the provider has.
pub(crate) fn cases(world: &World) -> Vec<Case<'_>> {
    let mut kinds: Vec<Kind> = Vec::new();
    if world.supports(Capability::DepositLink) && world.provider != ProviderName::Shadowpay {
        kinds.push(("link", orders::link));
    }
    if world.supports(Capability::DepositItems) {
        kinds.push(("items", orders::items));
    }
    let cases = kinds.into_iter().flat_map(|kind| {
        [
            case(format!("{}: held, then paid", kind.0), held_then_paid(world, kind)),
            case(format!("{}: failed", kind.0), failed(world, kind)),
            case(format!("{}: held, then taken back", kind.0), taken_back(world, kind)),
        ]
    });
    cases.collect()
}

/// The name of a kind of deposit, and its order.
type Kind = (&'static str, fn(ProviderName, &str) -> v1::OrderRequest);

/// Places a deposit that the user has not paid yet.
pub(crate) async fn open(world: &World, order: &v1::OrderRequest) -> v1::Trade {
    let Operation::Deposit(deposit) = order.operation.as_ref().unwrap() else {
        unreachable!("the order is a deposit")
    };
    if deposit.items.is_empty() {
        return world.place(order, TradeStatus::Submitted).await;
    }
    load_inventory(world, order).await;
    world.place(order, TradeStatus::OfferSent).await
}

/// The user chose the items from this list; without it some providers take none.
pub(crate) async fn load_inventory(world: &World, order: &v1::OrderRequest) {
    let request = v1::InventoryRequest {
        user: Some(orders::user_of(order)),
        game: v1::Game::Cs2.into(),
        ..v1::InventoryRequest::default()
    };
    let answer = world.merchant.query::<v1::ItemsResponse>(&world.account(), "inventory", &request).await;
    assert!(!answer.unwrap().items.is_empty());
}

async fn open_kind(world: &World, (kind, order): Kind, way: &str) -> String {
    let order_id = format!("{kind}-{way}");
    open(world, &order(world.provider, &order_id)).await;
    if kind == "link" {
        world.event(&order_id, "offer", Some(GIVEN)).await;
    }
    order_id
}

async fn held_then_paid(world: &World, kind: Kind) {
    let order_id = open_kind(world, kind, "held").await;
    world.event(&order_id, "hold", None).await;
    let trade = world.changes.reaches(&order_id, TradeStatus::OnHold).await;
    assert!(trade.credits.iter().all(|credit| credit.state() == CreditState::Pending), "{trade:?}");
    world.event(&order_id, "pay", None).await;
    paid(world, &order_id, if kind.0 == "link" { GIVEN } else { ASSETS_WORTH }).await;
}

async fn failed(world: &World, kind: Kind) {
    let order_id = open_kind(world, kind, "failed").await;
    world.event(&order_id, "fail", None).await;
    // Providers that tell who declined say so.
    let trade = world.changes.until(&order_id, "failed or canceled", is_failed).await;
    no_credit(&trade);
}

fn is_failed(change: &v1::TradeStatusChanged) -> bool {
    matches!(change.to(), TradeStatus::Failed | TradeStatus::Canceled)
}

async fn taken_back(world: &World, kind: Kind) {
    let order_id = open_kind(world, kind, "reverted").await;
    world.event(&order_id, "hold", None).await;
    world.changes.reaches(&order_id, TradeStatus::OnHold).await;
    world.event(&order_id, "return", None).await;
    no_credit(&world.changes.reaches(&order_id, TradeStatus::Reverted).await);
}

fn no_credit(trade: &v1::Trade) {
    let is_nothing = |credit: &v1::Credit| credit.state() == CreditState::Reversed;
    assert!(trade.credits.iter().all(is_nothing), "{:?}", trade.credits);
}

/// Credited once, with what the provider itself has on record.
pub(crate) async fn paid(world: &World, order_id: &str, expected: &str) {
    let trade = world.changes.reaches(order_id, TradeStatus::Completed).await;
    let [credit] = trade.credits.as_slice() else { panic!("{order_id}: {:?}", trade.credits) };
    assert_eq!(credit.state(), CreditState::Credited, "{order_id}");
    assert_eq!(amount(credit.amount.as_ref()), expected.parse().unwrap(), "{order_id}");
    let executed = world.executed("deposits", order_id).await;
    assert_eq!(executed["phase"], "paid");
    let recorded = executed["amount"].as_str().unwrap().parse().unwrap();
    assert_eq!(amount(credit.amount.as_ref()), recorded, "{order_id}");
    assert_eq!(trade.facts.unwrap().provider_id, executed["transaction_id"], "{order_id}");
}
