//! What is not documented, or documented in two ways: settings that only this provider has.

use std::collections::BTreeMap;

use http::StatusCode;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::engine::patch::{Extras, RawObject, read_object};

/// The key of a map that stands for everything that has no entry of its own.
const EVERYTHING: &str = "*";

/// How new the API is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Age {
    /// With the balance, the events, pages, snapshots of prices and the fields that came later.
    Newer,
    /// As the readable pages have it.
    Older,
}

/// What `pending` and `active` mean, on which two pages disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reading {
    /// `pending` waits for the offer, and `active` for the user.
    Overview,
    /// `pending` waits for the user.
    Seed,
}

/// The word for what was undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum UndoneWord {
    Reverted,
    Failed,
    Canceled,
}

/// The word for what did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FailureWord {
    /// `canceled` without a reason and where it begins so, else `failed`.
    ByReason,
    Failed,
    Canceled,
}

/// What the answer to a creation says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CreateAnswer {
    /// The trade offer is out.
    Active,
    /// It goes out later.
    Pending,
}

/// How a purchase with a rejected own id is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DuplicateAnswer {
    /// 409.
    Conflict,
    /// 200 with a failed purchase, whose reason is `duplicate_purchase`.
    Failed,
}

/// How many fields an object has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Width {
    Full,
    /// Only those that are surely there.
    Bare,
}

/// How an id or a cursor is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Writing {
    Number,
    String,
}

/// How times are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Dates {
    /// In the history with an offset and fractions, elsewhere in UTC.
    Documented,
    Utc,
    Offset,
}

/// The settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Switches {
    pub(super) age: Age,
    pub(super) reading: Reading,
    pub(super) reverted_as: UndoneWord,
    pub(super) failed_as: FailureWord,
    /// Why a deposit failed that was not told why; empty is no reason at all.
    pub(super) unaccepted_reason: String,
    /// `fail_reason` also comes with `reverted`.
    pub(super) reason_with_reverted: bool,
    pub(super) deposit_answer: CreateAnswer,
    /// Why deposits and purchases are refused in the very answer that creates them, by own id or `*`.
    pub(super) refusals: BTreeMap<String, String>,
    /// What is wrong with Steam accounts, by `partner` or `*`: a 400 with this code.
    pub(super) accounts: BTreeMap<String, String>,
    /// The merchant's account is disabled: 403.
    pub(super) disabled: bool,
    /// The caller's address is not on the list: 403.
    pub(super) forbidden_ip: Option<String>,
    pub(super) duplicate_as: DuplicateAnswer,
    /// Deposits and purchases share the name space of own ids.
    pub(super) shared_ids: bool,
    /// The answer to create-intent has an id that is not the trade's.
    pub(super) intent_ids_differ: bool,
    /// Optional fields of deposits are null instead of absent.
    pub(super) nulls: bool,
    /// Purchases of protected items are on hold first.
    pub(super) purchase_holds: bool,
    pub(super) purchase_fields: Width,
    pub(super) purchase_webhook: Width,
    /// `older` has the custom currency, and an empty `offer_id` where there is none.
    pub(super) webhook_fields: Age,
    pub(super) webhook_id: Writing,
    pub(super) cursors: Writing,
    pub(super) dates: Dates,
    /// Items have ids of hexadecimal digits in lists; the usual ids are taken all the same.
    pub(super) hex_ids: bool,
    /// 429 for more than the documentation asks for: one inventory of a user in five seconds, one status a second.
    pub(super) throttle: bool,
    /// So many requests for price lists get 503 with `Retry-After`.
    pub(super) rebuilding: u32,
    /// How long prices of an inventory last; not divided by the speed, like the next.
    pub(super) snapshot_ms: u64,
    /// How long a draft lasts.
    pub(super) draft_ms: u64,
    /// How many items a deposit can have.
    pub(super) max_items: usize,
    /// In USD; not in the older age.
    pub(super) minimum_deposit: Amount,
    /// The HTTP status of the fault `error_executed`.
    pub(super) internal_status: u16,
    /// Other HTTP statuses of errors, by the usual message.
    pub(super) error_statuses: BTreeMap<String, u16>,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            age: Age::Newer,
            reading: Reading::Overview,
            reverted_as: UndoneWord::Reverted,
            failed_as: FailureWord::ByReason,
            unaccepted_reason: "canceled_by_user".to_owned(),
            reason_with_reverted: false,
            deposit_answer: CreateAnswer::Active,
            refusals: BTreeMap::new(),
            accounts: BTreeMap::new(),
            disabled: false,
            forbidden_ip: None,
            duplicate_as: DuplicateAnswer::Conflict,
            shared_ids: true,
            intent_ids_differ: false,
            nulls: false,
            purchase_holds: true,
            purchase_fields: Width::Full,
            purchase_webhook: Width::Bare,
            webhook_fields: Age::Newer,
            webhook_id: Writing::Number,
            cursors: Writing::Number,
            dates: Dates::Documented,
            hex_ids: false,
            throttle: false,
            rebuilding: 0,
            snapshot_ms: 300_000,
            draft_ms: 300_000,
            max_items: 50,
            minimum_deposit: Amount(Decimal::ONE),
            internal_status: 500,
            error_statuses: BTreeMap::new(),
        }
    }
}

impl Switches {
    /// These settings with a change, or what is wrong with it.
    pub(super) fn changed(&self, extras: &Extras) -> Result<Self, String> {
        let text = serde_json::to_string(self).map_err(|error| error.to_string())?;
        let mut all: RawObject = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        all.extend(extras.read::<RawObject>()?);
        let changed: Self = read_object(&all)?;
        let all_codes = changed.error_statuses.values().chain([&changed.internal_status]);
        let wrong = all_codes.copied().find(|code| StatusCode::from_u16(*code).is_err());
        wrong.map_or(Ok(changed), |code| Err(format!("{code} is no HTTP status")))
    }

    /// Whether this is the newer age.
    pub(super) fn is_newer(&self) -> bool {
        self.age == Age::Newer
    }

    /// Why a creation under this own id is refused, if it is.
    pub(super) fn refusal(&self, reference: &str) -> Option<String> {
        self.refusals.get(reference).or_else(|| self.refusals.get(EVERYTHING)).cloned()
    }

    /// What is wrong with a Steam account, if anything.
    pub(super) fn account(&self, partner: u32) -> Option<&str> {
        let code = self.accounts.get(&partner.to_string()).or_else(|| self.accounts.get(EVERYTHING));
        code.map(String::as_str)
    }
}
