//! trade-tracker. Re-enacted: `follow.rs` (`follow`), `due.rs` (`due`), `look.rs` (`fold`) and `webhooks.rs`
//! (`webhooks`). Not here: giving up reservations, and the limit on batches in hand.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use skinbus_domain::advancing::{Advanced, Retry};
use skinbus_domain::ids::{AccountId, OrderId, Reference, TradeKey};
use skinbus_domain::looking::{Effect, Event, Looking};
use skinbus_domain::polling::{self, Need};
use skinbus_domain::rules::Rules;
use skinbus_domain::{Alert, AlertKind, Cause, Input, Observation, Recorded, resolving};
use skinbus_proto::{Message, moment, observation_from_row, target_of, v1};
use skinbus_runtime::accounts::Account;

use crate::client::{self, AdvanceError, Disposition, TRADES, WEBHOOKS, acknowledge, advance, polls_queue};
use crate::faults::Mutant;
use crate::nats::{ACK_WAIT, Delivery};
use crate::queue::{MS, Micros, SECOND, join_all, with_ticks};
use crate::world::{Actor, NoAnswer, W};

/// See `config/sections.rs` for the first two, `follow.rs` and `due.rs` for the others.
const ARM_DELAY: Micros = SECOND;
/// Looks that are asked about together.
const CHUNK: usize = 50;
const DUE_BATCH: usize = 500;
const FOLLOW_RETRY_PAUSE: Micros = 500 * MS;
const MERGE_PAUSE: Micros = 50 * MS;
const LOOK_RETRY_PAUSE: Micros = 5 * SECOND;
const WEBHOOK_RETRY_PAUSE: Micros = SECOND;
const WEBHOOK_CONCURRENCY: usize = 3;

/// Starts a replica.
pub fn start(w: &W, who: &Rc<Actor>) {
    w.queue.spawn(who.id, follow(Rc::clone(w), Rc::clone(who)));
    for _ in 0..WEBHOOK_CONCURRENCY {
        w.queue.spawn(who.id, webhooks(Rc::clone(w), Rc::clone(who)));
    }
    for account in &w.oracle.borrow().accounts_in_use {
        w.queue.spawn(who.id, due(Rc::clone(w), Rc::clone(who), account.clone()));
    }
}

/// A trade whose schedule is to be written.
struct Pending {
    version: u64,
    account: AccountId,
    wake_at: jiff::Timestamp,
    held: Delivery,
}

#[derive(Default)]
struct Waiting {
    trades: BTreeMap<TradeKey, Pending>,
    order: VecDeque<(Micros, TradeKey, u64)>,
}

impl Waiting {
    fn next_arm(&mut self) -> Option<Micros> {
        while let Some((_, key, version)) = self.order.front() {
            if self.trades.get(key).is_some_and(|pending| pending.version == *version) {
                break;
            }
            self.order.pop_front();
        }
        self.order.front().map(|(began, _, _)| *began + ARM_DELAY)
    }

    fn take_still(&mut self, now: Micros) -> Vec<(TradeKey, Pending)> {
        let mut still = Vec::new();
        while self.next_arm().is_some_and(|at| at <= now) {
            let Some((_, key, _)) = self.order.pop_front() else { break };
            still.extend(self.trades.remove(&key).map(|pending| (key, pending)));
        }
        still
    }
}

async fn follow(w: W, who: Rc<Actor>) {
    let mut waiting = Waiting::default();
    loop {
        let next_arm = waiting.next_arm();
        if next_arm.is_some_and(|at| at <= w.now()) {
            let due = waiting.take_still(w.now());
            join_all(due.into_iter().map(|(key, pending)| arm(&w, &who, key, pending))).await;
            continue;
        }
        if let Some(held) = client::next_until(&w, &who, TRADES, next_arm).await {
            take(&w, &who, &mut waiting, held).await;
        }
    }
}

