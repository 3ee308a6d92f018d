//! Placing an order at a provider: the protocol as a state machine without I/O.
//!
//! The shell asks [`Placing::start`] what to do, does it, and hands back what came of it, until the answer is
//! [`Effect::Finish`]. The order of effects is the protocol: permit, intent, call, outcome, acknowledgement. The same
//! machine runs in the service and in tests that explore every interleaving.
//!
//! | event | effect |
//! | --- | --- |
//! | a delivery of an accepted order | take a permit |
//! | a delivery of an order that a restored ledger may have forgotten to be placed | append that; the tracker finds out |
//! | permit granted | append the intent (or that the deadline passed) |
//! | intent written | call the provider (or append that nothing was sent, where the lease has ended meanwhile) |
//! | call answered | append the outcome |
//! | outcome written | acknowledge, or redeliver when the order waits |
//! | an append lost its race | decide again from what is now in the ledger |

use jiff::Timestamp;

use crate::advancing::{Advanced, Retry};
use crate::fold::Input;
use crate::ids::Reference;
use crate::outcome::Outcome;
use crate::rules::{PlacingRules, after};
use crate::trade::{Attempt, Reason, Trade, TradeState};
use crate::transition::last_attempt;
use crate::transition::ledger_restored::is_in_doubt;

#[cfg(test)]
mod tests;

/// What the shell has to do next.
#[expect(clippy::large_enum_variant, reason = "one value at a time, moved a few times per order")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Take one permit of the account's quota, then report [`Event::PermitTaken`].
    TakePermit,
    /// Append what this input makes of the trade, as [`retry`] says; report [`Event::of`] what came of it.
    Append(Input),
    /// Call the provider and report [`Event::Answered`]; the call has to end before the attempt's lease does. The permit
    /// is used up by this.
    Call(Attempt),
    /// Nothing more to do. Where `return_permit` is set, the permit was not used.
    Finish {
        /// What becomes of the delivery.
        delivery: Delivery,
        /// The permit was taken and not used.
        return_permit: bool,
    },
}

/// What becomes of the message that asked for the order to be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// It has had its effect.
    Acknowledge,
    /// It is to come again.
    RedeliverAt(Timestamp),
}

/// What came of an effect.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Event {
    /// A permit is held.
    PermitTaken,
    /// The append won; this is the trade now.
    Written(Trade),
    /// The ledger has moved on and the input changes nothing; this is the trade now.
    Lost(Trade),
    /// The call came to an outcome.
    Answered(Outcome),
}

impl Event {
    /// What came of [`Effect::Append`].
    #[must_use]
    pub fn of(advanced: &Advanced) -> Self {
        match advanced {
            Advanced::Written(recorded) => Self::Written(recorded.trade().clone()),
            Advanced::Stale(recorded) | Advanced::Anomaly { recorded, .. } => {
                Self::Lost(recorded.trade().clone())
            }
        }
    }
}

/// How what [`Effect::Append`] names is written: an intent was decided on exactly one version; everything else is a fact,
/// whatever happened meanwhile.
#[must_use]
pub const fn retry(input: &Input) -> Retry {
    match input {
        Input::AttemptStarted(_) => Retry::GiveUp,
        Input::AttemptAnswered { .. }
        | Input::DeadlinePassed
        | Input::Requested(_)
        | Input::LeaseExpired
        | Input::LinkEnded
        | Input::LedgerRestored
        | Input::LookedUpAbsent { .. }
        | Input::NeverAnswered
        | Input::Stuck { .. }
        | Input::Observed(_)
        | Input::Told { .. }
        | Input::Resolved(_) => Retry::Fold,
    }
}

/// An event that the protocol does not expect in its phase: a defect in the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{event} reported in phase {phase}")]
pub struct OutOfOrder {
    event: &'static str,
    phase: &'static str,
}

/// One delivery of an order, on its way to the provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Placing {
    phase: Phase,
    rules: PlacingRules,
}

#[expect(clippy::large_enum_variant, reason = "one value at a time, moved a few times per order")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Phase {
    WaitingForPermit {
        trade: Trade,
    },
    /// That the order is not to be sent now: its deadline passed, or it may be placed already.
    WritingOff {
        holds_permit: bool,
    },
    WritingIntent {
        attempt: Attempt,
    },
    Calling {
        attempt: Attempt,
    },
    WritingOutcome {
        holds_permit: bool,
    },
    Finished,
}

impl Placing {
    /// Begins with the trade as it was last known. It may be older than the ledger: the appends find out.
    #[must_use]
    pub fn start(trade: Trade, rules: PlacingRules, now: Timestamp) -> (Self, Effect) {
        let (phase, effect) = decide(trade, rules, Permit::NotTaken, now);
        (Self { phase, rules }, effect)
    }

