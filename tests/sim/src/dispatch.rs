//! provider-dispatch. Re-enacted: `place.rs` (`run`, `call`, `send`), `look_up.rs` (`look_up`) and the
//! loop of `lib.rs`. Not here: `together.rs` (each purchase is called alone), queries and commands.

use std::rc::Rc;
use std::time::Duration;

use skinbus_domain::ids::AccountId;
use skinbus_domain::order::OrderKind;
use skinbus_domain::placing::{self, Delivery as Done, Effect, Event};
use skinbus_domain::quota::Lane;
use skinbus_domain::rules::after;
use skinbus_domain::trade::{Attempt, Reason};
use skinbus_domain::{Input, Order, Outcome, Recorded};
use skinbus_proto::{
    Message, game_from_proto, moment, row_from_observation, status_change_from_proto, timestamp, v1,
};
use skinbus_providers::{Closed, LookUpTarget, LookedUp, Placing, Provider, Verdict};
use skinbus_runtime::accounts::Account;

use crate::client::{self, AdvanceError, Disposition, advance, dispatch_queue, settle};
use crate::faults::Mutant;
use crate::nats::{ACK_WAIT, Delivery};
use crate::permits::{Keeper, Permit, Said, Turn};
use crate::provider::{self, CallFailure, Placed};
use crate::queue::{MS, Micros, SECOND, with_ticks};
use crate::world::{Actor, W, length};

/// See the constants of `place.rs` and `lib.rs`.
const RETRY_PAUSE: Micros = SECOND;
const FRESH: Micros = 5 * SECOND;
const OUTCOME_RETRY_PAUSE: Micros = 500 * MS;
/// How long a look-up waits for a permit; `look_up.rs`.
const PERMIT_WAIT: Micros = 20 * SECOND;
/// Orders of an account in hand at the same time.
const CONCURRENCY: usize = 3;

/// One account in one replica.
pub struct Dispatcher {
    w: W,
    who: Rc<Actor>,
    account: Account,
    permits: Rc<Keeper>,
}

/// Starts a replica.
pub fn start(w: &W, who: &Rc<Actor>) {
    for name in &w.oracle.borrow().accounts_in_use {
        let account = w.account(name).clone();
        let permits = Keeper::start(w, who, &account);
        let dispatcher = Rc::new(Dispatcher { w: Rc::clone(w), who: Rc::clone(who), account, permits });
        w.endpoints.borrow_mut().insert((who.id, name.clone()), Rc::clone(&dispatcher));
        for _ in 0..CONCURRENCY {
            w.queue.spawn(who.id, work(Rc::clone(&dispatcher)));
        }
    }
}

async fn work(d: Rc<Dispatcher>) {
    let queue = dispatch_queue(&d.account.name);
    loop {
        let delivery = client::next(&d.w, &d.who, &queue).await;
        let tick = || client::progress(&d.w, &delivery);
        let disposition = with_ticks(&d.w.queue, handle(&d, &delivery), ACK_WAIT / 3, tick).await;
        settle(&d.w, &d.who, &delivery, disposition).await;
    }
}

async fn handle(d: &Rc<Dispatcher>, delivery: &Delivery) -> Disposition {
    let message = v1::DispatchOrder::decode(delivery.payload.as_slice()).expect("an order decodes");
    let accepted = message.accepted.as_ref().expect("an order has its version");
    let change = status_change_from_proto(accepted).expect("a version is readable");
    match run(d, Recorded { change, sequence: message.sequence }).await {
        Ok(Done::Acknowledge) => Disposition::Acknowledge,
        Ok(Done::RedeliverAt(at)) => {
            let pause = at.duration_since(d.w.clock(&d.who));
            Disposition::RedeliverAfter(length(Duration::try_from(pause).unwrap_or(Duration::ZERO)))
        }
        Err(AdvanceError::Ledger) => Disposition::RedeliverAfter(RETRY_PAUSE),
        Err(AdvanceError::Illegal(problem)) => {
            d.w.oracle.borrow_mut().broken("ILLEGAL", "", &problem);
            Disposition::RedeliverAfter(RETRY_PAUSE)
        }
    }
}

