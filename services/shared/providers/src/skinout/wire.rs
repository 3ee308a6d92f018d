//! Skinout's JSON, as its documentation shows it in two ages: the older one knows neither holds nor reversals. Ids are
//! strings here and numbers there, and so may be every amount.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::envelope::{Envelope, Signs};
use crate::wire::{Text, object, object_or_empty};

/// The one error sentence that is documented.
pub(super) const NOT_ENOUGH_FUNDS: &str = "Not enough funds on project balance to buy this skin";

#[derive(Deserialize)]
struct Outer {
    success: Option<bool>,
    error: Option<String>,
    transaction_id: Option<IgnoredAny>,
    url: Option<IgnoredAny>,
}

/// Reads an answer: `success` is true or false, and an error has its sentence. The body decides; HTTP codes of errors are
/// not documented.
pub(super) fn envelope<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Envelope<T> {
    let Ok(outer) = object::<Outer>(body) else {
        return Envelope::Unrecognised("a body that is no JSON object");
    };
    let Some(is_success) = outer.success else {
        return Envelope::Unrecognised("neither success nor error");
    };
    let word = outer.error.filter(|sentence| !sentence.trim().is_empty());
    let has_result = outer.transaction_id.is_some() || outer.url.is_some();
    Envelope::of(Signs { is_success, word, has_result }, body)
}

/// Answer of `POST /deposit/create`. It does not echo `payment_id` in any documented example.
#[derive(Deserialize)]
pub(super) struct Created {
    pub(super) url: Option<String>,
    pub(super) transaction_id: Option<Text>,
    pub(super) payment_id: Option<Text>,
}

/// The part of an answer or a row that tells whose it is.
#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) payment_id: Text,
    pub(super) transaction_id: Text,
}

/// Answer of `POST /withdraw/buy`, and a row of `GET /withdraw/status` and `GET /withdraw/history`.
#[derive(Deserialize)]
pub(super) struct Purchase {
    pub(super) payment_id: Option<Text>,
    pub(super) transaction_id: Option<Text>,
    pub(super) status: String,
    pub(super) amount: Option<Text>,
    #[serde(default, deserialize_with = "object_or_empty")]
    pub(super) skin: Option<Skin>,
    pub(super) time: Option<Text>,
    pub(super) steamid: Option<Text>,
    pub(super) trade_id: Option<Text>,
    pub(super) time_settlement: Option<Text>,
}

/// The bought skin.
#[derive(Deserialize)]
pub(super) struct Skin {
    pub(super) name: Option<String>,
    pub(super) price: Option<Text>,
}

/// Answer of `GET /deposit/status`, and a row of `GET /deposit/history`.
#[derive(Deserialize)]
pub(super) struct Deposit<'a> {
    pub(super) payment_id: Option<Text>,
    pub(super) transaction_id: Option<Text>,
    pub(super) status: String,
    pub(super) time: Option<Text>,
    pub(super) steamid: Option<Text>,
    pub(super) time_settlement: Option<Text>,
    pub(super) currency: Option<Text>,
    pub(super) currency_rate: Option<Text>,
    pub(super) amount_currency: Option<Text>,
    pub(super) amount_usd: Option<Text>,
    /// The given skins, as the newer documentation calls them.
    #[serde(borrow)]
    pub(super) items: Option<&'a RawValue>,
    /// The same in the older one.
    #[serde(borrow)]
    pub(super) skins: Option<&'a RawValue>,
}

/// Answer of `GET /withdraw/status` and of both histories. Rows are read one by one, so that one bad row does not hide
/// the others.
#[derive(Deserialize)]
pub(super) struct Rows<'a> {
    #[serde(borrow)]
    pub(super) items: Vec<&'a RawValue>,
    pub(super) total_count: Option<Text>,
}

/// Answer of the search, and presumably of the list of skins.
#[derive(Deserialize)]
pub(super) struct Skins<'a> {
    #[serde(borrow)]
    pub(super) skins: Option<Vec<&'a RawValue>>,
    /// Where every documented list is.
    #[serde(borrow)]
    pub(super) items: Option<Vec<&'a RawValue>>,
}

/// A skin that is for sale. Which of the two ids there is, is not documented.
#[derive(Deserialize)]
pub(super) struct ListedSkin {
    pub(super) id: Option<Text>,
    pub(super) skin_id: Option<Text>,
    pub(super) name: String,
    pub(super) price: Text,
    pub(super) count: Option<Text>,
}

/// Answer about the project's balance; not documented.
#[derive(Deserialize)]
pub(super) struct Balance {
    pub(super) balance: Text,
}

/// Answer about known currencies; not documented.
#[derive(Deserialize)]
pub(super) struct Currencies<'a> {
    #[serde(borrow)]
    pub(super) currencies: Vec<&'a RawValue>,
}

/// One currency.
#[derive(Deserialize)]
pub(super) struct Rate {
    pub(super) code: String,
    pub(super) rate: Option<Text>,
}
