//! One due look at a trade: a state machine without I/O.
//!
//! A wake-up carries no decision. The shell reads the trade, asks [`Looking::start`] what to do, does it, and hands back
//! what came of it, until [`Effect::Acknowledge`]. The next look is always planned before the wake-up is acknowledged:
//! either by the trade's new version, or by a schedule of its own.
//!
//! | event | effect |
//! | --- | --- |
//! | a wake-up | what [`crate::polling`] says that the trade needs: an input, a hand-over, a look-up, or only a later look |
//! | it seems to need nothing | read the newest version: nobody would look again at what only seemed to be over |
//! | looked up | one input after the other into the ledger; a page whose time is over ends only after that |
//! | the trade has a new version | acknowledge: whoever follows the ledger plans its next look |
//! | nothing changed, for too long | say so in a new version, once for each state that it stays in |
//! | nothing changed | schedule the next look, then acknowledge |

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::fold::Input;
use crate::polling::{self, Need};
use crate::rules::Rules;
use crate::stuck::{self, Obstacle};
use crate::trade::Recorded;
use crate::transition::give_up;

#[cfg(test)]
mod tests;

/// What the shell has to do next.
#[expect(clippy::large_enum_variant, reason = "one value at a time, moved a few times per look")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Advance the trade by this input; report [`Event::Advanced`].
    Advance(Input),
    /// Hand the accepted order to dispatch again, in case the first hand-over was lost; report [`Event::HandedOver`].
    HandOver,
    /// Ask the provider about the trade; report [`Event::LookedUp`], [`Event::NotLookedUp`] or [`Event::NoRoom`].
    LookUp,
    /// Set the trade's next look, in place of the one that was set before; report [`Event::Scheduled`].
    Schedule(Timestamp),
    /// Look again on the webhook's hint at that time; the trade's next look by its plan stays as it is. Report
    /// [`Event::Scheduled`].
    ScheduleHint(Timestamp),
    /// Read the newest version of the trade, surely the newest; report [`Event::Read`].
    ReadLatest,
    /// The wake-up has had its effect.
    Acknowledge,
}

impl Effect {
    /// The effect's name, for metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Advance(input) => input.name(),
            Self::HandOver => "hand_over",
            Self::LookUp => "look_up",
            Self::Schedule(_) => "schedule",
            Self::ScheduleHint(_) => "schedule_hint",
            Self::ReadLatest => "read_latest",
            Self::Acknowledge => "acknowledge",
        }
    }
}

/// What came of an effect.
#[expect(clippy::large_enum_variant, reason = "one value at a time, moved a few times per look")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Event {
    /// The input was folded in.
    Advanced {
        /// The trade has a new version.
        changed: bool,
    },
    /// The order is in dispatch's queue, or surely was there already.
    HandedOver {
        /// What it waits for there, where that is known.
        waits_for: Option<Obstacle>,
    },
    /// The provider answered; what its answer means for the trade, as [`crate::resolving`] reads it.
    LookedUp(Vec<Input>),
    /// The provider gave no answer that says anything about this trade.
    NotLookedUp,
    /// The quota had no room for the question, which was not asked.
    NoRoom,
    /// The next look is set.
    Scheduled,
    /// The newest version; `None` where there is no such trade.
    Read(Option<Recorded>),
}

/// An event that does not belong to the last effect: a defect in the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event was reported that nothing was done for")]
pub struct OutOfOrder;

/// One due look.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Looking {
    recorded: Recorded,
    phase: Phase,
    changed: bool,
    /// Only a webhook asks for it, which anybody may have sent.
    is_hinted: bool,
    /// What is to follow a look-up that brought nothing new.
    last: Option<Input>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Phase {
    Advancing {
        rest: VecDeque<Input>,
    },
    HandingOver,
    LookingUp,
    Scheduling,
    /// Somebody is told that the trade stands still; where there is nothing to tell, it is looked at again then.
    Telling {
        next: Option<Timestamp>,
    },
    Reading {
        hinted: bool,
    },
    Finished,
}

