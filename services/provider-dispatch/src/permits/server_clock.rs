//! The NATS server's clock, as seen from here.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use skinbus_runtime::clock;

/// Windows of all replicas are counted in the server's time, so that their own clocks need not agree.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServerClock {
    /// Server's time minus ours, in milliseconds.
    offset_ms: Arc<AtomicI64>,
}

impl ServerClock {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The server's time in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        clock::now().as_millisecond().saturating_add(self.offset_ms.load(Ordering::Relaxed))
    }

    /// Learns from a write of ours that the server stamped between `before` and `after`.
    pub(crate) fn learn(&self, before: Timestamp, stamped: Timestamp, after: Timestamp) {
        let (before, after) = (before.as_millisecond(), after.as_millisecond());
        let middle = before.saturating_add(after.saturating_sub(before) / 2);
        self.offset_ms.store(stamped.as_millisecond().saturating_sub(middle), Ordering::Relaxed);
    }
}
