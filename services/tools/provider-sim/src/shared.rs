//! What all providers share: the clock, the settings, the faults, the HTTP client and the running tasks.

use std::num::NonZeroU64;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::arrivals::Arrivals;
use crate::clock::Clock;
use crate::faults::FaultBook;
use crate::pace::Durations;

/// The seed of faults by chance, until another is set.
pub(crate) const FIRST_SEED: u64 = 1;

/// Settings that mean the same at every provider.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Settings {
    /// Divides every duration of lives that begin from now on.
    pub(crate) speed: NonZeroU64,
    /// Everything that is bought is accepted at once, unless a fate was set for its own id.
    pub(crate) instant: bool,
    /// Every request gets the provider's error for maintenance.
    pub(crate) maintenance: bool,
    /// How long after a purchase look-ups still do not show it; real time, not divided by the speed.
    pub(crate) visibility_delay_ms: u64,
    pub(crate) durations: Durations,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            speed: NonZeroU64::MIN,
            instant: false,
            maintenance: false,
            visibility_delay_ms: 0,
            durations: Durations::default(),
        }
    }
}

/// The common part of a simulator.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) client: reqwest::Client,
    pub(crate) shutdown: CancellationToken,
    pub(crate) tasks: TaskTracker,
    pub(crate) arrivals: Arrivals,
    settings: Mutex<Settings>,
    faults: Mutex<FaultBook>,
}

impl Shared {
    pub(crate) fn new(
        clock: Clock,
        client: reqwest::Client,
        shutdown: CancellationToken,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            clock,
            client,
            shutdown,
            tasks,
            arrivals: Arrivals::default(),
            settings: Mutex::new(Settings::default()),
            faults: Mutex::new(FaultBook::new(FIRST_SEED)),
        }
    }

    pub(crate) fn settings(&self) -> Settings {
        *lock(&self.settings)
    }

    pub(crate) fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut lock(&self.settings));
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, FaultBook> {
        lock(&self.faults)
    }
}

/// Locks; a panic of another holder is no reason to stop, since every change here is complete in itself.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
