//! The provider surely did not and will not execute the attempt.

use super::{Stage, believed_executed, last_attempt, moved, stage};
use crate::fold::{Alert, Anomaly, Fold};
use crate::trade::{Cause, Reason, Trade, TradeState};

pub(crate) fn apply(trade: &Trade, number: u32, reason: &Reason) -> Fold {
    // Also where the lease was taken over meanwhile: a late answer is folded in, not dropped.
    if stage(trade.status()) == Stage::InFlight && number == last_attempt(trade) {
        let reason = reason.clone();
        return moved(trade, TradeState::Failed { reason }, Cause::Dispatch);
    }
    if believed_executed(trade, number) {
        return Fold::Anomaly(Anomaly::Contradiction(Alert::anomaly(format!(
            "attempt {number} was refused ({}), but the trade is {}",
            reason.code,
            trade.status()
        ))));
    }
    Fold::Stale
}
