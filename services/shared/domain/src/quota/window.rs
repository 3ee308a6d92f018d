//! The window's arithmetic.

use std::time::Duration;

use super::{Lane, Limit};

/// Two replicas' ideas of the server's time may differ by this much, in milliseconds.
const CLOCK_MARGIN_MS: i64 = 20;
/// Free times are rounded up to this part of the window, so that a large limit stays a short list.
const STEPS_PER_WINDOW: i64 = 1000;

/// The slots in use of one account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuotaWindow {
    /// Slots in use, by the time at which they become free, ascending, one entry per time.
    slots: Vec<Slots>,
    /// No call before this.
    closed_until_ms: i64,
    /// Why the account is closed.
    closed_reason: String,
}

/// Slots that become free together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slots {
    /// Milliseconds since 1970, server time.
    pub free_at_ms: i64,
    /// How many.
    pub count: u32,
}

/// The answer to a request for permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// So many permits, at least one. Each is given back, or settled, under `free_at_ms`.
    Permits {
        /// How many.
        count: u32,
        /// Where their slots lie until the calls are settled.
        free_at_ms: i64,
    },
    /// None now; ask again then.
    NotBefore {
        /// Milliseconds since 1970, server time.
        at_ms: i64,
    },
}

impl QuotaWindow {
    /// Puts a stored window together again. Entries of one time are merged, empty ones dropped.
    #[must_use]
    pub fn from_parts(slots: Vec<Slots>, closed_until_ms: i64, closed_reason: String) -> Self {
        let mut window = Self { slots: Vec::new(), closed_until_ms, closed_reason };
        for slot in slots {
            window.add(slot.free_at_ms, slot.count);
        }
        window
    }

    /// The slots in use, ascending.
    #[must_use]
    pub fn slots(&self) -> &[Slots] {
        &self.slots
    }

    /// Until when the account is closed, and why; `None` where it is open.
    #[must_use]
    pub fn closed(&self, now_ms: i64) -> Option<(i64, &str)> {
        (self.closed_until_ms > now_ms).then_some((self.closed_until_ms, self.closed_reason.as_str()))
    }

    /// The stored closing, whether or not it has passed.
    #[must_use]
    pub fn closing(&self) -> (i64, &str) {
        (self.closed_until_ms, &self.closed_reason)
    }

    /// How many slots are in use.
    #[must_use]
    pub fn used(&self, now_ms: i64) -> u32 {
        self.slots
            .iter()
            .filter(|slot| slot.free_at_ms > now_ms)
            .fold(0, |sum, slot| sum.saturating_add(slot.count))
    }

    /// Takes up to `wanted` permits for `lane`. A call made under one of them surely has its answer, or its time-out,
    /// within `call_timeout`: a permit of a replica that crashed is free one window after that.
    pub fn grant(
        &mut self,
        limit: &Limit,
        lane: Lane,
        wanted: u32,
        call_timeout: Duration,
        now_ms: i64,
    ) -> Grant {
        self.slots.retain(|slot| slot.free_at_ms > now_ms);
        if self.closed_until_ms > now_ms {
            return Grant::NotBefore { at_ms: self.closed_until_ms };
        }
        let usable = limit.requests.saturating_sub(lane.reserve(limit)).max(1);
        let used = self.used(now_ms);
        let count = usable.saturating_sub(used).min(wanted);
        if count == 0 {
            return Grant::NotBefore { at_ms: self.free_at(used.saturating_sub(usable), now_ms) };
        }
        let free_at_ms = freed(limit, now_ms.saturating_add(millis(call_timeout)));
        self.add(free_at_ms, count);
        Grant::Permits { count, free_at_ms }
    }

    /// The call under a permit had its answer, or its time-out, at `answered_ms`: its slot is free one window later. Also
    /// where that is later than was granted: a process that was paused may have sent its request late.
    pub fn settle(&mut self, limit: &Limit, granted_free_at_ms: i64, answered_ms: i64) {
        if self.remove(granted_free_at_ms) {
            self.add(freed(limit, answered_ms), 1);
        }
    }

    /// The permit was not used.
    pub fn give_back(&mut self, granted_free_at_ms: i64) {
        self.remove(granted_free_at_ms);
    }

    /// Closes the account for every replica, because the provider said so. A later end wins.
    pub fn close(&mut self, until_ms: i64, reason: &str) {
        if until_ms > self.closed_until_ms {
            self.closed_until_ms = until_ms;
            reason.clone_into(&mut self.closed_reason);
        }
    }

    /// When the slot after the first `skip` ones becomes free.
    fn free_at(&self, skip: u32, now_ms: i64) -> i64 {
        let mut passed = 0_u32;
        for slot in &self.slots {
            passed = passed.saturating_add(slot.count);
            if passed > skip {
                return slot.free_at_ms;
            }
        }
        now_ms
    }

    fn add(&mut self, free_at_ms: i64, count: u32) {
        if count == 0 {
            return;
        }
        match self.slots.binary_search_by_key(&free_at_ms, |slot| slot.free_at_ms) {
            Ok(index) => {
                if let Some(slot) = self.slots.get_mut(index) {
                    slot.count = slot.count.saturating_add(count);
                }
            }
            Err(index) => self.slots.insert(index, Slots { free_at_ms, count }),
        }
    }

    /// Whether there was such a slot: one that has become free meanwhile is gone already.
    fn remove(&mut self, free_at_ms: i64) -> bool {
        let Ok(index) = self.slots.binary_search_by_key(&free_at_ms, |slot| slot.free_at_ms) else {
            return false;
        };
        let Some(slot) = self.slots.get_mut(index) else {
            return false;
        };
        slot.count = slot.count.saturating_sub(1);
        if slot.count == 0 {
            self.slots.remove(index);
        }
        true
    }
}

/// When a slot is free whose call ended at `ended_ms`.
fn freed(limit: &Limit, ended_ms: i64) -> i64 {
    let window_ms = millis(limit.per);
    let step_ms = (window_ms / STEPS_PER_WINDOW).max(1);
    let earliest = ended_ms.saturating_add(window_ms).saturating_add(CLOCK_MARGIN_MS);
    let steps = earliest.saturating_add(step_ms - 1).div_euclid(step_ms);
    steps.saturating_mul(step_ms)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
