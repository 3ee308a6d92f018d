//! Which configurations are checked: the short list in every run of the tests, the full one by `make model`.

use crate::protocol::{Fault, Operator, Protocol, Repeats, Story};

/// A configuration with its name.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// For people.
    pub name: String,
    /// What is checked.
    pub protocol: Protocol,
}

/// How much is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Less than a minute.
    Short,
    /// Many minutes.
    Full,
}

/// Every configuration of this size.
#[must_use]
pub fn all(size: Size) -> Vec<Configuration> {
    Repeats::ALL.into_iter().flat_map(|repeats| of(repeats, size)).collect()
}

/// The configurations with this provider.
#[must_use]
pub fn of(repeats: Repeats, size: Size) -> Vec<Configuration> {
    let (any, few) = match size {
        Size::Short => (1, 2),
        Size::Full => (2, 3),
    };
    let with = |faults_max| Protocol::new(repeats, faults_max);
    let named = |what: &str, protocol: Protocol| Configuration {
        name: format!("{what}, a repeat is {}", word(repeats)),
        protocol,
    };
    vec![
        named("purchase", with(any)),
        named("purchase, nobody resolves", with(any).with_operator(Operator::Away)),
        named("purchase that may be taken back", with(any).with_story(Story::MayBeTakenBack)),
        named("purchase with a deadline at once", with(any).with_deadline(1)),
        named("purchase with a deadline after the lease", with(any).with_deadline(15)),
        named("deposit with webhooks", with(1).with_story(Story::Credited)),
        // Deeper than everything at once can be looked through.
        named("purchase, what is lost or late", with(few).with_only(&LOSSES)),
        named("purchase, look-ups that say nothing", with(few).with_only(&SILENCE)),
        named("purchase, crashes", with(few).with_only(&CRASHES)),
        named("deposit, webhooks that race", with(few).with_story(Story::Credited).with_only(&WEBHOOK_RACES)),
    ]
}

/// The faults that end a process at a bad moment.
const CRASHES: [Fault; 3] = [Fault::Crash, Fault::LateAppend, Fault::Cut];
/// The faults that keep the services from knowing what became of a call.
const LOSSES: [Fault; 5] =
    [Fault::Delay, Fault::LostAnswer, Fault::LostRequest, Fault::NotNow, Fault::StaleRead];
/// The faults that leave an unclear outcome unclear.
const SILENCE: [Fault; 4] = [Fault::Cut, Fault::Lag, Fault::NoLookUp, Fault::SilentDay];
/// The faults that make two writers of one trade race.
const WEBHOOK_RACES: [Fault; 2] = [Fault::StaleRead, Fault::Crash];

fn word(repeats: Repeats) -> &'static str {
    match repeats {
        Repeats::Refused => "refused",
        Repeats::AcceptedAgain => "accepted again",
        Repeats::AnsweredWithFirst => "answered with the first",
    }
}
