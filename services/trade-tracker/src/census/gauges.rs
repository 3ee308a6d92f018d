//! What is shown of the census, by the one replica that takes it.
//!
//! Gauges are read when they are asked for. A replica that no longer takes the census shows nothing, rather than what was true
//! once; so does one whose census is old.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use opentelemetry::KeyValue;
use opentelemetry::metrics::AsyncInstrument;
use skinbus_domain::ids::AccountId;
use skinbus_runtime::{clock, telemetry};

use super::book::{Group, OPEN, Total};
use crate::Accounts;

/// How long a census is shown. After that nothing is, and an alert says so.
const SHOWN_FOR: Duration = Duration::from_secs(180);

/// The quota of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quota {
    pub(super) used: u32,
    pub(super) limit: u32,
    /// Why the provider serves nobody; `None` where the account is open.
    pub(super) closed: Option<String>,
}

/// What was found.
#[derive(Debug, Clone)]
pub(super) struct Census {
    pub(super) taken_at: Instant,
    pub(super) totals: BTreeMap<Group, Total>,
    pub(super) quotas: BTreeMap<AccountId, Quota>,
}

/// The newest census of this replica.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown(Arc<Mutex<Option<Census>>>);

impl Shown {
    pub(super) fn set(&self, census: Option<Census>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = census;
    }

    fn get(&self, now: Instant) -> Option<Census> {
        let census = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        census.filter(|census| now.saturating_duration_since(census.taken_at) < SHOWN_FOR)
    }

    /// Shows something of the census whenever the gauges are read.
    fn show<T>(
        &self,
        each: impl Fn(&Census, &dyn AsyncInstrument<T>) + Send + Sync + 'static,
    ) -> impl Fn(&dyn AsyncInstrument<T>) + Send + Sync + 'static {
        let shown = self.clone();
        move |gauge| {
            if let Some(census) = shown.get(clock::monotonic_now()) {
                each(&census, gauge);
            }
        }
    }
}

/// Makes the gauges. Every account and state is shown from the start, with 0: an alert tells nothing from a series that is not
/// there.
pub(super) fn register(shown: &Shown, accounts: &Accounts) {
    let meter = telemetry::meter();
    let groups: Vec<Group> =
        accounts.keys().flat_map(|account| OPEN.map(|status| (account.clone(), status))).collect();
    let groups = Arc::new(groups);
    let known = Arc::clone(&groups);
    let _gauge = meter
        .u64_observable_gauge("skinbus_open_orders")
        .with_description("Open orders by state, of all replicas together; shown by one tracker")
        .with_callback(shown.show(move |census, gauge| {
            for group in all(&known, census) {
                gauge.observe(census.totals.get(group).map_or(0, |total| total.count), &labels(group));
            }
        }))
        .build();
    let known = groups;
    let _gauge = meter
        .f64_observable_gauge("skinbus_oldest_open_order")
        .with_unit("s")
        .with_description("How long the oldest open order of a state has had it; 0 where there is none")
        .with_callback(shown.show(move |census, gauge| {
            let now = clock::now();
            for group in all(&known, census) {
                let age = |total: &Total| now.duration_since(total.oldest_since).max(SignedDuration::ZERO);
                let age = census.totals.get(group).map_or(SignedDuration::ZERO, age);
                gauge.observe(age.as_secs_f64(), &labels(group));
            }
        }))
        .build();
    quotas(shown);
    infos(accounts);
}

fn quotas(shown: &Shown) {
    let meter = telemetry::meter();
    let _gauge = meter
        .u64_observable_gauge("skinbus_quota_used")
        .with_description("Slots of the account's quota that are taken, by all replicas together")
        .with_callback(shown.show(|census, gauge| {
            for (account, quota) in &census.quotas {
                gauge.observe(u64::from(quota.used), &[named(account)]);
            }
        }))
        .build();
    let _gauge = meter
        .u64_observable_gauge("skinbus_quota_limit")
        .with_description("Requests of the account that its provider allows in one window")
        .with_callback(shown.show(|census, gauge| {
            for (account, quota) in &census.quotas {
                gauge.observe(u64::from(quota.limit), &[named(account)]);
            }
        }))
        .build();
    let _gauge = meter
        .u64_observable_gauge("skinbus_account_closed")
        .with_description("1 while the provider serves nobody of the account, with the reason; else 0")
        .with_callback(shown.show(|census, gauge| {
            for (account, quota) in &census.quotas {
                let reason = KeyValue::new("reason", quota.closed.clone().unwrap_or_default());
                gauge.observe(u64::from(quota.closed.is_some()), &[named(account), reason]);
            }
        }))
        .build();
}

/// Which provider an account is at, for queries that go by provider. Every replica shows it.
fn infos(accounts: &Accounts) {
    let labels: Vec<[KeyValue; 2]> = accounts
        .values()
        .map(|account| [named(&account.name), KeyValue::new("provider", account.config.provider.as_str())])
        .collect();
    let _gauge = telemetry::meter()
        .u64_observable_gauge("skinbus_account_info")
        .with_description("Always 1: which provider an account is at")
        .with_callback(move |gauge| labels.iter().for_each(|labels| gauge.observe(1, labels)))
        .build();
}

/// The groups of the configuration, and those of trades whose account is not configured any more.
fn all<'a>(known: &'a [Group], census: &'a Census) -> impl Iterator<Item = &'a Group> {
    known.iter().chain(census.totals.keys().filter(|group| !known.contains(group)))
}

fn labels((account, status): &Group) -> [KeyValue; 2] {
    [named(account), KeyValue::new("state", status.as_str())]
}

fn named(account: &AccountId) -> KeyValue {
    KeyValue::new("account", account.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_old_or_somebody_elses_is_not_shown() {
        let shown = Shown::default();
        let taken_at = clock::monotonic_now();
        assert!(shown.get(taken_at).is_none());
        shown.set(Some(Census { taken_at, totals: BTreeMap::new(), quotas: BTreeMap::new() }));
        assert!(shown.get(taken_at + Duration::from_secs(179)).is_some());
        assert!(shown.get(taken_at + Duration::from_secs(180)).is_none());
        shown.set(None);
        assert!(shown.get(taken_at).is_none());
    }
}
