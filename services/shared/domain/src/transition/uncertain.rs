//! No clear answer came: the attempt may have been executed, and is never simply sent again (invariant T7).

use jiff::Timestamp;

use super::{last_attempt, moved};
use crate::fold::Fold;
use crate::trade::{Cause, Reason, Trade, TradeState, TradeStatus};

pub(crate) fn apply(
    trade: &Trade,
    number: u32,
    reason: &Reason,
    refusal_unproved: bool,
    now: Timestamp,
) -> Fold {
    if trade.status() != TradeStatus::Dispatching || number != last_attempt(trade) {
        return Fold::Stale;
    }
    moved(
        trade,
        TradeState::Uncertain { since: now, reason: reason.clone(), refusal_unproved },
        Cause::Dispatch,
    )
}
