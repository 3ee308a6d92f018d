//! Whoever placed the order is gone: what came of the call is unknown.

use jiff::Timestamp;

use super::moved;
use crate::fold::Fold;
use crate::trade::{Cause, Reason, Trade, TradeState};

pub(crate) fn apply(trade: &Trade, now: Timestamp) -> Fold {
    match (&trade.state, &trade.attempt) {
        (TradeState::Dispatching, Some(attempt)) if attempt.lease_until <= now => moved(
            trade,
            TradeState::Uncertain {
                since: attempt.lease_until,
                reason: Reason::new("lease_expired"),
                refusal_unproved: false,
            },
            Cause::Timer,
        ),
        (_, _) => Fold::Stale,
    }
}
