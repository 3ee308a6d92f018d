//! SkinsBack's JSON: what an answer is, and its fields. Ids and amounts are strings here and numbers there.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::envelope::Envelope;
use crate::wire::{Text, object, object_or_empty};

/// What an answer is; a success with the object that has its fields.
pub(super) type Answer<'a> = Envelope<&'a [u8]>;

#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow)]
    status: Option<&'a RawValue>,
    #[serde(borrow)]
    error_code: Option<&'a RawValue>,
    #[serde(borrow)]
    error_message: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    buy_id: Option<IgnoredAny>,
    transaction_id: Option<IgnoredAny>,
    purchased: Option<IgnoredAny>,
    url: Option<IgnoredAny>,
}

/// Reads an answer whose `status` says whether the call went well.
pub(super) fn answer(body: &[u8]) -> Answer<'_> {
    read(body, false)
}

/// Reads the answer of `orderstatus`, whose `status` is the deposit's: `fail` is a success of the call, and `success`
/// says that money arrived.
pub(super) fn deposit_answer(body: &[u8]) -> Answer<'_> {
    read(body, true)
}

fn read(body: &[u8], is_deposit: bool) -> Answer<'_> {
    let Ok(outer) = object::<Outer<'_>>(body) else {
        return Answer::Unrecognised("a body that is no JSON object");
    };
    let code = outer.error_code.map_or("", RawValue::get);
    let has_code = !matches!(code, "" | "0" | "\"0\"" | "\"\"");
    let word = match outer.error_message.map_or(Ok(String::new()), |raw| serde_json::from_str(raw.get())) {
        Ok(word) => word,
        Err(_) => return Answer::Unrecognised("an error_message that is no text"),
    };
    let holds_result = [&outer.buy_id, &outer.transaction_id, &outer.purchased, &outer.url]
        .iter()
        .any(|field| field.is_some());
    let data = outer.data.map(RawValue::get).filter(|data| data.starts_with('{'));
    match outer.status.map(RawValue::get) {
        Some("\"error\"") if holds_result || data.is_some_and(|data| data != "{}") => {
            Answer::Unrecognised("an error with a result")
        }
        Some("\"error\"") if word.is_empty() => Answer::Unrecognised("an error without error_message"),
        Some("\"error\"") => Answer::Error(word),
        // Documented: an error_code makes an error of whatever it is in.
        None if has_code && !word.is_empty() && !holds_result && data.is_none() => Answer::Error(word),
        Some(_) if has_code || !(word.is_empty() || is_deposit) => {
            Answer::Unrecognised("a success with an error")
        }
        // Some methods put their fields under `data`, the others beside `status`.
        Some(status) if status == "\"success\"" || (is_deposit && status.starts_with('"')) => {
            Answer::Success(data.map_or(body, str::as_bytes))
        }
        Some(_) | None => Answer::Unrecognised("neither success nor error"),
    }
}

/// A field that is only shown: whatever is no text and no number is nothing.
pub(super) fn text_or_nothing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Text>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok())
}

/// A flag, which is a boolean by the documentation and a number in answers that were seen.
pub(super) fn flag(raw: Option<&RawValue>) -> Option<bool> {
    match raw?.get() {
        "true" | "1" | "\"1\"" | "\"true\"" => Some(true),
        "false" | "0" | "\"0\"" | "\"false\"" | "\"\"" => Some(false),
        _ => None,
    }
}

/// A list of rows, which are read one by one, so that one bad row does not hide the others.
#[derive(Deserialize)]
pub(super) struct Rows<'a> {
    #[serde(borrow)]
    pub(super) items: Vec<&'a RawValue>,
    #[serde(borrow)]
    pub(super) has_more: Option<&'a RawValue>,
    pub(super) start_from: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) total_count: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) last_update: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) currency_local: Option<Text>,
}

/// A purchase, as `market_buy`, `market_getinfo`, `market_history` and events tell it.
#[derive(Deserialize)]
pub(super) struct Purchase {
    pub(super) buy_id: Text,
    pub(super) offer_status: String,
    #[serde(default, deserialize_with = "object_or_empty")]
    pub(super) item: Option<Skin>,
    pub(super) custom_id: Option<Text>,
    pub(super) date: Option<Text>,
    pub(super) tradeofferid: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) steamid: Option<Text>,
    /// In the currency of the project's balance, which is not documented: only ever shown.
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) balance_debited_sum: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) error_reason: Option<Text>,
}

/// The bought skin.
#[derive(Deserialize)]
pub(super) struct Skin {
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) id: Option<Text>,
    pub(super) name: Option<String>,
    pub(super) price: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) classid: Option<Text>,
}

/// The part of a purchase's row that tells whose it is.
#[derive(Deserialize)]
pub(super) struct NamedPurchase {
    pub(super) buy_id: Text,
    pub(super) custom_id: Option<Text>,
}

/// A deposit, as `orderstatus`, `orders` and webhooks tell it.
#[derive(Deserialize)]
pub(super) struct Deposit<'a> {
    pub(super) status: String,
    pub(super) transaction_id: Text,
    pub(super) order_id: Text,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) steam_id: Option<Text>,
    pub(super) date: Option<Text>,
    pub(super) amount: Option<Text>,
    pub(super) amount_currency: Option<Text>,
    #[serde(borrow)]
    pub(super) amount_in_currencies: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) user_amount: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) offer_date: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) skins_send_date: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) trade_offer_id: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) reason: Option<Text>,
}

/// The part of a deposit's row that tells whose it is.
#[derive(Deserialize)]
pub(super) struct NamedDeposit {
    pub(super) transaction_id: Text,
    pub(super) order_id: Text,
}

/// Answer of `create`.
#[derive(Deserialize)]
pub(super) struct Page {
    pub(super) url: String,
    pub(super) transaction_id: Option<Text>,
}

/// Answer of `create_from_user_inventory`.
#[derive(Deserialize)]
pub(super) struct Offer {
    pub(super) transaction_id: Text,
    pub(super) sum: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) local_sum_multiplied: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) local_currency: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) trade_offer_id: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) trade_offer_expiry_at: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) bot_steam_id: Option<Text>,
    /// Asked for by nobody, but an echo of somebody else's deposit must be noticed.
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub(super) order_id: Option<Text>,
}
