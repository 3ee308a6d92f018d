//! Skinify's JSON, as its documentation and its examples show it: ids and amounts are strings here and numbers there.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::envelope::{Envelope, Signs};
use crate::wire::{Text, object, object_or_empty};

#[derive(Deserialize)]
struct Outer {
    status: Option<Box<RawValue>>,
    success: Option<bool>,
    error_message: Option<String>,
    purchase_id: Option<IgnoredAny>,
    transaction_id: Option<IgnoredAny>,
    tradeofferid: Option<IgnoredAny>,
    url: Option<IgnoredAny>,
}

impl Outer {
    /// Whether it names something that only a success makes.
    fn names_work(&self) -> bool {
        [&self.purchase_id, &self.transaction_id, &self.tradeofferid, &self.url].iter().any(|id| id.is_some())
    }
}

/// Reads an answer: `status: success`, or no `status` and `success: true`. The body decides; HTTP codes of errors are not
/// documented.
pub(super) fn envelope<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Envelope<T> {
    let Ok(outer) = object::<Outer>(body) else {
        return Envelope::Unrecognised("a body that is no JSON object");
    };
    let has_result = outer.names_work();
    let is_success = match (outer.status.as_ref().map(|raw| raw.get()), outer.success) {
        (Some("\"success\""), None | Some(true)) | (None, Some(true)) => true,
        (Some("\"error\"" | "\"fail\""), None | Some(false)) | (None, Some(false)) => false,
        (_, _) => return Envelope::Unrecognised("neither success nor error"),
    };
    let word = outer.error_message.filter(|word| !word.is_empty());
    Envelope::of(Signs { is_success, word, has_result }, body)
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

/// Answer of `GET /withdraw/info` and `GET /failed-ipn`. Rows are read one by one, so that one bad row does not hide the
/// others.
#[derive(Deserialize)]
pub(super) struct Items<'a> {
    #[serde(borrow)]
    pub(super) items: Vec<&'a RawValue>,
}

/// The bought skin.
#[derive(Deserialize)]
pub(super) struct Skin {
    pub(super) name: Option<String>,
    pub(super) price: Option<Text>,
}

/// Answer of `POST /create-deposit`.
#[derive(Deserialize)]
pub(super) struct Created {
    pub(super) transaction_id: Text,
    pub(super) url: Option<String>,
    /// Not documented.
    pub(super) deposit_id: Option<Text>,
}

/// Answer of `POST /create-steam-offer`.
#[derive(Deserialize)]
pub(super) struct Offered {
    pub(super) tradeofferid: Text,
    /// Seen in clients; what number it is is not documented.
    pub(super) botid: Option<Text>,
    /// Not documented.
    pub(super) deposit_id: Option<Text>,
    /// Not documented.
    pub(super) transaction_id: Option<Text>,
}

/// Answer of `GET /deposit-status`. The deposit has a `status` of its own.
#[derive(Deserialize)]
pub(super) struct DepositStatus<'a> {
    #[serde(borrow)]
    pub(super) deposit: &'a RawValue,
}

/// The part of a deposit that tells whose it is.
#[derive(Deserialize)]
pub(super) struct NamedDeposit {
    pub(super) deposit_id: Text,
    pub(super) transaction_id: Option<Text>,
}

/// A deposit. The older documentation has neither `trade_offer_id` nor `settlement`.
#[derive(Deserialize)]
pub(super) struct DepositRow {
    pub(super) status: String,
    pub(super) transaction_id: Text,
    pub(super) deposit_id: Option<Text>,
    pub(super) steam_id: Option<Text>,
    pub(super) date: Option<Text>,
    pub(super) amount: Option<Text>,
    pub(super) amount_currency: Option<Text>,
    pub(super) multiplied_amount: Option<Text>,
    pub(super) trade_offer_id: Option<Text>,
    pub(super) settlement: Option<Text>,
}

