//! The shell around [`skinbus_domain::placing`]: does what the protocol says, in the order in which it says it.

use std::time::Duration;

use skinbus_bus::Ledger;
use skinbus_bus::ledger::{AdvanceError, advance};
use skinbus_domain::placing::{self, Delivery, Effect, Event, OutOfOrder};
use skinbus_domain::quota::Lane;
use skinbus_domain::rules::after;
use skinbus_domain::trade::{Attempt, Reason};
use skinbus_domain::{Input, Order, Outcome, Recorded};
use skinbus_providers::{Placing, Verdict, drift};
use skinbus_runtime::clock;
use skinbus_runtime::crash::crash_point;

use crate::call::CallFailure;
use crate::in_hand::{deadline, pause_until};
use crate::permits::{Permit, Turn};
use crate::together::Company;
use crate::{About, Dispatcher, metrics, said};

/// Shortest pause between two attempts of one order.
pub(crate) const RETRY_PAUSE: Duration = Duration::from_secs(1);
/// A message younger than this most likely is the newest word on its trade.
const FRESH: Duration = Duration::from_secs(5);
/// Pause before an outcome is written again. It is never given up: it is all that is known of money spent.
const OUTCOME_RETRY_PAUSE: Duration = Duration::from_millis(500);

#[derive(Debug, thiserror::Error)]
pub(crate) enum StepError {
    #[error("asked to end while the order waits")]
    ShuttingDown,
    #[error("a permit comes too late")]
    Overdue,
    #[error("advancing the trade")]
    Advance(#[from] AdvanceError),
    #[error("following the protocol")]
    OutOfOrder(#[from] OutOfOrder),
}

/// One delivery, from its permit to its last append.
pub(crate) async fn run(dispatcher: &Dispatcher, accepted: Recorded) -> Result<Delivery, StepError> {
    let rules = dispatcher.served.account.rules.placing;
    let mut current = as_known(dispatcher, accepted).await?;
    let (mut placing, mut effect) = placing::Placing::start(current.trade().clone(), rules, clock::now());
    let mut permit: Option<Permit> = None;
    loop {
        let event = match effect {
            Effect::TakePermit => {
                let calls = calls_of(dispatcher, &current);
                permit = Some(take_permit(dispatcher, Turn::Last, calls, deadline(&current)).await?);
                crash_point("dispatch.after_permit");
                Event::PermitTaken
            }
            Effect::Append(input) => match append(dispatcher, &current, &input).await {
                Ok((recorded, event)) => {
                    current = recorded;
                    event
                }
                Err(error) => {
                    give_back(permit);
                    return Err(error.into());
                }
            },
            Effect::Call(attempt) => {
                crash_point("dispatch.after_intent");
                let outcome = call(dispatcher, &current, &attempt, permit.take()).await;
                crash_point("dispatch.after_call");
                Event::Answered(outcome)
            }
            Effect::Finish { delivery, .. } => {
                give_back(permit);
                return Ok(delivery);
            }
        };
        effect = placing.on(event, clock::now())?;
    }
}

/// The trade as the message has it, or, where the message is not fresh, as the ledger has it: an order that was placed
/// meanwhile must not take a permit only to find that out.
async fn as_known(dispatcher: &Dispatcher, accepted: Recorded) -> Result<Recorded, StepError> {
    if clock::now().duration_since(accepted.change.recorded_at).unsigned_abs() < FRESH {
        return Ok(accepted);
    }
    let read = dispatcher.ledger.read(&accepted.trade().key).await.map_err(AdvanceError::Ledger)?;
    Ok(read.filter(|read| read.sequence > accepted.sequence).unwrap_or(accepted))
}

/// A permit that was not used goes back; one that was used is gone by then.
fn give_back(permit: Option<Permit>) {
    if let Some(permit) = permit {
        permit.give_back();
    }
}

/// Placing is counted for the whole account.
const NOTHING_APART: About<'static> = About { user: None, order: None, is_hinted: false };

/// How many calls placing the order may take. Their permits are taken together: where the quota is short, orders that come
/// back for a second one would wait for each other until all their leases are over, and begin anew.
fn calls_of(dispatcher: &Dispatcher, current: &Recorded) -> u32 {
    let order = current.trade().order.as_ref();
    order.map_or(1, |order| dispatcher.served.account.provider.place_calls.of(order.operation.kind()))
}

/// A permit of the account, unless it is of no use any more when it comes: then nobody waits for it.
async fn take_permit(
    dispatcher: &Dispatcher,
    turn: Turn,
    calls: u32,
    until: Option<jiff::Timestamp>,
) -> Result<Permit, StepError> {
    let overdue = async {
        match until {
            Some(until) => tokio::time::sleep(pause_until(until)).await,
            None => std::future::pending().await,
        }
    };
    let permit = dispatcher.permit_in(turn, Lane::Orders, "place", &NOTHING_APART, calls);
    tokio::select! {
        permit = permit => permit.ok_or(StepError::ShuttingDown),
        () = overdue => Err(StepError::Overdue),
        () = dispatcher.shutdown.requested() => Err(StepError::ShuttingDown),
    }
}

async fn append(
    dispatcher: &Dispatcher,
    current: &Recorded,
    input: &Input,
) -> Result<(Recorded, Event), AdvanceError> {
    let (retry, is_outcome) = (placing::retry(input), matches!(input, Input::AttemptAnswered { .. }));
    let (key, rules) = (&current.trade().key, &dispatcher.served.account.rules);
    let advanced = loop {
        match advance(&dispatcher.ledger, key, Some(current.clone()), input, rules, retry).await {
            Ok(advanced) => break advanced,
            Err(AdvanceError::Ledger(error)) if is_outcome => {
                tracing::error!(trade = %key, error = skinbus_bus::chain(&error), "an outcome is not written yet");
                tokio::time::sleep(OUTCOME_RETRY_PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    };
    let event = Event::of(&advanced);
    let (recorded, anomaly) = advanced.into_parts();
    if let Some(anomaly) = anomaly {
        dispatcher.raise_anomaly(key, &anomaly).await;
    }
    Ok((recorded, event))
}

/// Places the order, together with others for the same user where that can be.
async fn call(
    dispatcher: &Dispatcher,
    current: &Recorded,
    attempt: &Attempt,
    permit: Option<Permit>,
) -> Outcome {
    let not_sent = |reason: &str| Outcome::NotSent { reason: Reason::new(reason), retry_at: clock::now() };
    let (Some(permit), Some(order)) = (permit, current.trade().order.as_ref()) else {
        return not_sent("no_permit");
    };
    let Some(user) = dispatcher.together.user_of(order) else {
        return call_alone(dispatcher, current, order, attempt, permit).await;
    };
    match dispatcher.together.join(dispatcher, user, order, attempt, permit).await {
        Company::Placed(outcome) => *outcome,
        Company::Alone(permit, _under_way) => call_alone(dispatcher, current, order, attempt, permit).await,
    }
}

/// The calls themselves: each request leaves at most once, and only while the intent and the permit surely hold.
async fn call_alone(
    dispatcher: &Dispatcher,
    current: &Recorded,
    order: &Order,
    attempt: &Attempt,
    permit: Permit,
) -> Outcome {
    let not_sent = |reason: &str| Outcome::NotSent { reason: Reason::new(reason), retry_at: clock::now() };
    let request = match dispatcher.served.provider.place(order, &attempt.reference) {
        Ok(request) => request,
        Err(error) => {
            permit.give_back();
            tracing::error!(trade = %current.trade().key, %error, "an order cannot be placed");
            return Outcome::Refused(Reason::new("not_buildable"));
        }
    };
    let Some(permit) = still_valid(dispatcher, attempt, permit) else {
        return not_sent("too_late_to_call");
    };
    let (permit, mut others) = permit.split();
    let first = Placing { order, reference: &attempt.reference, call: 1 };
    let mut verdict = send(dispatcher, &first, request, permit).await;
    // What a call does before the last one harms nobody: it is found, or done again, with the next attempt.
    for call in 2..=calls_of(dispatcher, current) {
        let Verdict::Next(next) = verdict else { break };
        let permit = match others.take() {
            Some(permit) => Some(permit),
            // A probe is one call, and so is all that a limit of one can give.
            None => take_permit(dispatcher, Turn::First, 1, Some(attempt.lease_until)).await.ok(),
        };
        let Some(permit) = permit.and_then(|permit| still_valid(dispatcher, attempt, permit)) else {
            return not_sent("next_call_not_sent");
        };
        let (permit, rest) = permit.split();
        others = rest;
        crash_point("dispatch.before_next_call");
        verdict = send(dispatcher, &Placing { call, ..first }, next, permit).await;
    }
    give_back(others);
    if let Verdict::Outcome(outcome) = verdict {
        return outcome;
    }
    Outcome::Unknown { reason: Reason::new("too_many_calls"), refusal_unproved: false }
}

/// The permit, where a whole call surely fits into it and into the lease.
pub(crate) fn still_valid(dispatcher: &Dispatcher, attempt: &Attempt, permit: Permit) -> Option<Permit> {
    let longest = dispatcher.served.account.total_timeout;
    let time_left = attempt.lease_until.duration_since(clock::now());
    if Duration::try_from(time_left).unwrap_or_default() < longest || !permit.covers(longest) {
        permit.give_back();
        return None;
    }
    Some(permit)
}

/// One call, and what its answer means.
async fn send(
    dispatcher: &Dispatcher,
    placing: &Placing<'_>,
    request: http::Request<bytes::Bytes>,
    permit: Permit,
) -> Verdict {
    let began = clock::monotonic_now();
    let answer = dispatcher.call("place", request).await;
    let took = clock::monotonic_now().duration_since(began);
    let (verdict, closed) = match &answer {
        Ok(response) => {
            crash_point("dispatch.after_answer");
            let read = dispatcher.served.provider.read_placed(placing, response, clock::now());
            (read.verdict, read.closed)
        }
        Err(failure) => {
            let outcome = match failure {
                // An unreachable provider closes the account: the order comes back and waits for it to open.
                CallFailure::Unreachable | CallFailure::NotSent(_) => later(failure.word(), RETRY_PAUSE),
                CallFailure::NoAnswer(_) => {
                    Outcome::Unknown { reason: Reason::new(failure.word()), refusal_unproved: false }
                }
            };
            (Verdict::Outcome(outcome), None)
        }
    };
    permit.settle(said(&dispatcher.served.account.name, &answer, closed));
    let label = match &verdict {
        Verdict::Outcome(outcome) => {
            dispatcher.drifted(drift::in_placed("place", outcome), Some(placing.reference));
            outcome.name()
        }
        Verdict::Next(_) => "next",
    };
    metrics::call(&dispatcher.served.account, "place", label, took);
    verdict
}

/// Surely not executed; to be sent again after the pause.
pub(crate) fn later(reason: &str, pause: Duration) -> Outcome {
    Outcome::NotSent { reason: Reason::new(reason), retry_at: after(clock::now(), pause) }
}
