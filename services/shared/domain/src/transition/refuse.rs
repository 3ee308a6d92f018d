//! The provider surely did not and will not execute the attempt.

use super::{Stage, contradicts_execution, last_attempt, moved, stage};
use crate::fold::{Alert, Anomaly, Fold};
use crate::trade::{Cause, Reason, Trade, TradeState};

pub(crate) fn apply(trade: &Trade, number: u32, reason: &Reason) -> Fold {
    match stage(trade.status()) {
        // Also where the lease was taken over meanwhile: a late answer is folded in, not dropped.
        Stage::InFlight if number == last_attempt(trade) => moved(
            trade,
            TradeState::Failed {
                reason: reason.clone(),
            },
            Cause::Dispatch,
        ),
        _ if contradicts_execution(trade, number) => {
            Fold::Anomaly(Anomaly::Contradiction(Alert::anomaly(format!(
                "attempt {number} was refused ({}), but the trade is {}",
                reason.code,
                trade.status()
            ))))
        }
        _ => Fold::Stale,
    }
}