async fn take(w: &W, who: &Rc<Actor>, waiting: &mut Waiting, held: Delivery) {
    let recorded = client::followed(&held.payload);
    let trade = recorded.trade();
    let account = trade.order.as_ref().map(|order| &order.account);
    let careful = Rules::default();
    if client::raise(w, who, &trade.key, &recorded.change.alerts).await.is_err() {
        return client::redeliver_after(w, who, &held, FOLLOW_RETRY_PAUSE).await;
    }
    let rules = account.map_or(&careful, |account| &w.account(account).rules);
    let (Some(account), Some(wake_at)) = (account, polling::first_wake(&recorded, rules)) else {
        if let Some(older) = waiting.trades.remove(&trade.key) {
            acknowledge(w, who, &older.held).await;
        }
        return acknowledge(w, who, &held).await;
    };
    let pending = Pending { version: recorded.change.version, account: account.clone(), wake_at, held };
    let key = trade.key.clone();
    if waiting.trades.get(&key).is_some_and(|known| known.version > pending.version) {
        return acknowledge(w, who, &pending.held).await;
    }
    waiting.order.push_back((w.now(), key.clone(), pending.version));
    if let Some(older) = waiting.trades.insert(key, pending) {
        acknowledge(w, who, &older.held).await;
    }
}

async fn arm(w: &W, who: &Rc<Actor>, key: TradeKey, pending: Pending) {
    match client::schedule_look(w, who, &pending.account, &key, pending.wake_at).await {
        Ok(()) => acknowledge(w, who, &pending.held).await,
        Err(NoAnswer) => client::redeliver_after(w, who, &pending.held, FOLLOW_RETRY_PAUSE).await,
    }
}

/// A due look in hand.
struct Due {
    key: TradeKey,
    hinted: bool,
    held: Delivery,
}

async fn due(w: W, who: Rc<Actor>, name: AccountId) {
    let queue = polls_queue(&name);
    loop {
        let first = client::next(&w, &who, &queue).await;
        w.queue.sleep(MERGE_PAUSE).await;
        let more = client::ready(&w, &queue, DUE_BATCH);
        let batch = merged(&w, &who, first, more).await;
        w.queue.spawn(who.id, look_at_all(Rc::clone(&w), Rc::clone(&who), name.clone(), batch));
    }
}

async fn merged(w: &W, who: &Rc<Actor>, first: Delivery, more: Vec<Delivery>) -> Vec<Due> {
    let mut due: BTreeMap<TradeKey, (bool, Delivery)> = BTreeMap::new();
    for held in std::iter::once(first).chain(more) {
        let message = v1::PollDue::decode(held.payload.as_slice()).expect("a due look decodes");
        let key = TradeKey {
            merchant: message.merchant.parse().unwrap(),
            order_id: message.order_id.parse().unwrap(),
        };
        let known = due.remove(&key);
        let hinted = message.hinted || known.as_ref().is_some_and(|(hinted, _)| *hinted);
        due.insert(key, (hinted, held));
        if let Some((_, repeat)) = known {
            acknowledge(w, who, &repeat).await;
        }
    }
    due.into_iter().map(|(key, (hinted, held))| Due { key, hinted, held }).collect()
}

async fn look_at_all(w: W, who: Rc<Actor>, name: AccountId, batch: Vec<Due>) {
    let account = w.account(&name).clone();
    let begun = join_all(batch.into_iter().map(|due| begin(&w, &who, &account, due))).await;
    let mut look_ups = begun.into_iter().flatten();
    loop {
        let mut chunk: Vec<_> = look_ups.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return;
        }
        while !chunk.is_empty() {
            chunk = look(&w, &who, &account, chunk).await;
        }
    }
}

async fn begin(w: &W, who: &Rc<Actor>, account: &Account, due: Due) -> Option<(Due, Looking)> {
    let recorded = match client::read(w, who, &due.key).await {
        Ok(Some(recorded)) => recorded,
        Ok(None) => {
            acknowledge(w, who, &due.held).await;
            return None;
        }
        Err(NoAnswer) => {
            client::redeliver_after(w, who, &due.held, LOOK_RETRY_PAUSE).await;
            return None;
        }
    };
    let (looking, effect) = Looking::start(recorded, due.hinted, &account.rules, w.clock(who));
    go_on(w, who, account, due, looking, effect).await
}

