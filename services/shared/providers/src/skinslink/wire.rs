//! Skinslink's JSON. Optional fields are null at one method, absent at another and empty texts in webhooks.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::envelope;
use crate::values::BadField;
use crate::wire::{Text, object, object_or_empty};

/// What an answer is; a success with the JSON of `data`. It may still be a failed trade.
pub(super) type Envelope<'a> = envelope::Envelope<&'a str, Refusal>;

/// The words of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// `message`: fixed texts are documented, others may quote what was sent.
    pub(super) message: String,
    /// The `code` of each broken rule, of a `validation error`.
    pub(super) codes: Vec<String>,
}

#[derive(Deserialize)]
struct Outer<'a> {
    success: bool,
    message: Option<String>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct BrokenRule {
    code: Option<String>,
}

/// Reads an answer.
pub(super) fn envelope(body: &[u8]) -> Envelope<'_> {
    let Ok(outer) = object::<Outer<'_>>(body) else {
        return Envelope::Unrecognised("a body that is no envelope");
    };
    match (outer.success, outer.data.map(RawValue::get)) {
        (true, Some(data)) => Envelope::Success(data),
        (true, None) => Envelope::Unrecognised("a success without data"),
        // Details of an error are a list. An object may be a trade.
        (false, Some(data)) if !data.starts_with('[') => Envelope::Unrecognised("an error with data"),
        (false, data) => match outer.message.filter(|message| !message.is_empty()) {
            Some(message) => Envelope::Error(Refusal { message, codes: codes(data.unwrap_or("[]")) }),
            None => Envelope::Unrecognised("an error without a message"),
        },
    }
}

fn codes(details: &str) -> Vec<String> {
    let rules: Vec<&RawValue> = serde_json::from_str(details).unwrap_or_default();
    let code = |rule: &RawValue| object::<BrokenRule>(rule.get().as_bytes()).ok().and_then(|rule| rule.code);
    rules.into_iter().filter_map(code).collect()
}

/// Reads the `data` of a success.
pub(super) fn data<'a, T: Deserialize<'a>>(data: &'a str, field: &'static str) -> Result<T, BadField> {
    object(data.as_bytes()).map_err(|_| BadField(field))
}

/// A deposit or a purchase: both use the same names for what they have in common.
#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) id: Text,
    pub(super) merchant_tx_id: Option<Text>,
    pub(super) status: String,
    pub(super) fail_reason: Option<String>,
    pub(super) amount: Option<Text>,
    pub(super) trade_offer_id: Option<Text>,
    pub(super) trade_offer_expiry_at: Option<String>,
    pub(super) hold_end_date: Option<String>,
    pub(super) bot_steam_id: Option<Text>,
    pub(super) custom_currency: Option<String>,
    pub(super) custom_currency_multiplier: Option<Text>,
    pub(super) custom_currency_rate: Option<Text>,
    pub(super) custom_currency_sum: Option<Text>,
    pub(super) date: Option<String>,
    pub(super) steam_id: Option<Text>,
    #[serde(default, deserialize_with = "object_or_empty")]
    pub(super) item: Option<BoughtItem>,
}

/// The bought item.
#[derive(Deserialize)]
pub(super) struct BoughtItem {
    pub(super) name: Option<String>,
}

/// The part of a deposit or purchase that tells whose it is.
#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) id: Option<Detail>,
    pub(super) merchant_tx_id: Text,
}

/// Answer of `create-intent`. A status is not documented there; one that is told counts.
#[derive(Deserialize)]
pub(super) struct Intent {
    pub(super) merchant_tx_id: Text,
    pub(super) url: Option<String>,
    pub(super) status: Option<String>,
}

/// The part of the answer of `get-prices` that the next call needs.
#[derive(Deserialize)]
pub(super) struct Draft {
    pub(super) id: Text,
}

/// Answer of `inventory`, `available` and `search`. Rows are read one by one, so that one bad row hides no other.
#[derive(Deserialize)]
pub(super) struct ItemList<'a> {
    #[serde(borrow)]
    pub(super) items: Vec<&'a RawValue>,
    pub(super) game: Option<String>,
    pub(super) last_update_at: Option<String>,
    pub(super) total_pages: Option<Text>,
    pub(super) total: Option<Detail>,
    pub(super) sum: Option<Detail>,
    pub(super) max_items: Option<Detail>,
}

/// One item of a list.
#[derive(Deserialize)]
pub(super) struct ListedItem {
    pub(super) id: Option<Text>,
    pub(super) name: String,
    pub(super) price: Text,
    pub(super) count: Option<Text>,
    pub(super) image_url: Option<Detail>,
    pub(super) exterior: Option<Detail>,
    pub(super) rarity: Option<Detail>,
    pub(super) rarity_color: Option<Detail>,
    pub(super) class_id: Option<Detail>,
    pub(super) instance_id: Option<Detail>,
    pub(super) float: Option<Detail>,
    pub(super) inspect_url: Option<Detail>,
    pub(super) phase: Option<Detail>,
    pub(super) paint_seed: Option<Detail>,
}

/// Answer of `balance`.
#[derive(Deserialize)]
pub(super) struct BalanceSums {
    pub(super) available: Text,
    pub(super) hold: Option<Text>,
    pub(super) total: Option<Text>,
}

/// Answer of the purchase history: nested once more than the others.
#[derive(Deserialize)]
pub(super) struct History<'a> {
    #[serde(borrow)]
    pub(super) data: Vec<&'a RawValue>,
    pub(super) total: Option<Text>,
}

/// A text or number that is only passed on, exactly as it is written. Anything else is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Detail(pub(super) Option<String>);

impl<'de> Deserialize<'de> for Detail {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        Ok(Self(serde_json::from_str::<Text>(raw).ok().map(|text| text.0).filter(|text| !text.is_empty())))
    }
}
