//! Protocols that are broken on purpose. Each is caught by the property that forbids it: a model that catches none of them
//! would prove nothing.
#![expect(clippy::panic, clippy::print_stdout, reason = "a test says what it has found")]

use skinbus_model::check::search;
use skinbus_model::properties::{ENDS, NEVER_LOST, T1, T2, T3, T4, T5, T6, T7};
use skinbus_model::protocol::{Fault, Mutant, Operator, Protocol, Repeats, Story, Without};

/// One fault is enough for nearly all of them.
fn broken(repeats: Repeats, mutant: Mutant) -> Protocol {
    Protocol::new(repeats, 1).broken_by(mutant)
}

#[track_caller]
fn is_caught(protocol: Protocol, properties: &[&'static str]) {
    let (Some(mutant), repeats) = (protocol.mutant, protocol.repeats) else { panic!("nothing is broken") };
    for property in properties {
        let Some(steps) = search(&protocol, property) else { panic!("{property} does not catch {mutant:?}") };
        println!("{mutant:?}, {repeats:?}: {property} broken in {} steps: {}", steps.len(), steps.join(", "));
    }
}

#[test]
fn resending_on_a_time_out() {
    is_caught(broken(Repeats::AcceptedAgain, Mutant::ResendOnTimeOut), &[T1, T7]);
    // The provider's own care keeps the second purchase away, and nothing else.
    is_caught(broken(Repeats::Refused, Mutant::ResendOnTimeOut), &[T7]);
    is_caught(broken(Repeats::AnsweredWithFirst, Mutant::ResendOnTimeOut), &[T7]);
}

#[test]
fn acknowledging_before_the_append() {
    is_caught(broken(Repeats::Refused, Mutant::AcknowledgeFirst), &[T5]);
}

#[test]
fn looking_up_once() {
    is_caught(broken(Repeats::AcceptedAgain, Mutant::LookUpOnce), &[T1, T7]);
    is_caught(broken(Repeats::Refused, Mutant::LookUpOnce), &[T7, ENDS]);
}

#[test]
fn calling_before_the_intent() {
    is_caught(broken(Repeats::AcceptedAgain, Mutant::CallBeforeIntent), &[T6, T7, T1]);
}

#[test]
fn calling_though_the_intent_lost_its_race() {
    is_caught(broken(Repeats::AcceptedAgain, Mutant::CallAfterLostIntent), &[T6, T1]);
}

#[test]
fn calling_after_the_lease() {
    is_caught(broken(Repeats::AcceptedAgain, Mutant::NoLeaseCheck), &[T7, T1]);
}

/// Within the settle time the proof of absence would do. Where it does not hold, only review stands between a provider that
/// accepts repeats and a second purchase.
#[test]
fn resending_where_nobody_says_that_repeats_are_harmless() {
    let protocol = broken(Repeats::AcceptedAgain, Mutant::ResendUndocumented);
    is_caught(protocol.with_operator(Operator::Away).without(Without::SettleTime), &[T1]);
}

#[test]
fn writing_without_compare_and_set() {
    is_caught(broken(Repeats::AcceptedAgain, Mutant::NoCompareAndSet), &[T2, T3, T1]);
}

#[test]
fn forgetting_the_next_look() {
    is_caught(broken(Repeats::Refused, Mutant::ForgetNextLook), &[NEVER_LOST, ENDS]);
}

#[test]
fn believing_that_an_old_version_needs_nothing() {
    // One fault brings the order into review, the other one shows it there when it no longer is.
    let protocol = Protocol::new(Repeats::AcceptedAgain, 2).with_only(&[Fault::Cut, Fault::StaleRead]);
    is_caught(protocol.broken_by(Mutant::BelieveOldVersions), &[NEVER_LOST, ENDS]);
}

#[test]
fn two_keys_for_one_credit() {
    is_caught(broken(Repeats::Refused, Mutant::KeysByChannel).with_story(Story::Credited), &[T4]);
}
