//! What the provider has on record.

use jiff::Timestamp;

use super::Details;
use crate::credit::Credit;
use crate::ids::Reference;
use crate::money::Money;
use crate::observation::{Progress, ProviderFacts};

/// Which record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HistoryKind {
    /// Items bought for users; at some providers sales of users' items as well.
    Purchases,
    /// Items given by users.
    Deposits,
    /// Movements of the account's money.
    Money,
}

/// Some or all rows of a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryPage {
    /// The rows.
    pub rows: Vec<HistoryRow>,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<String>,
    /// How many rows there are in all, where the provider tells.
    pub total: Option<u64>,
    /// Rows that could not be read and are left out.
    pub unreadable: u64,
    /// Nobody says how far back the record reaches: a row that is not there may have left it.
    pub may_be_partial: bool,
}

/// One row of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// Our reference; `None` where the row names none, or one that is not ours.
    pub reference: Option<Reference>,
    /// When, where the provider tells.
    pub at: Option<Timestamp>,
    /// How far it is. Movements of money have none.
    pub progress: Option<Progress>,
    /// What the provider tells of it.
    pub facts: ProviderFacts,
    /// What was credited.
    pub credits: Vec<Credit>,
    /// How much money moved.
    pub amount: Option<Money>,
    /// What else the provider tells.
    pub details: Details,
}

/// A webhook that the provider could not deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedWebhook {
    /// Our reference.
    pub reference: Option<String>,
    /// The provider's id.
    pub provider_id: Option<String>,
    /// What our side answered, for example `502`.
    pub answer: Option<String>,
}

/// Some or all webhooks that failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FailedWebhookPage {
    /// The webhooks.
    pub webhooks: Vec<FailedWebhook>,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<String>,
}
