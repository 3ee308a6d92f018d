//! What goes wrong, and how often: drawn for a seed, or one single fault at one step.

use crate::queue::{HOUR, MINUTE, MS, Micros, SECOND};
use crate::random::Random;

/// One fault at one step of a run that is quiet otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Single {
    /// Whoever takes the step dies before it has an effect.
    CrashBefore,
    /// Whoever takes the step dies when it has had its effect.
    CrashAfter,
    /// The step has its effect, and nobody is told.
    AnswerLost,
    /// The step has its effect twice: a message is delivered again, a schedule fires again, a publish arrives again.
    Again,
}

impl Single {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::CrashBefore, Self::CrashAfter, Self::AnswerLost, Self::Again];
}

/// A shipped rule that is broken on purpose, to see that it is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mutant {
    /// A call without an answer counts as one that was never sent.
    ResendOnTimeout,
    /// An order is acknowledged before it is in the ledger.
    AcknowledgeFirst,
    /// The first look-up that finds nothing proves that there is nothing.
    LookUpOnce,
    /// Every credit gets a new key each time it is told.
    CreditsTwice,
    /// A permit takes its slot only when the call is over.
    PermitsUncounted,
    /// Handing over is not recognised as a repeat. Harmless, and must not be found.
    HandOverRepeated,
}

/// Chances in a thousand for each step of their kind, unless they say otherwise.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    /// Chaos ends then; nothing goes wrong afterwards.
    pub until: Micros,
    /// A replica dies at a step: in a hundred thousand.
    pub crash: i64,
    /// A replica stands still for a while, sometimes longer than a lease: in a hundred thousand.
    pub pause: i64,
    /// A request to NATS, or its answer, is lost.
    pub nats_lost: i64,
    /// NATS is away for some seconds, in a hundred thousand.
    pub nats_away: i64,
    /// A read gives the version before.
    pub stale: i64,
    /// A message is delivered again although it was acknowledged.
    pub redelivered: i64,
    /// A schedule fires late, twice, or although it was replaced.
    pub schedules: i64,
    /// No connection to the provider can be made.
    pub unreachable: i64,
    /// A request to a provider is lost on its way.
    pub call_lost: i64,
    /// It is executed, and its answer is lost.
    pub answer_lost: i64,
    /// It is executed long after it was given up.
    pub late: i64,
    /// The answer is another one: 5xx, cut, HTML, empty, limit, maintenance.
    pub mangled: i64,
    /// A webhook is lost, duplicated, late or forged.
    pub webhooks: i64,
    /// Clocks of replicas are off by so much.
    pub skew: Micros,
    /// Longest time on the way to NATS.
    pub nats_latency: Micros,
    /// Longest time on the way to a provider.
    pub call_latency: Micros,
}

impl Rates {
    /// Nothing goes wrong.
    #[must_use]
    pub fn quiet() -> Self {
        Self { nats_latency: 2 * MS, call_latency: 200 * MS, ..Self::default() }
    }

    /// As the seed has it: every kind of fault is off, rare or frequent by itself, so that some seeds are quiet and some wild.
    #[must_use]
    pub fn drawn(random: &mut Random, began: Micros) -> Self {
        let wild = random.one_of(&[0, 1, 1, 2, 3]);
        let mut rate = |most: i64| match random.between(0, 3).min(wild) {
            0 => 0,
            1 => random.between(1, (most / 10).max(1)),
            _ => random.between(1, most),
        };
        Self {
            crash: rate(600),
            pause: rate(300),
            nats_lost: rate(30),
            nats_away: rate(60),
            stale: rate(300),
            redelivered: rate(100),
            schedules: rate(200),
            unreachable: rate(200),
            call_lost: rate(150),
            answer_lost: rate(200),
            late: rate(150),
            mangled: rate(250),
            webhooks: rate(300),
            until: began + random.between(2 * MINUTE, HOUR),
            skew: random.one_of(&[0, 100 * MS, 500 * MS, 2 * SECOND]),
            nats_latency: random.one_of(&[2 * MS, 20 * MS, 400 * MS]),
            call_latency: random.one_of(&[50 * MS, 500 * MS, 4 * SECOND]),
        }
    }

    /// The same rates as long as chaos lasts, none later.
    #[must_use]
    pub fn at(&self, rate: i64, now: Micros) -> i64 {
        if now < self.until { rate } else { 0 }
    }
}
