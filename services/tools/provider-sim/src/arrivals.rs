//! Every request of a provider's API, one by one, for checks of what was sent when. Kept only where it is asked for.

use std::sync::Mutex;

use serde::Serialize;

use crate::faults::FaultKind;
use crate::shared::lock;

/// What was done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fate {
    /// Executed as it was asked, or refused by the rules of the API.
    Served,
    /// Turned away before anything: the limit, or wrong credentials.
    Refused,
    /// Turned away because of maintenance.
    Maintenance,
    /// Hit by a fault.
    Fault(FaultKind),
}

/// One request.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Arrival {
    /// Unix microseconds.
    pub(crate) at_us: u64,
    pub(crate) provider: &'static str,
    /// The path, or the method, that it is counted under.
    pub(crate) path: &'static str,
    /// The own ids of ours that it is about.
    pub(crate) references: Vec<String>,
    pub(crate) fate: Fate,
}

/// The record; it grows with every request while it is switched on.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(Mutex<Option<Vec<Arrival>>>);

impl Arrivals {
    /// Begins the record anew, or ends it.
    pub(crate) fn switch(&self, on: bool) {
        *lock(&self.0) = on.then(Vec::new);
    }

    pub(crate) fn is_on(&self) -> bool {
        lock(&self.0).is_some()
    }

    pub(crate) fn add(&self, arrival: Arrival) {
        if let Some(list) = lock(&self.0).as_mut() {
            list.push(arrival);
        }
    }

    /// All that came since the record began, in the order in which their fates were known.
    pub(crate) fn all(&self) -> Vec<Arrival> {
        lock(&self.0).clone().unwrap_or_default()
    }
}
