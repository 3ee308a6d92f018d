//! The attempt surely was not executed: the order waits and is sent again.

use jiff::Timestamp;

use super::{Stage, contradicts_execution, last_attempt, moved, stage};
use crate::fold::{Alert, Anomaly, Fold};
use crate::trade::{Cause, Reason, Trade, TradeState};

pub(crate) fn apply(trade: &Trade, number: u32, reason: &Reason, retry_at: Timestamp) -> Fold {
    match stage(trade.status()) {
        Stage::InFlight if number == last_attempt(trade) => moved(
            trade,
            TradeState::Accepted {
                not_before: Some(retry_at),
                reason: Some(reason.clone()),
            },
            Cause::Dispatch,
        ),
        _ if contradicts_execution(trade, number) => {
            Fold::Anomaly(Anomaly::Contradiction(Alert::anomaly(format!(
                "attempt {number} was not sent ({}), but the trade is {}",
                reason.code,
                trade.status()
            ))))
        }
        _ => Fold::Stale,
    }
}
