//! The attempt surely was not executed: the order waits and is sent again.

use jiff::Timestamp;

use super::{Stage, believed_executed, last_attempt, moved, stage};
use crate::fold::{Alert, Anomaly, Fold};
use crate::trade::{Cause, Reason, Trade, TradeState};

pub(crate) fn apply(trade: &Trade, number: u32, reason: &Reason, retry_at: Timestamp) -> Fold {
    // Also where the lease was taken over meanwhile: a late answer is folded in, not dropped.
    if stage(trade.status()) == Stage::InFlight && number == last_attempt(trade) {
        let (not_before, reason) = (Some(retry_at), Some(reason.clone()));
        return moved(trade, TradeState::Accepted { not_before, reason }, Cause::Dispatch);
    }
    if believed_executed(trade, number) {
        return Fold::Anomaly(Anomaly::Contradiction(Alert::anomaly(format!(
            "attempt {number} was not sent ({}), but the trade is {}",
            reason.code,
            trade.status()
        ))));
    }
    Fold::Stale
}
