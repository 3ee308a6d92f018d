//! The pause before the next connection.

use std::time::Duration;

/// The whole of the first pause.
const FIRST: Duration = Duration::from_secs(2);
/// The whole of the longest one.
const LONGEST: Duration = Duration::from_secs(60);
/// A connection that lasted so long was a good one.
const GOOD: Duration = Duration::from_secs(60);

/// Twice as long every time, until a connection was good.
pub(super) struct Backoff(Duration);

impl Default for Backoff {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Backoff {
    /// The pause after a connection that was good for `lasted`: at least half of the whole, and how much of the other half
    /// is drawn by `dice`, so that accounts which failed together do not come back together.
    pub(super) fn pause(&mut self, lasted: Duration, dice: u8) -> Duration {
        if lasted >= GOOD {
            self.0 = FIRST;
        }
        let half = self.0 / 2;
        self.0 = self.0.saturating_mul(2).min(LONGEST);
        half + half * u32::from(dice) / u32::from(u8::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_a_minute_and_begins_anew_after_a_good_connection() {
        let mut backoff = Backoff::default();
        let seconds: Vec<_> =
            (0..8).map(|_| backoff.pause(Duration::from_secs(59), u8::MAX).as_secs()).collect();
        assert_eq!(seconds, [2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(backoff.pause(GOOD, u8::MAX), FIRST);
        assert_eq!(backoff.pause(Duration::ZERO, u8::MAX), 2 * FIRST);
    }

    #[test]
    fn it_is_never_shorter_than_half() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..7).map(|_| backoff.pause(Duration::ZERO, 0).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30]);
    }
}
