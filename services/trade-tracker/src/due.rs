//! Due looks of one account: read the trade, do what it needs, plan the next look.
//!
//! A wake-up carries no decision: the trade is read when it comes. Due looks that need the provider are merged into the
//! largest look-up that it takes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, future, stream};
use jiff::Timestamp;
use skinbus_bus::Ledger;
use skinbus_bus::backlog::BacklogError;
use skinbus_bus::held::Held;
use skinbus_bus::ledger::LedgerError;
use skinbus_bus::publish::StoreError;
use skinbus_bus::queries::QueryError;
use skinbus_bus::quota::QuotaStore;
use skinbus_bus::schedule::ScheduleError;
use skinbus_bus::subjects::HintPlace;
use skinbus_bus::topology::{POLLS, due_consumer};
use skinbus_domain::Recorded;
use skinbus_domain::ids::TradeKey;
use skinbus_domain::looking::{Effect, Event, Looking, OutOfOrder};
use skinbus_domain::stuck::{self, Obstacle};
use skinbus_proto::v1;
use skinbus_runtime::accounts::Account;
use skinbus_runtime::clock;
use skinbus_runtime::crash::crash_point;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::Tracker;
use crate::look::{FoldError, Rows, cancel, fold, look_up, said_of};
use crate::metrics;

/// How long more due looks are waited for, so that they go into one look-up. Schedules fire on a grid of 250 ms.
const MERGE_PAUSE: Duration = Duration::from_millis(50);
/// Batches of one account that are worked on at the same time.
const BATCHES_MAX: usize = 8;
/// Besides these, batches of what only hints ask for: they may wait long for their part of the quota.
const HINTED_BATCHES_MAX: usize = 2;
/// Trades of a batch that are read or written at the same time.
const TRADES_MAX: usize = 32;
/// Pause before a trade is looked at again whose look failed.
const RETRY_PAUSE: Duration = Duration::from_secs(5);

/// A due look in hand.
struct Due {
    key: TradeKey,
    hinted: bool,
    held: Held,
}

pub(crate) async fn run(tracker: Arc<Tracker>, account: Account) {
    let account = Arc::new(account);
    let mut messages = tracker.bus.hold(POLLS, &due_consumer(&account.name), &tracker.shutdown);
    let slots = Arc::new(Semaphore::new(BATCHES_MAX));
    let hint_slots = Arc::new(Semaphore::new(HINTED_BATCHES_MAX));
    let mut tasks = JoinSet::new();
    while let Some(first) = messages.next().await {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { break };
        while tasks.try_join_next().is_some() {}
        tokio::time::sleep(MERGE_PAUSE).await;
        let batch = merged(&tracker, first, messages.ready(tracker.settings.due_batch)).await;
        let (tracker, account) = (Arc::clone(&tracker), Arc::clone(&account));
        let hint_slots = Arc::clone(&hint_slots);
        tasks.spawn(async move {
            let hinted = work(&tracker, &account, batch).await;
            drop(slot);
            work_hinted(&tracker, &account, hinted, &hint_slots).await;
        });
    }
    messages.close().await;
    while tasks.join_next().await.is_some() {}
}

/// One due look per trade; repeats have nothing to add.
async fn merged(tracker: &Tracker, first: Held, more: Vec<Held>) -> Vec<Due> {
    let mut due = BTreeMap::new();
    for held in std::iter::once(first).chain(more) {
        let Some((key, hinted)) = key_of(&held) else {
            tracker.bury(held, "a due look cannot be read").await;
            continue;
        };
        let known = due.remove(&key);
        let hinted = hinted || known.as_ref().is_some_and(|(hinted, _)| *hinted);
        due.insert(key, (hinted, held));
        if let Some((_, repeat)) = known {
            repeat.acknowledge().await;
        }
    }
    due.into_iter().map(|(key, (hinted, held))| Due { key, hinted, held }).collect()
}

fn key_of(held: &Held) -> Option<(TradeKey, bool)> {
    let due: v1::PollDue = held.incoming.decode().ok()?;
    let key = TradeKey { merchant: due.merchant.parse().ok()?, order_id: due.order_id.parse().ok()? };
    Some((key, due.hinted))
}

/// What only hints ask for comes back.
async fn work(tracker: &Tracker, account: &Account, batch: Vec<Due>) -> Vec<(Due, Looking)> {
    let begun = stream::iter(batch).map(|due| begin(tracker, account, due)).buffer_unordered(TRADES_MAX);
    let look_ups: Vec<(Due, Looking)> = begun.filter_map(future::ready).collect().await;
    let (hinted, planned): (Vec<_>, Vec<_>) =
        look_ups.into_iter().partition(|(_, looking)| looking.is_hinted());
    for chunk in chunks(planned, account.look_up_batch) {
        look(tracker, account, chunk, false).await;
    }
    hinted
}

