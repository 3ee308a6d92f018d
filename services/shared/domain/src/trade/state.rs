//! The states of a trade, each with the data that only it has.

use jiff::Timestamp;

use super::status::TradeStatus;
use crate::violation::Violation;

/// Why a trade is where it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reason {
    /// Stable snake_case word, the same for every provider, for example `item_unavailable`.
    pub code: String,
    /// The provider's own word, where it gave one.
    pub provider_code: Option<String>,
}

impl Reason {
    /// A reason of our own.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), provider_code: None }
    }

    /// A reason that stands for the provider's word.
    #[must_use]
    pub fn from_provider(code: &str, provider_code: &str) -> Self {
        Self { code: code.to_owned(), provider_code: Some(provider_code.to_owned()) }
    }
}

/// Who took a delivered item back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReversedBy {
    /// The Steam user.
    User,
    /// The provider, or its supplier.
    Provider,
    /// Nobody says.
    Unknown,
}

/// Where a trade stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TradeState {
    /// Refused by intake, never sent.
    Rejected {
        /// Every broken rule.
        violations: Vec<Violation>,
    },
    /// Stored, not yet sent.
    Accepted {
        /// Not sent before this.
        not_before: Option<Timestamp>,
        /// Why it has to wait.
        reason: Option<Reason>,
    },
    /// An attempt is in flight, until its lease ends.
    Dispatching,
    /// The request left and no clear answer came.
    Uncertain {
        /// When the request was last on its way.
        since: Timestamp,
        /// What was seen.
        reason: Reason,
        /// See [`crate::Outcome::Unknown`].
        refusal_unproved: bool,
    },
    /// The provider has it.
    Submitted,
    /// A Steam trade offer exists.
    OfferSent,
    /// The user accepted; the provider is processing.
    UserAccepted,
    /// Done, but it may be taken back.
    OnHold {
        /// Until this.
        hold_ends_at: Timestamp,
    },
    /// Done.
    Completed {
        /// Looked at until this, in case it is taken back after all.
        watch_until: Option<Timestamp>,
    },
    /// Ended without success.
    Failed {
        /// Why.
        reason: Reason,
    },
    /// Ended because a side declined.
    Canceled {
        /// Why.
        reason: Reason,
    },
    /// Ended because time ran out.
    Expired {
        /// Why.
        reason: Reason,
    },
    /// Was done, was taken back.
    Reverted {
        /// Why.
        reason: Reason,
        /// By whom.
        by: ReversedBy,
    },
    /// A person must decide.
    NeedsReview {
        /// Why.
        reason: Reason,
        /// What is known, for the person: attempts, references, last answers, in words and without secrets.
        findings: Vec<String>,
    },
}

impl TradeState {
    /// The state's name.
    #[must_use]
    pub fn status(&self) -> TradeStatus {
        match self {
            Self::Rejected { .. } => TradeStatus::Rejected,
            Self::Accepted { .. } => TradeStatus::Accepted,
            Self::Dispatching => TradeStatus::Dispatching,
            Self::Uncertain { .. } => TradeStatus::Uncertain,
            Self::Submitted => TradeStatus::Submitted,
            Self::OfferSent => TradeStatus::OfferSent,
            Self::UserAccepted => TradeStatus::UserAccepted,
            Self::OnHold { .. } => TradeStatus::OnHold,
            Self::Completed { .. } => TradeStatus::Completed,
            Self::Failed { .. } => TradeStatus::Failed,
            Self::Canceled { .. } => TradeStatus::Canceled,
            Self::Expired { .. } => TradeStatus::Expired,
            Self::Reverted { .. } => TradeStatus::Reverted,
            Self::NeedsReview { .. } => TradeStatus::NeedsReview,
        }
    }

    /// Why the trade is here, for the states that have a reason.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Accepted { reason, .. } => reason.as_ref(),
            Self::Uncertain { reason, .. }
            | Self::Failed { reason }
            | Self::Canceled { reason }
            | Self::Expired { reason }
            | Self::Reverted { reason, .. }
            | Self::NeedsReview { reason, .. } => Some(reason),
            Self::Rejected { .. }
            | Self::Dispatching
            | Self::Submitted
            | Self::OfferSent
            | Self::UserAccepted
            | Self::OnHold { .. }
            | Self::Completed { .. } => None,
        }
    }
}