async fn go_on(
    w: &W,
    who: &Rc<Actor>,
    account: &Account,
    due: Due,
    mut looking: Looking,
    mut effect: Effect,
) -> Option<(Due, Looking)> {
    loop {
        match effect {
            Effect::LookUp => return Some((due, looking)),
            Effect::Acknowledge => {
                acknowledge(w, who, &due.held).await;
                return None;
            }
            Effect::Advance(_)
            | Effect::HandOver
            | Effect::Schedule(_)
            | Effect::ScheduleHint(_)
            | Effect::ReadLatest => {}
        }
        effect = match step(w, who, account, &due, &mut looking, effect).await {
            Some(effect) => effect,
            None => {
                client::redeliver_after(w, who, &due.held, LOOK_RETRY_PAUSE).await;
                return None;
            }
        };
    }
}

/// `None` where the step has perhaps had no effect.
async fn step(
    w: &W,
    who: &Rc<Actor>,
    account: &Account,
    due: &Due,
    looking: &mut Looking,
    effect: Effect,
) -> Option<Effect> {
    let event = match effect {
        Effect::Advance(input) => {
            Event::Advanced { changed: fold(w, who, account, looking.recorded(), &input).await? }
        }
        Effect::HandOver => {
            client::hand_over(w, who, looking.recorded(), &format!("look-{}", due.held.sequence))
                .await
                .ok()?;
            Event::HandedOver { waits_for: None }
        }
        Effect::Schedule(at) => {
            client::schedule_look(w, who, &account.name, &due.key, at).await.ok()?;
            Event::Scheduled
        }
        Effect::ScheduleHint(at) => {
            client::hint_look(w, who, &account.name, &due.key, at).await.ok()?;
            Event::Scheduled
        }
        Effect::ReadLatest => Event::Read(client::read_latest(w, who, &due.key).await.ok()?),
        Effect::LookUp | Effect::Acknowledge => return Some(effect),
    };
    Some(looking.on(event, &account.rules, w.clock(who)).expect("the shell follows the protocol"))
}

/// Folds one input; whether the trade has a new version. `None` where it has perhaps had no effect.
async fn fold(w: &W, who: &Rc<Actor>, account: &Account, recorded: &Recorded, input: &Input) -> Option<bool> {
    let key = &recorded.trade().key;
    let input = mutated(w, input);
    match advance(w, who, key, Some(recorded.clone()), &input, &account.rules, Retry::Fold).await {
        Ok(Advanced::Written(_)) => Some(true),
        Ok(Advanced::Stale(_)) => Some(false),
        Ok(Advanced::Anomaly { anomaly, .. }) => {
            client::raise_anomaly(w, who, key, &anomaly).await.ok()?;
            Some(false)
        }
        Err(AdvanceError::Ledger) => None,
        Err(AdvanceError::Illegal(problem)) => {
            w.oracle.borrow_mut().broken("ILLEGAL", key.order_id.as_str(), &problem);
            None
        }
    }
}

/// The input itself, unless a rule is broken on purpose.
fn mutated(w: &W, input: &Input) -> Input {
    let mut input = input.clone();
    if let Input::LookedUpAbsent { asked_at } = &mut input
        && w.is_mutant(Mutant::LookUpOnce)
    {
        let day = std::time::Duration::from_secs(24 * 3600);
        *asked_at = skinbus_domain::rules::after(*asked_at, day);
    }
    if let Input::Told { observation, .. } = &mut input
        && w.is_mutant(Mutant::CreditsTwice)
    {
        for credit in &mut observation.credits {
            let number = w.fresh_id();
            credit.key = format!("{}#{number}", credit.key);
            credit.thing = format!("{}#{number}", credit.thing);
        }
    }
    input
}

/// What a look-up brought.
struct Rows {
    observations: Vec<Observation>,
    not_asked: Vec<String>,
    no_room: bool,
    asked_at: jiff::Timestamp,
}

/// Those come back for which the quota had no room.
async fn look(w: &W, who: &Rc<Actor>, account: &Account, chunk: Vec<(Due, Looking)>) -> Vec<(Due, Looking)> {
    let tick = || chunk.iter().for_each(|(due, _)| client::progress(w, &due.held));
    let rows = with_ticks(&w.queue, look_up(w, who, account, &chunk), ACK_WAIT / 3, tick).await;
    let rows = &rows;
    let concluded = join_all(chunk.into_iter().map(|(due, mut looking)| async move {
        let said = rows.as_ref().map_or(Event::NotLookedUp, |rows| said_of(&looking, rows));
        let effect = looking.on(said, &account.rules, w.clock(who)).expect("the shell follows the protocol");
        go_on(w, who, account, due, looking, effect).await
    }))
    .await;
    concluded.into_iter().flatten().collect()
}

