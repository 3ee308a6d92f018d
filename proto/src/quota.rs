//! The quota window as its key's value.

use skinbus_domain::quota::{Closing, Gate, Probe, QuotaWindow, SlotList, Slots};

use crate::v1;

/// The window in its stored form.
#[must_use]
pub fn quota_to_proto(window: &QuotaWindow) -> v1::QuotaWindow {
    let Gate { epoch, closing, probe } = &window.gate;
    let closing = closing.as_ref();
    let operations = window.operations.iter();
    v1::QuotaWindow {
        slots: slots_to_proto(&window.slots),
        closed_until_ms: closing.map_or(0, |closing| closing.until_ms),
        closed_reason: closing.map_or_else(String::new, |closing| closing.reason.clone()),
        epoch: *epoch,
        failures: closing.map_or(0, |closing| closing.failures),
        probe: probe.map(|probe| v1::QuotaProbe { epoch: probe.epoch, back_at_ms: probe.back_at_ms }),
        operations: operations
            .map(|(key, slots)| v1::QuotaOperation { key: key.clone(), slots: slots_to_proto(slots) })
            .collect(),
    }
}

/// A stored window.
#[must_use]
pub fn quota_from_proto(window: v1::QuotaWindow) -> QuotaWindow {
    let closing =
        Closing { until_ms: window.closed_until_ms, reason: window.closed_reason, failures: window.failures };
    let operations = window.operations.into_iter();
    QuotaWindow {
        slots: slots_from_proto(window.slots),
        operations: operations.map(|one| (one.key, slots_from_proto(one.slots))).collect(),
        gate: Gate {
            epoch: window.epoch,
            closing: Some(closing).filter(|closing| closing.until_ms != 0),
            probe: window.probe.map(|probe| Probe { epoch: probe.epoch, back_at_ms: probe.back_at_ms }),
        },
    }
}

fn slots_to_proto(slots: &SlotList) -> Vec<v1::QuotaSlots> {
    let entries = slots.entries().iter();
    entries.map(|slots| v1::QuotaSlots { free_at_ms: slots.free_at_ms, count: slots.count }).collect()
}

fn slots_from_proto(slots: Vec<v1::QuotaSlots>) -> SlotList {
    slots.into_iter().map(|slots| Slots { free_at_ms: slots.free_at_ms, count: slots.count }).collect()
}
