//! Questions, compared with what the simulator has.

use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::json;
use skinbus_proto::v1::TradeStatus;
use skinbus_proto::{Message, v1};
use skinbus_tests::wait;

use crate::bought::amount;
use crate::orders::{self, ASSETS, OFFER, OFFER_NAME, OFFER_PRICE};
use crate::world::World;

pub(crate) fn cs2_inventory() -> v1::InventoryRequest {
    v1::InventoryRequest { user: Some(orders::user()), game: v1::Game::Cs2.into(), ..Default::default() }
}

pub(crate) fn cs2_prices() -> v1::PricesRequest {
    v1::PricesRequest { game: v1::Game::Cs2.into(), ..Default::default() }
}

pub(crate) fn cs2_search() -> v1::SearchRequest {
    v1::SearchRequest { game: v1::Game::Cs2.into(), market_hash_names: vec![OFFER_NAME.to_owned()] }
}

pub(crate) fn cs2_offers() -> v1::OffersRequest {
    v1::OffersRequest { game: v1::Game::Cs2.into(), ..Default::default() }
}

/// A record of the last hour and the next one.
pub(crate) fn history(kind: v1::HistoryKind) -> v1::HistoryRequest {
    let now = skinbus_runtime::clock::now();
    let hour = Duration::from_secs(3600);
    v1::HistoryRequest {
        kind: kind.into(),
        from: Some(skinbus_proto::timestamp(now - hour)),
        until: Some(skinbus_proto::timestamp(now + hour)),
        page_token: String::new(),
    }
}

async fn ask<Response: Message + Default>(
    world: &World,
    operation: &str,
    request: &impl Message,
) -> Response {
    world.merchant.query(&world.account(), operation, request).await.unwrap()
}

/// The prices of what has this name, the lowest first.
fn prices_of(items: &v1::ItemsResponse, name: &str) -> Vec<Decimal> {
    assert_eq!(items.unreadable, 0, "{items:?}");
    let named = items.items.iter().filter(|item| item.market_hash_name == name);
    let mut prices: Vec<_> = named.map(|item| amount(item.price.as_ref())).collect();
    prices.sort();
    prices
}

fn assert_cheapest(items: &v1::ItemsResponse, price: &str) {
    let prices = prices_of(items, OFFER_NAME);
    assert_eq!(prices.first(), Some(&price.parse().unwrap()), "{items:?}");
}

pub(crate) async fn inventory(world: &World) {
    let items: v1::ItemsResponse = ask(world, "inventory", &cs2_inventory()).await;
    for ((asset_id, name), price) in ASSETS.into_iter().zip(["7.40", "12.15"]) {
        let item = items.items.iter().find(|item| item.id == asset_id).unwrap();
        assert_eq!((item.market_hash_name.as_str(), item.unavailable), (name, false));
        assert_eq!(amount(item.price.as_ref()), price.parse().unwrap());
    }
    // In a trade hold: told as such, or not told of.
    let held = items.items.iter().find(|item| item.id == "30117720405");
    assert!(held.is_none_or(|item| item.unavailable), "{held:?}");
}

pub(crate) async fn prices(world: &World) {
    let items: v1::ItemsResponse = ask(world, "prices", &cs2_prices()).await;
    assert_eq!(prices_of(&items, OFFER_NAME), [OFFER_PRICE.parse().unwrap()]);
    assert!(items.fetched_at.is_some());
}

pub(crate) async fn search(world: &World) {
    let items: v1::ItemsResponse = ask(world, "search", &cs2_search()).await;
    assert_cheapest(&items, OFFER_PRICE);
}

pub(crate) async fn offers(world: &World) {
    let items: v1::ItemsResponse = ask(world, "offers", &cs2_offers()).await;
    let offer = items.items.iter().find(|item| item.id == OFFER).unwrap();
    assert_eq!((offer.market_hash_name.as_str(), offer.unavailable), (OFFER_NAME, false));
    assert_cheapest(&items, OFFER_PRICE);
}

