//! One input on its way into the ledger: the shell round the shipped [`Advancing`], one step at a time.
//!
//! An append takes two steps. It arrives, and its writer hears of it: in between the writer may crash and not know, and
//! time may pass. An answer that is lost is asked for again until it is known, so that to the writer it is only late.

use skinbus_domain::advancing::{Advanced, Advancing, Effect, Event, Retry};
use skinbus_domain::trade::StatusChange;
use skinbus_domain::{Input, Recorded};

use crate::protocol::{Mutant, Protocol};
use crate::state::State;
use crate::world::at;

/// An input on its way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Write {
    advancing: Advancing,
    step: Step,
}

#[expect(clippy::large_enum_variant, reason = "shared by all states that have it")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Step {
    Read,
    Append { expected: u64, change: StatusChange },
    Hear(Option<u64>),
}

/// What came of a step.
#[expect(clippy::large_enum_variant, reason = "one value at a time")]
pub(crate) enum Wrote {
    /// There is more to do.
    Going(Write),
    /// It is done.
    Done(Advanced),
    /// The shipped code calls this illegal, which no run may come to.
    Illegal,
}

impl Write {
    pub(crate) fn start(
        protocol: &Protocol,
        state: &State,
        known: &Recorded,
        input: Input,
        retry: Retry,
    ) -> Wrote {
        match Advancing::start(Some(known.clone()), input, retry, &protocol.rules, at(state.now)) {
            Ok((advancing, effect)) => Self::wait_for(advancing, effect),
            Err(_) => Wrote::Illegal,
        }
    }

    fn wait_for(advancing: Advancing, effect: Effect) -> Wrote {
        let step = match effect {
            Effect::ReadLatest => Step::Read,
            Effect::Append { expected, change } => Step::Append { expected, change },
            Effect::Finish(advanced) => return Wrote::Done(advanced),
        };
        Wrote::Going(Self { advancing, step })
    }

    /// The next step, at the ledger or after its answer.
    pub(crate) fn go_on(mut self, protocol: &Protocol, state: &mut State) -> Wrote {
        let event = match self.step {
            Step::Append { expected, change } => {
                let answer = state.append(expected, change, !protocol.is(Mutant::NoCompareAndSet));
                return Wrote::Going(Self { step: Step::Hear(answer), ..self });
            }
            Step::Read => Event::Read(state.newest().map(|newest| Recorded::clone(newest))),
            Step::Hear(Some(sequence)) => Event::Written { sequence },
            Step::Hear(None) => Event::Lost,
        };
        match self.advancing.on(event, &protocol.rules, at(state.now)) {
            Ok(effect) => Self::wait_for(self.advancing, effect),
            Err(_) => Wrote::Illegal,
        }
    }

    /// What a crash leaves on its way.
    pub(crate) fn left_behind(&self) -> Option<(u64, StatusChange)> {
        match &self.step {
            Step::Append { expected, change } => Some((*expected, change.clone())),
            Step::Read | Step::Hear(_) => None,
        }
    }
}
