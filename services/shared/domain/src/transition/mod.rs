//! The transitions, one per file. Each is a function of the trade and its input; [`crate::fold()`] is the index.

pub(crate) mod confirm_absent;
pub(crate) mod end_link;
pub(crate) mod expire_lease;
pub(crate) mod give_up;
pub(crate) mod ledger_restored;
pub(crate) mod not_sent;
pub(crate) mod observe;
pub(crate) mod pass_deadline;
pub(crate) mod refuse;
pub(crate) mod request;
pub(crate) mod resolve;
mod review;
pub(crate) mod start_attempt;
pub(crate) mod tell_stuck;
pub(crate) mod uncertain;

use jiff::Timestamp;

use crate::fold::{Alert, Change, Fold};
use crate::trade::{Cause, Trade, TradeState, TradeStatus};

/// How far a trade is, as far as an input about its placing is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Never accepted.
    Rejected,
    /// Not in flight.
    Waiting,
    /// In flight, or maybe in flight.
    InFlight,
    /// The provider has it.
    AtProvider,
    /// A person decides.
    Review,
    /// Over.
    Final,
}

pub(crate) fn stage(status: TradeStatus) -> Stage {
    match status {
        TradeStatus::Rejected => Stage::Rejected,
        TradeStatus::Accepted => Stage::Waiting,
        TradeStatus::Dispatching | TradeStatus::Uncertain => Stage::InFlight,
        TradeStatus::Submitted | TradeStatus::OfferSent | TradeStatus::UserAccepted | TradeStatus::OnHold => {
            Stage::AtProvider
        }
        TradeStatus::NeedsReview => Stage::Review,
        TradeStatus::Completed
        | TradeStatus::Failed
        | TradeStatus::Canceled
        | TradeStatus::Expired
        | TradeStatus::Reverted => Stage::Final,
    }
}

/// The number of the last attempt; 0 before the first.
pub(crate) fn last_attempt(trade: &Trade) -> u32 {
    trade.attempt.as_ref().map_or(0, |attempt| attempt.number)
}

/// Whether the trade is where the execution of attempt `number` has brought it, or where a person looks for it. Of an
/// earlier attempt than the last this is never so.
pub(crate) fn believed_executed(trade: &Trade, number: u32) -> bool {
    number == last_attempt(trade)
        && match trade.status() {
            TradeStatus::Submitted
            | TradeStatus::OfferSent
            | TradeStatus::UserAccepted
            | TradeStatus::OnHold
            | TradeStatus::Completed
            | TradeStatus::Reverted
            | TradeStatus::NeedsReview => true,
            TradeStatus::Rejected
            | TradeStatus::Accepted
            | TradeStatus::Dispatching
            | TradeStatus::Uncertain
            | TradeStatus::Failed
            | TradeStatus::Canceled
            | TradeStatus::Expired => false,
        }
}

/// The trade moves to `state`.
pub(crate) fn moved(trade: &Trade, state: TradeState, cause: Cause) -> Fold {
    changed(trade, trade.moved_to(state), cause, None, Vec::new())
}

/// The trade becomes `next`.
pub(crate) fn changed(
    trade: &Trade,
    next: Trade,
    cause: Cause,
    occurred_at: Option<Timestamp>,
    alerts: Vec<Alert>,
) -> Fold {
    let from = Some(trade.status());
    Fold::Applied(Box::new(Change { from, cause, occurred_at, trade: next, alerts, decision: None }))
}
