mod garbage;
mod looked_up;
mod names;
mod placed;
mod queries;
mod refusals;
mod requests;
mod statuses;
mod violations;
mod webhook;

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use skinbus_domain::order::{
    Deposit, DepositedItem, Game, Item, Operation, Order, OrderKind, Purchase, SteamUser,
};
use skinbus_domain::{Currency, Money, Observation, Outcome};

use super::Skinslink;
use crate::provider::{LookUpTarget, LookedUp, PlaceAnswer, Placing, Provider, Verdict};
use crate::registry::Endpoints;
use crate::test_support::{self, dollars, outcome as outcome_of, reference, response, unknown, with};

const API_KEY: &str = "0123456789abcdef-api-key";
const USER: &str = "76561198000000042";
const TRADE_TOKEN: &str = "AbCd_-12";
const INTENT: &str = include_str!("fixtures/intent.json");
const DEPOSIT: &str = include_str!("fixtures/deposit.json");
const DEPOSIT_FAILED: &str = include_str!("fixtures/deposit_failed.json");
const DRAFT: &str = include_str!("fixtures/draft.json");
const DEPOSIT_BY_NAME: &str = include_str!("fixtures/deposit_by_name.json");
const DEPOSIT_STATUS: &str = include_str!("fixtures/deposit_status.json");
const DEPOSIT_STATUS_EURO: &str = include_str!("fixtures/deposit_status_euro.json");
const PURCHASE: &str = include_str!("fixtures/purchase.json");
const PURCHASE_STATUS: &str = include_str!("fixtures/purchase_status.json");

/// What an API answers that knows nothing under an id.
const NOT_FOUND: &str = r#"{"success": false, "message": "not found error"}"#;

fn skinslink() -> Skinslink {
    let endpoints = Endpoints {
        base_url: super::DEFAULTS.base_url.to_owned(),
        result_url: Some("https://hooks.example.com/webhooks/skinslink_main/path-secret".to_owned()),
    };
    Skinslink::new(endpoints, &API_KEY.into())
}

/// Before the offers of the samples lapse.
fn now() -> Timestamp {
    "2026-03-02T10:31:00Z".parse().unwrap()
}

fn user() -> SteamUser {
    test_support::user(USER, TRADE_TOKEN)
}

fn order(operation: Operation) -> Order {
    test_support::order("skinslink", operation)
}

fn purchase_of(item: Item, max_price: &str) -> Order {
    order(Operation::Purchase(Purchase {
        recipient: user(),
        game: Some(Game::Cs2),
        item,
        max_price: dollars(max_price),
    }))
}

fn purchase() -> Order {
    purchase_of(Item::Offer("28800417733".to_owned()), "18.50")
}

fn deposit_of(items: Vec<DepositedItem>) -> Deposit {
    Deposit { game: Some(Game::Cs2), items, ..test_support::deposit(user()) }
}

fn given(asset_id: &str, name: Option<&str>, min_price: Option<&str>) -> DepositedItem {
    DepositedItem {
        asset_id: asset_id.to_owned(),
        market_hash_name: name.map(str::to_owned),
        min_price: min_price.map(dollars),
    }
}

fn page() -> Order {
    order(Operation::Deposit(deposit_of(Vec::new())))
}

fn by_assets() -> Order {
    order(Operation::Deposit(deposit_of(vec![
        given("30117720455", None, Some("2.1")),
        given("30117720456", None, None),
    ])))
}

fn by_names() -> Order {
    order(Operation::Deposit(deposit_of(vec![
        given("30117720455", Some("Tec-9 | Groundwater (Minimal Wear)"), Some("4.1999")),
        given("30117720456", Some("Tec-9 | Groundwater (Minimal Wear)"), None),
        given("30117720457", Some("★ Karambit | Doppler"), None),
    ])))
}

fn answered(order: &Order, call: u32, status: u16, body: impl AsRef<[u8]>) -> PlaceAnswer {
    let name = if matches!(order.operation, Operation::Purchase(_)) { "wd-1" } else { "dep-1" };
    let placing = Placing { order, reference: &reference(name), call };
    skinslink().read_placed(&placing, &response(status, body), now())
}

/// The calls that make something, each with its order, its number and a success of it.
fn writes() -> [(Order, u32, &'static str); 4] {
    [
        (page(), 1, INTENT),
        (by_assets(), 1, DEPOSIT),
        (by_names(), 2, DEPOSIT_BY_NAME),
        (purchase(), 1, PURCHASE),
    ]
}

fn outcome(order: &Order, status: u16, body: impl AsRef<[u8]>) -> Outcome {
    outcome_of(answered(order, 1, status, body))
}

fn placed(order: &Order, body: impl AsRef<[u8]>) -> Observation {
    let outcome = outcome(order, 200, &body);
    let Outcome::Placed(observation) = outcome else {
        panic!("{outcome:?}: {}", String::from_utf8_lossy(body.as_ref()))
    };
    observation
}

fn target(kind: OrderKind) -> LookUpTarget {
    let text = if kind == OrderKind::Purchase { "wd-1" } else { "dep-1" };
    LookUpTarget { game: Some(Game::Cs2), since: now(), ..test_support::target(kind, text, USER) }
}

fn look_up_at(at: Timestamp, kind: OrderKind, status: u16, body: impl AsRef<[u8]>) -> LookedUp {
    skinslink().read_looked_up(&[target(kind)], &response(status, body), at)
}

fn look_up(kind: OrderKind, status: u16, body: impl AsRef<[u8]>) -> LookedUp {
    look_up_at(now(), kind, status, body)
}

/// The one row of an answer to a look-up.
fn row(kind: OrderKind, body: &str) -> Observation {
    test_support::row(look_up(kind, 200, body))
}

fn shown(request: &Request<Bytes>) -> String {
    test_support::shown(request).replace(TRADE_TOKEN, "<trade token>")
}

fn error(message: &str) -> String {
    format!(r#"{{"success": false, "message": "{message}"}}"#)
}

/// A `validation error` with this code.
fn broken_rule(code: &str) -> String {
    format!(
        r#"{{"success": false, "message": "validation error",
            "data": [{{"field": "PurchaseRequest.token", "code": "{code}", "message": "is AbCd_-12"}}]}}"#
    )
}