pub(crate) async fn offers_by_price(world: &World) {
    let request = v1::OffersRequest {
        min_price: Some(orders::usd("1.00")),
        max_price: Some(orders::usd("2.00")),
        ..cs2_offers()
    };
    let items: v1::ItemsResponse = ask(world, "offers", &request).await;
    let ids: Vec<_> = items.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, [OFFER]);
}

pub(crate) async fn steam_prices(world: &World) {
    let items: v1::ItemsResponse = ask(world, "steam_prices", &cs2_prices()).await;
    assert_eq!(prices_of(&items, OFFER_NAME), ["1.40".parse().unwrap()]);
}

pub(crate) async fn balance(world: &World) {
    let balance: v1::BalanceResponse = ask(world, "balance", &v1::BalanceRequest {}).await;
    // Orders are bought meanwhile.
    let is_ours = |line: &v1::BalanceLine| {
        line.amount.is_some() && amount(line.amount.as_ref()) > Decimal::from(900_000_000)
    };
    assert!(balance.lines.iter().any(is_ours), "{balance:?}");
}

pub(crate) async fn currencies(world: &World) {
    let currencies: v1::CurrenciesResponse = ask(world, "currencies", &v1::CurrenciesRequest {}).await;
    let codes: Vec<_> = currencies.currencies.iter().map(|currency| currency.code.as_str()).collect();
    assert!(codes.contains(&"USD") && codes.contains(&"EUR"), "{codes:?}");
}

pub(crate) async fn status(world: &World) {
    let status: v1::StatusResponse = ask(world, "status", &v1::StatusRequest {}).await;
    assert!(status.available, "{status:?}");
}

pub(crate) async fn purchase_history(world: &World) {
    world.place(&orders::offer(world.provider, "recorded"), TradeStatus::Completed).await;
    let page: v1::HistoryResponse = ask(world, "history", &history(v1::HistoryKind::Purchases)).await;
    let row = recorded(&page, "recorded");
    let price = row.trade.as_ref().unwrap().facts.as_ref().unwrap().price_paid.as_ref();
    assert_eq!(amount(row.amount.as_ref().or(price)), OFFER_PRICE.parse().unwrap());
}

pub(crate) async fn deposit_history(world: &World) {
    world.place(&orders::link(world.provider, "recorded-link"), TradeStatus::Submitted).await;
    let page: v1::HistoryResponse = ask(world, "history", &history(v1::HistoryKind::Deposits)).await;
    recorded(&page, "recorded-link");
}

fn recorded<'a>(page: &'a v1::HistoryResponse, order_id: &str) -> &'a v1::HistoryRow {
    assert_eq!(page.unreadable, 0, "{page:?}");
    let is_ours = |row: &&v1::HistoryRow| row.trade.as_ref().is_some_and(|trade| trade.reference == order_id);
    let mut rows = page.rows.iter().filter(is_ours);
    let row = rows.next().unwrap_or_else(|| panic!("{order_id} is not in {page:?}"));
    assert!(rows.next().is_none(), "{order_id} is there twice: {page:?}");
    row
}

pub(crate) async fn failed_webhooks(world: &World) {
    world.place(&orders::link(world.provider, "unheard"), TradeStatus::Submitted).await;
    let deposit = world.executed("deposits", "unheard").await;
    let id: u64 = deposit["transaction_id"].as_str().unwrap().parse().unwrap();
    // Nobody listens there.
    let told = json!({
        "reference": "unheard", "transaction_id": id, "amount": "1.00", "status": "failed", "url": "http://127.0.0.1:1/",
    });
    world.control(json!({"notifications": {"gaps_ms": []}, "send_notifications": [told]})).await;
    wait::until("the webhook to fail", || async {
        let request = v1::FailedWebhooksRequest::default();
        let failed: v1::FailedWebhooksResponse = ask(world, "failed_webhooks", &request).await;
        let ours = failed.webhooks.into_iter().find(|webhook| webhook.reference == "unheard")?;
        assert_eq!(ours.provider_id, id.to_string());
        Some(())
    })
    .await;
}
