//! A list of slots in use.

use super::{Limit, millis};

/// The clocks of two NATS servers of one cluster may differ by this much, in milliseconds.
pub(super) const CLOCK_MARGIN_MS: i64 = 10;
/// Free times are rounded up to this part of the window, so that a large limit stays a short list.
const STEPS_PER_WINDOW: i64 = 1000;

/// Slots that become free together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slots {
    /// Milliseconds since 1970, server time.
    pub free_at_ms: i64,
    /// How many.
    pub count: u32,
}

/// Slots in use, by the time at which they become free, ascending, one entry per time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SlotList(Vec<Slots>);

impl FromIterator<Slots> for SlotList {
    /// Entries of one time are merged, empty ones dropped.
    fn from_iter<I: IntoIterator<Item = Slots>>(slots: I) -> Self {
        let mut list = Self::default();
        for slot in slots {
            list.add(slot.free_at_ms, slot.count);
        }
        list
    }
}

impl SlotList {
    /// The entries, ascending.
    #[must_use]
    pub fn entries(&self) -> &[Slots] {
        &self.0
    }

    /// How many slots are in use.
    #[must_use]
    pub fn used(&self, now_ms: i64) -> u32 {
        let in_use = self.0.iter().filter(|slot| slot.free_at_ms > now_ms);
        in_use.fold(0, |sum, slot| sum.saturating_add(slot.count))
    }

    /// When fewer than `usable` slots are in use; `None` where that is so already.
    #[must_use]
    pub fn room_at(&self, usable: u32, now_ms: i64) -> Option<i64> {
        let mut skip = self.used(now_ms).checked_sub(usable)?;
        for slot in self.0.iter().filter(|slot| slot.free_at_ms > now_ms) {
            match skip.checked_sub(slot.count) {
                Some(rest) => skip = rest,
                None => return Some(slot.free_at_ms),
            }
        }
        None
    }

    /// Drops what is free.
    pub(super) fn forget(&mut self, now_ms: i64) {
        self.0.retain(|slot| slot.free_at_ms > now_ms);
    }

    pub(super) fn add(&mut self, free_at_ms: i64, count: u32) {
        if count == 0 {
            return;
        }
        match self.0.binary_search_by_key(&free_at_ms, |slot| slot.free_at_ms) {
            Ok(index) => {
                if let Some(slot) = self.0.get_mut(index) {
                    slot.count = slot.count.saturating_add(count);
                }
            }
            Err(index) => self.0.insert(index, Slots { free_at_ms, count }),
        }
    }

    /// Takes one slot out. One that has become free meanwhile is gone already.
    pub(super) fn remove(&mut self, free_at_ms: i64) {
        let Ok(index) = self.0.binary_search_by_key(&free_at_ms, |slot| slot.free_at_ms) else { return };
        let Some(slot) = self.0.get_mut(index) else { return };
        slot.count = slot.count.saturating_sub(1);
        if slot.count == 0 {
            self.0.remove(index);
        }
    }
}

/// When a slot is free whose call ended at `ended_ms` at the latest.
pub(super) fn freed(limit: &Limit, ended_ms: i64) -> i64 {
    let window_ms = millis(limit.per);
    let step_ms = (window_ms / STEPS_PER_WINDOW).max(1);
    let earliest = ended_ms.saturating_add(window_ms).saturating_add(CLOCK_MARGIN_MS);
    let steps = earliest.saturating_add(step_ms - 1).div_euclid(step_ms);
    steps.saturating_mul(step_ms)
}