/// One delivery, from its permit to its last append.
async fn run(d: &Rc<Dispatcher>, accepted: Recorded) -> Result<Done, AdvanceError> {
    let (w, rules) = (&d.w, d.account.rules.placing);
    let mut current = as_known(d, accepted).await?;
    let (mut placing, mut effect) = placing::Placing::start(current.trade().clone(), rules, w.clock(&d.who));
    let mut permit: Option<Permit> = None;
    loop {
        let event = match effect {
            Effect::TakePermit => {
                permit = d.permits.take(Lane::Orders, Turn::Last, calls_of(d, &current), None).await;
                Event::PermitTaken
            }
            Effect::Append(input) => match append(d, &current, &input).await {
                Ok((recorded, event)) => {
                    current = recorded;
                    event
                }
                Err(error) => {
                    give_back(permit);
                    return Err(error);
                }
            },
            Effect::Call(attempt) => Event::Answered(call(d, &current, &attempt, permit.take()).await),
            Effect::Finish { delivery, .. } => {
                give_back(permit);
                return Ok(delivery);
            }
        };
        effect =
            placing.on(event, w.clock(&d.who)).map_err(|error| AdvanceError::Illegal(error.to_string()))?;
    }
}

async fn as_known(d: &Dispatcher, accepted: Recorded) -> Result<Recorded, AdvanceError> {
    let age = d.w.clock(&d.who).duration_since(accepted.change.recorded_at).unsigned_abs();
    if length(age) < FRESH {
        return Ok(accepted);
    }
    let read = client::read(&d.w, &d.who, &accepted.trade().key).await.map_err(|_| AdvanceError::Ledger)?;
    Ok(read.filter(|read| read.sequence > accepted.sequence).unwrap_or(accepted))
}

fn calls_of(d: &Dispatcher, current: &Recorded) -> u32 {
    let order = current.trade().order.as_ref();
    order.map_or(1, |order| d.account.provider.place_calls.of(order.operation.kind()))
}

fn give_back(permit: Option<Permit>) {
    if let Some(permit) = permit {
        permit.give_back();
    }
}

async fn append(
    d: &Dispatcher,
    current: &Recorded,
    input: &Input,
) -> Result<(Recorded, Event), AdvanceError> {
    let (retry, is_outcome) = (placing::retry(input), matches!(input, Input::AttemptAnswered { .. }));
    let (w, key, rules) = (&d.w, &current.trade().key, &d.account.rules);
    let advanced = loop {
        match advance(w, &d.who, key, Some(current.clone()), input, rules, retry).await {
            Ok(advanced) => break advanced,
            Err(AdvanceError::Ledger) if is_outcome => w.queue.sleep(OUTCOME_RETRY_PAUSE).await,
            Err(error) => return Err(error),
        }
    };
    let event = Event::of(&advanced);
    let (recorded, anomaly) = advanced.into_parts();
    if let Some(anomaly) = anomaly {
        while client::raise_anomaly(w, &d.who, key, &anomaly).await.is_err() {
            w.queue.sleep(SECOND).await;
        }
    }
    Ok((recorded, event))
}

/// The calls themselves; `call_alone` of `place.rs`.
async fn call(d: &Rc<Dispatcher>, current: &Recorded, attempt: &Attempt, permit: Option<Permit>) -> Outcome {
    let now = || d.w.clock(&d.who);
    let not_sent = |reason: &str| Outcome::NotSent { reason: Reason::new(reason), retry_at: now() };
    let (Some(permit), Some(order)) = (permit, current.trade().order.as_ref()) else {
        return not_sent("no_permit");
    };
    let Ok(request) = adapter(d).place(order, &attempt.reference) else {
        permit.give_back();
        return Outcome::Refused(Reason::new("not_buildable"));
    };
    let Some(permit) = still_valid(d, attempt, permit) else { return not_sent("too_late_to_call") };
    let placed =
        Placed { key: current.trade().key.clone(), kind: order.operation.kind(), attempt: attempt.number };
    let first = Placing { order, reference: &attempt.reference, call: 1 };
    let (permit, mut others) = permit.split();
    let mut verdict = send(d, &first, request, permit, &placed).await;
    for call in 2..=calls_of(d, current) {
        let Verdict::Next(next) = verdict else { break };
        let permit = match others.take() {
            Some(permit) => Some(permit),
            None => d.permits.take(Lane::Orders, Turn::First, 1, None).await,
        };
        let Some(permit) = permit.and_then(|permit| still_valid(d, attempt, permit)) else {
            return not_sent("next_call_not_sent");
        };
        let (permit, rest) = permit.split();
        others = rest;
        verdict = send(d, &Placing { call, ..first }, next, permit, &placed).await;
    }
    give_back(others);
    if let Verdict::Outcome(outcome) = verdict {
        return outcome;
    }
    Outcome::Unknown { reason: Reason::new("too_many_calls"), refusal_unproved: false }
}

