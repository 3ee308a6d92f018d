//! Settings that only Skinout has: what its pages leave open, and ways in which it may surprise.

use std::collections::BTreeSet;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::slot::{Absent, Kind};
use crate::engine::fate::Status;
use crate::pace::set;

/// Which age of the pages is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Age {
    /// With trade protection.
    Newer,
    /// Before it.
    Older,
}

impl Age {
    /// The first in the newer age, the second in the older one.
    pub(super) fn pick<T>(self, newer: T, older: T) -> T {
        match self {
            Self::Newer => newer,
            Self::Older => older,
        }
    }
}

/// The type of `currency_rate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RateType {
    /// A number for USD and a string for others.
    AsSeen,
    Number,
    String,
}

/// What `skin_name` finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum NameMatch {
    Exact,
    /// The cheapest skin with this in its name.
    Cheapest,
}

/// How a row of search names its skin's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SearchId {
    Id,
    SkinId,
    Both,
    None,
}

/// The order of the rows of purchase status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StatusOrder {
    Asked,
    Reversed,
}

/// The switches in force; the module's table says what they mean.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Switches {
    pub(super) age: Age,
    pub(super) strict: bool,
    auth_http_status: u16,
    limit_http_status: u16,
    pub(super) pending_numeric_ids: bool,
    pub(super) settlement_type: Kind,
    pub(super) absent: Absent,
    pub(super) absent_settlement: Absent,
    pub(super) currency_rate_type: RateType,
    pub(super) name_match: NameMatch,
    pub(super) sent_at_once: bool,
    pub(super) fee_thousandths: u64,
    pub(super) search_id: SearchId,
    pub(super) search_price_type: Kind,
    pub(super) most_ids: usize,
    pub(super) status_order: StatusOrder,
    pub(super) hidden_payment_ids: BTreeSet<String>,
    pub(super) payer_steamid: String,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            age: Age::Newer,
            strict: true,
            auth_http_status: 200,
            limit_http_status: 429,
            pending_numeric_ids: false,
            settlement_type: Kind::String,
            absent: Absent::Omitted,
            absent_settlement: Absent::Omitted,
            currency_rate_type: RateType::AsSeen,
            name_match: NameMatch::Exact,
            sent_at_once: false,
            fee_thousandths: 0,
            search_id: SearchId::Id,
            search_price_type: Kind::Number,
            most_ids: 50,
            status_order: StatusOrder::Asked,
            hidden_payment_ids: BTreeSet::new(),
            payer_steamid: String::new(),
        }
    }
}

impl Switches {
    /// The HTTP status of the error for a wrong key.
    pub(super) fn auth_status(&self) -> StatusCode {
        StatusCode::from_u16(self.auth_http_status).unwrap_or(StatusCode::UNAUTHORIZED)
    }

    /// The HTTP status of the error for too many requests.
    pub(super) fn limit_status(&self) -> StatusCode {
        StatusCode::from_u16(self.limit_http_status).unwrap_or(StatusCode::TOO_MANY_REQUESTS)
    }
}

/// A status that a notification may claim.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ToldStatus {
    Pending,
    Sent,
    Accepted,
    Canceled,
    ErrorInvalidToken,
    ErrorUserNotTradable,
    ErrorInventoryPrivate,
    Error,
    RollbackUser,
    RollbackProvider,
    ManualReview,
}

impl ToldStatus {
    /// The status of the engine that has this word.
    pub(super) fn status(self) -> Status {
        match self {
            Self::Pending => Status::Processing,
            Self::Sent => Status::WaitingAccept,
            Self::Accepted => Status::Accepted,
            Self::Canceled => Status::Canceled,
            Self::ErrorInvalidToken => Status::InvalidToken,
            Self::ErrorUserNotTradable => Status::UserNotTradable,
            Self::ErrorInventoryPrivate => Status::ItemUnavailable,
            Self::Error => Status::CreateFailed,
            Self::RollbackUser => Status::RollbackUser,
            Self::RollbackProvider => Status::RollbackProvider,
            Self::ManualReview => Status::Undocumented,
        }
    }
}

/// A notification about a purchase that follows from nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToldPurchase {
    pub(super) payment_id: String,
    pub(super) status: ToldStatus,
    #[serde(default)]
    pub(super) url: Option<String>,
}

/// A change of some switches.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SwitchesPatch {
    age: Option<Age>,
    strict: Option<bool>,
    auth_http_status: Option<u16>,
    limit_http_status: Option<u16>,
    pending_numeric_ids: Option<bool>,
    settlement_type: Option<Kind>,
    absent: Option<Absent>,
    absent_settlement: Option<Absent>,
    currency_rate_type: Option<RateType>,
    name_match: Option<NameMatch>,
    sent_at_once: Option<bool>,
    fee_thousandths: Option<u64>,
    search_id: Option<SearchId>,
    search_price_type: Option<Kind>,
    most_ids: Option<usize>,
    status_order: Option<StatusOrder>,
    hidden_payment_ids: Option<BTreeSet<String>>,
    payer_steamid: Option<String>,
    /// Not a switch: these are told at once.
    pub(super) tell_purchases: Vec<ToldPurchase>,
}

impl SwitchesPatch {
    /// What is wrong with it, as far as it can be told without the purchases.
    pub(super) fn check(&self) -> Result<(), String> {
        for code in [self.auth_http_status, self.limit_http_status].into_iter().flatten() {
            StatusCode::from_u16(code).map_err(|_| format!("{code} is no HTTP status"))?;
        }
        Ok(())
    }

    /// Makes the change.
    pub(super) fn apply(self, to: &mut Switches) {
        set(&mut to.age, self.age);
        set(&mut to.strict, self.strict);
        set(&mut to.auth_http_status, self.auth_http_status);
        set(&mut to.limit_http_status, self.limit_http_status);
        set(&mut to.pending_numeric_ids, self.pending_numeric_ids);
        set(&mut to.settlement_type, self.settlement_type);
        set(&mut to.absent, self.absent);
        set(&mut to.absent_settlement, self.absent_settlement);
        set(&mut to.currency_rate_type, self.currency_rate_type);
        set(&mut to.name_match, self.name_match);
        set(&mut to.sent_at_once, self.sent_at_once);
        set(&mut to.fee_thousandths, self.fee_thousandths);
        set(&mut to.search_id, self.search_id);
        set(&mut to.search_price_type, self.search_price_type);
        set(&mut to.most_ids, self.most_ids);
        set(&mut to.status_order, self.status_order);
        set(&mut to.hidden_payment_ids, self.hidden_payment_ids);
        set(&mut to.payer_steamid, self.payer_steamid);
    }
}
