//! The settings that only ShadowPay has: what it does not document, and what is worth a test.
//!
//! | field | value, the default first | meaning |
//! | --- | --- | --- |
//! | `ipn_method` | `get`, `post` | how a notification comes: in a query or as a form |
//! | `ipn_amount` | `two_decimals`, `shortest`, `altered` | `7.40`; `7.4`; `7.4` with the hash of `7.40` |
//! | `ipn_fields` | `{"currency": "EUR"}` | other values in notifications, rightly signed; `null` takes one back |
//! | `ipn_omitted` | `["type", "ip"]` | fields that notifications do not have |
//! | `refusals` | `{"by_reference": {}, "by_item_id": {}}` | errors of buying: a word, or `{"error", "executed", "ban_until", "ban_reason"}`; the item `*` is every item |
//! | `refused_consumes_custom_id` | true | a refused purchase uses its own id up |
//! | `custom_id_checked` | `first`, `last` | a used own id is seen before the item and the money are, or after |
//! | `trades` | `{"wd-1": [{"after_ms", "state", "offer_state", "causer", "item_state"}]}` | what a trade is said to be, by own id or by item id, whatever it is; `null` takes one back |
//! | `finish_delay_ms` | 0 | how long an accepted trade is still `active` |
//! | `offline_items` | list of ids | their sellers are offline |
//! | `shown_prices` | `{"88101": "0.03"}` | what searches and `get_item_by_id` show instead of the price that is charged; `null` takes one back |
//! | `method_errors` | `{"sell_items": "no_access"}` | methods that answer with an error and do nothing; `null` takes one back |
//! | `situation_words` | `{"bad_signature": "…"}` | words where none is documented; the names are those of [`Situation`]; `null` takes one back |
//! | `ids` | `text`, `number` | how ids are written |
//! | `money` | `documented`, `text`, `number` | how money is written |
//! | `offer_states` | `text`, `number` | how `steam_trade_offer_state` is written |
//! | `nulls` | `null`, `absent` | how a field without a value is written |
//! | `success_status` | `documented`, `always`, `never` | whether answers have `status` |
//! | `escape_slashes` | true | `\/` as PHP writes it |
//! | `empty_map` | `array`, `object`, `missing`, `error` | `data` of a look-up by keys that finds nothing |
//! | `empty_search` | `array`, `error` | `data` of a search that finds nothing |
//! | `lookup_key` | `custom_id`, `trade_id` | the keys of `list_buy_info_by_custom_id` |
//! | `lookup_with_id` | false | its rows have `id` |
//! | `dearer_listings` | true | searches by name also show a dearer listing of each item, which is gone when it is bought |
//! | `similar_unlimited` | false | `search_similar_items` without a limit shows everything, and not 500 |
//! | `paying_balance` | `both`, `deposit_balance`, `balance` | which of the two must suffice; `balance` of the control API is the paying one |
//! | `other_balance` | decimal | the other one, where it is not the same |
//! | `partial_sale` | `skip`, `refuse` | whether one bad item is left out of a sale or spoils it |
//! | `created_reversed` | false | `created_bid_ids` come in the other order |
//! | `not_cancelled` | `rows`, `ids` | what `not_cancelled_items` has |
//! | `without_effect` | list of `cancel_items`, `change_item_price` | methods that say they did it and do nothing |
//! | `json_bodies` | false | bodies may be JSON as well |

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::words::Situation;
use crate::amount::Amount;

