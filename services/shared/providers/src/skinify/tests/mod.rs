mod commands;
mod deposit_placed;
mod deposit_refusals;
mod deposit_requests;
mod deposit_status;
mod feed;
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
use http::Request;
use jiff::Timestamp;
use skinbus_domain::order::{Deposit, DepositedItem, Game, Item, Operation, Purchase, SteamUser};
use skinbus_domain::{Order, OrderKind, Outcome};

use super::Skinify;
use crate::provider::{Closed, LookUpTarget, LookedUp, PlaceAnswer, Placing, Provider, Verdict};
use crate::registry::Endpoints;
use crate::test_support::{self, dollars, headers, now, reference, reopens, response, row, unknown, with};

const TOKEN: &str = "0123456789abcdef-api-token";
const BUY_OLDER: &str = include_str!("fixtures/buy_older.json");
const BUY_NEWER: &str = include_str!("fixtures/buy_newer.json");
const INFO_OLDER: &str = include_str!("fixtures/info_older.json");
const INFO_NEWER: &str = include_str!("fixtures/info_newer.json");

const CREATE: &str = include_str!("fixtures/create.json");
const OFFER: &str = include_str!("fixtures/offer.json");
const DEPOSIT: &str = include_str!("fixtures/deposit.json");
const USER: &str = "76561198000000042";
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
    test_support::user(USER, TRADE_TOKEN)
}

fn ordered(operation: Operation) -> Order {
    test_support::order("skinify", operation)
}

fn order(item: Item, game: Option<Game>) -> Order {
    let max_price = dollars("0.30");
    ordered(Operation::Purchase(Purchase { recipient: user(), game, item, max_price }))
}

/// A hosted page with nothing but its user.
fn link() -> Deposit {
    test_support::deposit(user())
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
    test_support::target(kind, text, USER)
}

fn shown(request: &Request<Bytes>) -> String {
    test_support::shown(request).replace(TRADE_TOKEN, "<trade token>")
}

fn error(word: &str) -> String {
    serde_json::json!({"status": "error", "error_message": word}).to_string()
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
