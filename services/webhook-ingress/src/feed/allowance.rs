//! How many hints of one account are stored: a flood must not fill the stream.

use std::time::{Duration, Instant};

/// So many at once, ...
const AT_ONCE: u32 = 300;
/// ... and then one in this time. A tracker spends far less on hints.
const EACH: Duration = Duration::from_millis(200);

/// What may still be stored.
pub(super) struct Allowance {
    left: u32,
    counted_until: Instant,
}

impl Allowance {
    pub(super) fn new(now: Instant) -> Self {
        Self { left: AT_ONCE, counted_until: now }
    }

    /// Whether one more may be stored at `now`.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        while self.left < AT_ONCE && now.saturating_duration_since(self.counted_until) >= EACH {
            self.counted_until += EACH;
            self.left += 1;
        }
        if self.left == AT_ONCE {
            self.counted_until = now;
        }
        let is_left = self.left > 0;
        self.left = self.left.saturating_sub(1);
        is_left
    }
}

#[cfg(test)]
mod tests {
    use skinbus_runtime::clock;

    use super::*;

    #[test]
    fn a_flood_gets_its_first_ones_and_then_five_in_a_second() {
        let start = clock::monotonic_now();
        let mut allowance = Allowance::new(start);
        let taken = |allowance: &mut Allowance, after: Duration, tries: u32| {
            (0..tries).filter(|_| allowance.take(start + after)).count()
        };
        assert_eq!(taken(&mut allowance, Duration::ZERO, 1000), 300);
        assert_eq!(taken(&mut allowance, EACH - Duration::from_nanos(1), 10), 0);
        assert_eq!(taken(&mut allowance, Duration::from_secs(1), 10), 5);
        let mut stored = 0;
        for second in 2..12 {
            stored += taken(&mut allowance, Duration::from_secs(second), 1000);
        }
        assert_eq!(stored, 50);
        assert_eq!(taken(&mut allowance, Duration::from_secs(3600), 1000), 300);
        assert_eq!(taken(&mut allowance, Duration::from_secs(3600), 1000), 0);
    }
}
