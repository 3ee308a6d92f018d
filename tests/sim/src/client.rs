//! A service's side of NATS.
//!
//! Re-enacted: `bus/src/ledger/jetstream.rs` and `bus/src/ledger/advance.rs` (`read`, `append`, `advance`),
//! `bus/src/publish.rs` (`publish`, `hand_over`), `bus/src/dead.rs` (`raise`, `bury`), `bus/src/schedule.rs`
//! (`schedule_look`, `hint_look`), and of `bus/src/work.rs` and `bus/src/held.rs` what becomes of a delivery.

use std::future::Future;
use std::rc::Rc;

use skinbus_domain::advancing::{Advanced, Advancing, Effect, Event, Retry};
use skinbus_domain::ids::{AccountId, TradeKey};
use skinbus_domain::rules::Rules;
use skinbus_domain::trade::StatusChange;
use skinbus_domain::{Alert, Anomaly, Input, Recorded};
use skinbus_proto::{Message, status_change_from_proto, status_change_to_proto, v1};

use crate::faults::Mutant;
use crate::nats::{Delivery, Taken, Version};
use crate::queue::{MS, Micros, SECOND};
use crate::world::{Actor, NoAnswer, W, micros};

/// See `PAUSE_MIN` and `PAUSE_MAX` of `bus/src/ledger/jetstream.rs`.
const APPEND_PAUSE: (Micros, Micros) = (50 * MS, 2 * SECOND);
/// A stored version may be missed by a read for so long.
const STALE_FOR: Micros = 2 * SECOND;

/// The queue of the tracker's consumer of versions.
pub const TRADES: &str = "TRADES";
/// The queue of published orders.
pub const ORDERS: &str = "ORDERS";
/// The queue of stored webhooks.
pub const WEBHOOKS: &str = "WEBHOOKS";

/// The queue of an account's orders.
pub fn dispatch_queue(account: &AccountId) -> String {
    format!("DISPATCH.{account}")
}

/// The queue of an account's due looks.
pub fn polls_queue(account: &AccountId) -> String {
    format!("POLLS.{account}")
}

/// A stored version out of its bytes, as the ledger reads it.
pub fn version(stored: &Version) -> Recorded {
    let message = v1::TradeStatusChanged::decode(stored.bytes.as_slice()).expect("a version decodes");
    let change = status_change_from_proto(&message).expect("a version is readable");
    Recorded { change, sequence: stored.sequence }
}

/// The last version of a trade; perhaps not the newest.
pub async fn read(w: &W, who: &Rc<Actor>, key: &TradeKey) -> Result<Option<Recorded>, NoAnswer> {
    let wanted = key.clone();
    let stored = w.ask(who, "read", key.order_id.as_str(), move |w| {
        let nats = w.nats.borrow();
        let versions = nats.trades.get(&wanted).map(Vec::as_slice).unwrap_or_default();
        let is_young = versions.last().is_some_and(|newest| w.now() - newest.at < STALE_FOR);
        let missed = usize::from(is_young && w.chance(|rates| rates.stale));
        versions.len().checked_sub(1 + missed).and_then(|index| versions.get(index)).cloned()
    });
    Ok(stored.await?.as_ref().map(version))
}

/// Reads the newest version, surely the newest.
pub async fn read_latest(w: &W, who: &Rc<Actor>, key: &TradeKey) -> Result<Option<Recorded>, NoAnswer> {
    let wanted = key.clone();
    let stored =
        w.ask(who, "read latest", key.order_id.as_str(), move |w| w.nats.borrow().newest(&wanted).cloned());
    Ok(stored.await?.as_ref().map(version))
}

/// Sequence of the version if it was written; nothing if somebody else's came first.
async fn append(w: &W, who: &Rc<Actor>, expected: u64, change: &StatusChange) -> Option<u64> {
    let key = change.trade.key.clone();
    let bytes = Rc::new(status_change_to_proto(change).encode_to_vec());
    let (mut ids, mut pause) = (Vec::new(), APPEND_PAUSE.0);
    loop {
        let (id, is_first) = (w.fresh_id(), ids.is_empty());
        ids.push(id);
        let (to, payload) = (key.clone(), Rc::clone(&bytes));
        let answer = w
            .ask(who, "append", key.order_id.as_str(), move |w| store_version(w, &to, expected, &payload, id))
            .await;
        match answer {
            Ok(Some(sequence)) => return Some(sequence),
            Ok(None) if is_first => return None,
            Ok(None) | Err(NoAnswer) => {}
        }
        let of = key.clone();
        let successor = w.ask(who, "read successor", key.order_id.as_str(), move |w| {
            let nats = w.nats.borrow();
            let after = nats.trades.get(&of).and_then(|all| all.iter().find(|one| one.sequence > expected));
            after.map(|version| (version.sequence, version.id))
        });
        match successor.await {
            Ok(Some((sequence, id))) if ids.contains(&id) => return Some(sequence),
            Ok(Some(_)) => return None,
            Ok(None) | Err(NoAnswer) => {}
        }
        w.queue.sleep(pause).await;
        pause = (pause * 2).min(APPEND_PAUSE.1);
    }
}

