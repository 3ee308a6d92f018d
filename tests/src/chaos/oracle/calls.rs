//! T6 and T7: every call that arrived at a provider had its intent before, and no order was sent again while it was open
//! what had become of it.

use std::collections::BTreeMap;

use skinbus_proto::v1::{TradeStatus, TradeStatusChanged};

use super::{Finding, way};
use crate::chaos::records::{Arrival, Purchase, Records, Version};

/// Whether a request places an order: the paths that execute, by provider.
#[must_use]
pub fn is_placing(arrival: &Arrival) -> bool {
    let paths: &[&str] = match arrival.provider.as_str() {
        "skinsback" => &["create", "create_from_user_inventory", "market_buy", "market_batch_buy"],
        "skinout" => &["/deposit/create", "/withdraw/buy"],
        "skinify" => &["/withdraw/buy", "/create-deposit", "/create-steam-offer"],
        "shadowpay" => &["/en/pay", "/buy_item"],
        "skinslink" => &[
            "/merchant/create-intent",
            "/merchant/create-deposit",
            "/merchant/create-deposit-by-hash-name",
            "/merchant/purchase",
        ],
        _ => &[],
    };
    paths.contains(&arrival.path.as_str())
}

/// One attempt, as the ledger has it.
struct Attempt {
    number: u32,
    reference: String,
    written_us: i64,
    lease_until_us: i64,
}

pub(super) fn check(records: &Records) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut by_reference: BTreeMap<&str, Vec<&Arrival>> = BTreeMap::new();
    for arrival in records.arrivals.iter().filter(|arrival| is_placing(arrival)) {
        for reference in &arrival.references {
            by_reference.entry(reference).or_default().push(arrival);
        }
    }
    for (reference, mut arrivals) in by_reference {
        arrivals.sort_by_key(|arrival| arrival.at_us);
        let history = records.histories.get(reference).map_or(&[][..], Vec::as_slice);
        let bought =
            records.purchases.iter().find(|purchase| purchase.custom_id.as_deref() == Some(reference));
        findings.extend(of_one(reference, history, &arrivals, bought));
    }
    findings
}

fn of_one(
    reference: &str,
    history: &[Version],
    arrivals: &[&Arrival],
    bought: Option<&Purchase>,
) -> Vec<Finding> {
    let attempts: Vec<Attempt> = history.iter().filter_map(attempt).collect();
    let mut findings = Vec::new();
    let mut calls: BTreeMap<(u32, &str), u32> = BTreeMap::new();
    for arrival in arrivals {
        let finding = |invariant, what: &str| {
            Finding::new(invariant, reference, format!("{what}: {arrival:?}: {}", way(history)))
        };
        let Some(attempt) = attempts.iter().rfind(|attempt| attempt.written_us <= arrival.at_us) else {
            findings.push(finding("T6", "called before any intent was written"));
            continue;
        };
        if attempt.reference != reference {
            findings.push(finding("T6", "the intent names another reference"));
        }
        if attempt.lease_until_us < arrival.at_us {
            findings.push(finding("T7", "called after the lease had ended"));
        }
        let times = calls.entry((attempt.number, &arrival.path)).or_default();
        *times += 1;
        if *times > 1 {
            findings.push(finding("T7", "called twice in one attempt"));
        }
        let is_again = attempt.number > 1;
        // The simulator's record is of a whole millisecond.
        let written_ms = attempt.written_us / 1_000;
        if is_again && bought.is_some_and(|bought| bought.created_unix_ms < written_ms) {
            findings.push(finding("T7", "sent again although it had been bought"));
        }
    }
    findings
}

fn attempt(version: &Version) -> Option<Attempt> {
    let change: &TradeStatusChanged = &version.change;
    let attempt = change.trade.as_ref()?.attempt.as_ref()?;
    if change.to() != TradeStatus::Dispatching || change.from() == TradeStatus::Dispatching {
        return None;
    }
    let until = attempt.lease_until.as_ref()?;
    Some(Attempt {
        number: attempt.number,
        reference: attempt.reference.clone(),
        written_us: version.stored_us,
        lease_until_us: until.seconds * 1_000_000 + i64::from(until.nanos) / 1_000,
    })
}
