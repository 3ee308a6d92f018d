//! The one source of chance of a run.

/// SplitMix64: every number follows from the seed.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The numbers of a seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(seed ^ 0x5EED_5EED_5EED_5EED)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = u64::try_from(to.saturating_sub(from)).unwrap_or(0).saturating_add(1);
        from.saturating_add(i64::try_from(self.next() % span).unwrap_or(0))
    }

    /// An index below `count`, which is not 0.
    pub fn index(&mut self, count: usize) -> usize {
        usize::try_from(self.between(0, i64::try_from(count).unwrap_or(1) - 1)).unwrap_or(0)
    }

    /// One of these.
    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        let index = self.index(all.len());
        all[index].clone()
    }

    /// True this often in a thousand.
    pub fn permille(&mut self, chance: i64) -> bool {
        chance > 0 && self.between(0, 999) < chance
    }

    /// True this often in a hundred thousand.
    pub fn rare(&mut self, chance: i64) -> bool {
        chance > 0 && self.between(0, 99_999) < chance
    }
}
