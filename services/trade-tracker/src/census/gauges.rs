//! What is shown of the census, by the one replica that takes it.
//!
//! Gauges are read when they are asked for. A replica that no longer takes the census shows nothing, rather than what was true
//! once; so does one whose census is old. They are made once for the process: a reload has the service run anew in it, and what
//! ran before may still end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
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

/// What the gauges of this process show.
#[derive(Debug, Default)]
struct State {
    /// Who may say what is shown; whoever came before may not any more.
    newest: u64,
    accounts: Vec<(AccountId, &'static str)>,
    census: Option<Census>,
}

/// The right to say what this process shows, until somebody newer has it.
#[derive(Debug)]
pub(super) struct Shown {
    state: Arc<Mutex<State>>,
    number: u64,
}

impl Shown {
    /// Takes the right over for these accounts; nothing is shown of a census that others took.
    pub(super) fn take_over(accounts: &Accounts) -> Self {
        static STATE: OnceLock<Arc<Mutex<State>>> = OnceLock::new();
        let state = STATE.get_or_init(|| {
            let state = Arc::default();
            register(&state);
            state
        });
        Self::of(state, accounts)
    }

    fn of(state: &Arc<Mutex<State>>, accounts: &Accounts) -> Self {
        let accounts =
            accounts.values().map(|account| (account.name.clone(), account.config.provider.as_str()));
        let number = {
            let mut state = lock(state);
            *state =
                State { newest: state.newest.wrapping_add(1), accounts: accounts.collect(), census: None };
            state.newest
        };
        Self { state: Arc::clone(state), number }
    }

    pub(super) fn set(&self, census: Option<Census>) {
        let mut state = lock(&self.state);
        if state.newest == self.number {
            state.census = census;
        }
    }
}

impl State {
    fn census(&self, now: Instant) -> Option<&Census> {
        self.census.as_ref().filter(|census| now.saturating_duration_since(census.taken_at) < SHOWN_FOR)
    }

    /// Every group of the configuration, with 0: an alert tells nothing from a series that is not there. And those of trades
    /// whose account is not configured any more.
    fn groups(&self, census: &Census) -> BTreeSet<Group> {
        let known =
            self.accounts.iter().flat_map(|(account, _)| OPEN.map(|status| (account.clone(), status)));
        known.chain(census.totals.keys().cloned()).collect()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Shows something of the census whenever the gauges are read.
fn show<T>(
    state: &Arc<Mutex<State>>,
    each: impl Fn(&State, &Census, &dyn AsyncInstrument<T>) + Send + Sync + 'static,
) -> impl Fn(&dyn AsyncInstrument<T>) + Send + Sync + 'static {
    let state = Arc::clone(state);
    move |gauge| {
        let state = lock(&state);
        if let Some(census) = state.census(clock::monotonic_now()) {
            each(&state, census, gauge);
        }
    }
}

fn register(state: &Arc<Mutex<State>>) {
    let meter = telemetry::meter();
    let _gauge = meter
        .u64_observable_gauge("skinbus_open_orders")
        .with_description("Open orders by state, of all replicas together; shown by one tracker")
        .with_callback(show(state, |state, census, gauge| {
            for group in state.groups(census) {
                gauge.observe(census.totals.get(&group).map_or(0, |total| total.count), &labels(&group));
            }
        }))
        .build();
    let _gauge = meter
        .f64_observable_gauge("skinbus_oldest_open_order")
        .with_unit("s")
        .with_description("How long the oldest open order of a state has had it; 0 where there is none")
        .with_callback(show(state, |state, census, gauge| {
            let now = clock::now();
            for group in state.groups(census) {
                let age = |total: &Total| now.duration_since(total.oldest_since).max(SignedDuration::ZERO);
                let age = census.totals.get(&group).map_or(SignedDuration::ZERO, age);
                gauge.observe(age.as_secs_f64(), &labels(&group));
            }
        }))
        .build();
    quotas(state);
    infos(state);
}

fn quotas(state: &Arc<Mutex<State>>) {
    let meter = telemetry::meter();
    let _gauge = meter
        .u64_observable_gauge("skinbus_quota_used")
        .with_description("Slots of the account's quota that are taken, by all replicas together")
        .with_callback(show(state, |_, census, gauge| {
            for (account, quota) in &census.quotas {
                gauge.observe(u64::from(quota.used), &[named(account)]);
            }
        }))
        .build();
    let _gauge = meter
        .u64_observable_gauge("skinbus_quota_limit")
        .with_description("Requests of the account that its provider allows in one window")
        .with_callback(show(state, |_, census, gauge| {
            for (account, quota) in &census.quotas {
                gauge.observe(u64::from(quota.limit), &[named(account)]);
            }
        }))
        .build();
    let _gauge = meter
        .u64_observable_gauge("skinbus_account_closed")
        .with_description("1 while the provider serves nobody of the account, with the reason; else 0")
        .with_callback(show(state, |_, census, gauge| {
            for (account, quota) in &census.quotas {
                let reason = KeyValue::new("reason", quota.closed.clone().unwrap_or_default());
                gauge.observe(u64::from(quota.closed.is_some()), &[named(account), reason]);
            }
        }))
        .build();
}

/// Which provider an account is at, for queries that go by provider. Every replica shows it.
fn infos(state: &Arc<Mutex<State>>) {
    let state = Arc::clone(state);
    let _gauge = telemetry::meter()
        .u64_observable_gauge("skinbus_account_info")
        .with_description("Always 1: which provider an account is at")
        .with_callback(move |gauge| {
            for (account, provider) in &lock(&state).accounts {
                gauge.observe(1, &[named(account), KeyValue::new("provider", *provider)]);
            }
        })
        .build();
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
        let (state, accounts) = (Arc::default(), Accounts::new());
        let shown = Shown::of(&state, &accounts);
        let taken_at = clock::monotonic_now();
        let is_shown_after = |seconds| lock(&state).census(taken_at + Duration::from_secs(seconds)).is_some();
        let census = || Some(Census { taken_at, totals: BTreeMap::new(), quotas: BTreeMap::new() });
        assert!(!is_shown_after(0));
        shown.set(census());
        assert!(is_shown_after(179));
        assert!(!is_shown_after(180));
        shown.set(None);
        assert!(!is_shown_after(0));

        // A reload: what ran before neither shows nor takes away anything.
        shown.set(census());
        let newer = Shown::of(&state, &accounts);
        assert!(!is_shown_after(0));
        shown.set(census());
        assert!(!is_shown_after(0));
        newer.set(census());
        shown.set(None);
        assert!(is_shown_after(0));
    }
}
