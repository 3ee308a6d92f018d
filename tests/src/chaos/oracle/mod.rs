//! What must hold after a run, whatever happened in it. Pure: it reads records, and says what is wrong with them.

pub mod acknowledged;
pub mod alerts;
pub mod calls;
pub mod credits;
pub mod executed;
pub mod letters;
pub mod quota;
#[cfg(test)]
mod tests;
pub mod versions;

use std::fmt;

use skinbus_proto::v1::TradeStatus;

use super::records::{Records, Version};

/// Something that should not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The invariant that does not hold.
    pub invariant: &'static str,
    /// The order, where it is about one.
    pub order_id: String,
    /// What is wrong, with what the ledger and the simulator say.
    pub what: String,
}

impl Finding {
    fn new(invariant: &'static str, order_id: &str, what: impl Into<String>) -> Self {
        Self { invariant, order_id: order_id.to_owned(), what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}: {}", self.invariant, self.order_id, self.what)
    }
}

/// Everything that is wrong.
#[must_use]
pub fn check(records: &Records) -> Vec<Finding> {
    let mut findings = versions::check(records);
    findings.extend(executed::check(records));
    findings.extend(credits::check(records));
    findings.extend(acknowledged::check(records));
    findings.extend(calls::check(records));
    findings.extend(quota::check(records));
    findings.extend(letters::check(records));
    findings.extend(alerts::check(records));
    findings
}

/// Whether an order may stay in this status for good.
#[must_use]
pub fn may_stay(status: TradeStatus) -> bool {
    match status {
        TradeStatus::Rejected
        | TradeStatus::Completed
        | TradeStatus::Failed
        | TradeStatus::Canceled
        | TradeStatus::Expired
        | TradeStatus::Reverted
        | TradeStatus::NeedsReview => true,
        TradeStatus::Unspecified
        | TradeStatus::Accepted
        | TradeStatus::Dispatching
        | TradeStatus::Uncertain
        | TradeStatus::Submitted
        | TradeStatus::OfferSent
        | TradeStatus::UserAccepted
        | TradeStatus::OnHold => false,
    }
}

/// An order's way in one line.
fn way(history: &[Version]) -> String {
    let steps = history.iter().map(|version| {
        let change = &version.change;
        let reason = change.trade.as_ref().map_or("", |trade| &trade.reason);
        format!("{} {:?} ({:?} {reason})", change.version, change.to(), change.cause())
    });
    steps.collect::<Vec<_>>().join(" → ")
}
