//! Whether the provider can be reached at all: one that cannot is left alone for a while, longer each time.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The first pause; it doubles with every failure after it.
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Why an account is closed while its provider cannot be reached.
pub(crate) const UNREACHABLE: &str = "unreachable";

/// The pauses of one account in this process.
#[derive(Debug, Default)]
pub(crate) struct Reachable(Mutex<Option<Pause>>);

#[derive(Debug, Clone, Copy)]
struct Pause {
    length: Duration,
    ends_at: Instant,
}

impl Reachable {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A connection was made, whatever came of the call.
    pub(crate) fn connected(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// No connection could be made. The answer is how long to leave the provider alone: without it every waiting order
    /// would try, and write down that it tried, again and again. Calls that fail together are one failure.
    pub(crate) fn failed(&self, now: Instant) -> Duration {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let length = match *current {
            Some(pause) if now < pause.ends_at => return pause.ends_at - now,
            Some(pause) => pause.length.saturating_mul(2).min(PAUSE_MAX),
            None => PAUSE_MIN,
        };
        *current = Some(Pause { length, ends_at: now + length });
        length
    }
}

#[cfg(test)]
mod tests {
    use skinbus_runtime::clock;

    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_begin_anew() {
        let reachable = Reachable::new();
        let mut now = clock::monotonic_now();
        for expected in [1, 2, 4, 8, 16, 32, 60, 60] {
            let pause = reachable.failed(now);
            assert_eq!(pause.as_secs(), expected);
            now += pause;
        }
        reachable.connected();
        assert_eq!(reachable.failed(now), PAUSE_MIN);
    }

    #[test]
    fn calls_that_fail_together_are_one_failure() {
        let reachable = Reachable::new();
        let now = clock::monotonic_now();
        for _ in 0..10 {
            assert_eq!(reachable.failed(now), PAUSE_MIN);
        }
        assert_eq!(reachable.failed(now + PAUSE_MIN / 2), PAUSE_MIN / 2);
        assert_eq!(reachable.failed(now + PAUSE_MIN), PAUSE_MIN * 2);
    }
}