fn adapter(d: &Dispatcher) -> &dyn Provider {
    d.w.setting.adapters[&d.account.name].as_ref()
}

fn still_valid(d: &Dispatcher, attempt: &Attempt, permit: Permit) -> Option<Permit> {
    let longest = d.account.total_timeout;
    let time_left = attempt.lease_until.duration_since(d.w.clock(&d.who));
    if Duration::try_from(time_left).unwrap_or_default() < longest || !permit.covers(longest) {
        permit.give_back();
        return None;
    }
    Some(permit)
}

async fn send(
    d: &Rc<Dispatcher>,
    placing: &Placing<'_>,
    request: http::Request<bytes::Bytes>,
    permit: Permit,
    placed: &Placed,
) -> Verdict {
    let _order: &Order = placing.order;
    let answer = provider::send(&d.w, &d.who, &d.account.name, request, Some(placed)).await;
    let now = d.w.clock(&d.who);
    let read = answer.map(|response| {
        let read = adapter(d).read_placed(placing, &response, now);
        (read.verdict, said_by(&response, read.closed))
    });
    permit.settle(match &read {
        Ok((_, said)) => *said,
        Err(CallFailure::Unreachable) => Said::Unreachable,
        Err(CallFailure::NoAnswer) => Said::Nothing,
    });
    match read {
        Ok((verdict, _)) => verdict,
        Err(CallFailure::Unreachable) => later(d, "connect_failed", RETRY_PAUSE).into(),
        Err(CallFailure::NoAnswer) if d.w.is_mutant(Mutant::ResendOnTimeout) => {
            later(d, "no_answer", RETRY_PAUSE).into()
        }
        Err(CallFailure::NoAnswer) => {
            Outcome::Unknown { reason: Reason::new("no_answer"), refusal_unproved: false }.into()
        }
    }
}

fn later(d: &Dispatcher, reason: &str, pause: Micros) -> Outcome {
    let pause = Duration::from_micros(u64::try_from(pause).unwrap_or(0));
    Outcome::NotSent { reason: Reason::new(reason), retry_at: after(d.w.clock(&d.who), pause) }
}

/// `said` of `lib.rs`.
fn said_by(response: &http::Response<bytes::Bytes>, closed: Option<Closed>) -> Said {
    match closed {
        Some(closed) => Said::Closed { until: closed.until, reason: closed.reason },
        None if response.status().is_server_error() => Said::Nothing,
        None => Said::Open,
    }
}

/// Answers a look-up; `None` where an error is answered.
pub async fn look_up(d: Rc<Dispatcher>, request: v1::LookupRequest) -> Option<v1::LookupResponse> {
    let asked_at = d.w.clock(&d.who);
    let mut response = v1::LookupResponse { asked_at: Some(timestamp(asked_at)), ..Default::default() };
    let mut targets: Vec<LookUpTarget> = request.targets.iter().map(read_target).collect();
    targets.sort_by_key(|target| target.kind);
    let mut rest = targets.as_slice();
    while !rest.is_empty() {
        let Some(permit) = permit(&d).await else { break };
        let asked = ask(&d, rest, permit, &mut response).await?;
        rest = rest.get(asked..).unwrap_or_default();
    }
    response.no_room = !rest.is_empty();
    response.not_asked.extend(rest.iter().map(|target| target.reference.to_string()));
    Some(response)
}

