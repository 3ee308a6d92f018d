//! An operator decides what became of an order, having looked at the provider's own records.

use jiff::Timestamp;

use super::{changed, moved};
use crate::decision::{Decision, Verdict};
use crate::fold::{Alert, Anomaly, Change, Fold};
use crate::trade::{Cause, Reason, Trade, TradeState, TradeStatus};

/// The reason of an order that waits again because an operator did not find it at the provider.
const RESOLVED_AS_ABSENT: &str = "resolved_as_absent";

pub(crate) fn apply(trade: &Trade, decision: &Decision, now: Timestamp) -> Fold {
    // Somebody decided already, or the trade never waited for a person: what the ledger says stands.
    if trade.status() != TradeStatus::NeedsReview {
        return Fold::Stale;
    }
    let fold = match &decision.verdict {
        Verdict::Placed { provider_id } => placed(trade, provider_id, now),
        Verdict::Absent => moved(
            trade,
            TradeState::Accepted { not_before: None, reason: Some(Reason::new(RESOLVED_AS_ABSENT)) },
            Cause::Operator,
        ),
        Verdict::Failed => {
            moved(trade, TradeState::Failed { reason: Reason::new("resolved_as_failed") }, Cause::Operator)
        }
    };
    match fold {
        Fold::Applied(change) => {
            Fold::Applied(Box::new(Change { decision: Some(decision.clone()), ..*change }))
        }
        Fold::Stale | Fold::Anomaly(_) => fold,
    }
}

fn placed(trade: &Trade, provider_id: &str, now: Timestamp) -> Fold {
    if let Some(known) = trade.facts.provider_id.as_ref().filter(|known| *known != provider_id) {
        return Fold::Anomaly(Anomaly::Contradiction(Alert::anomaly(format!(
            "resolved as placed under {provider_id}, but the provider has told its own id before: {known}"
        ))));
    }
    let mut next = trade.moved_to(TradeState::Submitted);
    next.facts.provider_id = Some(provider_id.to_owned());
    // What ends some time after its attempt has that time from now on.
    if let Some(attempt) = &mut next.attempt {
        attempt.lease_until = attempt.lease_until.max(now);
    }
    changed(trade, next, Cause::Operator, None, Vec::new())
}
