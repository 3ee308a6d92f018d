//! Due looks of one account: read the trade, do what it needs, plan the next look.
//!
//! A wake-up carries no decision: the trade is read when it comes. Due looks that need the provider are merged into the
//! largest look-up that it takes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, future, stream};
use skinbus_bus::Ledger;
use skinbus_bus::held::Held;
use skinbus_bus::queries::QueryError;
use skinbus_bus::topology::{POLLS, due_consumer};
use skinbus_domain::ids::TradeKey;
use skinbus_domain::polling::{self, Need};
use skinbus_domain::rules::after;
use skinbus_domain::{Input, Recorded};
use skinbus_proto::v1;
use skinbus_runtime::accounts::Account;
use skinbus_runtime::clock;
use skinbus_runtime::crash::crash_point;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::Tracker;
use crate::look::{cancel, fold, fold_rows, look_up};
use crate::metrics;

/// How long more due looks are waited for, so that they go into one look-up. Schedules fire on a grid of 250 ms.
const MERGE_PAUSE: Duration = Duration::from_millis(50);
/// Batches of one account that are worked on at the same time.
const BATCHES_MAX: usize = 8;
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
    let mut tasks = JoinSet::new();
    while let Some(first) = messages.next().await {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { break };
        while tasks.try_join_next().is_some() {}
        tokio::time::sleep(MERGE_PAUSE).await;
        let batch = merged(&tracker, first, messages.ready(tracker.settings.due_batch)).await;
        let (tracker, account) = (Arc::clone(&tracker), Arc::clone(&account));
        tasks.spawn(async move {
            work(&tracker, &account, batch).await;
            drop(slot);
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

async fn work(tracker: &Tracker, account: &Account, batch: Vec<Due>) {
    let sorted =
        stream::iter(batch).map(|due| settle_or_keep(tracker, account, due)).buffer_unordered(TRADES_MAX);
    let look_ups: Vec<(Due, Recorded)> = sorted.filter_map(future::ready).collect().await;
    let mut look_ups = look_ups.into_iter();
    loop {
        let chunk: Vec<_> = look_ups.by_ref().take(account.look_up_batch).collect();
        if chunk.is_empty() {
            return;
        }
        look(tracker, account, chunk).await;
    }
}

/// Does what needs no provider; what does need one comes back.
async fn settle_or_keep(tracker: &Tracker, account: &Account, due: Due) -> Option<(Due, Recorded)> {
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
    let now = clock::now();
    let need = if due.hinted {
        polling::need_when_hinted(&recorded, &account.rules, now)
    } else {
        polling::need_at(&recorded, &account.rules, now)
    };
    metrics::due(&account.name, word(need));
    match need {
        Need::Nothing => due.held.acknowledge().await,
        Need::Sleep { until } => plan(tracker, account, due, until).await,
        Need::PassDeadline => {
            advance_and_plan(tracker, account, due, &recorded, &Input::DeadlinePassed).await
        }
        Need::ExpireLease => advance_and_plan(tracker, account, due, &recorded, &Input::LeaseExpired).await,
        Need::EndLink => advance_and_plan(tracker, account, due, &recorded, &Input::LinkEnded).await,
        Need::HandOver => hand_over(tracker, account, due, &recorded).await,
        Need::LookUp => return Some((due, recorded)),
    }
    None
}

fn word(need: Need) -> &'static str {
    match need {
        Need::Nothing => "nothing",
        Need::Sleep { .. } => "sleep",
        Need::HandOver => "hand_over",
        Need::PassDeadline => "pass_deadline",
        Need::ExpireLease => "expire_lease",
        Need::EndLink => "end_link",
        Need::LookUp => "look_up",
    }
}

async fn look(tracker: &Tracker, account: &Account, chunk: Vec<(Due, Recorded)>) {
    let (dues, trades): (Vec<Due>, Vec<Recorded>) = chunk.into_iter().unzip();
    crash_point("tracker.before_look_up");
    let rows = tracker_look_up(tracker, account, &trades, &dues).await;
    crash_point("tracker.after_look_up");
    let pairs = stream::iter(dues.into_iter().zip(trades));
    match rows {
        Ok(rows) => {
            pairs
                .for_each_concurrent(TRADES_MAX, |(due, recorded)| {
                    let rows = &rows;
                    async move {
                        let folded = fold_rows(tracker, account, &recorded, rows).await;
                        finish(tracker, account, due, &recorded, folded).await;
                    }
                })
                .await;
        }
        Err(error) => {
            tracing::warn!(account = %account.name, code = error.code, status = error.status, "a look-up failed");
            let again = after(clock::now(), RETRY_PAUSE / account.rules.speed.max(1));
            pairs.for_each_concurrent(TRADES_MAX, |(due, _)| plan(tracker, account, due, again)).await;
        }
    }
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
    trades: &[Recorded],
    dues: &[Due],
) -> Result<crate::look::Rows, QueryError> {
    let mut looking = std::pin::pin!(async {
        give_up_reservations(tracker, account, trades).await;
        look_up(tracker, account, trades).await
    });
    loop {
        tokio::select! {
            biased;
            rows = &mut looking => return rows,
            // Waiting for a permit and for the provider may take longer than there is to end in.
            () = tracker.shutdown.requested() => {
                return Err(QueryError { code: 503, status: "ending".to_owned() });
            }
            () = tokio::time::sleep(skinbus_bus::held::PROGRESS_EVERY) => {
                future::join_all(dues.iter().map(|due| due.held.progress())).await;
            }
        }
    }
}

async fn advance_and_plan(
    tracker: &Tracker,
    account: &Account,
    due: Due,
    recorded: &Recorded,
    input: &Input,
) {
    let folded = fold(tracker, account, recorded, input).await;
    finish(tracker, account, due, recorded, folded).await;
}

/// Hands over what surely waits nowhere; what may still wait is looked at again later. A repeat of this due look is dropped
/// by the stream, and nothing else is: the first hand-over may have become a dead letter a moment after it.
async fn hand_over(tracker: &Tracker, account: &Account, due: Due, recorded: &Recorded) {
    let occasion = format!("look-{}", due.held.incoming.sequence);
    let handed_over = match tracker.backlogs.may_hold(&tracker.bus, &account.name, recorded).await {
        Ok(true) => Ok(()),
        Ok(false) => {
            let again = tracker.bus.hand_over_again(recorded, &occasion).await;
            again.map_err(|error| skinbus_bus::chain(&error))
        }
        Err(error) => Err(skinbus_bus::chain(&error)),
    };
    if let Err(error) = handed_over {
        tracing::warn!(trade = %due.key, error, "an order is not handed over yet");
        return due.held.redeliver_after(RETRY_PAUSE).await;
    }
    crash_point("tracker.after_hand_over");
    finish(tracker, account, due, recorded, Ok(false)).await;
}

/// Plans the next look where the trade has not changed; where it has, its new version plans it.
async fn finish(
    tracker: &Tracker,
    account: &Account,
    due: Due,
    recorded: &Recorded,
    folded: Result<bool, skinbus_bus::ledger::AdvanceError>,
) {
    match folded {
        Ok(true) => due.held.acknowledge().await,
        Ok(false) => match polling::next_wake(recorded, &account.rules, clock::now()) {
            Some(at) => plan(tracker, account, due, at).await,
            None => due.held.acknowledge().await,
        },
        Err(error) => {
            tracing::error!(trade = %due.key, error = skinbus_bus::chain(&error), "a look has no effect yet");
            due.held.redeliver_after(RETRY_PAUSE).await;
        }
    }
}

/// The next schedule first, the acknowledgement last: a crash between the two only means one look more.
async fn plan(tracker: &Tracker, account: &Account, due: Due, at: jiff::Timestamp) {
    match tracker.bus.schedule_look(&account.name, &due.key, at).await {
        Ok(()) => {
            crash_point("tracker.after_schedule");
            due.held.acknowledge().await;
        }
        Err(error) => {
            tracing::warn!(trade = %due.key, error = skinbus_bus::chain(&error), "no look is scheduled yet");
            due.held.redeliver_after(RETRY_PAUSE).await;
        }
    }
}
