//! Runs the checker over a configuration.

use std::collections::BTreeSet;

use stateright::{Checker, HasDiscoveries, Model};

use crate::properties::INVARIANTS;
use crate::protocol::Protocol;

/// What the checker found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Different states.
    pub states: usize,
    /// Steps to the furthest state.
    pub depth: usize,
    /// The properties that are broken, each with the steps of a run that breaks it.
    pub broken: Vec<(&'static str, Vec<String>)>,
    /// What was seen to be possible.
    pub possible: BTreeSet<&'static str>,
}

/// Checks every state.
#[must_use]
pub fn check(protocol: Protocol, threads: usize) -> Found {
    run(protocol, threads, None, HasDiscoveries::AllOf(INVARIANTS.into()))
}

/// Looks for a shortest run that breaks this property. Gives its steps.
#[must_use]
pub fn search(protocol: &Protocol, property: &'static str) -> Option<Vec<String>> {
    let mut shortest = None;
    let mut below = None;
    // The checker tells of some run that breaks it, among those that are found at about the same time.
    loop {
        let found = run(protocol.clone(), 1, below, HasDiscoveries::AllOf([property].into()));
        let run = found.broken.into_iter().find(|(name, _)| *name == property);
        let Some((_, steps)) = run else { return shortest };
        below = Some(steps.len());
        shortest = Some(steps);
    }
}

/// With `below`, only runs of fewer steps.
fn run(protocol: Protocol, threads: usize, below: Option<usize>, until: HasDiscoveries) -> Found {
    let mut builder = protocol.checker().threads(threads).finish_when(until);
    if let Some(below) = below {
        builder = builder.target_max_depth(below + 1);
    }
    let checker = builder.spawn_bfs().join();
    let discoveries = checker.discoveries();
    let broken = INVARIANTS.into_iter().filter_map(|name| {
        let steps = discoveries.get(name)?.clone().into_actions();
        Some((name, steps.iter().map(|step| format!("{step:?}")).collect()))
    });
    let properties = checker.model().properties();
    let witnesses = properties.iter().map(|property| property.name).filter(|name| !INVARIANTS.contains(name));
    Found {
        states: checker.unique_state_count(),
        depth: checker.max_depth(),
        broken: broken.collect(),
        possible: witnesses.filter(|name| discoveries.contains_key(name)).collect(),
    }
}