/// A permit under which a whole call surely fits.
async fn permit(d: &Dispatcher) -> Option<Permit> {
    let until = d.w.now() + PERMIT_WAIT;
    loop {
        let permit = d.permits.take(Lane::LookUps, Turn::Last, 1, Some(until)).await?;
        if permit.covers(d.account.total_timeout) {
            return Some(permit);
        }
        permit.give_back();
    }
}

fn read_target(target: &v1::LookupTarget) -> LookUpTarget {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    LookUpTarget {
        reference: target.reference.parse().unwrap(),
        kind: OrderKind::named(&target.kind).unwrap(),
        provider_id: text(&target.provider_id),
        game: game_from_proto(v1::Game::try_from(target.game).unwrap()),
        user: target.steam_id.parse().unwrap(),
        asset_id: text(&target.asset_id),
        since: target.since.as_ref().and_then(moment).unwrap(),
    }
}

async fn ask(
    d: &Rc<Dispatcher>,
    targets: &[LookUpTarget],
    permit: Permit,
    response: &mut v1::LookupResponse,
) -> Option<usize> {
    let size = d.account.look_up_batch.of(targets[0].kind);
    let batch = &targets[..size.min(targets.len())];
    let Ok(look_up) = adapter(d).look_up(batch) else {
        permit.give_back();
        return None;
    };
    let answer = provider::send(&d.w, &d.who, &d.account.name, look_up.request, None).await;
    let asked = &batch[..look_up.asked.min(batch.len())];
    let answer = match answer {
        Ok(answer) => answer,
        Err(failure) => {
            let is_unreachable = failure == CallFailure::Unreachable;
            permit.settle(if is_unreachable { Said::Unreachable } else { Said::Nothing });
            return None;
        }
    };
    let looked_up = adapter(d).read_looked_up(asked, &answer, d.w.clock(&d.who));
    let closed = if let LookedUp::Closed(closed) = &looked_up { Some(*closed) } else { None };
    permit.settle(said_by(&answer, closed));
    match looked_up {
        LookedUp::Rows { rows, unreadable } => {
            response.rows.extend(rows.iter().map(row_from_observation));
            if unreadable > 0 {
                let is_missing =
                    |target: &&LookUpTarget| rows.iter().all(|row| row.reference != target.reference);
                let missing = asked.iter().filter(is_missing);
                response.not_asked.extend(missing.map(|target| target.reference.to_string()));
            }
            Some(look_up.asked)
        }
        LookedUp::Closed(_) | LookedUp::Unreadable { .. } => None,
    }
}

/// Asks any replica over NATS, as `queries.rs` of the bus does: the question or the answer may be lost.
pub async fn query(
    w: &W,
    who: &Rc<Actor>,
    account: &AccountId,
    request: v1::LookupRequest,
) -> Option<v1::LookupResponse> {
    let number = w.begin(who, "query", account.as_str()).await;
    let timeout = 25 * SECOND + length(w.account(account).total_timeout);
    let slot = crate::queue::Slot::new(&w.queue);
    let is_lost = w.chance(|rates| rates.nats_lost) || w.nats.borrow().away_until > w.now();
    let is_answer_lost =
        w.chance(|rates| rates.nats_lost) || w.is_single(number, crate::faults::Single::AnswerLost);
    let endpoint = w.any(crate::world::Role::Dispatch).and_then(|replica| {
        let key = (replica.id, account.clone());
        w.endpoints.borrow().get(&key).cloned()
    });
    // Nobody answers: the client is told so at once.
    let Some(endpoint) = endpoint else {
        w.end(who, number).await;
        return None;
    };
    if !is_lost {
        let answer = Rc::clone(&slot);
        let replica = endpoint.who.id;
        w.queue.spawn(replica, async move {
            let said = look_up(Rc::clone(&endpoint), request).await;
            if !is_answer_lost {
                answer.put(said);
            }
        });
    }
    let said = slot.take_until(w.now() + timeout).await;
    w.end(who, number).await;
    said.flatten()
}
