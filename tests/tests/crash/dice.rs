//! Chance that can be had again: every choice follows from the seed.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// A small generator (splitmix64); good enough to choose victims and pauses.
pub(crate) struct Dice {
    /// What it began with.
    pub(crate) seed: u64,
    state: u64,
}

impl Dice {
    /// From `SKINBUS_CRASH_SEED`, else from a seed that no run had before.
    #[expect(
        clippy::disallowed_methods,
        reason = "a failed run is repeated by its seed, which is no setting of a service"
    )]
    pub(crate) fn new() -> Self {
        let given =
            std::env::var("SKINBUS_CRASH_SEED").ok().map(|text| text.parse().expect("a whole number"));
        let seed = given.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        Self { seed, state: seed }
    }

    /// Another generator that follows from this one.
    pub(crate) fn split(&mut self) -> Self {
        let seed = self.next();
        Self { seed, state: seed }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// One of these.
    pub(crate) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let index = self.below(u64::try_from(all.len()).unwrap());
        &all[usize::try_from(index).unwrap()]
    }

    /// Brings these into a random sequence.
    pub(crate) fn shuffle<T>(&mut self, all: &mut [T]) {
        for end in (1..all.len()).rev() {
            let other = self.below(u64::try_from(end).unwrap() + 1);
            all.swap(end, usize::try_from(other).unwrap());
        }
    }

    /// A pause between two lengths, in milliseconds.
    pub(crate) fn pause(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to - from))
    }
}