impl Looking {
    /// Begins with the trade as it was read, which may be older than the newest version. `hinted`: a webhook says that there
    /// is something new at the provider.
    #[must_use]
    pub fn start(recorded: Recorded, hinted: bool, rules: &Rules, now: Timestamp) -> (Self, Effect) {
        let (need, is_hinted) = need(&recorded, hinted, rules, now);
        let mut looking = Self { recorded, phase: Phase::Finished, changed: false, is_hinted, last: None };
        let effect = match need {
            // A wake-up that is acknowledged for nothing is the last one, so that is only said of the newest version: an
            // order in review that somebody has just resolved must not be left for what it was before.
            Need::Nothing => {
                looking.phase = Phase::Reading { hinted };
                Effect::ReadLatest
            }
            Need::Sleep { .. }
            | Need::HandOver
            | Need::PassDeadline
            | Need::ExpireLease
            | Need::Doubt
            | Need::EndLink
            | Need::LookUp
            | Need::TellStuck => looking.begin(need, rules, now),
        };
        (looking, effect)
    }

    fn begin(&mut self, need: Need, rules: &Rules, now: Timestamp) -> Effect {
        let advance = |input| (Phase::Advancing { rest: VecDeque::new() }, Effect::Advance(input));
        let (phase, effect) = match need {
            Need::Nothing => (Phase::Finished, Effect::Acknowledge),
            Need::Sleep { until } => (Phase::Scheduling, Effect::Schedule(until)),
            Need::HandOver => (Phase::HandingOver, Effect::HandOver),
            Need::PassDeadline => advance(Input::DeadlinePassed),
            Need::ExpireLease => advance(Input::LeaseExpired),
            Need::Doubt => advance(Input::LedgerRestored),
            // Somebody may have paid in the last moment, and what is over is hardly ever looked at again.
            Need::EndLink if polling::can_look_up(self.recorded.trade(), rules) => {
                self.last = Some(Input::LinkEnded);
                (Phase::LookingUp, Effect::LookUp)
            }
            Need::EndLink => advance(Input::LinkEnded),
            Need::LookUp => (Phase::LookingUp, Effect::LookUp),
            Need::TellStuck => return self.plan(rules, now),
        };
        self.phase = phase;
        effect
    }

    /// The trade as it was read.
    #[must_use]
    pub fn recorded(&self) -> &Recorded {
        &self.recorded
    }

    /// Whether only a webhook asks for this look, which anybody may have sent.
    #[must_use]
    pub fn is_hinted(&self) -> bool {
        self.is_hinted
    }

