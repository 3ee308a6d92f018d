//! What the proof rests on: without an assumption a run is found that breaks a property. And what does not rest on it.
#![expect(clippy::panic, clippy::print_stdout, reason = "a test says what it has found")]

use skinbus_model::check::{check, search};
use skinbus_model::properties::{ENDS, T1, T7};
use skinbus_model::protocol::{Fault, Operator, Protocol, Repeats, Without};

/// The faults by which a request is late, or seems lost.
const LATE: [Fault; 4] = [Fault::Cut, Fault::Delay, Fault::LostAnswer, Fault::NotNow];

fn late(repeats: Repeats) -> Protocol {
    Protocol::new(repeats, 2).with_only(&LATE).without(Without::SettleTime)
}

fn paused(repeats: Repeats) -> Protocol {
    Protocol::new(repeats, 1).with_only(&[Fault::Pause]).without(Without::PromptSending)
}

#[track_caller]
fn breaks(protocol: Protocol, property: &'static str) {
    let Some(steps) = search(&protocol, property) else { panic!("{property} holds all the same") };
    println!("{property} broken in {} steps: {}", steps.len(), steps.join(", "));
}

fn is_bought_once(protocol: Protocol) {
    let found = check(protocol, 1);
    println!("{} states", found.states);
    assert!(found.broken.iter().all(|(name, _)| [T7, ENDS].contains(name)), "{:?}", found.broken);
}

/// A request that is executed later than the provider's settle time allows.
#[test]
fn without_the_settle_time_an_order_is_sent_again_too_soon() {
    breaks(late(Repeats::Refused), T7);
    // The operator did not find it, and it came later.
    breaks(late(Repeats::AcceptedAgain), T1);
}

/// T1 needs the settle time only where a person sends again at a provider that accepts repeats.
#[test]
fn without_the_settle_time_nothing_is_bought_twice_unless_a_person_sends_it_again() {
    is_bought_once(late(Repeats::Refused));
    is_bought_once(late(Repeats::AnsweredWithFirst));
    is_bought_once(late(Repeats::AcceptedAgain).with_operator(Operator::Away));
}

/// A process that is paused after it has looked at the clock for the last time, and sends then.
#[test]
fn without_prompt_sending_a_request_leaves_after_its_lease() {
    breaks(paused(Repeats::Refused), T7);
    breaks(paused(Repeats::AcceptedAgain), T1);
    is_bought_once(paused(Repeats::Refused));
    is_bought_once(paused(Repeats::AnsweredWithFirst));
}

/// After a day without look-ups the order is in review though it was executed; the operator says that it was not.
#[test]
fn an_operator_who_does_not_look_buys_twice() {
    let faults = [Fault::Cut, Fault::SilentDay];
    let guessing = Protocol::new(Repeats::AcceptedAgain, 2).with_operator(Operator::Guessing);
    breaks(guessing.with_only(&faults), T1);
}
