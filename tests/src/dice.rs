//! Chance that can be had again: every choice follows from the seed.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// A small generator (splitmix64); good enough to choose victims and pauses.
pub struct Dice {
    /// What it began with.
    pub seed: u64,
    state: u64,
}

impl Dice {
    /// From the variable of this name, else from a seed that no run had before.
    #[must_use]
    pub fn from_variable(name: &str) -> Self {
        let given = std::env::var(name).ok().map(|text| text.parse().expect("a whole number"));
        Self::seeded(given.unwrap_or_else(|| RandomState::new().build_hasher().finish()))
    }

    /// From a seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { seed, state: seed }
    }

    /// Another generator that follows from this one.
    #[must_use]
    pub fn split(&mut self) -> Self {
        Self::seeded(self.next())
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// One of these.
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let index = self.below(u64::try_from(all.len()).unwrap());
        &all[usize::try_from(index).unwrap()]
    }

    /// Brings these into a random sequence.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for end in (1..all.len()).rev() {
            let other = self.below(u64::try_from(end).unwrap() + 1);
            all.swap(end, usize::try_from(other).unwrap());
        }
    }

    /// A pause between two lengths, in milliseconds.
    pub fn pause(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to - from))
    }
}
