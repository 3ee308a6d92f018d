//! Follows the ledger: every open trade gets a schedule for its next look, and what a version brings up is raised.
//!
//! A quick trade changes several times within a second. Its schedule is written only once it has stood still for
//! `tracking.arm_delay`, and its messages stay unacknowledged until then: after a crash they come again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use skinbus_bus::DELIVERIES_MAX;
use skinbus_bus::held::{Held, HeldMessages};
use skinbus_bus::topology::{TRACKER_TRADES, TRADES};
use skinbus_bus::trace;
use skinbus_domain::Recorded;
use skinbus_domain::ids::{AccountId, TradeKey};
use skinbus_domain::planning::Look;
use skinbus_domain::polling;
use skinbus_domain::rules::Rules;
use skinbus_proto::{status_change_from_proto, v1};
use skinbus_runtime::clock;
use skinbus_runtime::crash::crash_point;

use crate::Tracker;

/// Schedules that are written at the same time.
const WRITES_MAX: usize = 64;
/// Pause before schedules are written again that NATS did not take.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// A trade whose schedule is to be written.
struct Pending {
    version: u64,
    account: AccountId,
    look: Look,
    /// The message of its last version.
    held: Held,
}

/// Trades in the order in which they began to stand still.
#[derive(Default)]
struct Waiting {
    trades: BTreeMap<TradeKey, Pending>,
    order: VecDeque<(Instant, TradeKey, u64)>,
}

pub(crate) async fn run(tracker: Arc<Tracker>) {
    let mut messages = tracker.bus.hold(TRADES, TRACKER_TRADES, &tracker.shutdown);
    let mut waiting = Waiting::default();
    loop {
        let next_arm = waiting.next_arm(tracker.settings.arm_delay);
        tokio::select! {
            // A flood of new versions must not keep the schedules from being written.
            biased;
            () = sleep_until(next_arm) => {
                let due = waiting.take_still(tracker.settings.arm_delay);
                arm_all(&tracker, due).await;
            }
            held = messages.next() => match held {
                Some(held) => take(&tracker, &mut waiting, held).await,
                None => break,
            },
        }
    }
    give_back(messages, waiting).await;
}

/// What is not armed yet another replica arms.
async fn give_back(messages: HeldMessages, waiting: Waiting) {
    for pending in waiting.trades.into_values() {
        pending.held.give_back().await;
    }
    messages.close().await;
}

async fn sleep_until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}

async fn take(tracker: &Tracker, waiting: &mut Waiting, held: Held) {
    const PROBLEM: &str = "a version in the ledger cannot be read";
    let Ok(message) = held.incoming.decode::<v1::TradeStatusChanged>() else {
        return tracker.bury(held, PROBLEM).await;
    };
    let Ok(change) = status_change_from_proto(&message) else {
        // A newer release may have written it, whose trackers read it: for the hour of a roll-out they get their turn. A
        // version that is buried has no schedule.
        if held.incoming.deliveries > DELIVERIES_MAX {
            return tracker.bury(held, PROBLEM).await;
        }
        tracing::error!(sequence = held.incoming.sequence, "{PROBLEM}; it comes again, for a newer release");
        return held.redeliver_after(RETRY_PAUSE).await;
    };
    let recorded = Recorded { change, sequence: held.incoming.sequence };
    trace::about_version(&held.span, &recorded.change);
    let trade = recorded.trade();
    let account = trade.order.as_ref().map(|order| &order.account);
    // A trade of an account that is not configured here waits, with the most careful plan, until it is again.
    let careful = Rules::default();
    let raised = tracker.bus.raise(account, &trade.key, &recorded.change.alerts);
    if let Err(error) = held.span.run(raised).await {
        tracing::warn!(trade = %trade.key, error = skinbus_bus::chain(&error), "an alert is not raised yet");
        return held.redeliver_after(RETRY_PAUSE).await;
    }
    let known = account.and_then(|account| tracker.accounts.get(account));
    let rules = known.map_or(&careful, |account| &account.rules);
    let (Some(account), Some(wake_at)) = (account, polling::first_wake(&recorded, rules)) else {
        // It needs no look, and the schedule of an earlier version finds that out by itself.
        waiting.forget(&trade.key).await;
        return held.acknowledge().await;
    };
    let pending = Pending {
        version: recorded.change.version,
        account: account.clone(),
        look: Look::new(&recorded, wake_at, rules, clock::now()),
        held: held.without_content(),
    };
    waiting.put(trade.key.clone(), pending).await;
}

impl Waiting {
    async fn put(&mut self, key: TradeKey, pending: Pending) {
        // A redelivered older version must not take the place of a newer one.
        if self.trades.get(&key).is_some_and(|known| known.version > pending.version) {
            return pending.held.acknowledge().await;
        }
        self.order.push_back((clock::monotonic_now(), key.clone(), pending.version));
        if let Some(older) = self.trades.insert(key, pending) {
            older.held.acknowledge().await;
        }
    }

    async fn forget(&mut self, key: &TradeKey) {
        if let Some(older) = self.trades.remove(key) {
            older.held.acknowledge().await;
        }
    }

    /// When the first trade has stood still long enough.
    fn next_arm(&mut self, delay: Duration) -> Option<Instant> {
        while let Some((_, key, version)) = self.order.front() {
            if self.trades.get(key).is_some_and(|pending| pending.version == *version) {
                break;
            }
            self.order.pop_front();
        }
        self.order.front().map(|(began, _, _)| *began + delay)
    }

    fn take_still(&mut self, delay: Duration) -> Vec<(TradeKey, Pending)> {
        let now = clock::monotonic_now();
        let mut still = Vec::new();
        while self.next_arm(delay).is_some_and(|at| at <= now) && still.len() < WRITES_MAX {
            let Some((_, key, _)) = self.order.pop_front() else { break };
            if let Some(pending) = self.trades.remove(&key) {
                still.push((key, pending));
            }
        }
        still
    }
}

async fn arm_all(tracker: &Tracker, due: Vec<(TradeKey, Pending)>) {
    futures_util::future::join_all(due.into_iter().map(|(key, pending)| arm(tracker, key, pending))).await;
}

/// The schedule first, the acknowledgement last.
async fn arm(tracker: &Tracker, key: TradeKey, pending: Pending) {
    crash_point("tracker.before_arm");
    let scheduled = tracker.bus.schedule_look(&pending.account, &key, &pending.look);
    match pending.held.span.run(scheduled).await {
        Ok(()) => {
            crash_point("tracker.after_arm");
            pending.held.acknowledge().await;
        }
        Err(error) => {
            tracing::warn!(trade = %key, error = skinbus_bus::chain(&error), "no look is scheduled yet");
            pending.held.redeliver_after(RETRY_PAUSE).await;
        }
    }
}
