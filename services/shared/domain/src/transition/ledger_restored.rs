//! The ledger was restored from a back-up: what it says of an order's placing may be older than what was done.
//!
//! | in doubt | because |
//! | --- | --- |
//! | an order that was accepted before the restoration, and is not known to be at the provider | it may have been placed since, or have ended |
//! | an order that was accepted after it, before its first attempt | the merchant may repeat one that the ledger has forgotten |
//!
//! Nothing is sent while the doubt lasts (invariant T1): the provider is asked first. All that was under way ended before the
//! restoration, so what the provider does not know after the settle time was not placed. An order of before goes to a person
//! then, who knows what its merchant was told; one of after is sent.

use jiff::Timestamp;

use super::changed;
use crate::fold::Fold;
use crate::ids::Reference;
use crate::order::OrderKind;
use crate::rules::{PlacingRules, before};
use crate::trade::{Attempt, Cause, Reason, Trade, TradeState};

/// The reason of an order that is asked about because the ledger may have forgotten that it was placed.
pub(crate) const LEDGER_RESTORED: &str = "ledger_restored";

/// Whether the order may have been placed by what the ledger has forgotten.
pub(crate) fn is_in_doubt(trade: &Trade, rules: &PlacingRules) -> bool {
    let Some(restored_at) = rules.ledger_restored_at else { return false };
    let is_old = trade.status_since < restored_at;
    match &trade.state {
        TradeState::Accepted { .. } => is_old || (trade.attempt.is_none() && may_be_a_repeat(trade)),
        TradeState::Dispatching => is_old,
        TradeState::Uncertain { reason, .. } => is_old && reason.code != LEDGER_RESTORED,
        TradeState::Rejected { .. }
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

/// A second hosted page harms nobody, and not every provider can be asked about one.
fn may_be_a_repeat(trade: &Trade) -> bool {
    match trade.kind() {
        Some(OrderKind::Purchase | OrderKind::DepositItems | OrderKind::Listing) | None => true,
        Some(OrderKind::DepositLink) => false,
    }
}

/// Whether the order of a trade in doubt is as old as the back-up, so that its merchant may know of an end that the ledger
/// does not. Where nobody says any more when the ledger was restored, it is.
pub(crate) fn is_of_the_back_up(trade: &Trade, rules: &PlacingRules) -> bool {
    match (trade.accepted_at, rules.ledger_restored_at) {
        (Some(accepted_at), Some(restored_at)) => accepted_at < restored_at,
        (None, _) | (_, None) => true,
    }
}

pub(crate) fn apply(trade: &Trade, rules: &PlacingRules, now: Timestamp) -> Fold {
    let Some(restored_at) = rules.ledger_restored_at.filter(|_| is_in_doubt(trade, rules)) else {
        return Fold::Stale;
    };
    let attempt = trade.attempt.clone().unwrap_or_else(|| Attempt {
        number: 1,
        reference: Reference::of(&trade.key.order_id),
        lease_until: now,
    });
    // No call was under way then, so the settle time need not begin now.
    let since = restored_at.max(before(now, rules.settle_time));
    let state =
        TradeState::Uncertain { since, reason: Reason::new(LEDGER_RESTORED), refusal_unproved: false };
    let next = Trade { attempt: Some(attempt), ..trade.moved_to(state) };
    changed(trade, next, Cause::Timer, None, Vec::new())
}
