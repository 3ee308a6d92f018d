//! What happened in a run, in lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use skinbus_proto::v1::TradeStatus;

use super::oracle::calls;
use super::records::Records;
use super::settings::Settings;
use super::trouble::Counts;

pub(super) fn of(settings: &Settings, records: &Records, troubles: &Counts, took: Duration) -> String {
    let mut text = String::new();
    let versions: usize = records.histories.values().map(Vec::len).sum();
    writeln!(
        text,
        "seed {}: {} orders, {} messages acknowledged, {versions} versions, {} told, {took:.1?} in all",
        settings.seed,
        records.intentions.len(),
        records.acknowledged.len(),
        records.told.len(),
    )
    .unwrap();
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    let mut once: BTreeMap<&str, usize> = BTreeMap::new();
    for history in records.histories.values() {
        if let Some(last) = history.last() {
            *ends.entry(last.change.to().as_str_name()).or_default() += 1;
        }
        for status in [TradeStatus::Uncertain, TradeStatus::Reverted] {
            if history.iter().any(|version| version.change.to() == status) {
                *once.entry(status.as_str_name()).or_default() += 1;
            }
        }
    }
    writeln!(text, "  ends: {ends:?}; ever: {once:?}").unwrap();
    writeln!(text, "  trouble: {troubles:?}").unwrap();
    for (provider, quota) in &records.quotas {
        let bought = records.purchases.iter().filter(|purchase| purchase.provider == *provider).count();
        let deposits = records.deposits.iter().filter(|row| row["provider"] == *provider).count();
        let placing = records
            .arrivals
            .iter()
            .filter(|arrival| arrival.provider == *provider && calls::is_placing(arrival))
            .count();
        writeln!(
            text,
            "  {provider}: {bought} bought, {deposits} deposits, {} requests ({placing} of them placing), \
             fullest window {} of {}",
            quota.arrivals, quota.worst_window, quota.limit
        )
        .unwrap();
    }
    let mut alerts: BTreeMap<&str, usize> = BTreeMap::new();
    for alert in &records.alerts {
        *alerts.entry(&alert.kind).or_default() += 1;
    }
    let mut letters: BTreeMap<&str, usize> = BTreeMap::new();
    for letter in &records.letters {
        *letters.entry(&letter.reason).or_default() += 1;
    }
    writeln!(text, "  dead letters: {letters:?}; alerts: {alerts:?}").unwrap();
    text
}
