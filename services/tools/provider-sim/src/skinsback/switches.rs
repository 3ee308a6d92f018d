//! The settings that only SkinsBack has: what its pages leave open, and what it was seen to do in several ways.
//!
//! In the control API they are fields of the object `skinsback`, beside the common ones. A list or a map that is
//! given replaces the one in force.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::methods::Method;
use super::money;
use crate::amount::Amount;
use crate::engine::patch::{Extras, RawObject, read_object};

/// Which way of authentication is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Authentication {
    /// Either; where a request has both, both must be right.
    #[default]
    Any,
    Headers,
    Signature,
}

/// Which bodies are understood.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RequestEncoding {
    #[default]
    Any,
    Json,
    Form,
}

/// How values of a JSON body that are no strings are turned into the text that is signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SignatureText {
    /// As PHP does: `12.0` is `12`, `true` is `1`, `false` and `null` are nothing.
    #[default]
    Php,
    /// As JavaScript does, and numbers by their own digits: `true` is `true`, and `null` is not signed.
    Literal,
}

/// The types of values that are seen as numbers and as strings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Types {
    /// As in the examples of each method.
    #[default]
    Usual,
    Numbers,
    Strings,
    /// Now so, now so.
    Mixed,
}

/// What becomes of a field that there is nothing to say in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AbsentFields {
    #[default]
    LeftOut,
    Null,
}

/// Which of its ages the API is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Age {
    #[default]
    Current,
    /// Before CS2: `csgo`, amounts of deposits on `success` only, `instanceid` in the answer to buy, older names.
    Old,
}

/// What a look-up by several ids does about those it does not find.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum UnknownIds {
    #[default]
    LeftOut,
    /// Any of them makes the whole answer an error.
    Error,
}

/// What `start_from` means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Cursor {
    /// How many rows came before.
    #[default]
    Offset,
    /// The id of the row that came last.
    LastId,
}

/// What the signature of event notifications is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum EventHeader {
    #[default]
    Signature,
    Authorization,
}

/// An error that a method gives whatever it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ForcedError {
    /// Any method without it.
    #[serde(default)]
    pub(super) method: Option<String>,
    pub(super) error_code: i64,
    pub(super) error_message: String,
    /// Whether the request is executed all the same.
    #[serde(default)]
    pub(super) executed: bool,
    /// How often it still comes.
    #[serde(default = "once")]
    pub(super) times: u64,
}

fn once() -> u64 {
    1
}

/// All settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Switches {
    pub(super) authentication: Authentication,
    pub(super) request_encoding: RequestEncoding,
    pub(super) signature_text: SignatureText,
    /// Off, every call gets `shop_not_active`.
    pub(super) shop_active: bool,
    /// Off, every call gets `invalid_ip_address`.
    pub(super) ip_allowed: bool,
    /// Off, every call of the market gets `market_disabled`.
    pub(super) market_enabled: bool,
    /// Why the method `status` says that nothing is available: `site_off` or `no_bots`.
    pub(super) unavailable: Option<String>,
    pub(super) age: Age,
    pub(super) types: Types,
    pub(super) absent_fields: AbsentFields,
    /// Fields that are never sent, wherever they would be.
    pub(super) omitted_fields: BTreeSet<String>,
    /// One more field in every object that is no map.
    pub(super) unknown_fields: bool,
    /// JSON with slashes and all that is not ASCII escaped, as PHP writes it by default.
    pub(super) escaped_json: bool,
    pub(super) error_code_as_string: bool,
    /// Other codes by the usual name, such as the contradictory 7 for `order_id_already_exists`.
    pub(super) error_codes: BTreeMap<String, i64>,
    pub(super) forced_errors: Vec<ForcedError>,
    /// Longer order ids are invalid.
    pub(super) longest_order_id: usize,
    /// An own id is used up also by a request that was refused.
    pub(super) refused_ids_are_used: bool,
    /// A repeated `custom_id` is seen only after funds, stock and price are.
    pub(super) custom_id_checked_last: bool,
    /// The answer to `market_buy` has the `custom_id`.
    pub(super) echo_custom_id: bool,
    pub(super) unknown_ids: UnknownIds,
    pub(super) cursor: Cursor,
    pub(super) newest_first: bool,
    /// How long after `user_inventory` its assets can be given; life time, which `advance_ms` moves.
    pub(super) inventory_fresh_ms: u64,
    /// The smallest deposit, in USD.
    pub(super) minimum_deposit: Amount,
    /// Of `amount` of deposits.
    pub(super) amount_currency: String,
    /// Of the balance and of what is debited from it.
    pub(super) balance_currency: String,
    /// The user who pays deposits of the hosted page, instead of the one that was asked for.
    pub(super) depositor_steam_id: Option<String>,
    /// Words that look-ups show instead of the true status of deposits, by own id.
    pub(super) shown_order_status: BTreeMap<String, String>,
    /// The same for purchases.
    pub(super) shown_offer_status: BTreeMap<String, String>,
    /// The full price list has each CS2 skin twice under one id: as it is, and with a phase in its name.
    pub(super) phased_duplicates: bool,
    /// A forged notification has the right `X-SIGN`, which anybody can know who saw one.
    pub(super) forged_keeps_x_sign: bool,
    pub(super) event_signature_header: EventHeader,
    /// Amounts of deposit notifications have two decimals, though the signed text has as few as they need.
    pub(super) padded_webhook_amounts: bool,
}

