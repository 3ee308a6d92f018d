//! What is known of the NATS server's clock. Pure: every reading is an argument.

use skinbus_domain::quota::ServerTime;

/// Two clocks drift apart by at most one part in so many.
const DRIFT: i64 = 5_000;

/// The server's time minus that of our steady clock: it lies between two bounds. In microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bounds {
    low_us: i64,
    high_us: i64,
    /// When this was known, by our steady clock.
    at_us: i64,
}

impl Bounds {
    /// The same at another moment: the longer ago, the less is known.
    fn at(self, steady_us: i64) -> Self {
        let drift_us = steady_us.saturating_sub(self.at_us).saturating_abs() / DRIFT;
        Self {
            low_us: self.low_us.saturating_sub(drift_us),
            high_us: self.high_us.saturating_add(drift_us),
            at_us: steady_us,
        }
    }

    /// The least that has room for both.
    fn around(self, other: Self) -> Self {
        let other = other.at(self.at_us);
        let (low_us, high_us) = (self.low_us.min(other.low_us), self.high_us.max(other.high_us));
        Self { low_us, high_us, at_us: self.at_us }
    }

    /// What both leave possible; `None` where they contradict each other.
    fn within(self, other: Self) -> Option<Self> {
        let other = other.at(self.at_us);
        let (low_us, high_us) = (self.low_us.max(other.low_us), self.high_us.min(other.high_us));
        (low_us <= high_us).then_some(Self { low_us, high_us, at_us: self.at_us })
    }
}

/// The server's clock, as far as stamps of our own writes tell.
#[derive(Debug, Clone, Default)]
pub(super) struct Estimate {
    known: Option<Bounds>,
    /// What was known before the stamps jumped, and until when it counts as well.
    before: Option<(Bounds, i64)>,
}

impl Estimate {
    /// The server stamped something between two readings of our steady clock. The answer is by how much its clock jumped,
    /// in microseconds.
    ///
    /// A stamp that contradicts the ones before comes from another server: the stream has a new leader, whose clock is
    /// another one. Slots that are in use were counted by the old one, so for `hold_us` both are taken for possible.
    pub(super) fn learn(&mut self, before_us: i64, stamped_us: i64, after_us: i64, hold_us: i64) -> i64 {
        let told = Bounds {
            low_us: stamped_us.saturating_sub(after_us),
            // The stamp is cut to whole microseconds.
            high_us: stamped_us.saturating_add(1).saturating_sub(before_us),
            at_us: after_us,
        };
        let Some(known) = self.known else {
            self.known = Some(told);
            return 0;
        };
        if let Some(both) = told.within(known) {
            self.known = Some(both);
            return 0;
        }
        let old = self.at(after_us).unwrap_or(known);
        self.before = Some((old, after_us.saturating_add(hold_us)));
        self.known = Some(told);
        let known = known.at(after_us);
        if told.low_us > known.high_us {
            told.low_us.saturating_sub(known.high_us)
        } else {
            told.high_us.saturating_sub(known.low_us)
        }
    }

    /// Forgets everything: our own clock is not what it was.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    fn at(&self, steady_us: i64) -> Option<Bounds> {
        let known = self.known?.at(steady_us);
        let before = self.before.filter(|(_, until_us)| steady_us < *until_us);
        Some(before.map_or(known, |(before, _)| known.around(before)))
    }

    /// The server's time when our steady clock shows this; `None` where nothing was learned yet.
    pub(super) fn time(&self, steady_us: i64) -> Option<ServerTime> {
        let bounds = self.at(steady_us)?;
        Some(ServerTime {
            earliest_ms: steady_us.saturating_add(bounds.low_us).div_euclid(1000),
            latest_ms: steady_us.saturating_add(bounds.high_us).saturating_add(999).div_euclid(1000),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOLD_US: i64 = 90_000_000;
    /// The server's clock shows this when ours shows nothing.
    const OFFSET_US: i64 = 1_800_000_000_000_000;

    fn learned(writes: &[(i64, i64, i64)]) -> Estimate {
        let mut estimate = Estimate::default();
        for (before_us, stamped_us, after_us) in writes {
            estimate.learn(*before_us, OFFSET_US + stamped_us, *after_us, HOLD_US);
        }
        estimate
    }

    /// Relative to the server's clock as it was at first.
    fn bounds_ms(estimate: &Estimate, steady_us: i64) -> (i64, i64) {
        let time = estimate.time(steady_us).unwrap();
        let true_ms = (OFFSET_US + steady_us) / 1000;
        (time.earliest_ms - true_ms, time.latest_ms - true_ms)
    }

    #[test]
    fn nothing_is_known_before_the_first_stamp() {
        assert_eq!(Estimate::default().time(5), None);
    }

    #[test]
    fn the_stamp_was_made_between_the_two_readings() {
        assert_eq!(bounds_ms(&learned(&[(0, 3_000, 10_000)]), 10_000), (-7, 4));
        assert_eq!(bounds_ms(&learned(&[(0, 10_000, 10_000)]), 10_000), (0, 11));
    }

    #[test]
    fn a_slow_write_takes_nothing_away_from_what_is_known() {
        let estimate = learned(&[(0, 1_000, 2_000), (1_000_000, 1_300_000, 1_400_000)]);
        assert_eq!(bounds_ms(&estimate, 1_400_000), (-2, 2));
    }

    #[test]
    fn every_write_makes_it_narrower() {
        let estimate = learned(&[(0, 1_000, 9_000), (10_000, 18_000, 19_000)]);
        assert_eq!(bounds_ms(&estimate, 19_000), (-1, 2));
    }

    #[test]
    fn what_is_known_wears_out() {
        let estimate = learned(&[(0, 500, 1_000)]);
        assert_eq!(bounds_ms(&estimate, 50_001_000), (-11, 11));
    }

    /// A new leader whose clock is ahead, or behind: slots counted by the old clock are neither freed early by the new one,
    /// nor the other way round.
    #[test]
    fn after_a_jump_both_clocks_count_for_a_while() {
        for (jump_us, expected) in [(300_000, (-1, 301)), (-300_000, (-301, 1))] {
            let mut estimate = learned(&[(0, 500, 1_000)]);
            let jumped_us = estimate.learn(1_000_000, OFFSET_US + 1_000_500 + jump_us, 1_001_000, HOLD_US);
            assert!((jumped_us - jump_us).abs() < 2_000, "{jumped_us}");
            assert_eq!(bounds_ms(&estimate, 1_001_000), expected, "{jump_us}");
            // Later stamps agree with the new clock, and change nothing about that.
            let again_us = estimate.learn(11_000_000, OFFSET_US + 11_000_500 + jump_us, 11_001_000, HOLD_US);
            assert_eq!(again_us, 0);
            let (earliest_ms, latest_ms) = bounds_ms(&estimate, 80_000_000);
            assert!(latest_ms - earliest_ms >= 300, "{jump_us}");
            let (earliest_ms, latest_ms) = bounds_ms(&estimate, 92_000_000);
            assert!(latest_ms - earliest_ms < 50, "{jump_us}");
        }
    }

    #[test]
    fn what_is_forgotten_counts_no_more() {
        let mut estimate = learned(&[(0, 500, 1_000)]);
        estimate.forget();
        assert_eq!(estimate.time(2_000), None);
        estimate.learn(2_000, OFFSET_US + 902_500, 3_000, HOLD_US);
        assert_eq!(bounds_ms(&estimate, 3_000), (899, 901));
    }
}
