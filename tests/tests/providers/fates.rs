//! What becomes of a purchase at each provider, and what Skinbus calls it.

use serde_json::json;
use skinbus_proto::v1::order_request::Operation;
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_runtime::config::ProviderName;

use crate::orders;
use crate::world::{Case, World, case};

/// How a purchase ends: its status, and the reason's code.
type End = (TradeStatus, &'static str);

const FATES: [&str; 8] = [
    "canceled",
    "timed_out",
    "invalid_token",
    "user_not_tradable",
    "create_failed",
    "item_unavailable",
    "rolled_back_by_user",
    "rolled_back_by_provider",
];

/// Written from the providers' pages.
fn end(provider: ProviderName, fate: &str) -> End {
    use ProviderName::{Shadowpay, Skinify, Skinout, Skinsback, Skinslink};
    match (fate, provider) {
        ("canceled", Skinout) => (TradeStatus::Canceled, "canceled_or_expired"),
        // Reasons come with `failed` only.
        ("canceled" | "timed_out", Skinslink) => (TradeStatus::Canceled, "canceled"),
        ("rolled_back_by_user" | "rolled_back_by_provider", Skinslink) => (TradeStatus::Reverted, "reverted"),
        ("canceled", _) => (TradeStatus::Canceled, "declined_by_user"),
        ("timed_out", Skinout) => (TradeStatus::Canceled, "canceled_or_expired"),
        ("timed_out", _) => (TradeStatus::Expired, "offer_timed_out"),
        // The buyer caused it, which is all that ShadowPay tells.
        ("invalid_token" | "user_not_tradable", Shadowpay) => (TradeStatus::Canceled, "declined_by_user"),
        ("invalid_token", _) => (TradeStatus::Failed, "invalid_trade_url"),
        ("user_not_tradable", _) => (TradeStatus::Failed, "user_not_tradable"),
        ("create_failed", Shadowpay) => (TradeStatus::Failed, "offer_not_sent"),
        ("create_failed", Skinslink) => (TradeStatus::Failed, "provider_unavailable"),
        ("create_failed", _) => (TradeStatus::Failed, "provider_error"),
        // One word for all errors of its own.
        ("item_unavailable", Skinsback) => (TradeStatus::Failed, "provider_error"),
        // The simulator has no other fate for this word.
        ("item_unavailable", Skinout) => (TradeStatus::Failed, "inventory_private"),
        ("item_unavailable", Skinify | Shadowpay | Skinslink) => (TradeStatus::Failed, "item_unavailable"),
        ("rolled_back_by_user", Shadowpay) => (TradeStatus::Reverted, "reversed"),
        ("rolled_back_by_provider", Shadowpay) => (TradeStatus::Reverted, "reversed"),
        ("rolled_back_by_user", _) => (TradeStatus::Reverted, "reversed_by_user"),
        ("rolled_back_by_provider", _) => (TradeStatus::Reverted, "reversed_by_provider"),
        (fate, _) => unreachable!("no such fate: {fate}"),
    }
}

pub(crate) fn cases(world: &World) -> Vec<Case<'_>> {
    let mut cases: Vec<_> = FATES.into_iter().map(|fate| case(fate, ends(world, fate))).collect();
    cases.push(case("a word that nobody documented", unknown_status(world)));
    cases.push(case("an item that is dearer than max_price", too_dear(world)));
    cases.push(case("a balance that is spent", without_funds(world)));
    cases
}

async fn ends(world: &World, fate: &str) {
    let order_id = fate.replace('_', "-");
    let (status, reason) = end(world.provider, fate);
    world.control(json!({"fates": {"by_reference": {&order_id: fate}}})).await;
    let trade = world.place(&orders::offer(world.provider, &order_id), status).await;
    assert_eq!(trade.reason, reason, "{fate}");
    let by = match fate {
        "rolled_back_by_user" | "rolled_back_by_provider" if world.provider == ProviderName::Skinslink => {
            "unknown"
        }
        "rolled_back_by_user" => "user",
        "rolled_back_by_provider" => "provider",
        _ => "",
    };
    assert_eq!(trade.reverted_by, by, "{fate}");
    world.executed("purchases", &order_id).await;
}

async fn unknown_status(world: &World) {
    world.control(json!({"fates": {"by_reference": {"odd": "unknown_status"}}})).await;
    world.publish(&orders::offer(world.provider, "odd")).await;
    world.merchant.alerted("drift", "odd").await;
    assert_eq!(world.changes.path("odd").last(), Some(&TradeStatus::Submitted));
}

async fn too_dear(world: &World) {
    let mut order = orders::offer(world.provider, "too-dear");
    if let Some(Operation::Purchase(purchase)) = &mut order.operation {
        purchase.max_price = Some(orders::usd("1.24"));
    }
    world.place(&order, TradeStatus::Failed).await;
    world.nothing_bought("too-dear").await;
}

async fn without_funds(world: &World) {
    world.control(json!({"fates": {"by_reference": {"no-funds": "insufficient_funds"}}})).await;
    let trade: v1::Trade = world.place(&orders::offer(world.provider, "no-funds"), TradeStatus::Failed).await;
    assert_eq!(trade.reason, "insufficient_funds");
    world.nothing_bought("no-funds").await;
}