    /// What to do after `event`.
    ///
    /// # Errors
    ///
    /// [`OutOfOrder`] where the event does not belong to the last effect. The machine is finished then: it calls nothing
    /// any more.
    pub fn on(&mut self, event: Event, now: Timestamp) -> Result<Effect, OutOfOrder> {
        let out_of_order = OutOfOrder { event: event.name(), phase: self.phase.name() };
        let phase = std::mem::replace(&mut self.phase, Phase::Finished);
        let (phase, effect) = match (phase, event) {
            (Phase::WaitingForPermit { trade }, Event::PermitTaken) => {
                decide(trade, self.rules, Permit::Taken, now)
            }
            // The lease ended while the intent was written: the tracker already counts the attempt as uncertain, and a
            // call now could come after its look-up (invariant T7). Nothing was sent, and nothing will be.
            (Phase::WritingIntent { attempt }, Event::Written(_)) if attempt.lease_until <= now => {
                let reason = Reason::new("lease_expired");
                report(&attempt, Outcome::NotSent { reason, retry_at: now }, true)
            }
            (Phase::WritingIntent { attempt }, Event::Written(_)) => {
                (Phase::Calling { attempt: attempt.clone() }, Effect::Call(attempt))
            }
            (Phase::WritingIntent { .. }, Event::Lost(trade)) => {
                decide(trade, self.rules, Permit::Taken, now)
            }
            (Phase::WritingOff { holds_permit: true }, Event::Lost(trade)) => {
                decide(trade, self.rules, Permit::Taken, now)
            }
            (Phase::WritingOff { holds_permit: false }, Event::Lost(trade)) => {
                decide(trade, self.rules, Permit::NotTaken, now)
            }
            (Phase::WritingOff { holds_permit }, Event::Written(_)) => {
                finish(Delivery::Acknowledge, holds_permit)
            }
            (Phase::Calling { attempt }, Event::Answered(outcome)) => report(&attempt, outcome, false),
            (Phase::WritingOutcome { holds_permit }, Event::Written(trade) | Event::Lost(trade)) => {
                finish(after_outcome(&trade, now), holds_permit)
            }
            (_, _) => return Err(out_of_order),
        };
        self.phase = phase;
        Ok(effect)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Permit {
    Taken,
    NotTaken,
}

/// What a trade in this state needs before it can be called for.
fn decide(trade: Trade, rules: PlacingRules, permit: Permit, now: Timestamp) -> (Phase, Effect) {
    let holds_permit = permit == Permit::Taken;
    let TradeState::Accepted { not_before, .. } = &trade.state else {
        // Past ACCEPTED it is the tracker's, which follows the ledger and so knows of it.
        return finish(Delivery::Acknowledge, holds_permit);
    };
    if is_in_doubt(&trade, &rules) {
        return (Phase::WritingOff { holds_permit }, Effect::Append(Input::LedgerRestored));
    }
    let deadline = trade.order.as_ref().and_then(|order| order.expires_at);
    if deadline.is_some_and(|deadline| deadline <= now) {
        return (Phase::WritingOff { holds_permit }, Effect::Append(Input::DeadlinePassed));
    }
    if let Some(not_before) = not_before.filter(|not_before| *not_before > now) {
        return finish(Delivery::RedeliverAt(not_before), holds_permit);
    }
    if !holds_permit {
        return (Phase::WaitingForPermit { trade }, Effect::TakePermit);
    }
    let attempt = Attempt {
        number: last_attempt(&trade) + 1,
        reference: Reference::of(&trade.key.order_id),
        lease_until: after(now, rules.lease),
    };
    (Phase::WritingIntent { attempt: attempt.clone() }, Effect::Append(Input::AttemptStarted(attempt)))
}

fn report(attempt: &Attempt, outcome: Outcome, holds_permit: bool) -> (Phase, Effect) {
    let number = attempt.number;
    (Phase::WritingOutcome { holds_permit }, Effect::Append(Input::AttemptAnswered { number, outcome }))
}

fn after_outcome(trade: &Trade, now: Timestamp) -> Delivery {
    match &trade.state {
        TradeState::Accepted { not_before, .. } => Delivery::RedeliverAt(not_before.unwrap_or(now)),
        TradeState::Rejected { .. }
        | TradeState::Dispatching
        | TradeState::Uncertain { .. }
        | TradeState::Submitted
        | TradeState::OfferSent
        | TradeState::UserAccepted
        | TradeState::OnHold { .. }
        | TradeState::Completed { .. }
        | TradeState::Failed { .. }
        | TradeState::Canceled { .. }
        | TradeState::Expired { .. }
        | TradeState::Reverted { .. }
        | TradeState::NeedsReview { .. } => Delivery::Acknowledge,
    }
}

fn finish(delivery: Delivery, return_permit: bool) -> (Phase, Effect) {
    (Phase::Finished, Effect::Finish { delivery, return_permit })
}

impl Event {
    fn name(&self) -> &'static str {
        match self {
            Self::PermitTaken => "permit taken",
            Self::Written(_) => "written",
            Self::Lost(_) => "lost",
            Self::Answered(_) => "answered",
        }
    }
}

impl Phase {
    fn name(&self) -> &'static str {
        match self {
            Self::WaitingForPermit { .. } => "waiting for a permit",
            Self::WritingOff { .. } => "writing the order off",
            Self::WritingIntent { .. } => "writing the intent",
            Self::Calling { .. } => "calling",
            Self::WritingOutcome { .. } => "writing the outcome",
            Self::Finished => "finished",
        }
    }
}