/// What the server does with an append.
fn store_version(w: &W, key: &TradeKey, expected: u64, bytes: &Rc<Vec<u8>>, id: u64) -> Option<u64> {
    let sequence = w.nats.borrow_mut().append(key, expected, Rc::clone(bytes), id, w.now())?;
    let stored = Version { sequence, bytes: Rc::clone(bytes), id, at: w.now() };
    let recorded = version(&stored);
    let (version, to) = (recorded.change.version, recorded.trade().status());
    w.note(
        "ledger",
        "VERSION",
        key.order_id.as_str(),
        format_args!("{version} {to} by {:?}", recorded.change.cause),
    );
    let mut payload = sequence.to_le_bytes().to_vec();
    payload.extend_from_slice(bytes);
    enqueue(w, TRADES, payload, None);
    w.oracle.borrow_mut().saw_version(w, &recorded);
    crate::users::saw_version(w, &recorded);
    Some(sequence)
}

/// A version as the tracker's consumer gets it: with its sequence in front.
pub fn followed(payload: &[u8]) -> Recorded {
    let (sequence, bytes) = payload.split_at(8);
    let sequence = u64::from_le_bytes(sequence.try_into().unwrap());
    version(&Version { sequence, bytes: Rc::new(bytes.to_vec()), id: 0, at: 0 })
}

/// What keeps an input from having an effect.
#[derive(Debug)]
pub enum AdvanceError {
    /// The ledger gave no answer.
    Ledger,
    /// A defect: it may not be offered to the trade.
    Illegal(String),
}

/// Applies an input, beginning with what is known.
pub async fn advance(
    w: &W,
    who: &Rc<Actor>,
    key: &TradeKey,
    known: Option<Recorded>,
    input: &Input,
    rules: &Rules,
    retry: Retry,
) -> Result<Advanced, AdvanceError> {
    let illegal = |error: skinbus_domain::advancing::AdvancingError| AdvanceError::Illegal(error.to_string());
    let started = Advancing::start(known, input.clone(), retry, rules, w.clock(who));
    let (mut advancing, mut effect) = started.map_err(illegal)?;
    loop {
        let event = match effect {
            Effect::ReadLatest => {
                Event::Read(read_latest(w, who, key).await.map_err(|NoAnswer| AdvanceError::Ledger)?)
            }
            Effect::Append { expected, change } => match append(w, who, expected, &change).await {
                Some(sequence) => Event::Written { sequence },
                None => Event::Lost,
            },
            Effect::Finish(advanced) => return Ok(advanced),
        };
        effect = advancing.on(event, rules, w.clock(who)).map_err(illegal)?;
    }
}

/// What the server does with a publish to a queue.
pub fn enqueue(w: &W, queue: &str, payload: Vec<u8>, id: Option<&str>) {
    let bell = {
        let mut nats = w.nats.borrow_mut();
        let queue = nats.queue(queue);
        queue.store(payload, id, w.now());
        Rc::clone(&queue.bell)
    };
    bell.ring(&w.queue);
}

/// Publishes to a queue, and waits for the word that it is stored.
pub async fn publish(
    w: &W,
    who: &Rc<Actor>,
    queue: String,
    about: &str,
    payload: Vec<u8>,
    id: Option<String>,
) -> Result<(), NoAnswer> {
    w.ask(who, "publish", about, move |w| enqueue(w, &queue, payload.clone(), id.as_deref())).await
}

/// Hands an accepted order to dispatch; `occasion` is what the tracker does so again for, and empty the first time.
pub async fn hand_over(w: &W, who: &Rc<Actor>, recorded: &Recorded, occasion: &str) -> Result<(), NoAnswer> {
    let trade = recorded.trade();
    let Some(order) = &trade.order else { return Ok(()) };
    let message = v1::DispatchOrder {
        accepted: Some(status_change_to_proto(&recorded.change)),
        sequence: recorded.sequence,
    };
    let id = format!("{}.{}.{}{occasion}", trade.key.merchant, trade.key.order_id, recorded.change.version);
    let id = (!w.is_mutant(Mutant::HandOverRepeated)).then_some(id);
    publish(w, who, dispatch_queue(&order.account), trade.key.order_id.as_str(), message.encode_to_vec(), id)
        .await
}