    /// What to do after `event`.
    ///
    /// # Errors
    ///
    /// [`OutOfOrder`] where the event does not belong to the last effect.
    pub fn on(&mut self, event: Event, rules: &Rules, now: Timestamp) -> Result<Effect, OutOfOrder> {
        match (std::mem::replace(&mut self.phase, Phase::Finished), event) {
            (Phase::Advancing { rest }, Event::Advanced { changed }) => {
                self.changed |= changed;
                Ok(self.advance(rest, rules, now))
            }
            (Phase::LookingUp, Event::LookedUp(inputs)) => Ok(self.advance(inputs.into(), rules, now)),
            // Hints may be put off; a look by the plan that took their place would be one that a forger has ordered. Nor does
            // it say anything about the provider that a hint had no room.
            (Phase::LookingUp, Event::NotLookedUp | Event::NoRoom) if self.is_hinted => {
                self.phase = Phase::Scheduling;
                Ok(Effect::ScheduleHint(polling::hint_again(rules, now)))
            }
            (Phase::LookingUp, Event::NotLookedUp | Event::NoRoom)
                if give_up::is_due(self.recorded.trade(), now) =>
            {
                let rest = VecDeque::from([Input::NeverAnswered]);
                Ok(self.advance(rest, rules, now))
            }
            (Phase::LookingUp, Event::NotLookedUp) => {
                let next = polling::wake_after_failure(&self.recorded, rules, now);
                Ok(self.rest(Some(Obstacle::NotAnswered), Some(next), rules, now))
            }
            (Phase::LookingUp, Event::NoRoom)
                if stuck::is_due(self.recorded.trade(), Some(&Obstacle::NotAnswered), rules, now) =>
            {
                let next = polling::wake_after_failure(&self.recorded, rules, now);
                Ok(self.rest(Some(Obstacle::NotAnswered), Some(next), rules, now))
            }
            // It keeps its place in the line: what is put off would be overtaken by everybody who falls due meanwhile.
            (Phase::LookingUp, Event::NoRoom) => {
                self.phase = Phase::LookingUp;
                Ok(Effect::LookUp)
            }
            (Phase::HandingOver, Event::HandedOver { waits_for }) => {
                let next = polling::next_wake(&self.recorded, rules, now);
                Ok(self.rest(waits_for, next, rules, now))
            }
            // Whoever follows the ledger tells of it, and plans the next look.
            (Phase::Telling { .. }, Event::Advanced { changed: true }) => Ok(Effect::Acknowledge),
            (Phase::Telling { next }, Event::Advanced { changed: false }) => Ok(self.schedule(next)),
            (Phase::Scheduling, Event::Scheduled) => Ok(Effect::Acknowledge),
            (Phase::Reading { .. }, Event::Read(None)) => Ok(Effect::Acknowledge),
            (Phase::Reading { hinted }, Event::Read(Some(newest))) => {
                let (need, is_hinted) = need(&newest, hinted, rules, now);
                (self.recorded, self.is_hinted) = (newest, is_hinted);
                Ok(self.begin(need, rules, now))
            }
            (_, _) => Err(OutOfOrder),
        }
    }

    fn advance(&mut self, mut rest: VecDeque<Input>, rules: &Rules, now: Timestamp) -> Effect {
        match rest.pop_front() {
            Some(input) => {
                self.phase = Phase::Advancing { rest };
                Effect::Advance(input)
            }
            // Whoever follows the ledger plans the new version's next look.
            None if self.changed => Effect::Acknowledge,
            None => match self.last.take() {
                Some(input) => {
                    self.phase = Phase::Advancing { rest };
                    Effect::Advance(input)
                }
                None => self.plan(rules, now),
            },
        }
    }

    fn plan(&mut self, rules: &Rules, now: Timestamp) -> Effect {
        let next = polling::next_wake(&self.recorded, rules, now);
        self.rest(None, next, rules, now)
    }

    /// The look changed nothing: somebody is told where that is so for too long.
    fn rest(
        &mut self,
        obstacle: Option<Obstacle>,
        next: Option<Timestamp>,
        rules: &Rules,
        now: Timestamp,
    ) -> Effect {
        if stuck::is_due(self.recorded.trade(), obstacle.as_ref(), rules, now) {
            self.phase = Phase::Telling { next };
            return Effect::Advance(Input::Stuck { obstacle });
        }
        self.schedule(next)
    }

    fn schedule(&mut self, next: Option<Timestamp>) -> Effect {
        match next {
            Some(at) => {
                self.phase = Phase::Scheduling;
                Effect::Schedule(at)
            }
            None => Effect::Acknowledge,
        }
    }
}

/// What the trade needs, and whether a hint pays for it. Its look by the plan has a wake-up of its own, so whoever sends hints
/// about a trade that is looked at often anyway adds to that.
fn need(recorded: &Recorded, hinted: bool, rules: &Rules, now: Timestamp) -> (Need, bool) {
    if !hinted {
        return (polling::need_at(recorded, rules, now), false);
    }
    let need = polling::need_when_hinted(recorded, rules, now);
    (need, matches!(need, Need::LookUp | Need::EndLink))
}
