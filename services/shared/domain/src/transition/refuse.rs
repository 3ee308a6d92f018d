//! The provider surely did not and will not execute the attempt.

use super::{Stage, last_attempt, moved, stage};
use crate::fold::{Alert, Anomaly, Fold};
use crate::trade::{Cause, Reason, Trade, TradeState};

pub(crate) fn apply(trade: &Trade, number: u32, reason: &Reason) -> Fold {
    match stage(trade.status()) {
        // Also where the lease was taken over meanwhile: a late answer is folded in, not dropped.
        Stage::InFlight if number == last_attempt(trade) => {
            moved(trade, TradeState::Failed { reason: reason.clone() }, Cause::Dispatch)
        }
        Stage::Rejected | Stage::Waiting | Stage::InFlight | Stage::Final => Fold::Stale,
        Stage::AtProvider | Stage::Review => Fold::Anomaly(Anomaly::Contradiction(Alert::anomaly(format!(
            "attempt {number} was refused ({}), but the trade is {}",
            reason.code,
            trade.status()
        )))),
    }
}
