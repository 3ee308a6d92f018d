mod deposits;
mod garbage;
mod lists;
mod looked_up;
mod placed;
mod queries;
mod records;
mod refusals;
mod requests;
mod statuses;
mod violations;
mod webhook;

use skinbus_domain::order::{Deposit, Game, Item, Operation, OrderKind, Purchase, SteamUser};
use skinbus_domain::{Observation, Order, Outcome};

use super::{Paths, Skinout};
use crate::provider::{Closed, LookUpTarget, LookedUp, PlaceAnswer, Placing, Provider};
use crate::registry::Endpoints;
use crate::test_support::{
    self, dollars, headers, now, outcome, reference, reopens, response, row, unknown, with,
};

const API_KEY: &str = "fake-project-key";
const TRADE_TOKEN: &str = "AbCd_-12";
const USER: &str = "76561198000000042";
const BUY: &str = include_str!("fixtures/buy.json");
const CREATE: &str = include_str!("fixtures/create.json");
const PURCHASES_OLDER: &str = include_str!("fixtures/purchases_older.json");
const PURCHASES_NEWER: &str = include_str!("fixtures/purchases_newer.json");
const DEPOSIT_PENDING: &str = include_str!("fixtures/deposit_pending.json");
const DEPOSIT_IN_HOLD: &str = include_str!("fixtures/deposit_in_hold.json");
const DEPOSIT_SUCCESS: &str = include_str!("fixtures/deposit_success.json");

fn skinout() -> Skinout {
    skinout_at("https://pay.skinout.gg/api/v1", "1042")
}

fn skinout_at(base_url: &str, project_id: &str) -> Skinout {
    let endpoints = Endpoints {
        base_url: base_url.to_owned(),
        result_url: Some("https://hooks.example.com/webhooks/skinout_main/hidden".to_owned()),
    };
    Skinout::new(endpoints, &API_KEY.into(), project_id.to_owned(), Paths::default())
}

/// What an answer with the status 429 does to the account.
fn limited() -> Closed {
    Closed { until: reopens(), reason: "http_429" }
}

fn user() -> SteamUser {
    test_support::user(USER, TRADE_TOKEN)
}

fn order(operation: Operation) -> Order {
    test_support::order("skinout", operation)
}

fn a_purchase() -> Purchase {
    Purchase {
        recipient: user(),
        game: Some(Game::Cs2),
        item: Item::Name("P250 | Sand Dune (Field-Tested)".to_owned()),
        max_price: dollars("0.05"),
    }
}

fn purchase() -> Order {
    order(Operation::Purchase(a_purchase()))
}

fn a_deposit() -> Deposit {
    test_support::deposit(user())
}

fn deposit() -> Order {
    order(Operation::Deposit(a_deposit()))
}

/// The answer to placing `order`, of which the samples have the reference.
fn placed(order: &Order, status: u16, body: impl AsRef<[u8]>) -> PlaceAnswer {
    let reference = match order.operation.kind() {
        OrderKind::Purchase => reference("wd-20431"),
        OrderKind::DepositLink | OrderKind::DepositItems | OrderKind::Listing => reference("dep-7781"),
    };
    let placing = Placing { order, reference: &reference, call: 1 };
    skinout().read_placed(&placing, &response(status, body), now())
}

fn bought(body: impl AsRef<[u8]>) -> Outcome {
    outcome(placed(&purchase(), 200, body))
}

fn created(body: impl AsRef<[u8]>) -> Outcome {
    outcome(placed(&deposit(), 200, body))
}

fn target(kind: OrderKind, text: &str) -> LookUpTarget {
    test_support::target(kind, text, USER)
}

/// A target of which the provider has told its id.
fn confirmed(kind: OrderKind, text: &str) -> LookUpTarget {
    LookUpTarget { provider_id: Some("903117".to_owned()), ..target(kind, text) }
}

/// The purchases of the samples.
fn purchases() -> [LookUpTarget; 2] {
    let second = target(OrderKind::Purchase, "wd-20432");
    let user = "76561198000000077".parse().unwrap();
    [target(OrderKind::Purchase, "wd-20431"), LookUpTarget { user, ..second }]
}

fn look_up(status: u16, body: impl AsRef<[u8]>) -> LookedUp {
    skinout().read_looked_up(&purchases(), &response(status, body), now())
}

/// The look-up of the sample's deposit, which the provider has confirmed.
fn look_up_deposit(status: u16, body: impl AsRef<[u8]>) -> LookedUp {
    let asked = [confirmed(OrderKind::DepositLink, "dep-7781")];
    skinout().read_looked_up(&asked, &response(status, body), now())
}

/// All rows, of which every one could be read.
fn rows(told: LookedUp) -> Vec<Observation> {
    let LookedUp::Rows { rows, unreadable: 0 } = told else { panic!("{told:?}") };
    rows
}
