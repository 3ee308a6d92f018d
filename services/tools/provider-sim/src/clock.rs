//! Two times: the real one, shown in answers, and the life's, which can be moved forward by the control API. In a
//! simulation the real one is set from outside too.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A clock that never goes backwards.
#[derive(Debug)]
pub(crate) struct Clock {
    real: Real,
    advanced_ms: AtomicU64,
}

/// Where the real time comes from.
#[derive(Debug)]
enum Real {
    Machine {
        started: Instant,
        started_unix_us: u64,
    },
    /// Unix microseconds, as last set.
    Set(AtomicU64),
}

/// One reading of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Real time in unix milliseconds.
    pub(crate) real_ms: u64,
    /// Real time plus all that was skipped: what the lives of purchases go by.
    pub(crate) life_ms: u64,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the simulator's one clock")]
    pub(crate) fn new() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let started_unix_us = u64::try_from(since_epoch.as_micros()).unwrap_or(u64::MAX);
        let real = Real::Machine { started: Instant::now(), started_unix_us };
        Self { real, advanced_ms: AtomicU64::new(0) }
    }

    /// A clock that stands still until it is set.
    pub(crate) fn standing_at(unix_us: u64) -> Self {
        Self { real: Real::Set(AtomicU64::new(unix_us)), advanced_ms: AtomicU64::new(0) }
    }

    /// Sets a clock that stands still; never back. The machine's own goes on as it does.
    pub(crate) fn set(&self, unix_us: u64) {
        if let Real::Set(now_us) = &self.real {
            now_us.fetch_max(unix_us, Ordering::Relaxed);
        }
    }

    /// Real time in unix microseconds, fine enough to order arrivals in a quota window.
    #[expect(clippy::disallowed_methods, reason = "the simulator's one clock")]
    pub(crate) fn now_us(&self) -> u64 {
        match &self.real {
            Real::Machine { started, started_unix_us } => {
                let elapsed = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
                started_unix_us.saturating_add(elapsed)
            }
            Real::Set(now_us) => now_us.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn now(&self) -> Moment {
        let real_ms = self.now_us() / 1000;
        Moment { real_ms, life_ms: real_ms.saturating_add(self.advanced_ms.load(Ordering::Relaxed)) }
    }

    /// Lets every life that has begun be this much older.
    pub(crate) fn advance(&self, by_ms: u64) {
        self.advanced_ms.fetch_add(by_ms, Ordering::Relaxed);
    }
}

impl Moment {
    /// The real time of a moment of a life, as seen from now; a life never began before `born_ms`.
    pub(crate) fn real_of(self, life_ms: u64, born_ms: u64) -> u64 {
        let skipped = self.life_ms.saturating_sub(self.real_ms);
        life_ms.saturating_sub(skipped).max(born_ms)
    }
}

/// Unix seconds of unix milliseconds.
pub(crate) fn seconds(unix_ms: u64) -> u64 {
    unix_ms / 1000
}

/// Unix seconds, rounded up, for ends that must not be announced early.
pub(crate) fn seconds_up(unix_ms: u64) -> u64 {
    unix_ms.div_ceil(1000)
}
