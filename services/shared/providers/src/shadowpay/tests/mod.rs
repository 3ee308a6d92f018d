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

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use skinbus_domain::order::{Deposit, Game, Item, ListedItem, Listing, Operation, Purchase, SteamUser};
use skinbus_domain::{
    Currency, Money, Order, OrderKind, Outcome, ProviderFacts, Reference, Trade, TradeState,
};

use super::Shadowpay;
use crate::provider::{LookUpTarget, LookedUp, PlaceAnswer, Placing, Provider, Verdict};
use crate::registry::Endpoints;

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

fn reference(text: &str) -> Reference {
    text.parse().unwrap()
}

fn dollars(text: &str) -> Money {
    Money::parse(Currency::USD, text).unwrap()
}

fn now() -> Timestamp {
    "2025-03-02T09:21:00Z".parse().unwrap()
}

fn in_seconds(seconds: i64) -> Timestamp {
    now() + jiff::SignedDuration::from_secs(seconds)
}

fn user() -> SteamUser {
    SteamUser { steam_id: STEAM_ID.parse().unwrap(), trade_token: Some(TRADE_TOKEN.parse().unwrap()) }
}

fn order(operation: Operation) -> Order {
    Order {
        account: "shadowpay_main".parse().unwrap(),
        provider: "shadowpay".to_owned(),
        operation,
        expires_at: None,
    }
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
    Deposit {
        user: user(),
        game: None,
        items: Vec::new(),
        min_amount: min_amount.map(dollars),
        max_amount: None,
        currency: None,
        custom_currency: None,
        multiplier: None,
        success_url: None,
        fail_url: None,
    }
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
    Trade {
        key: skinbus_domain::TradeKey {
            merchant: "acme".parse().unwrap(),
            order_id: "sell-1x".parse().unwrap(),
        },
        fingerprint: [1; 32],
        metadata: BTreeMap::new(),
        order: Some(order),
        accepted_at: Some(now()),
        state: TradeState::Submitted,
        attempt: None,
        facts: ProviderFacts { provider_id: provider_id.map(str::to_owned), ..ProviderFacts::default() },
        credits: Vec::new(),
    }
}

fn target(kind: OrderKind, reference_text: &str) -> LookUpTarget {
    LookUpTarget {
        reference: reference(reference_text),
        kind,
        provider_id: None,
        game: Some(Game::Cs2),
        user: STEAM_ID.parse().unwrap(),
        asset_id: (kind == OrderKind::Listing).then(|| "15778802746".to_owned()),
        since: "2025-03-02T09:00:00Z".parse().unwrap(),
    }
}

fn response(status: u16, body: impl AsRef<[u8]>) -> Response<Bytes> {
    Response::builder().status(status).body(Bytes::copy_from_slice(body.as_ref())).unwrap()
}

fn read(order: &Order, call: u32, status: u16, body: impl AsRef<[u8]>) -> PlaceAnswer {
    let reference = reference("WD-000093-a1");
    let placing = Placing { order, reference: &reference, call };
    shadowpay().read_placed(&placing, &response(status, body), now())
}

fn outcome(answer: PlaceAnswer) -> Outcome {
    match answer.verdict {
        Verdict::Outcome(outcome) => outcome,
        Verdict::Next(request) => panic!("another call: {}", request.uri().path()),
    }
}

/// The outcome of a purchase whose second call was answered with this body.
fn bought(body: impl AsRef<[u8]>) -> Outcome {
    outcome(read(&purchase(), 2, 200, body))
}

fn look_up(kind: OrderKind, status: u16, body: impl AsRef<[u8]>) -> LookedUp {
    let asked = [target(kind, "WD-000093-a1")];
    shadowpay().read_looked_up(&asked, &response(status, body), now())
}

/// The sample with one text in the place of another.
fn with(sample: &str, from: &str, to: &str) -> String {
    assert!(sample.contains(from), "{from}");
    sample.replace(from, to)
}

fn error(word: &str) -> String {
    format!(r#"{{"status":"error","error_message":"{word}"}}"#)
}

/// The code of an unknown outcome, and whether words refused it.
fn unknown(outcome: &Outcome) -> Option<(&str, bool)> {
    match outcome {
        Outcome::Unknown { reason, refusal_unproved } => Some((&reason.code, *refusal_unproved)),
        Outcome::Placed(_) | Outcome::Refused(_) | Outcome::NotSent { .. } => None,
    }
}

/// A request as it is sent.
fn shown(request: &Request<Bytes>) -> String {
    let body = String::from_utf8(request.body().to_vec()).unwrap();
    let headers: Vec<String> =
        request.headers().iter().map(|(name, value)| format!("{name}: {value:?}\n")).collect();
    format!("{} {}\n{}\n{body}", request.method(), request.uri(), headers.concat())
}

/// The fields of a form, or of an address.
fn fields(encoded: &[u8]) -> Vec<(String, String)> {
    serde_urlencoded::from_bytes(encoded).unwrap()
}