/// As many as their part of the quota allows; the rest is put off. Whoever forges hints keeps no other look waiting.
async fn work_hinted(tracker: &Tracker, account: &Account, hinted: Vec<(Due, Looking)>, slots: &Semaphore) {
    let slot = slots.try_acquire();
    let mut has_room = slot.is_ok();
    for chunk in chunks(hinted, account.look_up_batch) {
        if has_room {
            has_room = look(tracker, account, chunk, true).await;
        } else {
            conclude(tracker, account, chunk, None).await;
        }
    }
}

fn chunks(look_ups: Vec<(Due, Looking)>, size: usize) -> impl Iterator<Item = Vec<(Due, Looking)>> {
    let mut rest = look_ups.into_iter();
    std::iter::from_fn(move || {
        let chunk: Vec<_> = rest.by_ref().take(size).collect();
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// Reads the trade and does what needs no provider; what does need one comes back.
async fn begin(tracker: &Tracker, account: &Account, due: Due) -> Option<(Due, Looking)> {
    let recorded = match tracker.ledger.read(&due.key).await {
        Ok(Some(recorded)) => recorded,
        Ok(None) => {
            due.held.acknowledge().await;
            return None;
        }
        Err(error) => {
            tracing::warn!(trade = %due.key, error = skinbus_bus::chain(&error), "a due look waits");
            due.held.redeliver_after(RETRY_PAUSE).await;
            return None;
        }
    };
    let (looking, effect) = Looking::start(recorded, due.hinted, &account.rules, clock::now());
    metrics::due(&account.name, effect.name());
    go_on(tracker, account, due, looking, effect).await
}

#[derive(Debug, thiserror::Error)]
enum StepError {
    #[error(transparent)]
    Fold(#[from] FoldError),
    #[error(transparent)]
    Backlog(#[from] BacklogError),
    #[error(transparent)]
    Read(#[from] LedgerError),
    #[error("handing the order over")]
    HandOver(#[from] StoreError),
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    #[error("following the protocol of looks")]
    OutOfOrder(#[from] OutOfOrder),
}

/// Does what the protocol says, in the order in which it says it, until it needs the provider. A step that fails leaves the
/// rest undone: the wake-up comes again and begins anew.
async fn go_on(
    tracker: &Tracker,
    account: &Account,
    due: Due,
    mut looking: Looking,
    mut effect: Effect,
) -> Option<(Due, Looking)> {
    loop {
        match effect {
            Effect::LookUp => return Some((due, looking)),
            Effect::Acknowledge => {
                due.held.acknowledge().await;
                return None;
            }
            Effect::Advance(_)
            | Effect::HandOver
            | Effect::Schedule(_)
            | Effect::ScheduleHint(_)
            | Effect::ReadLatest => {}
        }
        effect = match step(tracker, account, &due, &mut looking, effect).await {
            Ok(effect) => effect,
            Err(error) => {
                tracing::warn!(trade = %due.key, error = skinbus_bus::chain(&error), "a look has no effect yet");
                due.held.redeliver_after(RETRY_PAUSE).await;
                return None;
            }
        };
    }
}

async fn step(
    tracker: &Tracker,
    account: &Account,
    due: &Due,
    looking: &mut Looking,
    effect: Effect,
) -> Result<Effect, StepError> {
    let event = match effect {
        Effect::Advance(input) => {
            let changed = fold(tracker, account, looking.recorded(), &input).await?;
            Event::Advanced { changed }
        }
        Effect::HandOver => {
            let waits_for = hand_over(tracker, account, due, looking.recorded()).await?;
            Event::HandedOver { waits_for }
        }
        Effect::Schedule(at) => {
            tracker.bus.schedule_look(&account.name, &due.key, at).await?;
            crash_point("tracker.after_schedule");
            Event::Scheduled
        }
        Effect::ScheduleHint(at) => {
            tracker.bus.hint_look(&account.name, &due.key, at, HintPlace::PutOff).await?;
            Event::Scheduled
        }
        Effect::ReadLatest => Event::Read(tracker.ledger.read_latest(&due.key).await?),
        Effect::LookUp | Effect::Acknowledge => return Ok(effect),
    };
    Ok(looking.on(event, &account.rules, clock::now())?)
}

/// Hands over what surely waits nowhere, and tells what the order waits for; what may still wait is looked at again later. A repeat of this due look is dropped
/// by the stream, and nothing else is: the first hand-over may have become a dead letter a moment after it.
async fn hand_over(
    tracker: &Tracker,
    account: &Account,
    due: &Due,
    recorded: &Recorded,
) -> Result<Option<Obstacle>, StepError> {
    let is_behind_others = tracker.backlogs.may_hold(&tracker.bus, &account.name, recorded).await?;
    if !is_behind_others {
        let occasion = format!("look-{}", due.held.incoming.sequence);
        tracker.bus.hand_over_again(recorded, &occasion).await?;
    }
    crash_point("tracker.after_hand_over");
    // Only where the answer makes a difference.
    if !stuck::is_due(recorded.trade(), None, &account.rules, clock::now()) {
        return Ok(None);
    }
    Ok(closing(tracker, account).await.or(is_behind_others.then_some(Obstacle::Backlog)))
}

/// Whether the provider serves nobody of the account, as the quota's window has it. Where the window gives no answer, what
/// is told names no reason.
async fn closing(tracker: &Tracker, account: &Account) -> Option<Obstacle> {
    let read = async { QuotaStore::new(&tracker.bus, &account.name).await?.read(&account.name).await };
    match read.await {
        Ok(stored) => {
            let closing = stored.window.gate.closing?;
            let until = Timestamp::from_millisecond(closing.until_ms).ok()?;
            Some(Obstacle::AccountClosed { until, reason: closing.reason })
        }
        Err(error) => {
            tracing::debug!(error = skinbus_bus::chain(&error), "whether the account is closed is not known");
            None
        }
    }
}

/// Tells whether the provider was asked and answered.
async fn look(tracker: &Tracker, account: &Account, chunk: Vec<(Due, Looking)>, hinted: bool) -> bool {
    crash_point("tracker.before_look_up");
    let rows = tracker_look_up(tracker, account, &chunk, hinted).await;
    crash_point("tracker.after_look_up");
    if let Err(error) = &rows {
        tracing::warn!(account = %account.name, code = error.code, status = error.status, "a look-up failed");
    }
    let rows = rows.ok();
    conclude(tracker, account, chunk, rows.as_ref()).await;
    rows.is_some_and(|rows| rows.is_complete())
}

/// What the look-up says of each of them; `None` where there was none.
async fn conclude(tracker: &Tracker, account: &Account, chunk: Vec<(Due, Looking)>, rows: Option<&Rows>) {
    stream::iter(chunk)
        .for_each_concurrent(TRADES_MAX, |(due, mut looking)| async move {
            let said = rows.map_or(Event::NotLookedUp, |rows| said_of(looking.recorded().trade(), rows));
            match looking.on(said, &account.rules, clock::now()) {
                Ok(effect) => {
                    go_on(tracker, account, due, looking, effect).await;
                }
                Err(error) => {
                    tracing::error!(trade = %due.key, %error, "a look-up was read that nobody asked for");
                    due.held.redeliver_after(RETRY_PAUSE).await;
                }
            }
        })
        .await;
}

/// A user waits now: what the provider can deliver only days later is given up, and its price comes back. The look-up that
/// follows tells what came of it; where nothing did, the next look tries again.
async fn give_up_reservations(tracker: &Tracker, account: &Account, trades: &[Recorded]) {
    if account.config.keep_reservations {
        return;
    }
    for trade in trades.iter().map(Recorded::trade).filter(|trade| trade.is_reserved()) {
        if let Err(error) = cancel(tracker, account, trade).await {
            tracing::warn!(trade = %trade.key, code = error.code, status = error.status, "a reservation stays");
        }
    }
}

/// A look-up, during which the due looks stay ours.
async fn tracker_look_up(
    tracker: &Tracker,
    account: &Account,
    chunk: &[(Due, Looking)],
    hinted: bool,
) -> Result<Rows, QueryError> {
    let trades: Vec<Recorded> = chunk.iter().map(|(_, looking)| looking.recorded().clone()).collect();
    let mut looking_up = std::pin::pin!(async {
        // A command is no look-up: what a forger asks for must not send one. The planned look does.
        if !hinted {
            give_up_reservations(tracker, account, &trades).await;
        }
        look_up(tracker, account, &trades, hinted).await
    });
    loop {
        tokio::select! {
            biased;
            rows = &mut looking_up => return rows,
            // Waiting for a permit and for the provider may take longer than there is to end in.
            () = tracker.shutdown.requested() => {
                return Err(QueryError { code: 503, status: "ending".to_owned() });
            }
            () = tokio::time::sleep(skinbus_bus::held::PROGRESS_EVERY) => {
                future::join_all(chunk.iter().map(|(due, _)| due.held.progress())).await;
            }
        }
    }
}
