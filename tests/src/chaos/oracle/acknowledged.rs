//! T5: whatever was acknowledged had its effect, in the ledger or as a dead letter.

use std::collections::BTreeMap;

use skinbus_proto::v1::{DeadLetter, OrderReceipt, TradeStatus, TradeStatusChanged};

use super::{Finding, way};
use crate::chaos::orders::CONTENT;
use crate::chaos::records::Records;
use crate::chaos::sender::By;

pub(super) fn check(records: &Records) -> Vec<Finding> {
    let letters: BTreeMap<u64, &DeadLetter> = records
        .letters
        .iter()
        .filter(|letter| letter.stream == "ORDERS")
        .map(|letter| (letter.sequence, letter))
        .collect();
    let mut findings = Vec::new();
    for one in &records.acknowledged {
        let history = records.histories.get(&one.order_id).map_or(&[][..], Vec::as_slice);
        let mut changes = history.iter().map(|version| &version.change);
        let has_effect = match &one.by {
            By::Stream(sequence) => {
                letters.contains_key(sequence) || changes.any(|change| is_about(change, &one.content))
            }
            By::Receipt(receipt) if receipt.version == 0 => is_about_a_conflict(receipt),
            By::Receipt(receipt) => changes.any(|change| {
                change.version == receipt.version
                    && change.to() == receipt.status()
                    && is_about(change, &one.content)
            }),
        };
        if !has_effect {
            let what = format!("{one:?} is neither in the ledger nor a dead letter: {}", way(history));
            findings.push(Finding::new("T5", &one.order_id, what));
        }
    }
    findings
}

/// A rejected request keeps nothing of what it held.
fn is_about(change: &TradeStatusChanged, given: &str) -> bool {
    change.to() == TradeStatus::Rejected || content(change) == given
}

/// Which of several contents a version is about.
pub(super) fn content(change: &TradeStatusChanged) -> &str {
    change.trade.as_ref().and_then(|trade| trade.metadata.get(CONTENT)).map_or("", String::as_str)
}

fn is_about_a_conflict(receipt: &OrderReceipt) -> bool {
    receipt
        .violations
        .iter()
        .any(|violation| violation.rule == "order_id_conflict" || violation.field == "order_id")
}
