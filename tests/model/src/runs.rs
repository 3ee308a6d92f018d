//! A second explorer, which knows nothing of the first: it follows every run to its end and finds those that have none.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use stateright::Model;

use crate::action::Action;
use crate::protocol::Protocol;
use crate::state::State;

/// What all runs of a configuration have in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Runs {
    /// States, each counted once.
    pub states: usize,
    /// States in which a run ends.
    pub ends: usize,
    /// Steps of the longest run that was followed without meeting a known state.
    pub longest: usize,
    /// Ways from a state back to itself. Where there is none, every run ends.
    pub circles: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// On the run that is followed now.
    Open,
    /// Everything after it is known.
    Closed,
}

/// Follows every run, depth first.
#[must_use]
pub fn follow_all(protocol: &Protocol) -> Runs {
    let mut runs = Runs::default();
    let mut known = HashMap::new();
    for state in protocol.init_states() {
        let mut open = Vec::new();
        begin(protocol, state, &mut runs, &mut known, &mut open);
        // The next step of the run that is followed, or of the one that it branched off.
        while let Some((name, state, actions)) = open.last_mut() {
            if let Some(action) = actions.pop() {
                if let Some(next) = protocol.next_state(state, action) {
                    begin(protocol, next, &mut runs, &mut known, &mut open);
                }
            } else {
                known.insert(*name, Known::Closed);
                open.pop();
            }
        }
    }
    runs
}

fn begin(
    protocol: &Protocol,
    state: State,
    runs: &mut Runs,
    known: &mut HashMap<u64, Known>,
    open: &mut Vec<(u64, State, Vec<Action>)>,
) {
    let name = name_of(&state);
    match known.get(&name) {
        Some(Known::Open) => runs.circles += 1,
        Some(Known::Closed) => {}
        None => {
            let mut actions = Vec::new();
            protocol.actions(&state, &mut actions);
            known.insert(name, Known::Open);
            runs.states += 1;
            runs.ends += usize::from(actions.is_empty());
            open.push((name, state, actions));
            runs.longest = runs.longest.max(open.len());
        }
    }
}

fn name_of(state: &State) -> u64 {
    let mut hasher = DefaultHasher::new();
    state.hash(&mut hasher);
    hasher.finish()
}
