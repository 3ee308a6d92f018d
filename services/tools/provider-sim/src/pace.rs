//! How long the steps of a life take.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

/// Durations of the steps, all in milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Durations {
    /// From the purchase until the trade offer is sent, or the attempt to send it fails.
    pub(crate) processing_ms: u64,
    /// From the offer until the user answers it.
    pub(crate) waiting_accept_ms: u64,
    /// From the offer until it times out, where the user never answers.
    pub(crate) offer_timeout_ms: u64,
    /// From acceptance until Steam's trade protection ends.
    pub(crate) protection_ms: u64,
    /// From acceptance until it is undone, where it is; never later than the end of the protection.
    pub(crate) rollback_ms: u64,
    /// From a reservation until the item is out of its trade hold.
    pub(crate) reservation_ms: u64,
}

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

impl Default for Durations {
    fn default() -> Self {
        Self {
            processing_ms: 1_000,
            waiting_accept_ms: 2_000,
            offer_timeout_ms: 300_000,
            protection_ms: 7 * DAY_MS,
            rollback_ms: 10_000,
            reservation_ms: 3 * DAY_MS,
        }
    }
}

impl Durations {
    /// The durations of lives that begin now, at this speed.
    pub(crate) fn at(&self, speed: NonZeroU64) -> Self {
        Self {
            processing_ms: self.processing_ms / speed,
            waiting_accept_ms: self.waiting_accept_ms / speed,
            offer_timeout_ms: self.offer_timeout_ms / speed,
            protection_ms: self.protection_ms / speed,
            rollback_ms: self.rollback_ms / speed,
            reservation_ms: self.reservation_ms / speed,
        }
    }
}

/// A change of some durations.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DurationsPatch {
    processing_ms: Option<u64>,
    waiting_accept_ms: Option<u64>,
    offer_timeout_ms: Option<u64>,
    protection_ms: Option<u64>,
    rollback_ms: Option<u64>,
    reservation_ms: Option<u64>,
}

impl DurationsPatch {
    pub(crate) fn apply(&self, to: &mut Durations) {
        set(&mut to.processing_ms, self.processing_ms);
        set(&mut to.waiting_accept_ms, self.waiting_accept_ms);
        set(&mut to.offer_timeout_ms, self.offer_timeout_ms);
        set(&mut to.protection_ms, self.protection_ms);
        set(&mut to.rollback_ms, self.rollback_ms);
        set(&mut to.reservation_ms, self.reservation_ms);
    }
}

/// Changes a setting where a change is given.
pub(crate) fn set<T>(setting: &mut T, given: Option<T>) {
    if let Some(value) = given {
        *setting = value;
    }
}
