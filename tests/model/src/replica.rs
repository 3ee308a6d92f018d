//! A replica of provider-dispatch with one delivery in hand: the shell in provider-dispatch/src/place.rs round the shipped
//! [`Placing`], one step at a time. Every await of that shell is a step here.

use skinbus_domain::advancing::Retry;
use skinbus_domain::placing::{self, Delivery, Effect, Event, Placing};
use skinbus_domain::trade::{Attempt, Reason};
use skinbus_domain::{Input, Outcome, Recorded, TradeStatus};

use crate::protocol::{Mutant, Protocol, Without};
use crate::shared::Shared;
use crate::state::State;
use crate::world::{CALL, FRESH, PAUSE, at, seconds};
use crate::writing::{Write, Wrote};

/// A delivery in hand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Placed {
    /// The version that its message carries.
    pub message: u64,
    /// The newest version that the replica knows.
    pub current: Shared<Recorded>,
    placing: Placing,
    /// What it does now.
    pub doing: Doing,
    /// It may take its time until then.
    pub paused_until: Option<i64>,
    /// The one time that [`Mutant::NoLeaseCheck`] reads.
    began: Option<i64>,
    /// What it writes is the intent; for [`Mutant::CallAfterLostIntent`].
    writes_intent: bool,
}

/// What a replica does now.
#[expect(clippy::large_enum_variant, reason = "shared by all states that have it")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Doing {
    /// It waits for a permit.
    TakingPermit,
    /// It writes the intent, the outcome, or that the deadline has passed.
    Writing(Write),
    /// It is about to look at the clock and to call.
    Calling(Attempt),
    /// It has looked at the clock and is about to send; see [`Without::PromptSending`].
    Sending(Attempt),
    /// It waits for the answer.
    Waiting {
        /// Which request.
        number: u8,
        /// When it gives up.
        until: i64,
    },
    /// It is about to acknowledge, or to have the message redelivered.
    Finishing(Delivery),
}

impl State {
    /// A message is delivered to a replica that has nothing in hand.
    pub(crate) fn deliver(&mut self, protocol: &Protocol, replica: usize, message: usize, stale: bool) {
        let read = self.read(stale);
        let now = self.now;
        let Some(message) = self.dispatch.get_mut(message) else { return };
        message.ready_at = None;
        let accepted = message.accepted.clone();
        let version = accepted.change.version;
        // `as_known` in place.rs: a fresh message is believed, an older one is compared with the ledger.
        let is_fresh = now - seconds(accepted.change.recorded_at) < FRESH;
        let newer = read.filter(|read| !is_fresh && read.sequence > accepted.sequence);
        let current = newer.unwrap_or(accepted);
        let (placing, effect) = Placing::start(current.trade().clone(), protocol.rules.placing, at(now));
        let doing = Doing::TakingPermit;
        let began = protocol.is(Mutant::NoLeaseCheck).then_some(now);
        let mut placed = Placed {
            message: version,
            current,
            placing,
            doing,
            paused_until: None,
            began,
            writes_intent: false,
        };
        let goes_on = placed.perform(protocol, self, effect);
        if protocol.is(Mutant::AcknowledgeFirst) {
            self.acknowledge(version);
        }
        self.put(replica, goes_on.then_some(placed));
    }

    pub(crate) fn put(&mut self, replica: usize, placed: Option<Placed>) {
        if let Some(slot) = self.replicas.get_mut(replica) {
            *slot = placed.map(Shared::new);
        }
    }

    pub(crate) fn placed(&self, replica: usize) -> Option<&Shared<Placed>> {
        self.replicas.get(replica).and_then(Option::as_ref)
    }

    fn resumed(&self, replica: usize) -> Option<Placed> {
        self.placed(replica).map(|placed| Placed { paused_until: None, ..Placed::clone(placed) })
    }

    pub(crate) fn pause_replica(&mut self, replica: usize) {
        let paused_until = Some(self.now + PAUSE);
        let placed = self.resumed(replica).map(|placed| Placed { paused_until, ..placed });
        self.put(replica, placed);
    }

    /// The replica's next step.
    pub(crate) fn step_replica(&mut self, protocol: &Protocol, replica: usize) {
        let Some(mut placed) = self.resumed(replica) else { return };
        let goes_on = match placed.doing.clone() {
            Doing::TakingPermit => placed.report(protocol, self, Event::PermitTaken),
            Doing::Writing(write) => {
                let wrote = write.go_on(protocol, self);
                placed.wrote(protocol, self, wrote)
            }
            Doing::Calling(attempt) => placed.call(protocol, self, attempt),
            Doing::Sending(attempt) => placed.send(self, &attempt),
            Doing::Waiting { .. } => true,
            Doing::Finishing(delivery) => {
                self.finish(placed.message, delivery);
                false
            }
        };
        self.put(replica, goes_on.then_some(placed));
    }

    /// The replica hears what came of its call.
    pub(crate) fn hear(&mut self, protocol: &Protocol, replica: usize, outcome: Outcome) {
        let Some(mut placed) = self.resumed(replica) else { return };
        let goes_on = placed.report(protocol, self, Event::Answered(outcome));
        self.put(replica, goes_on.then_some(placed));
    }

