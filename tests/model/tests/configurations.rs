//! The shipped protocol, in every state that it can come to: `make model` checks the same with more faults.
#![expect(clippy::print_stdout, reason = "a test says what it has found")]

use std::collections::BTreeSet;

use skinbus_model::check::{Found, check};
use skinbus_model::configurations::{Size, of};
use skinbus_model::properties::{FOUND, LATE, RESENT, REVIEWED};
use skinbus_model::protocol::{Protocol, Repeats};
use skinbus_model::runs::{Runs, follow_all};

fn is_kept(protocol: &Protocol, name: &str) -> (Found, Runs) {
    let runs = follow_all(protocol);
    let found = check(protocol.clone(), 1);
    println!(
        "{name}: {} states with {} faults, {} steps deep",
        found.states, protocol.faults_max, found.depth
    );
    assert_eq!(found.broken, [], "{name}");
    // Every run ends, and two explorers that know nothing of each other have seen the same.
    assert_eq!((runs.circles, runs.states), (0, found.states), "{name}");
    (found, runs)
}

fn all_are_kept(repeats: Repeats) {
    let mut possible = BTreeSet::new();
    for configuration in of(repeats, Size::Short) {
        possible.extend(is_kept(&configuration.protocol, &configuration.name).0.possible);
    }
    // Nothing is proved of what never happens.
    assert_eq!(possible, [FOUND, LATE, RESENT, REVIEWED].into());
}

#[test]
fn a_provider_that_refuses_repeats() {
    all_are_kept(Repeats::Refused);
}

#[test]
fn a_provider_that_accepts_repeats_again() {
    all_are_kept(Repeats::AcceptedAgain);
}

#[test]
fn a_provider_that_answers_repeats_with_the_first() {
    all_are_kept(Repeats::AnsweredWithFirst);
}

/// The order in which things are done without any fault is short, and ends well in every way that the provider may choose.
#[test]
fn without_faults() {
    for repeats in Repeats::ALL {
        let (found, runs) = is_kept(&Protocol::new(repeats, 0), "without faults");
        assert!(found.states > 50 && runs.ends > 1, "{found:?} {runs:?}");
        assert_eq!(found.possible, BTreeSet::new());
    }
}
