//! The quota of one provider account: an exact sliding window, shared by all replicas.
//!
//! A permit takes a slot when it is granted, and the slot becomes free one window after the call's response came in (or
//! after its time-out). A request reaches the provider between those two moments, so however long the network takes, no
//! window at the provider can hold more than the limit (invariant Q1). Times are the NATS server's, in milliseconds.
//!
//! The window is plain data: the shell stores it with compare-and-set, so that two replicas never grant the same slot.

mod window;

#[cfg(test)]
mod tests;

pub use window::{Grant, QuotaWindow, Slots};

use std::time::Duration;

/// How many requests a provider takes in how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Requests in any window.
    pub requests: u32,
    /// Length of the window.
    pub per: Duration,
}

/// What a permit is for. Earlier lanes come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Placing orders.
    Orders,
    /// Looking trades up.
    LookUps,
    /// Prices, inventories, balances.
    Catalogue,
}

impl Lane {
    /// How many slots this lane leaves free for the ones before it.
    #[must_use]
    pub fn reserve(self, limit: &Limit) -> u32 {
        match self {
            Self::Orders => 0,
            Self::LookUps => limit.requests / 10,
            Self::Catalogue => limit.requests / 3,
        }
    }
}
