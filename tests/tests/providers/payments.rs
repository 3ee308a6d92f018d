//! Pages on which each sold item is a credit of its own.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use skinbus_proto::v1::{self, CreditState, TradeStatus};
use skinbus_runtime::config::ProviderName;

use crate::bought::amount;
use crate::orders;
use crate::world::{Case, World, case};

pub(crate) fn cases(world: &World) -> Vec<Case<'_>> {
    match world.provider {
        ProviderName::Shadowpay => vec![
            case("a payment under another transaction", another_transaction(world)),
            case("a payment that nobody signed", unsigned(world)),
        ],
        ProviderName::Skinsback | ProviderName::Skinout | ProviderName::Skinify | ProviderName::Skinslink => {
            Vec::new()
        }
    }
}

async fn sold(world: &World, order_id: &str, price: &str, mode: &str) {
    let event = json!({"reference": order_id, "event": "credit", "amount": price, "mode": mode});
    world.control(json!({"deposits": [event]})).await;
}

/// Waits for so many credits, and compares them with those of the simulator's own record.
async fn credited(world: &World, order_id: &str, count: usize) -> v1::Trade {
    let has_all = |change: &v1::TradeStatusChanged| {
        change.trade.as_ref().is_some_and(|trade| trade.credits.len() >= count)
    };
    let trade = world.changes.until(order_id, &format!("credited {count} times"), has_all).await;
    let ours: BTreeMap<String, Decimal> = trade
        .credits
        .iter()
        .inspect(|credit| assert_eq!(credit.state(), CreditState::Credited))
        .map(|credit| (credit.key.clone(), amount(credit.amount.as_ref())))
        .collect();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let executed = world.executed("deposits", order_id).await;
    let theirs = executed["credits"].as_array().unwrap().iter().map(|credit| {
        let key = format!("{}/{}", text(&credit["transaction_id"]), text(&credit["trade_id"]));
        (key, text(&credit["amount"]).parse().unwrap())
    });
    assert_eq!(ours, theirs.collect());
    assert_eq!(trade.credits.len(), count, "{:?}", trade.credits);
    trade
}

pub(crate) async fn one_for_each_sold_item(world: &World) {
    let trade = world.place(&orders::link(world.provider, "link-x"), TradeStatus::Submitted).await;
    assert!(trade.facts.unwrap().redirect_url.starts_with("https://"));
    assert!(trade.credits.is_empty());
    sold(world, "link-x", "7.40", "duplicated").await;
    credited(world, "link-x", 1).await;
    // The first one comes after the second.
    sold(world, "link-x", "0.03", "reordered").await;
    sold(world, "link-x", "12.15", "normal").await;
    credited(world, "link-x", 3).await;
    assert_eq!(world.changes.path("link-x").last(), Some(&TradeStatus::Submitted));
}

async fn another_transaction(world: &World) {
    world.place(&orders::link(world.provider, "replayed-x"), TradeStatus::Submitted).await;
    sold(world, "replayed-x", "7.40", "normal").await;
    credited(world, "replayed-x", 1).await;
    let executed = world.executed("deposits", "replayed-x").await;
    let again = json!({
        "reference": "replayed-x", "trade_id": executed["credits"][0]["trade_id"], "payment_id": "another-transaction",
        "amount": "7.40",
    });
    world.control(json!({"send_notifications": [again]})).await;
    world.merchant.alerted("anomaly", "replayed-x").await;
    assert_eq!(world.changes.of("replayed-x").last().unwrap().trade.as_ref().unwrap().credits.len(), 1);
}

async fn unsigned(world: &World) {
    world.place(&orders::link(world.provider, "forged-x"), TradeStatus::Submitted).await;
    let forged = json!({"reference": "forged-x", "trade_id": "t-1", "payment_id": "p-1", "amount": "7.40", "forged": true});
    world.control(json!({"send_notifications": [forged]})).await;
    // The real one comes after it.
    sold(world, "forged-x", "1.00", "normal").await;
    credited(world, "forged-x", 1).await;
}
