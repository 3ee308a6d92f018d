//! A hosted page ends: its lifetime is over, or its address was lost with the answer.

use super::moved;
use crate::credit::CreditState;
use crate::fold::Fold;
use crate::order::OrderKind;
use crate::trade::{Cause, Reason, Trade, TradeState};

pub(crate) fn apply(trade: &Trade) -> Fold {
    let (is_link, is_deposit) = match trade.kind() {
        Some(OrderKind::DepositLink) => (true, true),
        Some(OrderKind::DepositItems) => (false, true),
        Some(OrderKind::Purchase | OrderKind::Listing) | None => (false, false),
    };
    if !is_deposit {
        return Fold::Stale;
    }
    match &trade.state {
        // Nobody has the address, so nobody can pay: this order is over, and a new one harms nobody.
        TradeState::Uncertain { .. } if is_link => {
            moved(trade, TradeState::Failed { reason: Reason::new(LINK_LOST) }, Cause::Timer)
        }
        TradeState::Submitted if has_credit(trade) => {
            moved(trade, TradeState::Completed { watch_until: None }, Cause::Timer)
        }
        // Whoever pays after this is still credited.
        TradeState::Submitted => {
            moved(trade, TradeState::Expired { reason: Reason::new("link_lifetime_ended") }, Cause::Timer)
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

fn has_credit(trade: &Trade) -> bool {
    trade.credits.iter().any(|credit| credit.state == CreditState::Credited)
}
