//! The names of the states.

use std::fmt;

/// The name of a trade's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TradeStatus {
    /// Refused by intake, never sent.
    Rejected,
    /// Stored, not yet sent.
    Accepted,
    /// An attempt is in flight.
    Dispatching,
    /// The request left and no clear answer came.
    Uncertain,
    /// The provider has it.
    Submitted,
    /// A Steam trade offer exists.
    OfferSent,
    /// The user accepted; the provider is processing.
    UserAccepted,
    /// Done, but it may be taken back.
    OnHold,
    /// Done.
    Completed,
    /// Ended without success.
    Failed,
    /// Ended because a side declined.
    Canceled,
    /// Ended because time ran out.
    Expired,
    /// Was done, was taken back.
    Reverted,
    /// A person must decide.
    NeedsReview,
}

impl TradeStatus {
    /// Every status, in the order of a trade's life.
    pub const ALL: [Self; 14] = [
        Self::Rejected,
        Self::Accepted,
        Self::Dispatching,
        Self::Uncertain,
        Self::Submitted,
        Self::OfferSent,
        Self::UserAccepted,
        Self::OnHold,
        Self::Completed,
        Self::Failed,
        Self::Canceled,
        Self::Expired,
        Self::Reverted,
        Self::NeedsReview,
    ];

    /// Whether the trade has ended. A completed one may still be reverted.
    #[must_use]
    pub fn is_final(self) -> bool {
        match self {
            Self::Completed | Self::Failed | Self::Canceled | Self::Expired | Self::Reverted => true,
            Self::Rejected
            | Self::Accepted
            | Self::Dispatching
            | Self::Uncertain
            | Self::Submitted
            | Self::OfferSent
            | Self::UserAccepted
            | Self::OnHold
            | Self::NeedsReview => false,
        }
    }

    /// The name as in the design and on the terminal, for example `OFFER_SENT`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rejected => "REJECTED",
            Self::Accepted => "ACCEPTED",
            Self::Dispatching => "DISPATCHING",
            Self::Uncertain => "UNCERTAIN",
            Self::Submitted => "SUBMITTED",
            Self::OfferSent => "OFFER_SENT",
            Self::UserAccepted => "USER_ACCEPTED",
            Self::OnHold => "ON_HOLD",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Canceled => "CANCELED",
            Self::Expired => "EXPIRED",
            Self::Reverted => "REVERTED",
            Self::NeedsReview => "NEEDS_REVIEW",
        }
    }
}

impl fmt::Display for TradeStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