/// Answer of `GET /withdraw/history` and `GET /get-deposits`.
#[derive(Deserialize)]
pub(super) struct Page<'a> {
    #[serde(borrow, alias = "deposits")]
    pub(super) items: Vec<&'a RawValue>,
    #[serde(borrow)]
    pub(super) has_more: Option<&'a RawValue>,
    pub(super) start_from: Option<Text>,
    pub(super) total_count: Option<Text>,
}

/// What a purchase's row has besides.
#[derive(Deserialize)]
pub(super) struct PurchaseExtras {
    pub(super) steam_id: Option<Text>,
    #[serde(default, deserialize_with = "object_or_empty")]
    pub(super) skin: Option<SkinExtras>,
}

/// What a bought skin has besides.
#[derive(Deserialize, Default)]
pub(super) struct SkinExtras {
    pub(super) id: Option<Text>,
    #[serde(default, deserialize_with = "object_or_empty")]
    pub(super) properties: Option<Properties>,
}

/// A skin's properties.
#[derive(Deserialize)]
pub(super) struct Properties {
    pub(super) classid: Option<Text>,
}

/// Row of `GET /failed-ipn`.
#[derive(Deserialize, Default)]
pub(super) struct FailedIpn {
    pub(super) transaction_id: Option<Text>,
    pub(super) deposit_id: Option<Text>,
    pub(super) ipn_status: Option<Text>,
}

/// Answer of `POST /steam-inventory`.
#[derive(Deserialize)]
pub(super) struct Inventory<'a> {
    pub(super) currency: String,
    #[serde(borrow)]
    pub(super) inventory: Vec<&'a RawValue>,
}

/// An item in an inventory.
#[derive(Deserialize)]
pub(super) struct InventoryRow<'a> {
    pub(super) id: Text,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Option<Text>,
    pub(super) quality: Option<Text>,
    pub(super) img: Option<Text>,
    pub(super) short_type: Option<Text>,
    pub(super) gid: Option<Text>,
    pub(super) price: Option<Text>,
    #[serde(borrow)]
    pub(super) tradable: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) disabled: Option<&'a RawValue>,
}

/// Answer of `GET /withdraw/prices`.
#[derive(Deserialize)]
pub(super) struct Skins<'a> {
    #[serde(borrow)]
    pub(super) skins: Vec<&'a RawValue>,
}

/// Answer of `GET /withdraw/price`.
#[derive(Deserialize)]
pub(super) struct Price<'a> {
    #[serde(borrow)]
    pub(super) skin: &'a RawValue,
}

/// Something for sale, or a kind of it.
#[derive(Deserialize)]
pub(super) struct SkinRow {
    pub(super) id: Option<Text>,
    pub(super) name: String,
    pub(super) price: Text,
    pub(super) count: Option<Text>,
    #[serde(default, deserialize_with = "object_or_empty")]
    pub(super) properties: Option<BTreeMap<String, Box<RawValue>>>,
}

/// Answer of `GET /project-balance`; seen in clients.
#[derive(Deserialize)]
pub(super) struct Funds {
    pub(super) balance: Text,
}

/// Answer of `POST /withdraw/cancel-reservation`.
#[derive(Deserialize)]
pub(super) struct Canceled {
    pub(super) purchase_status: String,
}

/// Answer of `POST /withdraw/update-trade-token`: nothing but the success.
#[derive(Deserialize)]
pub(super) struct Done {}

/// A yes or no: as 0 or 1, as a word, as text. Nothing is neither.
pub(super) fn flag(raw: Option<&RawValue>) -> Result<Option<bool>, ()> {
    match raw.map(RawValue::get) {
        None | Some("null" | "\"\"") => Ok(None),
        Some("1" | "true" | "\"1\"" | "\"true\"") => Ok(Some(true)),
        Some("0" | "false" | "\"0\"" | "\"false\"") => Ok(Some(false)),
        Some(_) => Err(()),
    }
}
