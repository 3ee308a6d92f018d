//! Skinify's JSON, as its documentation and its examples show it: ids and amounts are strings here and numbers there.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::wire::{Text, object_or_empty};

/// The one documented word for "over the rate limit".
pub(super) const LIMIT_EXCEEDED: &str = "request_limit_exceeded";

/// What an answer is, before its fields are read.
pub(super) enum Envelope<T> {
    /// `status: success`, or no `status` and `success: true`, with readable fields.
    Success(T),
    /// A clear error with its word.
    Error(String),
    /// Anything else, with what was seen: never success, never failure.
    Unrecognised(&'static str),
}

#[derive(Deserialize)]
struct Outer {
    status: Option<Box<RawValue>>,
    success: Option<bool>,
    error_message: Option<String>,
}

/// Reads an answer. The body decides; HTTP codes of errors are not documented.
pub(super) fn envelope<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Envelope<T> {
    let Ok(outer) = serde_json::from_slice::<Outer>(body) else {
        return Envelope::Unrecognised("a body that is no JSON object");
    };
    let status = outer.status.as_ref().map(|raw| raw.get());
    match (status, outer.success) {
        (Some("\"success\""), _) | (None, Some(true)) => match serde_json::from_slice(body) {
            Ok(fields) => Envelope::Success(fields),
            Err(_) => Envelope::Unrecognised("a success without the documented fields"),
        },
        (Some("\"error\"" | "\"fail\""), _) | (None, Some(false)) => match outer.error_message {
            Some(word) => Envelope::Error(word),
            None => Envelope::Unrecognised("an error without error_message"),
        },
        (_, _) => Envelope::Unrecognised("neither success nor error"),
    }
}

/// An unknown word of the provider, cut to a length that is safe to log and store.
pub(super) fn shortened(word: &str) -> String {
    word.chars().take(64).collect()
}

/// Answer of `POST /withdraw/buy`.
#[derive(Deserialize)]
pub(super) struct Bought {
    pub(super) purchase_id: Text,
    pub(super) purchase_status: String,
    #[serde(default, deserialize_with = "object_or_empty")]
    pub(super) skin: Option<Skin>,
    pub(super) custom_id: Option<Text>,
    pub(super) date: Option<Text>,
    pub(super) balance_debited_amount: Option<Text>,
    pub(super) trade_offer_id: Option<Text>,
    pub(super) settlement: Option<Text>,
    pub(super) reserved_until: Option<Text>,
}

/// Answer of `GET /withdraw/info`. Rows are read one by one, so that one bad row does not hide the others.
#[derive(Deserialize)]
pub(super) struct Items {
    pub(super) items: Vec<Box<RawValue>>,
}

/// The bought skin.
#[derive(Deserialize)]
pub(super) struct Skin {
    pub(super) name: Option<String>,
    pub(super) price: Option<Text>,
}
