//! The quota window as its key's value.

use skinbus_domain::quota::{QuotaWindow, Slots};

use crate::v1;

/// The window in its stored form.
#[must_use]
pub fn quota_to_proto(window: &QuotaWindow) -> v1::QuotaWindow {
    let (closed_until_ms, closed_reason) = window.closing();
    v1::QuotaWindow {
        slots: window
            .slots()
            .iter()
            .map(|slots| v1::QuotaSlots { free_at_ms: slots.free_at_ms, count: slots.count })
            .collect(),
        closed_until_ms,
        closed_reason: closed_reason.to_owned(),
    }
}

/// A stored window.
#[must_use]
pub fn quota_from_proto(window: v1::QuotaWindow) -> QuotaWindow {
    let slots = window
        .slots
        .into_iter()
        .map(|slots| Slots { free_at_ms: slots.free_at_ms, count: slots.count })
        .collect();
    QuotaWindow::from_parts(slots, window.closed_until_ms, window.closed_reason)
}