    /// The call came to no answer.
    pub(crate) fn hear_nothing(&mut self, protocol: &Protocol, replica: usize, number: u8, code: &str) {
        self.provider.abandon(number);
        let reason = Reason::new(code);
        let outcome = if protocol.is(Mutant::ResendOnTimeOut) {
            Outcome::NotSent { reason, retry_at: at(self.now) }
        } else {
            Outcome::Unknown { reason, refusal_unproved: false }
        };
        self.hear(protocol, replica, outcome);
    }

    fn finish(&mut self, version: u64, delivery: Delivery) {
        match delivery {
            Delivery::Acknowledge => self.acknowledge(version),
            Delivery::RedeliverAt(moment) => {
                let ready_at = Some(seconds(moment).max(self.now));
                if let Some(message) = self.message(version) {
                    message.ready_at = ready_at;
                }
            }
        }
    }

    /// A request leaves, and what must hold then is looked at.
    fn send(&mut self, attempt: &Attempt) -> u8 {
        let has_intent = self.ledger.iter().any(|recorded| {
            recorded.trade().status() == TradeStatus::Dispatching
                && recorded.trade().attempt.as_ref() == Some(attempt)
        });
        self.seen.called_without_intent |= !has_intent;
        let is_open = self.provider.may_yet_execute() || !self.provider.executed.is_empty();
        self.seen.resent_while_unknown |= is_open;
        self.provider.send(self.now)
    }
}

impl Placed {
    /// What the protocol reads on the clock.
    fn clock(&self, state: &State) -> i64 {
        self.began.unwrap_or(state.now)
    }

    fn report(&mut self, protocol: &Protocol, state: &mut State, event: Event) -> bool {
        let now = at(self.clock(state));
        match self.placing.on(event, now) {
            Ok(effect) => self.perform(protocol, state, effect),
            Err(_) => {
                state.seen.out_of_order = true;
                false
            }
        }
    }

    /// Begins what the protocol asks for. Tells whether there is anything left to do.
    fn perform(&mut self, protocol: &Protocol, state: &mut State, effect: Effect) -> bool {
        self.doing = match effect {
            Effect::TakePermit => Doing::TakingPermit,
            Effect::Append(input) => return self.append(protocol, state, input),
            Effect::Call(attempt) => Doing::Calling(attempt),
            Effect::Finish { delivery, .. } => Doing::Finishing(delivery),
        };
        true
    }

    /// `append` in place.rs.
    fn append(&mut self, protocol: &Protocol, state: &mut State, input: Input) -> bool {
        if let Input::AttemptStarted(attempt) = &input
            && protocol.is(Mutant::CallBeforeIntent)
        {
            state.send(attempt);
        }
        let retry = placing::retry(&input);
        self.writes_intent = retry == Retry::GiveUp;
        let wrote = Write::start(protocol, state, &self.current, input, retry);
        self.wrote(protocol, state, wrote)
    }

    fn wrote(&mut self, protocol: &Protocol, state: &mut State, wrote: Wrote) -> bool {
        let advanced = match wrote {
            Wrote::Going(write) => {
                self.doing = Doing::Writing(write);
                return true;
            }
            Wrote::Done(advanced) => advanced,
            Wrote::Illegal => {
                state.seen.out_of_order = true;
                return false;
            }
        };
        let event = Event::of(&advanced);
        let recorded = advanced.into_parts().0;
        let event =
            if self.ignores_loss(protocol) { Event::Written(recorded.trade().clone()) } else { event };
        self.current = Shared::new(recorded);
        self.report(protocol, state, event)
    }

    fn ignores_loss(&self, protocol: &Protocol) -> bool {
        protocol.is(Mutant::CallAfterLostIntent) && self.writes_intent
    }

    /// `call_alone` in place.rs. A request leaves only while a whole call fits into the lease (`still_valid` there).
    fn call(&mut self, protocol: &Protocol, state: &mut State, attempt: Attempt) -> bool {
        if protocol.is(Mutant::CallBeforeIntent) {
            // It has left already.
            let number = state.provider.requests_sent.saturating_sub(1);
            self.doing = Doing::Waiting { number, until: state.now + CALL };
            return true;
        }
        if seconds(attempt.lease_until) - self.clock(state) < CALL {
            let reason = Reason::new("too_late_to_call");
            let outcome = Outcome::NotSent { reason, retry_at: at(state.now) };
            return self.report(protocol, state, Event::Answered(outcome));
        }
        if protocol.lacks(Without::PromptSending) {
            self.doing = Doing::Sending(attempt);
            return true;
        }
        self.send(state, &attempt)
    }

    fn send(&mut self, state: &mut State, attempt: &Attempt) -> bool {
        let number = state.send(attempt);
        self.doing = Doing::Waiting { number, until: state.now + CALL };
        true
    }

    /// The moments in which it makes a difference to this replica that time has passed.
    pub(crate) fn moments(&self) -> impl Iterator<Item = i64> {
        let (first, second) = match &self.doing {
            Doing::Waiting { until, .. } => (Some(*until), None),
            // The last moment in which a call is made, and the first in which none is.
            Doing::Calling(attempt) => {
                let last = seconds(attempt.lease_until) - CALL;
                (Some(last), Some(last + 1))
            }
            Doing::TakingPermit | Doing::Writing(_) | Doing::Sending(_) | Doing::Finishing(_) => (None, None),
        };
        first.into_iter().chain(second).chain(self.paused_until)
    }
}
