//! T2 and T3: versions without gaps, told as they are stored, along the table of states; and nothing stays open.

use skinbus_proto::v1::{Cause, TradeStatus};

use super::{Finding, may_stay, way};
use crate::chaos::records::{Records, Version};

pub(super) fn check(records: &Records) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (order_id, history) in &records.histories {
        findings.extend(of_one(order_id, history));
    }
    for told in &records.told {
        let stored = records.histories.get(&told.order_id).into_iter().flatten();
        if !stored.clone().any(|version| version.change == *told) {
            let what = format!("version {} was told and is not in the ledger: {told:?}", told.version);
            findings.push(Finding::new("T2", &told.order_id, what));
        }
    }
    findings
}

fn of_one(order_id: &str, history: &[Version]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut before = TradeStatus::Unspecified;
    let mut number = 0;
    for Version { change, .. } in history {
        number += 1;
        if change.version != number {
            let what = format!("version {} where {number} is due: {}", change.version, way(history));
            findings.push(Finding::new("T2", order_id, what));
            return findings;
        }
        if change.from() != before {
            let what =
                format!("version {number} begins at {:?}, not {before:?}: {}", change.from(), way(history));
            findings.push(Finding::new("T2", order_id, what));
        }
        if !is_allowed(before, change.to(), change.cause()) {
            let what = format!("{before:?} to {:?} is no way in the table: {}", change.to(), way(history));
            findings.push(Finding::new("T3", order_id, what));
        }
        before = change.to();
    }
    if !may_stay(before) {
        findings.push(Finding::new(
            "final",
            order_id,
            format!("it is neither over nor in review: {}", way(history)),
        ));
    }
    findings
}

/// The table of states, written from the design and not from the code.
fn is_allowed(from: TradeStatus, to: TradeStatus, cause: Cause) -> bool {
    use TradeStatus::{
        Accepted, Canceled, Completed, Dispatching, Expired, Failed, NeedsReview, OfferSent, OnHold,
        Rejected, Reverted, Submitted, Uncertain, Unspecified, UserAccepted,
    };
    match from {
        Unspecified => matches!(to, Rejected | Accepted) && cause == Cause::Order,
        Rejected => matches!(to, Rejected | Accepted) && cause == Cause::Order,
        Accepted => matches!(to, Dispatching | Canceled | Expired),
        Dispatching => !matches!(to, Unspecified | Rejected | Dispatching | NeedsReview),
        Uncertain => !matches!(to, Unspecified | Rejected | Dispatching),
        // A change of facts keeps the state; else forwards only.
        Submitted => !matches!(to, Unspecified | Rejected | Accepted | Dispatching | Uncertain | NeedsReview),
        OfferSent => matches!(
            to,
            OfferSent | UserAccepted | OnHold | Completed | Failed | Canceled | Expired | Reverted
        ),
        UserAccepted => matches!(to, UserAccepted | OnHold | Completed | Failed | Canceled | Reverted),
        OnHold => matches!(to, OnHold | Completed | Reverted | Failed | Canceled),
        Completed => matches!(to, Completed | Reverted),
        // An end keeps its state, whatever is credited late. Nobody decides in these runs.
        Failed | Canceled | Expired | Reverted | NeedsReview => to == from,
    }
}
