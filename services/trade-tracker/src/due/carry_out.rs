//! Does what the protocol of looks says, up to the look-up and after it.

use std::sync::Arc;

use jiff::Timestamp;
use skinbus_bus::Ledger;
use skinbus_bus::backlog::BacklogError;
use skinbus_bus::ledger::LedgerError;
use skinbus_bus::publish::StoreError;
use skinbus_bus::quota::QuotaStore;
use skinbus_bus::schedule::ScheduleError;
use skinbus_bus::subjects::HintPlace;
use skinbus_domain::Recorded;
use skinbus_domain::looking::{Effect, Event, Looking, OutOfOrder};
use skinbus_domain::planning::Look;
use skinbus_domain::stuck::{self, Obstacle};
use skinbus_runtime::accounts::Account;
use skinbus_runtime::clock;
use skinbus_runtime::crash::crash_point;

use super::{Due, LookUp, RETRY_PAUSE};
use crate::look::{FoldError, fold};
use crate::{Tracker, metrics};

/// Reads the trade and does what needs no provider; what does need one comes back.
pub(super) async fn begin(tracker: &Tracker, account: &Arc<Account>, due: Due) -> Option<LookUp> {
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

/// What the look-up came to.
pub(super) async fn conclude(
    tracker: &Tracker,
    account: &Account,
    (due, mut looking): LookUp,
    event: Event,
) -> Option<LookUp> {
    match looking.on(event, &account.rules, clock::now()) {
        Ok(effect) => go_on(tracker, account, due, looking, effect).await,
        Err(error) => {
            tracing::error!(trade = %due.key, %error, "a look-up was read that nobody asked for");
            due.held.redeliver_after(RETRY_PAUSE).await;
            None
        }
    }
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
) -> Option<LookUp> {
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
            let look = Look::new(looking.recorded(), at, &account.rules, clock::now());
            tracker.bus.schedule_look(&account.name, &due.key, &look).await?;
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

/// Hands over what surely waits nowhere, and tells what the order waits for; what may still wait is looked at again later. A
/// repeat of this due look is dropped by the stream, and nothing else is: the first hand-over may have become a dead letter a
/// moment after it.
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