/// Makes an enum of a setting: copied, compared, read and written in snake case.
macro_rules! choices {
    ($($(#[$about:meta])* $name:ident { $(#[$first_about:meta])* $first:ident, $($(#[$other_about:meta])* $other:ident),+ })*) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum $name {
            #[default]
            $(#[$first_about])* $first,
            $($(#[$other_about])* $other),+
        }
    )*};
}

choices! {
    /// How a notification comes.
    IpnMethod { Get, Post }
    /// How the amount of a notification is written.
    IpnAmount { TwoDecimals, Shortest, Altered }
    /// When a used own id is seen.
    CustomIdChecked { First, Last }
    /// How ids and numbers of states are written.
    Digits { Text, Number }
    /// How money is written.
    MoneyForm { Documented, Text, Number }
    /// How a field without a value is written.
    Nulls { Null, Absent }
    /// Whether answers have a status.
    SuccessStatus { Documented, Always, Never }
    /// What a look-up by keys has that finds nothing.
    EmptyMap { Array, Object, Missing, Error }
    /// What a search has that finds nothing.
    EmptySearch { Array, Error }
    /// The keys of the look-up of purchases.
    LookupKey { CustomId, TradeId }
    /// The balance that pays.
    PayingBalance { Both, DepositBalance, Balance }
    /// What one bad item does to a sale.
    PartialSale { Skip, Refuse }
    /// What stands for an item that was not taken off sale.
    NotCancelled { Rows, Ids }
}

/// What can be said to be done and is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Effect {
    CancelItems,
    ChangeItemPrice,
}

/// An error of buying that was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "GivenRefusal")]
pub(super) struct SetRefusal {
    pub(super) error: String,
    /// Bought all the same.
    pub(super) executed: bool,
    pub(super) ban_until: Option<String>,
    pub(super) ban_reason: Option<String>,
}

/// The two ways to ask for one.
#[derive(Deserialize)]
#[serde(untagged)]
enum GivenRefusal {
    Word(String),
    Full(FullRefusal),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FullRefusal {
    error: String,
    #[serde(default)]
    executed: bool,
    #[serde(default)]
    ban_until: Option<String>,
    #[serde(default)]
    ban_reason: Option<String>,
}

impl From<GivenRefusal> for SetRefusal {
    fn from(given: GivenRefusal) -> Self {
        match given {
            GivenRefusal::Word(error) => Self { error, ..Self::default() },
            GivenRefusal::Full(FullRefusal { error, executed, ban_until, ban_reason }) => {
                Self { error, executed, ban_until, ban_reason }
            }
        }
    }
}

/// The errors of buying that were asked for.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct SetRefusals {
    pub(super) by_reference: BTreeMap<String, SetRefusal>,
    pub(super) by_item_id: BTreeMap<String, SetRefusal>,
}

/// What a trade is said to be from a time on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetTrade {
    /// Milliseconds of the life's time after the purchase.
    #[serde(default)]
    pub(super) after_ms: u64,
    pub(super) state: String,
    #[serde(default)]
    pub(super) offer_state: Option<String>,
    #[serde(default)]
    pub(super) causer: Option<String>,
    /// What follows from the state, where it is not given.
    #[serde(default)]
    pub(super) item_state: Option<String>,
}

/// All settings that only ShadowPay has.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Settings {
    pub(super) ipn_method: IpnMethod,
    pub(super) ipn_amount: IpnAmount,
    pub(super) ipn_fields: BTreeMap<String, String>,
    pub(super) ipn_omitted: BTreeSet<String>,
    pub(super) refusals: SetRefusals,
    pub(super) refused_consumes_custom_id: bool,
    pub(super) custom_id_checked: CustomIdChecked,
    pub(super) trades: BTreeMap<String, Vec<SetTrade>>,
    pub(super) finish_delay_ms: u64,
    pub(super) offline_items: BTreeSet<String>,
    pub(super) shown_prices: BTreeMap<String, Amount>,
    pub(super) method_errors: BTreeMap<String, String>,
    pub(super) situation_words: BTreeMap<String, String>,
    pub(super) ids: Digits,
    pub(super) money: MoneyForm,
    pub(super) offer_states: Digits,
    pub(super) nulls: Nulls,
    pub(super) success_status: SuccessStatus,
    pub(super) escape_slashes: bool,
    pub(super) empty_map: EmptyMap,
    pub(super) empty_search: EmptySearch,
    pub(super) lookup_key: LookupKey,
    pub(super) lookup_with_id: bool,
    pub(super) dearer_listings: bool,
    pub(super) similar_unlimited: bool,
    pub(super) paying_balance: PayingBalance,
    pub(super) other_balance: Option<Amount>,
    pub(super) partial_sale: PartialSale,
    pub(super) created_reversed: bool,
    pub(super) not_cancelled: NotCancelled,
    pub(super) without_effect: BTreeSet<Effect>,
    pub(super) json_bodies: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ipn_method: IpnMethod::default(),
            ipn_amount: IpnAmount::default(),
            ipn_fields: BTreeMap::new(),
            ipn_omitted: BTreeSet::new(),
            refusals: SetRefusals::default(),
            refused_consumes_custom_id: true,
            custom_id_checked: CustomIdChecked::default(),
            trades: BTreeMap::new(),
            finish_delay_ms: 0,
            offline_items: BTreeSet::new(),
            shown_prices: BTreeMap::new(),
            method_errors: BTreeMap::new(),
            situation_words: BTreeMap::new(),
            ids: Digits::default(),
            money: MoneyForm::default(),
            offer_states: Digits::default(),
            nulls: Nulls::default(),
            success_status: SuccessStatus::default(),
            escape_slashes: true,
            empty_map: EmptyMap::default(),
            empty_search: EmptySearch::default(),
            lookup_key: LookupKey::default(),
            lookup_with_id: false,
            dearer_listings: true,
            similar_unlimited: false,
            paying_balance: PayingBalance::default(),
            other_balance: None,
            partial_sale: PartialSale::default(),
            created_reversed: false,
            not_cancelled: NotCancelled::default(),
            without_effect: BTreeSet::new(),
            json_bodies: false,
        }
    }
}

impl Settings {
    /// The word in force where none is documented.
    pub(super) fn word(&self, situation: Situation) -> &str {
        self.situation_words.get(situation.name()).map_or(situation.usual_word(), String::as_str)
    }

    /// The error of buying that was asked for.
    pub(super) fn refusal(&self, reference: Option<&str>, item_id: &str) -> Option<&SetRefusal> {
        let by_reference = reference.and_then(|id| self.refusals.by_reference.get(id));
        let by_item_id = || self.refusals.by_item_id.get(item_id);
        by_reference.or_else(by_item_id).or_else(|| self.refusals.by_item_id.get("*"))
    }

    /// What a trade is said to be so long after the purchase.
    pub(super) fn trade(&self, reference: Option<&str>, item_id: &str, elapsed_ms: u64) -> Option<&SetTrade> {
        let by_reference = reference.and_then(|id| self.trades.get(id));
        let steps = by_reference.or_else(|| self.trades.get(item_id))?;
        steps.iter().filter(|step| step.after_ms <= elapsed_ms).max_by_key(|step| step.after_ms)
    }
}