/// As old as an inventory may be.
const FOUR_HOURS_MS: u64 = 4 * 60 * 60 * 1000;

impl Default for Switches {
    fn default() -> Self {
        Self {
            authentication: Authentication::default(),
            request_encoding: RequestEncoding::default(),
            signature_text: SignatureText::default(),
            shop_active: true,
            ip_allowed: true,
            market_enabled: true,
            unavailable: None,
            age: Age::default(),
            types: Types::default(),
            absent_fields: AbsentFields::default(),
            omitted_fields: BTreeSet::new(),
            unknown_fields: false,
            escaped_json: true,
            error_code_as_string: false,
            error_codes: BTreeMap::new(),
            forced_errors: Vec::new(),
            longest_order_id: 36,
            refused_ids_are_used: false,
            custom_id_checked_last: false,
            echo_custom_id: false,
            unknown_ids: UnknownIds::default(),
            cursor: Cursor::default(),
            newest_first: false,
            inventory_fresh_ms: FOUR_HOURS_MS,
            minimum_deposit: Amount(Decimal::new(50, 2)),
            amount_currency: "usd".to_owned(),
            balance_currency: "usd".to_owned(),
            depositor_steam_id: None,
            shown_order_status: BTreeMap::new(),
            shown_offer_status: BTreeMap::new(),
            phased_duplicates: false,
            forged_keeps_x_sign: true,
            event_signature_header: EventHeader::default(),
            padded_webhook_amounts: false,
        }
    }
}

impl Switches {
    /// The same with the changes of a control request, or what is wrong with them.
    pub(super) fn changed(&self, extras: &Extras) -> Result<Self, String> {
        let given: RawObject = extras.read()?;
        // Through text, because a value in memory would make doubles of amounts.
        let text = serde_json::to_string(self).map_err(|error| error.to_string())?;
        let mut all: RawObject = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        all.extend(given);
        let changed: Self = read_object(&all)?;
        for currency in [&changed.amount_currency, &changed.balance_currency] {
            money::rate(currency).ok_or_else(|| format!("no currency {currency:?}"))?;
        }
        for method in changed.forced_errors.iter().filter_map(|forced| forced.method.as_deref()) {
            Method::of(method).ok_or_else(|| format!("forced_errors: no method {method:?}"))?;
        }
        Ok(changed)
    }

    /// The settings as the control API shows them.
    pub(super) fn view(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(view)) => view,
            // An object of plain values can always be written.
            Ok(_) | Err(_) => Map::new(),
        }
    }

    /// The next error that is forced on a method, which is counted.
    pub(super) fn take_forced(&mut self, method: Method) -> Option<ForcedError> {
        let fits = |forced: &&mut ForcedError| {
            forced.times > 0 && forced.method.as_deref().is_none_or(|wanted| wanted == method.word())
        };
        let forced = self.forced_errors.iter_mut().find(fits)?;
        forced.times -= 1;
        Some(forced.clone())
    }
}
