mod balance;
mod batches;
mod commands;
mod deposits;
mod feed;
mod garbage;
mod lists;
mod looked_up;
mod placed;
mod records;
mod refusals;
mod requests;
mod statuses;
mod violations;
mod webhook;

use bytes::Bytes;
use http::Request;
use skinbus_domain::order::{
    CustomCurrency, Deposit, DepositedItem, Game, Item, Operation, OrderKind, Purchase, SteamUser,
};
use skinbus_domain::query::Query;
use skinbus_domain::{Money, Observation, Order, Outcome, Reference};

use super::{Authentication, Skinsback};
use crate::provider::{LookUpTarget, LookedUp, PlaceAnswer, Placing, Provider, Queried};
use crate::registry::Endpoints;
use crate::test_support::{self, dollars, now, outcome, reference, reopens, response, unknown, with};

const CLIENT_ID: &str = "90417";
const SECRET: &str = "k7Qm2-demo-secret-NOT-REAL";
/// The constant of this project.
const X_SIGN: &str = "53b6e586c8c1429e45c1a280c5ffd683";
const USER: &str = "76561198165046861";
const TRADE_TOKEN: &str = "Zx9_pQ2a";
const BUY: &str = include_str!("fixtures/buy.json");
const BATCH: &str = include_str!("fixtures/batch.json");
const INFO: &str = include_str!("fixtures/info.json");
const PAGE: &str = include_str!("fixtures/page.json");
const OFFER: &str = include_str!("fixtures/offer.json");
const DEPOSIT: &str = include_str!("fixtures/deposit.json");
const WEBHOOK: &str = include_str!("fixtures/webhook.json");
const EVENT: &str = include_str!("fixtures/event.json");

fn account(authentication: Authentication) -> Skinsback {
    let endpoints = Endpoints {
        base_url: super::DEFAULTS.base_url.to_owned(),
        result_url: Some("https://hooks.example.com/webhooks/main/path-secret".to_owned()),
    };
    Skinsback::new(endpoints, CLIENT_ID.to_owned(), SECRET.into(), authentication)
}

fn skinsback() -> Skinsback {
    account(Authentication::Headers)
}

fn euros(amount: &str) -> Money {
    Money::parse("EUR".parse().unwrap(), amount).unwrap()
}

fn user() -> SteamUser {
    test_support::user(USER, TRADE_TOKEN)
}

fn order(operation: Operation) -> Order {
    test_support::order("skinsback", operation)
}

fn purchase(item: Item) -> Purchase {
    Purchase { recipient: user(), game: Some(Game::Cs2), item, max_price: dollars("12.5") }
}

fn offer_purchase(id: &str) -> Order {
    order(Operation::Purchase(purchase(Item::Offer(id.to_owned()))))
}

/// A deposit on a page, with everything that a page takes.
fn page_deposit() -> Deposit {
    Deposit {
        min_amount: Some(euros("5")),
        max_amount: Some(euros("50.00")),
        currency: Some("EUR".parse().unwrap()),
        success_url: Some("https://shop.example.com/ok".to_owned()),
        fail_url: Some("https://shop.example.com/no".to_owned()),
        ..test_support::deposit(user())
    }
}

/// A deposit of named items, with everything that it takes.
fn items_deposit() -> Deposit {
    let item = |id: &str| DepositedItem { asset_id: id.to_owned(), market_hash_name: None, min_price: None };
    Deposit {
        game: Some(Game::Rust),
        items: vec![item("41000000017"), item("41000000018")],
        currency: Some("EUR".parse().unwrap()),
        custom_currency: Some(CustomCurrency {
            name: "COIN".to_owned(),
            rate: dollars("100.5").amount,
            decimals: None,
        }),
        multiplier: Some(dollars("1.50").amount),
        ..test_support::deposit(user())
    }
}

/// The order of a kind that the answers of this folder are for.
fn order_of(kind: OrderKind) -> (Order, Reference) {
    match kind {
        OrderKind::Purchase => (offer_purchase("5518"), reference("wd-1")),
        OrderKind::DepositLink => (order(Operation::Deposit(page_deposit())), reference("dep-2041")),
        OrderKind::DepositItems => (order(Operation::Deposit(items_deposit())), reference("dep-2041")),
        OrderKind::Listing => panic!("no listings"),
    }
}

const KINDS: [(OrderKind, &str); 3] =
    [(OrderKind::Purchase, BUY), (OrderKind::DepositLink, PAGE), (OrderKind::DepositItems, OFFER)];

fn place(kind: OrderKind, status: u16, body: impl AsRef<[u8]>) -> PlaceAnswer {
    let (order, reference) = order_of(kind);
    let placing = Placing { order: &order, reference: &reference, call: 1 };
    skinsback().read_placed(&placing, &response(status, body), now())
}

/// The outcome of an order that was answered with this body.
fn placed(kind: OrderKind, body: impl AsRef<[u8]>) -> Outcome {
    outcome(place(kind, 200, body))
}

fn observed(kind: OrderKind, body: &str) -> Observation {
    let outcome = placed(kind, body);
    let Outcome::Placed(observation) = outcome else { panic!("{outcome:?}: {body}") };
    observation
}

fn target(text: &str, kind: OrderKind, provider_id: Option<&str>) -> LookUpTarget {
    LookUpTarget { provider_id: provider_id.map(str::to_owned), ..test_support::target(kind, text, USER) }
}

/// Two purchases that the provider has told ids for.
fn bought_targets() -> [LookUpTarget; 2] {
    [target("wd-1", OrderKind::Purchase, Some("880021")), target("wd-2", OrderKind::Purchase, Some("880022"))]
}

fn look_up(asked: &[LookUpTarget], status: u16, body: impl AsRef<[u8]>) -> LookedUp {
    skinsback().read_looked_up(asked, &response(status, body), now())
}

fn queried(query: &Query, body: impl AsRef<[u8]>) -> Queried {
    skinsback().read_queried(query, &response(200, body), now())
}

fn error(word: &str) -> String {
    serde_json::json!({"status": "error", "error_code": 1, "error_message": word}).to_string()
}

fn shown(request: &Request<Bytes>) -> String {
    test_support::shown(request).replace(TRADE_TOKEN, "<trade token>")
}
