//! Rules that are broken on purpose: the oracle has to find each, in few seeds. A simulation that finds none proves nothing.
#![cfg(test)]

use skinbus_sim::faults::Mutant;
use skinbus_sim::run::{self, Options};

/// Within these a mutant has to be found.
const SEEDS: u64 = 300;

/// The seed that finds the mutant, and the rule that it breaks.
fn found(mutant: Mutant) -> Option<(u64, String)> {
    let options = Options { is_traced: false, mutant: Some(mutant) };
    let found =
        (1..=SEEDS).find_map(|seed| run::seed(seed, &options).broken.map(|broken| (seed, broken.rule)));
    println!("{mutant:?}: {found:?}");
    found
}

fn finds(mutant: Mutant, rules: &[&str]) {
    let (seed, rule) = found(mutant).unwrap_or_else(|| panic!("{mutant:?} is not found"));
    assert!(rules.contains(&rule.as_str()), "{mutant:?} breaks {rule} at seed {seed}");
}

#[test]
fn sending_again_after_a_time_out_is_found() {
    finds(Mutant::ResendOnTimeout, &["T1", "T7"]);
}

#[test]
fn acknowledging_before_the_ledger_has_it_is_found() {
    finds(Mutant::AcknowledgeFirst, &["T5"]);
}

#[test]
fn believing_the_first_look_up_is_found() {
    finds(Mutant::LookUpOnce, &["T1", "T7", "T4", "TRUTH"]);
}

#[test]
fn crediting_twice_is_found() {
    finds(Mutant::CreditsTwice, &["T4"]);
}

#[test]
fn permits_that_are_not_counted_at_once_are_found() {
    finds(Mutant::PermitsUncounted, &["Q1"]);
}

/// Handing over again does no harm, and is not taken for any.
#[test]
fn handing_over_again_is_harmless() {
    assert_eq!(found(Mutant::HandOverRepeated), None);
}
