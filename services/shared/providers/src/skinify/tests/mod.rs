mod commands;
mod deposit_placed;
mod deposit_refusals;
mod deposit_requests;
mod deposit_status;
mod garbage;
mod history;
mod items;
mod looked_up;
mod placed;
mod queries;
mod refusals;
mod requests;
mod statuses;
mod support;
mod violations;
mod webhook;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use skinbus_domain::order::{Deposit, DepositedItem, Game, Item, Operation, Purchase, SteamUser};
use skinbus_domain::{Currency, Money, Order, OrderKind, Outcome, Reference};

use super::Skinify;
use crate::provider::{Closed, LookUpTarget, LookedUp, PlaceAnswer, Placing, Provider, Verdict};
use crate::registry::Endpoints;

const TOKEN: &str = "0123456789abcdef-api-token";
const BUY_OLDER: &str = include_str!("fixtures/buy_older.json");
const BUY_NEWER: &str = include_str!("fixtures/buy_newer.json");
const INFO_OLDER: &str = include_str!("fixtures/info_older.json");
const INFO_NEWER: &str = include_str!("fixtures/info_newer.json");

const CREATE: &str = include_str!("fixtures/create.json");
const OFFER: &str = include_str!("fixtures/offer.json");
const DEPOSIT: &str = include_str!("fixtures/deposit.json");
const TRADE_TOKEN: &str = "AbCd_-12";

fn skinify() -> Skinify {
    skinify_at("https://skinify.io/api")
}

fn skinify_at(base_url: &str) -> Skinify {
    Skinify::new(Endpoints { base_url: base_url.to_owned(), result_url: None }, &TOKEN.into())
}

/// A placing answer without a second call.
#[derive(Debug, PartialEq)]
struct Answered {
    outcome: Outcome,
    closed: Option<(Timestamp, &'static str)>,
}

impl From<PlaceAnswer> for Answered {
    fn from(answer: PlaceAnswer) -> Self {
        let Verdict::Outcome(outcome) = answer.verdict else { panic!("another call: {answer:?}") };
        let closed = answer.closed.map(|Closed { until, reason }| (until, reason));
        Self { outcome, closed }
    }
}

fn user() -> SteamUser {
    SteamUser {
        steam_id: "76561198000000042".parse().unwrap(),
        trade_token: Some(TRADE_TOKEN.parse().unwrap()),
    }
}

fn ordered(operation: Operation) -> Order {
    Order {
        account: "skinify_main".parse().unwrap(),
        provider: "skinify".to_owned(),
        operation,
        expires_at: None,
    }
}

fn order(item: Item, game: Option<Game>) -> Order {
    let max_price = Money::parse(Currency::USD, "0.30").unwrap();
    ordered(Operation::Purchase(Purchase { recipient: user(), game, item, max_price }))
}

/// A hosted page with nothing but its user.
fn link() -> Deposit {
    Deposit {
        user: user(),
        game: None,
        items: Vec::new(),
        min_amount: None,
        max_amount: None,
        currency: None,
        custom_currency: None,
        multiplier: None,
        success_url: None,
        fail_url: None,
    }
}

/// Two items of the user.
fn named() -> Deposit {
    let item = |asset_id: &str| DepositedItem {
        asset_id: asset_id.to_owned(),
        market_hash_name: None,
        min_price: None,
    };
    Deposit { game: Some(Game::Cs2), items: vec![item("40112233445"), item("40112233446")], ..link() }
}

fn target(kind: OrderKind, text: &str) -> LookUpTarget {
    LookUpTarget {
        reference: reference(text),
        kind,
        provider_id: None,
        game: None,
        user: "76561198000000042".parse().unwrap(),
        asset_id: None,
        since: now(),
    }
}

/// The request as text. What is marked as sensitive is not shown, and what is not marked is.
fn shown(request: &Request<Bytes>) -> String {
    let headers = request.headers().iter().map(|(name, value)| format!("{name}: {value:?}\n"));
    format!(
        "{} {}\n{}\n{}",
        request.method(),
        request.uri(),
        headers.collect::<String>(),
        String::from_utf8_lossy(request.body()).replace(TRADE_TOKEN, "<trade token>"),
    )
}

fn error(word: &str) -> String {
    serde_json::json!({"status": "error", "error_message": word}).to_string()
}

fn reference(text: &str) -> Reference {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

/// When the account opens again after a limit.
fn reopens() -> Timestamp {
    "2026-01-02T03:05:05Z".parse().unwrap()
}

fn response(status: u16, body: impl AsRef<[u8]>) -> Response<Bytes> {
    Response::builder().status(status).body(Bytes::copy_from_slice(body.as_ref())).unwrap()
}

/// The first answer to an order for which one call is enough.
fn place(status: u16, body: impl AsRef<[u8]>) -> Answered {
    placed_as("wd-20431", status, body)
}

fn placed_as(text: &str, status: u16, body: impl AsRef<[u8]>) -> Answered {
    let order = order(Item::Offer("88101".to_owned()), None);
    let reference = reference(text);
    let placing = Placing { order: &order, reference: &reference, call: 1 };
    skinify().read_placed(&placing, &response(status, body), now()).into()
}

/// The outcome of a purchase that was answered with this body.
fn bought(body: impl AsRef<[u8]>) -> Outcome {
    place(200, body).outcome
}

fn look_up(status: u16, body: impl AsRef<[u8]>) -> LookedUp {
    let asked = [target(OrderKind::Purchase, "wd-20431")];
    skinify().read_looked_up(&asked, &response(status, body), now())
}

/// The sample with one text in the place of another.
fn with(sample: &str, from: &str, to: &str) -> String {
    assert!(sample.contains(from), "{from}");
    sample.replace(from, to)
}

/// The code of an unknown outcome, and whether words refused it.
fn unknown(outcome: &Outcome) -> Option<(&str, bool)> {
    match outcome {
        Outcome::Unknown { reason, refusal_unproved } => Some((&reason.code, *refusal_unproved)),
        Outcome::Placed(_) | Outcome::Refused(_) | Outcome::NotSent { .. } => None,
    }
}