async fn look_up(w: &W, who: &Rc<Actor>, account: &Account, chunk: &[(Due, Looking)]) -> Option<Rows> {
    let targets = chunk.iter().filter_map(|(_, looking)| target_of(looking.recorded().trade())).collect();
    let request = v1::LookupRequest { references: Vec::new(), targets, hinted: false };
    let response = crate::dispatch::query(w, who, &account.name, request).await?;
    let observations = response.rows.iter().map(|row| observation_from_row(row, Cause::LookUp));
    Some(Rows {
        observations: observations.collect::<Result<_, _>>().expect("our own rows are readable"),
        not_asked: response.not_asked,
        no_room: response.no_room,
        asked_at: response.asked_at.as_ref().and_then(moment).expect("an answer says when it was asked"),
    })
}

fn said_of(looking: &Looking, rows: &Rows) -> Event {
    let trade = looking.recorded().trade();
    let reference = trade.attempt.as_ref().map(|attempt| attempt.reference.to_string());
    if reference.is_some_and(|reference| rows.not_asked.contains(&reference)) {
        return if rows.no_room { Event::NoRoom } else { Event::NotLookedUp };
    }
    Event::LookedUp(resolving::inputs_of(trade, &rows.observations, rows.asked_at))
}

async fn webhooks(w: W, who: Rc<Actor>) {
    loop {
        let delivery = client::next(&w, &who, WEBHOOKS).await;
        let tick = || client::progress(&w, &delivery);
        let disposition = with_ticks(&w.queue, webhook(&w, &who, &delivery), ACK_WAIT / 3, tick).await;
        client::settle(&w, &who, &delivery, disposition).await;
    }
}

async fn webhook(w: &W, who: &Rc<Actor>, delivery: &Delivery) -> Disposition {
    let again = Disposition::RedeliverAfter(WEBHOOK_RETRY_PAUSE);
    let webhook = v1::WebhookReceived::decode(delivery.payload.as_slice()).expect("a webhook decodes");
    let name: AccountId = webhook.account.parse().unwrap();
    let account = w.account(&name);
    let is_binding = webhook.trust() == v1::WebhookTrust::Binding;
    if webhook.reference.is_empty() && !is_binding {
        return Disposition::Acknowledge;
    }
    let order_id: Option<OrderId> =
        webhook.reference.parse::<Reference>().ok().and_then(|reference| reference.order_id().ok());
    let Some(order_id) = order_id else { return Disposition::Dead("unknown_reference".to_owned()) };
    let key = TradeKey { merchant: account.merchant.clone(), order_id };
    let Ok(recorded) = client::read(w, who, &key).await else { return again };
    let owned = recorded.filter(|recorded| {
        recorded.trade().order.as_ref().is_some_and(|order| order.account == account.name)
    });
    let Some(recorded) = owned else {
        let detail = format!("a webhook of {name} names an order that nobody has placed there");
        let orphan = [Alert::new(AlertKind::Orphan, detail)];
        let raised = client::raise(w, who, &key, &orphan).await;
        return if raised.is_ok() { Disposition::Acknowledge } else { again };
    };
    if let Some(observation) = webhook.observation.as_ref().filter(|_| is_binding) {
        let Ok(observation) = observation_from_row(observation, Cause::Webhook) else {
            return Disposition::Dead("undecodable".to_owned());
        };
        let as_of = webhook.received_at.as_ref().and_then(moment).unwrap_or_else(|| w.clock(who));
        let input = Input::Told { observation, as_of };
        let folded = fold(w, who, account, &recorded, &input).await;
        return if folded.is_some() { Disposition::Acknowledge } else { again };
    }
    if polling::need_when_hinted(&recorded, &account.rules, w.clock(who)) == Need::Nothing {
        return Disposition::Acknowledge;
    }
    let hinted = client::hint_look(w, who, &name, &key, w.clock(who)).await;
    if hinted.is_ok() { Disposition::Acknowledge } else { again }
}