/// Stores alerts about a trade.
pub async fn raise(w: &W, who: &Rc<Actor>, key: &TradeKey, alerts: &[Alert]) -> Result<(), NoAnswer> {
    for alert in alerts {
        let id = format!("{}:{key}:{}", alert.kind.as_str(), alert.detail);
        w.ask(who, "raise", key.order_id.as_str(), move |w| {
            w.note("nats", "ALERT", "", format_args!("{id}"));
            let at = w.now();
            w.nats.borrow_mut().alerts.insert(id.clone(), at);
        })
        .await?;
    }
    Ok(())
}

/// Stores the alert of a contradiction.
pub async fn raise_anomaly(
    w: &W,
    who: &Rc<Actor>,
    key: &TradeKey,
    anomaly: &Anomaly,
) -> Result<(), NoAnswer> {
    match anomaly {
        Anomaly::Contradiction(alert) => raise(w, who, key, std::slice::from_ref(alert)).await,
        Anomaly::OrderConflict => Ok(()),
    }
}

/// What becomes of a delivery; `bus/src/work.rs`.
pub enum Disposition {
    /// It has had its effect.
    Acknowledge,
    /// It comes again.
    RedeliverAfter(Micros),
    /// Nobody can work on it.
    Dead(String),
}

/// Waits for the next delivery of a queue.
pub async fn next(w: &W, who: &Rc<Actor>, queue: &str) -> Delivery {
    loop {
        if let Some(delivery) = next_until(w, who, queue, None).await {
            return delivery;
        }
    }
}

/// The same, until a time.
pub async fn next_until(w: &W, who: &Rc<Actor>, queue: &str, until: Option<Micros>) -> Option<Delivery> {
    loop {
        if until.is_some_and(|until| until <= w.now()) {
            return None;
        }
        let (bell, taken) = {
            let mut nats = w.nats.borrow_mut();
            let away_until = nats.away_until;
            let queue = nats.queue(queue);
            let taken = if away_until > w.now() { Err(None) } else { queue.take(w.now()) };
            (Rc::clone(&queue.bell), taken)
        };
        match taken {
            Ok(Taken { sequence, payload, deliveries }) => {
                let number = w.begin(who, "delivered", queue).await;
                w.end(who, number).await;
                return Some(Delivery { queue: queue.to_owned(), sequence, payload, deliveries });
            }
            Err(ready_at) => {
                wait(w, &bell, [ready_at, until].into_iter().flatten().min()).await;
            }
        }
    }
}

/// Deliveries that are there already, up to so many.
pub fn ready(w: &W, queue: &str, most: usize) -> Vec<Delivery> {
    let mut all = Vec::new();
    let mut nats = w.nats.borrow_mut();
    if nats.away_until > w.now() {
        return all;
    }
    while all.len() < most {
        let Ok(Taken { sequence, payload, deliveries }) = nats.queue(queue).take(w.now()) else { break };
        all.push(Delivery { queue: queue.to_owned(), sequence, payload, deliveries });
    }
    all
}

async fn wait(w: &W, bell: &crate::queue::Bell, until: Option<Micros>) {
    let mut sleep = until.map(|until| w.queue.sleep_until(until));
    let mut is_listening = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut is_listening, true) {
            // Woken, by the bell or by the time: whoever waits looks again.
            return std::task::Poll::Ready(());
        }
        bell.listen(&w.queue);
        match &mut sleep {
            Some(sleep) => std::pin::Pin::new(sleep).poll(context),
            None => std::task::Poll::Pending,
        }
    })
    .await;
}

/// It has had its effect.
pub async fn acknowledge(w: &W, who: &Rc<Actor>, delivery: &Delivery) {
    let (queue, sequence) = (delivery.queue.clone(), delivery.sequence);
    let about = delivery.queue.clone();
    w.tell(who, "acknowledge", &about, move |w| w.nats.borrow_mut().queue(&queue).acknowledge(sequence))
        .await;
}

/// It comes again, not before this has passed.
pub async fn redeliver_after(w: &W, who: &Rc<Actor>, delivery: &Delivery, pause: Micros) {
    let (queue, sequence) = (delivery.queue.clone(), delivery.sequence);
    w.tell(who, "not yet", &delivery.queue, move |w| put_off(w, &queue, sequence, w.now() + pause)).await;
}

