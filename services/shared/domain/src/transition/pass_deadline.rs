//! The order's deadline passed before it was sent: it never will be.

use jiff::Timestamp;

use super::moved;
use crate::fold::Fold;
use crate::trade::{Cause, Reason, Trade, TradeState};

pub(crate) fn apply(trade: &Trade, now: Timestamp) -> Fold {
    let deadline = trade.order.as_ref().and_then(|order| order.expires_at);
    match (&trade.state, deadline) {
        (TradeState::Accepted { .. }, Some(deadline)) if deadline <= now => {
            moved(trade, TradeState::Expired { reason: Reason::new("deadline_passed") }, Cause::Timer)
        }
        (_, _) => Fold::Stale,
    }
}
