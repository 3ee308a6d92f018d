//! T1: what was truly executed. At most one purchase or deposit for each order, and the ledger says of each what became of it.

use std::collections::BTreeMap;

use skinbus_domain::rules::Idempotency;
use skinbus_proto::v1::TradeStatus;
use skinbus_providers::registry;
use skinbus_runtime::config::ProviderName;

use super::{Finding, way};
use crate::chaos::orders::{Intention, What};
use crate::chaos::records::{Purchase, Records, Version};

pub(super) fn check(records: &Records) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut purchases: BTreeMap<&str, Vec<&Purchase>> = BTreeMap::new();
    for purchase in &records.purchases {
        match &purchase.custom_id {
            Some(reference) => purchases.entry(reference).or_default().push(purchase),
            None => {
                findings.push(Finding::new("T1", "", format!("bought without an id of ours: {purchase:?}")))
            }
        }
    }
    let mut deposits: BTreeMap<&str, Vec<&serde_json::Value>> = BTreeMap::new();
    for row in &records.deposits {
        deposits.entry(row["deposit_id"].as_str().unwrap_or_default()).or_default().push(row);
    }
    let known =
        |id: &str| records.histories.get(id).map_or("not in the ledger".to_owned(), |history| way(history));
    for (order_id, rows) in &purchases {
        if rows.len() > 1 {
            let what = format!("bought {} times: {rows:?}: {}", rows.len(), known(order_id));
            findings.push(Finding::new("T1", order_id, what));
        }
        if !records.histories.contains_key(*order_id) {
            findings.push(Finding::new("T1", order_id, format!("bought and not in the ledger: {rows:?}")));
        }
    }
    for (order_id, rows) in &deposits {
        if rows.len() > 1 {
            let what = format!("made {} times: {rows:?}: {}", rows.len(), known(order_id));
            findings.push(Finding::new("T1", order_id, what));
        }
        if !records.histories.contains_key(*order_id) {
            findings.push(Finding::new("T1", order_id, format!("made and not in the ledger: {rows:?}")));
        }
    }
    for (order_id, history) in &records.histories {
        let Some(intention) = records.intentions.get(order_id) else {
            findings.push(Finding::new("T5", order_id, format!("nobody ordered it: {}", way(history))));
            continue;
        };
        let bought = purchases.get(order_id.as_str()).and_then(|rows| rows.first());
        let made = deposits.get(order_id.as_str()).and_then(|rows| rows.first());
        findings.extend(ending(order_id, *intention, history, bought.copied(), made.copied()));
    }
    findings
}

/// Whether an order ended as what was executed says.
fn ending(
    order_id: &str,
    intention: Intention,
    history: &[Version],
    bought: Option<&Purchase>,
    made: Option<&serde_json::Value>,
) -> Option<Finding> {
    let last = &history.last()?.change;
    let status = last.to();
    let reason = last.trade.as_ref().map_or("", |trade| trade.reason.as_str());
    if !super::may_stay(status) {
        // Said elsewhere.
        return None;
    }
    let told = status == TradeStatus::Failed && is_told_in_words(intention.provider, reason);
    let too_late = intention.has_deadline && status == TradeStatus::Expired && reason == "deadline_passed";
    let wrong = |why: String| Some(Finding::new("T1", order_id, format!("{why}: {}", way(history))));
    match (intention.what, bought, made) {
        (What::Invalid(None), None, None) => {
            (status != TradeStatus::Rejected).then(|| wrong("it is not valid".to_owned())).flatten()
        }
        (What::Purchase(offer) | What::Invalid(Some(offer)), Some(purchase), None) => {
            // Taken back between a look and the end of the hold that it told of: the last look, a day later, finds that.
            let is_watched = status == TradeStatus::Completed
                && of_offer(offer) == [TradeStatus::Reverted]
                && last.trade.as_ref().is_some_and(|trade| trade.watch_until.is_some());
            let may_end = (is_watched || of_offer(offer).contains(&status))
                && purchase.provider == intention.provider.as_str();
            (!may_end)
                .then(|| wrong(format!("it is {status:?}, and the provider has {purchase:?}")))
                .flatten()
        }
        (What::Purchase(offer) | What::Invalid(Some(offer)), None, None) => {
            let refused = offer == "88113" && status == TradeStatus::Failed;
            let review =
                status == TradeStatus::NeedsReview && may_need_review(intention.provider, Kind::Purchase);
            let ended = too_late || refused || review || told;
            (!ended).then(|| wrong(format!("it is {status:?}, and nothing was bought"))).flatten()
        }
        (What::Page(way_of), None, Some(row)) => {
            let ended =
                way_of.endings().contains(&status) || status == TradeStatus::Failed && reason == "link_lost";
            (!ended).then(|| wrong(format!("it is {status:?}, and the provider has {row}"))).flatten()
        }
        (What::Items(way_of), None, Some(row)) => {
            let ended = way_of.endings().contains(&status);
            (!ended).then(|| wrong(format!("it is {status:?}, and the provider has {row}"))).flatten()
        }
        (What::Page(_), None, None) => {
            let ended = told || (status == TradeStatus::Failed && reason == "link_lost");
            (!ended).then(|| wrong(format!("it is {status:?}, and no page was made"))).flatten()
        }
        (What::Items(_), None, None) => {
            let review =
                status == TradeStatus::NeedsReview && may_need_review(intention.provider, Kind::Items);
            (!review && !told).then(|| wrong(format!("it is {status:?}, and no deposit was made"))).flatten()
        }
        (what, bought, made) => wrong(format!("{what:?}, and the provider has {bought:?} and {made:?}")),
    }
}

/// Where the simulator's item leads. Providers word some ends alike.
fn of_offer(offer: &str) -> &'static [TradeStatus] {
    use TradeStatus::{Canceled, Completed, Expired, Failed, Reverted};
    match offer {
        "88101" | "88102" | "88112" => &[Completed],
        "88103" => &[Canceled],
        "88104" => &[Expired, Canceled],
        "88105" | "88106" => &[Failed, Canceled],
        "88107" | "88108" => &[Failed],
        "88109" | "88110" => &[Reverted],
        // Lapsed first and accepted after all.
        "88117" => &[Expired, Canceled, Completed],
        _ => &[],
    }
}

enum Kind {
    Purchase,
    Items,
}

/// Answers that put off a caller, of which nobody documents that nothing was executed: a look-up that finds nothing makes
/// them the end of the order.
fn is_told_in_words(provider: ProviderName, reason: &str) -> bool {
    matches!(
        (provider, reason),
        (ProviderName::Skinout, "rate_limited") | (ProviderName::Skinify, "provider_closed")
    )
}

/// Whether nothing can prove at this provider that nothing was executed.
fn may_need_review(provider: ProviderName, kind: Kind) -> bool {
    let Ok(defaults) = registry::defaults(provider.as_str()) else { return false };
    let idempotency = match kind {
        Kind::Purchase => defaults.idempotency.purchase,
        Kind::Items => defaults.idempotency.deposit_items,
    };
    idempotency == Idempotency::Undocumented
}
