//! Two times: the real one, shown in answers, and the life's, which can be moved forward by the control API.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A clock that never goes backwards.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    started_unix_us: u64,
    advanced_ms: AtomicU64,
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
        Self {
            started: Instant::now(),
            started_unix_us: u64::try_from(since_epoch.as_micros()).unwrap_or(u64::MAX),
            advanced_ms: AtomicU64::new(0),
        }
    }

    /// Real time in unix microseconds, fine enough to order arrivals in a quota window.
    #[expect(clippy::disallowed_methods, reason = "the simulator's one clock")]
    pub(crate) fn now_us(&self) -> u64 {
        let elapsed = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.started_unix_us.saturating_add(elapsed)
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
