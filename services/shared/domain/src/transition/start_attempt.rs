//! The intent: written before the provider is called (invariant T6).

use jiff::Timestamp;

use super::{Stage, changed, last_attempt, stage};
use crate::fold::{Fold, IllegalTransition};
use crate::trade::{Attempt, Cause, Trade, TradeState};

pub(crate) fn apply(trade: &Trade, attempt: &Attempt, now: Timestamp) -> Result<Fold, IllegalTransition> {
    let illegal = || IllegalTransition { input: "attempt_started", status: trade.status().as_str() };
    match stage(trade.status()) {
        Stage::Waiting => {}
        // Somebody else was faster: their attempt stands (invariant T7).
        Stage::InFlight | Stage::AtProvider | Stage::Review | Stage::Final => return Ok(Fold::Stale),
        Stage::Rejected => return Err(illegal()),
    }
    let last = last_attempt(trade);
    if attempt.number > last + 1 {
        return Err(illegal());
    }
    let deadline = trade.order.as_ref().and_then(|order| order.expires_at);
    let is_due = deadline.is_none_or(|deadline| now < deadline);
    // Decided too long ago: an attempt came and went meanwhile, or the lease or the order ended. Decide again.
    if attempt.number <= last || attempt.lease_until <= now || !is_due {
        return Ok(Fold::Stale);
    }
    let next = Trade { attempt: Some(attempt.clone()), ..trade.moved_to(TradeState::Dispatching) };
    Ok(changed(trade, next, Cause::Dispatch, None, Vec::new()))
}
