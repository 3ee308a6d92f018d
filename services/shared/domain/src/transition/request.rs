//! A request is accepted once for ever, or rejected with everything that is wrong with it.

use jiff::Timestamp;

use crate::fold::{Anomaly, Change, Fold};
use crate::observation::ProviderFacts;
use crate::order::Request;
use crate::trade::{Cause, Trade, TradeState, TradeStatus};

pub(crate) fn apply(current: Option<&Trade>, request: &Request, now: Timestamp) -> Fold {
    match current {
        None => Fold::Applied(Box::new(first_version(None, request, now))),
        // The same request again, whatever became of it: its answer stands.
        Some(trade) if trade.fingerprint == request.fingerprint => Fold::Stale,
        Some(trade) if trade.status() == TradeStatus::Rejected => {
            Fold::Applied(Box::new(first_version(Some(trade.status()), request, now)))
        }
        Some(_) => Fold::Anomaly(Anomaly::OrderConflict),
    }
}

fn first_version(from: Option<TradeStatus>, request: &Request, now: Timestamp) -> Change {
    let (order, accepted_at, state) = match &request.order {
        Ok(order) => {
            (Some(order.clone()), Some(now), TradeState::Accepted { not_before: None, reason: None })
        }
        Err(violations) => (None, None, TradeState::Rejected { violations: violations.clone() }),
    };
    Change {
        from,
        cause: Cause::Order,
        occurred_at: None,
        trade: Trade {
            key: request.key.clone(),
            fingerprint: request.fingerprint,
            metadata: request.metadata.clone(),
            order,
            accepted_at,
            status_since: now,
            is_stuck: false,
            ended_as_of: None,
            state,
            attempt: None,
            facts: ProviderFacts::default(),
            credits: Vec::new(),
        },
        alerts: Vec::new(),
        decision: None,
    }
}