/// It is still worked on.
pub fn progress(w: &W, delivery: &Delivery) {
    if w.nats.borrow().away_until <= w.now() {
        put_off(w, &delivery.queue, delivery.sequence, w.now() + crate::nats::ACK_WAIT);
    }
}

fn put_off(w: &W, queue: &str, sequence: u64, until: Micros) {
    let bell = {
        let mut nats = w.nats.borrow_mut();
        let queue = nats.queue(queue);
        queue.put_off(sequence, until);
        Rc::clone(&queue.bell)
    };
    bell.ring(&w.queue);
}

/// What `settle` of `bus/src/work.rs` does.
pub async fn settle(w: &W, who: &Rc<Actor>, delivery: &Delivery, disposition: Disposition) {
    match disposition {
        Disposition::Acknowledge => acknowledge(w, who, delivery).await,
        Disposition::RedeliverAfter(pause) => redeliver_after(w, who, delivery, pause).await,
        Disposition::Dead(reason) => match bury(w, who, delivery, &reason).await {
            Ok(()) => acknowledge(w, who, delivery).await,
            Err(NoAnswer) => redeliver_after(w, who, delivery, SECOND).await,
        },
    }
}

async fn bury(w: &W, who: &Rc<Actor>, delivery: &Delivery, reason: &str) -> Result<(), NoAnswer> {
    let (id, reason) = (format!("{}:{}", delivery.queue, delivery.sequence), reason.to_owned());
    w.ask(who, "bury", "", move |w| {
        w.note("nats", "DEAD", "", format_args!("{id} {reason}"));
        w.nats.borrow_mut().dead.insert(id.clone(), reason.clone());
    })
    .await
}

/// Sets the next look at a trade.
pub async fn schedule_look(
    w: &W,
    who: &Rc<Actor>,
    account: &AccountId,
    key: &TradeKey,
    at: jiff::Timestamp,
) -> Result<(), NoAnswer> {
    schedule(w, who, format!("at.{key}"), account, key, micros(at), false).await
}

/// Looks at a trade because of a hint.
pub async fn hint_look(
    w: &W,
    who: &Rc<Actor>,
    account: &AccountId,
    key: &TradeKey,
    at: jiff::Timestamp,
) -> Result<(), NoAnswer> {
    schedule(w, who, format!("hint.{key}"), account, key, micros(at), true).await
}

async fn schedule(
    w: &W,
    who: &Rc<Actor>,
    subject: String,
    account: &AccountId,
    key: &TradeKey,
    at: Micros,
    hinted: bool,
) -> Result<(), NoAnswer> {
    let (merchant, order_id) = (key.merchant.to_string(), key.order_id.to_string());
    let due = v1::PollDue { merchant, order_id, hinted, ..Default::default() };
    let (queue, payload) = (polls_queue(account), due.encode_to_vec());
    w.ask(who, "schedule", key.order_id.as_str(), move |w| {
        let revision = w.fresh_id();
        w.nats.borrow_mut().schedules.insert(subject.clone(), revision);
        // The server fires on a grid of 250 ms; under load later.
        let late = if w.chance(|rates| rates.schedules) {
            w.between(0, 20 * SECOND)
        } else {
            w.between(0, 250 * MS)
        };
        let (world, subject, queue, payload) =
            (Rc::clone(w), subject.clone(), queue.clone(), payload.clone());
        w.queue.at_time(at.max(w.now()) + late, move || fire(&world, &subject, revision, &queue, &payload));
    })
    .await
}

fn fire(w: &W, subject: &str, revision: u64, queue: &str, payload: &[u8]) {
    if w.nats.borrow().away_until > w.now() {
        let (world, subject, queue, payload) =
            (Rc::clone(w), subject.to_owned(), queue.to_owned(), payload.to_vec());
        let again = w.nats.borrow().away_until + 250 * MS;
        return w.queue.at_time(again, move || fire(&world, &subject, revision, &queue, &payload));
    }
    let is_current = w.nats.borrow().schedules.get(subject) == Some(&revision);
    if is_current {
        w.nats.borrow_mut().schedules.remove(subject);
    } else if !w.chance(|rates| rates.schedules / 4) {
        // Replaced; the race between replacing and firing is sometimes lost.
        return;
    }
    w.note("nats", "fires", "", format_args!("{subject}"));
    enqueue(w, queue, payload.to_vec(), None);
    if w.chance(|rates| rates.schedules / 4) {
        enqueue(w, queue, payload.to_vec(), None);
    }
}
