//! A hosted page ends: its lifetime is over, or its address was lost with the answer.

use jiff::Timestamp;

use super::ledger_restored::LEDGER_RESTORED;
use super::review::needs_review;
use super::{changed, moved};
use crate::credit;
use crate::fold::Fold;
use crate::order::OrderKind;
use crate::polling;
use crate::rules::{Rules, after};
use crate::trade::{Cause, Reason, Trade, TradeState};

/// Decided again from the trade as it is: its address may have come meanwhile, and then its lifetime has only begun.
pub(crate) fn apply(trade: &Trade, rules: &Rules, now: Timestamp) -> Fold {
    let (is_link, is_deposit) = match trade.kind() {
        Some(OrderKind::DepositLink) => (true, true),
        Some(OrderKind::DepositItems) => (false, true),
        Some(OrderKind::Purchase | OrderKind::Listing) | None => (false, false),
    };
    if !is_deposit {
        return Fold::Stale;
    }
    match &trade.state {
        // Somebody may have the address, and nobody can ask the provider.
        TradeState::Uncertain { reason, .. }
            if is_link && !polling::can_look_up(trade, rules) && reason.code == LEDGER_RESTORED =>
        {
            let why =
                "the ledger was restored from a back-up, and the provider cannot be asked about its pages";
            let (next, alert) = needs_review(trade, LEDGER_RESTORED, why, now);
            changed(trade, next, Cause::Timer, None, vec![alert])
        }
        // Nobody has the address, so nobody can pay: this order is over, and a new one harms nobody.
        TradeState::Uncertain { since, .. }
            if is_link
                && !polling::can_look_up(trade, rules)
                && after(*since, rules.placing.settle_time) <= now =>
        {
            moved(trade, TradeState::Failed { reason: Reason::new(LINK_LOST) }, Cause::Timer)
        }
        TradeState::Submitted if polling::link_end(trade, rules).is_none_or(|end| now < end) => Fold::Stale,
        TradeState::Submitted if credit::any_counts(&trade.credits) => {
            moved(trade, TradeState::Completed { watch_until: None }, Cause::Timer)
        }
        // Whoever pays after this is still credited.
        TradeState::Submitted => {
            let mut next = trade.moved_to(TradeState::Expired { reason: Reason::new("link_lifetime_ended") });
            credit::forgotten(&mut next.credits);
            changed(trade, next, Cause::Timer, None, Vec::new())
        }
        TradeState::Rejected { .. }
        | TradeState::Accepted { .. }
        | TradeState::Dispatching
        | TradeState::Uncertain { .. }
        | TradeState::OfferSent
        | TradeState::UserAccepted
        | TradeState::OnHold { .. }
        | TradeState::Completed { .. }
        | TradeState::Failed { .. }
        | TradeState::Canceled { .. }
        | TradeState::Expired { .. }
        | TradeState::Reverted { .. }
        | TradeState::NeedsReview { .. } => Fold::Stale,
    }
}

/// The address of a hosted page was in an answer that never came, and no look-up tells it.
pub(crate) const LINK_LOST: &str = "link_lost";
