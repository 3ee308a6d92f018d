//! What the tests of all adapters have in common.

mod garbage;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, header};
use jiff::Timestamp;
use skinbus_domain::order::{Deposit, Operation, SteamUser};
use skinbus_domain::{
    Currency, Money, Observation, Order, OrderKind, Outcome, ProviderFacts, Reference, Trade, TradeKey,
    TradeState,
};

pub(crate) use garbage::{damaged, enlarged, garbage, start, truncated};

use crate::provider::{LookUpTarget, LookedUp, PlaceAnswer, Verdict};

pub(crate) fn now() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

/// When an account opens again after a limit that was reached now.
pub(crate) fn reopens() -> Timestamp {
    "2026-01-02T03:05:05Z".parse().unwrap()
}

pub(crate) fn reference(text: &str) -> Reference {
    text.parse().unwrap()
}

pub(crate) fn dollars(amount: &str) -> Money {
    Money::parse(Currency::USD, amount).unwrap()
}

pub(crate) fn user(steam_id: &str, trade_token: &str) -> SteamUser {
    SteamUser { steam_id: steam_id.parse().unwrap(), trade_token: Some(trade_token.parse().unwrap()) }
}

/// An order for the one account at this provider.
pub(crate) fn order(provider: &str, operation: Operation) -> Order {
    Order {
        account: format!("{provider}_main").parse().unwrap(),
        provider: provider.to_owned(),
        operation,
        expires_at: None,
    }
}

/// A hosted page with nothing but its user.
pub(crate) fn deposit(user: SteamUser) -> Deposit {
    Deposit {
        user,
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

/// A trade that the provider has.
pub(crate) fn trade(order_id: &str, order: Order, provider_id: Option<&str>) -> Trade {
    Trade {
        key: TradeKey { merchant: "acme".parse().unwrap(), order_id: order_id.parse().unwrap() },
        fingerprint: [1; 32],
        metadata: BTreeMap::new(),
        order: Some(order),
        accepted_at: Some(now()),
        status_since: now(),
        is_stuck: false,
        ended_as_of: None,
        state: TradeState::Submitted,
        attempt: None,
        facts: ProviderFacts { provider_id: provider_id.map(str::to_owned), ..ProviderFacts::default() },
        credits: Vec::new(),
    }
}

/// A trade that is to be looked up, of which the provider has told nothing.
pub(crate) fn target(kind: OrderKind, text: &str, user: &str) -> LookUpTarget {
    LookUpTarget {
        reference: reference(text),
        kind,
        provider_id: None,
        game: None,
        user: user.parse().unwrap(),
        asset_id: None,
        since: now(),
    }
}

pub(crate) fn response(status: u16, body: impl AsRef<[u8]>) -> Response<Bytes> {
    Response::builder().status(status).body(Bytes::copy_from_slice(body.as_ref())).unwrap()
}

/// A webhook's headers: its content type, where that is not empty.
pub(crate) fn headers(content_type: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if !content_type.is_empty() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(content_type).unwrap());
    }
    headers
}

/// The request as text. What is marked as sensitive is not shown, and what is not marked is.
pub(crate) fn shown(request: &Request<Bytes>) -> String {
    let headers = request.headers().iter().map(|(name, value)| format!("{name}: {value:?}\n"));
    format!(
        "{} {}\n{}\n{}",
        request.method(),
        request.uri(),
        headers.collect::<String>(),
        String::from_utf8_lossy(request.body()),
    )
}

/// The sample with one text in the place of another.
pub(crate) fn with(sample: &str, from: &str, to: &str) -> String {
    assert!(sample.contains(from), "{from}");
    sample.replace(from, to)
}

/// The outcome that an answer has without another call.
pub(crate) fn outcome(answer: PlaceAnswer) -> Outcome {
    match answer.verdict {
        Verdict::Outcome(outcome) => outcome,
        Verdict::Next(request) => panic!("another call: {}", request.uri().path()),
    }
}

/// The code of an unknown outcome, and whether words refused it.
pub(crate) fn unknown(outcome: &Outcome) -> Option<(&str, bool)> {
    match outcome {
        Outcome::Unknown { reason, refusal_unproved } => Some((&reason.code, *refusal_unproved)),
        Outcome::Placed(_) | Outcome::Refused(_) | Outcome::NotSent { .. } => None,
    }
}

/// The rows of a look-up's answer, and how many could not be read.
pub(crate) fn rows(told: LookedUp) -> (Vec<Observation>, usize) {
    let LookedUp::Rows { rows, unreadable } = told else { panic!("{told:?}") };
    (rows, unreadable)
}

/// The one row of a look-up's answer.
pub(crate) fn row(told: LookedUp) -> Observation {
    let LookedUp::Rows { mut rows, unreadable: 0 } = told else { panic!("{told:?}") };
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0)
}
