//! The NATS server's clock, as seen from here.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use skinbus_domain::quota::ServerTime;
use skinbus_runtime::clock;

use super::estimate::Estimate;

/// Our two clocks differ by more than this: the machine slept, or somebody set its time.
const DOUBT_NS: i128 = 100_000_000;
/// Servers whose clocks differ by more than this are worth a word.
const JUMP_TOLD_US: i64 = 10_000;

/// Windows of all replicas are counted in the server's time, so that their own clocks need not agree. Clones share what
/// is known.
#[derive(Debug, Clone)]
pub(crate) struct ServerClock {
    known: Arc<Mutex<Known>>,
    /// Where our steady clock begins to count.
    origin: Instant,
    /// How long a slot that was counted by the clock of an earlier leader may be in use.
    hold_us: i64,
}

#[derive(Debug, Default)]
struct Known {
    estimate: Estimate,
    /// Both our clocks when something was learned last.
    learned: Option<Reading>,
}

/// Both our clocks at one moment. The steady one counts; the other shows when the steady one has stood still, as it may
/// while a machine sleeps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    steady: Instant,
    wall: Timestamp,
}

impl Reading {
    pub(crate) fn now() -> Self {
        Self { steady: clock::monotonic_now(), wall: clock::now() }
    }

    /// Whether both clocks have gone on by the same time since.
    fn agrees_with(self, earlier: Self) -> bool {
        let steady = i128::try_from(self.steady.saturating_duration_since(earlier.steady).as_nanos());
        let wall = self.wall.as_nanosecond().saturating_sub(earlier.wall.as_nanosecond());
        wall.saturating_sub(steady.unwrap_or(i128::MAX)).abs() <= DOUBT_NS
    }
}

impl ServerClock {
    /// A clock that knows nothing yet, for slots that are in use for at most `hold`.
    pub(crate) fn new(hold: Duration) -> Self {
        let hold_us = i64::try_from(hold.as_micros()).unwrap_or(i64::MAX);
        Self { known: Arc::default(), origin: clock::monotonic_now(), hold_us }
    }

    /// The server's time at a moment of ours; `None` where it is not known.
    pub(crate) fn at(&self, moment: Instant) -> Option<ServerTime> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.estimate.time(self.steady_us(moment))
    }

    /// Whether it must be learned anew before anything is made of it.
    pub(crate) fn is_doubtful(&self) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.learned.is_none_or(|learned| !Reading::now().agrees_with(learned))
    }

    /// Learns from something that the server stamped between `before` and `after`. The answer is whether it could be made
    /// use of.
    pub(crate) fn learn(&self, before: Reading, stamped: Timestamp, after: Reading) -> bool {
        if !after.agrees_with(before) {
            return false;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.learned.is_some_and(|learned| !after.agrees_with(learned)) {
            known.estimate.forget();
        }
        let (before_us, after_us) = (self.steady_us(before.steady), self.steady_us(after.steady));
        let jumped_us = known.estimate.learn(before_us, stamped.as_microsecond(), after_us, self.hold_us);
        known.learned = Some(after);
        if jumped_us.abs() > JUMP_TOLD_US {
            tracing::warn!(
                jumped_us,
                "the clocks of two NATS servers differ; permits wait that much longer for a while"
            );
        }
        true
    }

    fn steady_us(&self, moment: Instant) -> i64 {
        let since = |later: Instant, earlier: Instant| {
            i64::try_from(later.saturating_duration_since(earlier).as_micros()).unwrap_or(i64::MAX)
        };
        since(moment, self.origin).saturating_sub(since(self.origin, moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(steady: Instant, wall_ms: i64) -> Reading {
        Reading { steady, wall: Timestamp::from_millisecond(wall_ms).unwrap() }
    }

    #[test]
    fn a_machine_that_slept_is_noticed() {
        let start = clock::monotonic_now();
        let (before, later) = (reading(start, 1_000_000), start + Duration::from_secs(10));
        assert!(reading(later, 1_010_050).agrees_with(before));
        assert!(!reading(later, 1_030_000).agrees_with(before), "it slept for 20 s");
        assert!(!reading(later, 1_000_000).agrees_with(before), "its time was set");
    }

    #[test]
    fn after_a_sleep_only_what_is_learned_then_counts() {
        let clock = ServerClock::new(Duration::from_secs(90));
        assert!(clock.is_doubtful());
        let (wall_ms, start) = (clock::now().as_millisecond(), clock::monotonic_now());
        let (before, after) = (reading(start, wall_ms), reading(start, wall_ms));
        let stamped = |at_ms| Timestamp::from_millisecond(at_ms).unwrap();
        assert!(clock.learn(before, stamped(5_000_000), after));
        assert!(!clock.is_doubtful());
        assert_eq!(clock.at(start).unwrap().earliest_ms, 5_000_000);
        // 20 s of which the steady clock knows nothing.
        let awake = reading(start, wall_ms + 20_000);
        assert!(!clock.learn(before, stamped(5_000_001), awake), "it slept while it asked");
        assert!(clock.learn(awake, stamped(5_020_000), awake));
        assert_eq!(clock.at(start).unwrap().earliest_ms, 5_020_000);
        assert!(clock.is_doubtful(), "the wall clock shows what it showed before");
    }
}
