//! Skinify's JSON, as its documentation and its examples show it: ids and amounts are strings here and numbers there.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::wire::{Text, object, object_or_empty};

/// The one documented word for "over the rate limit".
pub(super) const LIMIT_EXCEEDED: &str = "request_limit_exceeded";

const WORD_MAX_BYTES: usize = 64;

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
    purchase_id: Option<IgnoredAny>,
}

/// Reads an answer. The body decides; HTTP codes of errors are not documented.
pub(super) fn envelope<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Envelope<T> {
    let Ok(outer) = object::<Outer>(body) else {
        return Envelope::Unrecognised("a body that is no JSON object");
    };
    let word = outer.error_message.filter(|word| !word.is_empty());
    let is_success = match (outer.status.as_ref().map(|raw| raw.get()), outer.success) {
        (Some("\"success\""), None | Some(true)) | (None, Some(true)) => true,
        (Some("\"error\"" | "\"fail\""), None | Some(false)) | (None, Some(false)) => false,
        (_, _) => return Envelope::Unrecognised("neither success nor error"),
    };
    match (is_success, word) {
        (true, None) => match serde_json::from_slice(body) {
            Ok(fields) => Envelope::Success(fields),
            Err(_) => Envelope::Unrecognised("a success without the documented fields"),
        },
        (true, Some(_)) => Envelope::Unrecognised("a success with an error"),
        (false, _) if outer.purchase_id.is_some() => Envelope::Unrecognised("an error with a purchase"),
        (false, Some(word)) => Envelope::Error(word),
        (false, None) => Envelope::Unrecognised("an error without error_message"),
    }
}

/// A word of the provider that may be logged and stored. Whatever is no single word may quote what we sent, the user's
/// token included (invariant S1).
pub(super) fn shown(word: &str) -> String {
    let is_word = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    if is_word && (1..=WORD_MAX_BYTES).contains(&word.len()) {
        word.to_owned()
    } else {
        "(no word)".to_owned()
    }
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

/// The part of a row that tells whose it is.
#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) purchase_id: Text,
    pub(super) custom_id: Text,
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
