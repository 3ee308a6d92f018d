//! The only clock reads of the workspace.
//!
//! The pure crates take time as an argument (invariant P1) and the services ask here, so that a search for one module
//! finds every place where the outside's time comes in.

use std::time::Instant;

/// What the wall clock shows. It may jump: use it for records and deadlines, never to measure.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one wall-clock read that the ban leaves")]
pub fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// A clock that never goes back, to measure how long something took.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one monotonic clock read that the ban leaves")]
pub fn monotonic_now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clocks_run_forwards() {
        let (wall, steady) = (now(), monotonic_now());
        assert!(wall > jiff::Timestamp::UNIX_EPOCH);
        assert!(monotonic_now() >= steady);
    }
}
