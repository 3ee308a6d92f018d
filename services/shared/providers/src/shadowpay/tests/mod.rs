mod commands;
mod folds;
mod garbage;
mod listings;
mod looked_up;
mod placed;
mod purchases;
mod queries;
mod refusals;
mod requests;
mod statuses;
mod violations;
mod webhook;

use jiff::Timestamp;
use skinbus_domain::order::{Deposit, Game, Item, ListedItem, Listing, Operation, Purchase, SteamUser};
use skinbus_domain::{Currency, Money, Order, OrderKind, Outcome, ProviderFacts, Trade, TradeState};

use super::Shadowpay;
use crate::provider::{LookUpTarget, LookedUp, PlaceAnswer, Placing, Provider, Verdict};
use crate::registry::Endpoints;
use crate::test_support::{self, dollars, outcome, reference, response, shown, unknown, with};

const TOKEN: &str = "sometesttoken";
const SECRET: &str = "demo-secret-hash-7Q2x";
const TRADE_TOKEN: &str = "Kq3_vT9a";
const STEAM_ID: &str = "76561198015389178";
const CHECKED: &str = include_str!("fixtures/checked.json");
const BOUGHT: &str = include_str!("fixtures/bought.json");
const INFO: &str = include_str!("fixtures/info.json");
const HISTORY: &str = include_str!("fixtures/history.json");
const LINKED: &str = include_str!("fixtures/linked.json");
const INVENTORY: &str = include_str!("fixtures/inventory.json");
const CREATED: &str = r#"{"created_bid_ids": ["5511020"], "status": "success"}"#;

fn shadowpay() -> Shadowpay {
    let endpoints = Endpoints { base_url: "https://shadowpay.com/api/v1".to_owned(), result_url: None };
    Shadowpay::new(endpoints, TOKEN.into(), "demo-public-hash".to_owned(), SECRET.into(), None)
}

fn now() -> Timestamp {
    "2025-03-02T09:21:00Z".parse().unwrap()
}

fn in_seconds(seconds: i64) -> Timestamp {
    now() + jiff::SignedDuration::from_secs(seconds)
}

fn user() -> SteamUser {
    test_support::user(STEAM_ID, TRADE_TOKEN)
}

fn order(operation: Operation) -> Order {
    test_support::order("shadowpay", operation)
}

fn purchase() -> Order {
    order(Operation::Purchase(Purchase {
        recipient: user(),
        game: Some(Game::Cs2),
        item: Item::Offer("5510932".to_owned()),
        max_price: dollars("18.50"),
    }))
}

fn deposit(min_amount: Option<&str>) -> Deposit {
    Deposit { min_amount: min_amount.map(dollars), ..test_support::deposit(user()) }
}

fn link(min_amount: Option<&str>) -> Order {
    order(Operation::Deposit(deposit(min_amount)))
}

fn listing() -> Order {
    order(Operation::Listing(Listing {
        seller: user(),
        item: ListedItem { asset_id: "15778802746".to_owned(), game: Game::Cs2, price: dollars("0.45") },
    }))
}

fn trade(order: Order, provider_id: Option<&str>) -> Trade {
    Trade { accepted_at: Some(now()), ..test_support::trade("sell-1x", order, provider_id) }
}

fn target(kind: OrderKind, text: &str) -> LookUpTarget {
    LookUpTarget {
        game: Some(Game::Cs2),
        asset_id: (kind == OrderKind::Listing).then(|| "15778802746".to_owned()),
        since: "2025-03-02T09:00:00Z".parse().unwrap(),
        ..test_support::target(kind, text, STEAM_ID)
    }
}

fn read(order: &Order, call: u32, status: u16, body: impl AsRef<[u8]>) -> PlaceAnswer {
    let reference = reference("WD-000093-a1");
    let placing = Placing { order, reference: &reference, call };
    shadowpay().read_placed(&placing, &response(status, body), now())
}

/// The outcome of a purchase whose second call was answered with this body.
fn bought(body: impl AsRef<[u8]>) -> Outcome {
    outcome(read(&purchase(), 2, 200, body))
}

fn look_up(kind: OrderKind, status: u16, body: impl AsRef<[u8]>) -> LookedUp {
    let asked = [target(kind, "WD-000093-a1")];
    shadowpay().read_looked_up(&asked, &response(status, body), now())
}

fn error(word: &str) -> String {
    format!(r#"{{"status":"error","error_message":"{word}"}}"#)
}

/// The fields of a form, or of an address.
fn fields(encoded: &[u8]) -> Vec<(String, String)> {
    serde_urlencoded::from_bytes(encoded).unwrap()
}
