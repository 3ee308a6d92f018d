//! ShadowPay's JSON, as its documentation and its examples show it: ids and amounts are strings here and numbers there,
//! and PHP writes `[]` where an object is empty.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::envelope::{Envelope, Signs};
use crate::wire::{Members, Text, object};

/// "Nothing suitable found", or bad parameters: the documentation has one word for both.
pub(super) const WRONG_PARAMS: &str = "wrong_params";
/// The API, or this part of it, is off for a while.
pub(super) const DISABLED: &str = "disabled";

#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow)]
    status: Option<&'a RawValue>,
    success: Option<bool>,
    error_message: Option<Text>,
    // What only a success carries.
    trade_data: Option<IgnoredAny>,
    created_bid_ids: Option<IgnoredAny>,
    cancelled_items: Option<IgnoredAny>,
    new_price: Option<IgnoredAny>,
    url: Option<IgnoredAny>,
    // What answers to questions carry.
    data: Option<IgnoredAny>,
    item: Option<IgnoredAny>,
    inv: Option<IgnoredAny>,
    balance: Option<IgnoredAny>,
}

impl Outer<'_> {
    fn has_result(&self) -> bool {
        self.trade_data.is_some()
            || self.created_bid_ids.is_some()
            || self.cancelled_items.is_some()
            || self.new_price.is_some()
            || self.url.is_some()
    }

    fn has_payload(&self) -> bool {
        self.data.is_some() || self.item.is_some() || self.inv.is_some() || self.balance.is_some()
    }
}

/// Reads the answer to a call that changes something: only `status: success` is a success.
pub(super) fn envelope<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Envelope<T> {
    read(body, false)
}

/// Reads the answer to a question. Two documented answers have no `status` at all; there the payload is the success.
pub(super) fn answer<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Envelope<T> {
    read(body, true)
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8], payload_suffices: bool) -> Envelope<T> {
    let Ok(outer) = object::<Outer<'_>>(body) else {
        return Envelope::Unrecognised("a body that is no JSON object");
    };
    let word = outer.error_message.as_ref().map(|word| word.0.clone()).filter(|word| !word.is_empty());
    let is_success = match (outer.status.map(RawValue::get), outer.success) {
        (Some("\"success\""), None | Some(true)) => true,
        (None, None) if payload_suffices && word.is_none() && outer.has_payload() => true,
        (Some("\"error\""), None | Some(false)) => false,
        (_, _) => return Envelope::Unrecognised("neither success nor error"),
    };
    Envelope::of(Signs { is_success, word, has_result: outer.has_result() }, body)
}

/// The entries of a JSON object in their order, a repeated key twice. `[]` and `null` are none; a list has entries
/// without keys, because PHP writes an object whose keys are 0, 1, 2 … as a list.
pub(super) struct Entries<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let entries = if raw == "null" {
            Ok(Vec::new())
        } else if raw.starts_with('[') {
            serde_json::from_str::<Vec<&RawValue>>(raw)
                .map(|rows| rows.into_iter().map(|row| (String::new(), row)).collect())
        } else {
            serde_json::from_str::<Members<'_>>(raw).map(|members| members.0)
        };
        entries.map(Self).map_err(serde::de::Error::custom)
    }
}

/// An answer whose payload is `data`, keyed.
#[derive(Deserialize)]
pub(super) struct Keyed<'a> {
    #[serde(borrow)]
    pub(super) data: Option<Entries<'a>>,
}

/// An answer whose payload is `data`, a list. Rows are read one by one, so that one bad row does not hide the others.
#[derive(Deserialize)]
pub(super) struct Listed<'a> {
    #[serde(borrow)]
    pub(super) data: Vec<&'a RawValue>,
}

/// Answer of `POST /buy_item`. Its trade is read apart, as in the look-ups.
#[derive(Deserialize)]
pub(super) struct Bought<'a> {
    pub(super) id: Option<Text>,
    #[serde(borrow)]
    pub(super) trade_data: &'a RawValue,
}

/// A trade, in an answer to a purchase, in a look-up or in the history. The user's trade token is in it as well, and is
/// not read.
#[derive(Deserialize)]
pub(super) struct Trade<'a> {
    pub(super) id: Option<Text>,
    pub(super) state: String,
    pub(super) price: Option<Text>,
    pub(super) steam_trade_offer_state: Option<Text>,
    pub(super) steam_tradeofferid: Option<Text>,
    pub(super) steam_to_steamid: Option<Text>,
    pub(super) steam_from_steamid: Option<Text>,
    pub(super) causer: Option<Text>,
    pub(super) time_created: Option<String>,
    pub(super) custom_id: Option<Text>,
    #[serde(borrow)]
    pub(super) items: Option<&'a RawValue>,
}

/// One item of a trade.
#[derive(Deserialize)]
pub(super) struct TradedItem {
    pub(super) project: Option<String>,
    pub(super) steam_market_hash_name: Option<String>,
    pub(super) steam_asset_id: Option<Text>,
    pub(super) price: Option<Text>,
}

impl Trade<'_> {
    /// Its items; `None` where they cannot be read.
    pub(super) fn items(&self) -> Option<Vec<TradedItem>> {
        let rows: Vec<&RawValue> = serde_json::from_str(self.items?.get()).ok()?;
        rows.into_iter().map(|row| object(row.get().as_bytes()).ok()).collect()
    }
}

/// The part of a trade that tells whose it is.
#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) custom_id: Option<Text>,
}

/// A moment as ShadowPay writes it, `2025-03-02 09:20:11`. The zone is not documented; UTC is assumed, so nothing that
/// moves money may depend on it.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let time: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

/// Anything that may be shown under the provider's own name: a text, a number, a truth value. Lists and objects are not.
#[derive(Default)]
pub(super) struct Extra(pub(super) Option<String>);

const EXTRA_MAX_CHARS: usize = 300;

impl<'de> Deserialize<'de> for Extra {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let text = match raw.as_bytes().first() {
            Some(b'"') => serde_json::from_str::<String>(raw).map_err(serde::de::Error::custom)?,
            Some(b'{' | b'[' | b'n') | None => return Ok(Self(None)),
            Some(_) => raw.to_owned(),
        };
        Ok(Self(Some(text.chars().take(EXTRA_MAX_CHARS).collect())))
    }
}
