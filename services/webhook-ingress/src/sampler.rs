//! Log lines that a sender can cause are sampled: a flood must not fill the disk or hide the rest.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One line in this time.
const PAUSE: Duration = Duration::from_secs(10);

/// Decides which occurrences of one kind are logged.
#[derive(Debug, Default)]
pub(crate) struct Sampler(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last: Option<Instant>,
    skipped: u64,
}

impl Sampler {
    /// Whether the occurrence at `now` is to be logged; if so, how many before it were not.
    pub(crate) fn take(&self, now: Instant) -> Option<u64> {
        // The state is whole after every statement, so a panic elsewhere has not spoiled it.
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let too_soon = state.last.is_some_and(|last| now.saturating_duration_since(last) < PAUSE);
        if too_soon {
            state.skipped = state.skipped.saturating_add(1);
            return None;
        }
        state.last = Some(now);
        Some(std::mem::take(&mut state.skipped))
    }
}

#[cfg(test)]
mod tests {
    use skinbus_runtime::clock;

    use super::*;

    #[test]
    fn one_of_a_flood_is_logged_and_the_rest_counted() {
        let (sampler, start) = (Sampler::default(), clock::monotonic_now());
        assert_eq!(sampler.take(start), Some(0));
        for _ in 0..5 {
            assert_eq!(sampler.take(start), None);
        }
        assert_eq!(sampler.take(start + PAUSE), Some(5));
        assert_eq!(sampler.take(start + PAUSE), None);
    }
}
