mod garbage;
mod looked_up;
mod placed;
mod refusals;
mod requests;
mod statuses;
mod webhook;

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use skinbus_domain::{Outcome, Reference};

use super::Skinify;
use crate::provider::{LookedUp, PlaceAnswer, Provider};

const TOKEN: &str = "0123456789abcdef-api-token";
const BUY_OLDER: &str = include_str!("fixtures/buy_older.json");
const BUY_NEWER: &str = include_str!("fixtures/buy_newer.json");
const INFO_OLDER: &str = include_str!("fixtures/info_older.json");
const INFO_NEWER: &str = include_str!("fixtures/info_newer.json");

fn skinify() -> Skinify {
    Skinify::new("https://skinify.io/api", TOKEN.into())
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

fn place(status: u16, body: impl AsRef<[u8]>) -> PlaceAnswer {
    skinify().read_placed(&reference("wd-20431"), &response(status, body), now())
}

/// The outcome of a purchase that was answered with this body.
fn bought(body: impl AsRef<[u8]>) -> Outcome {
    place(200, body).outcome
}

fn look_up(status: u16, body: impl AsRef<[u8]>) -> LookedUp {
    skinify().read_looked_up(&response(status, body), now())
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
