//! The quota of one provider account: an exact sliding window, shared by all replicas.
//!
//! A permit takes a slot when it is granted, and the slot becomes free one window after the call's response came in (or
//! after its time-out). A request reaches the provider between those two moments, so however long the network takes, no
//! window at the provider can hold more than the limit (invariant Q1). Operations that have a limit of their own have a
//! window of their own beside the account's, and a permit needs room in both.
//!
//! The provider may close the account. When the time that it named has come, one permit is granted as the probe, and
//! nothing else until that call has ended: see [`Told`].
//!
//! Times are the NATS server's, in milliseconds. The window is plain data: the shell stores it with compare-and-set, so
//! that two replicas never grant the same slot.

mod gate;
mod operation;
mod slots;
mod window;

#[cfg(test)]
mod tests;

pub use gate::{Closing, Gate, Probe, Told, UNREACHABLE};
pub use operation::{Each, HINTED_LOOK_UP, OPERATIONS, Operation, OperationLimit, PLANNED_LOOK_UP};
pub use slots::{SlotList, Slots};
pub use window::{Grant, QuotaWindow, Ticket, Wish};

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

/// The server's time as one process knows it: it surely lies between these two. A slot is taken for free only where the
/// earlier one says so, and taken as used until after the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerTime {
    /// Milliseconds since 1970.
    pub earliest_ms: i64,
    /// Milliseconds since 1970.
    pub latest_ms: i64,
}

impl ServerTime {
    /// A time that is known exactly.
    #[must_use]
    pub fn exactly(at_ms: i64) -> Self {
        Self { earliest_ms: at_ms, latest_ms: at_ms }
    }
}

/// A length in milliseconds; one too long for that is as good as endless.
fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
