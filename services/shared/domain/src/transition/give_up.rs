//! The provider was asked again and again about an unclear outcome and never gave an answer that says anything: a person
//! must find out.

use std::time::Duration;

use jiff::Timestamp;

use super::changed;
use super::review::needs_review;
use crate::fold::Fold;
use crate::rules::after;
use crate::trade::{Cause, Trade, TradeState};

/// How long an unclear outcome is asked about. A provider that is away for less than this still gets to say.
const ASKED_FOR: Duration = Duration::from_secs(24 * 3600);

/// Whether it is time.
pub(crate) fn is_due(trade: &Trade, now: Timestamp) -> bool {
    match &trade.state {
        TradeState::Uncertain { since, .. } => after(*since, ASKED_FOR) <= now,
        TradeState::Rejected { .. }
        | TradeState::Accepted { .. }
        | TradeState::Dispatching
        | TradeState::Submitted
        | TradeState::OfferSent
        | TradeState::UserAccepted
        | TradeState::OnHold { .. }
        | TradeState::Completed { .. }
        | TradeState::Failed { .. }
        | TradeState::Canceled { .. }
        | TradeState::Expired { .. }
        | TradeState::Reverted { .. }
        | TradeState::NeedsReview { .. } => false,
    }
}

pub(crate) fn apply(trade: &Trade, now: Timestamp) -> Fold {
    if !is_due(trade, now) {
        return Fold::Stale;
    }
    let (next, alert) = needs_review(
        trade,
        "never_answered",
        "the provider gave no answer for a day about an order whose outcome is unknown",
        now,
    );
    changed(trade, next, Cause::Timer, None, vec![alert])
}
