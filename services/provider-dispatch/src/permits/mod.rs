//! Permits to call the provider, from the quota window that all replicas share.
//!
//! One task per account keeps the window: it gathers what its process wants, changes the window once for all of it with
//! compare-and-set, and only then hands out permits. Under load one write carries many permits.

mod server_clock;
mod task;
mod wishes;

use skinbus_bus::Bus;
use skinbus_bus::quota::{QuotaError, QuotaStore};
use skinbus_domain::quota::Lane;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::account::Served;
use server_clock::ServerClock;
use task::Task;

/// The permits of one account in this process.
pub(crate) struct Keeper {
    commands: mpsc::UnboundedSender<Command>,
    clock: ServerClock,
    task: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

/// The right to make one call. Dropped without a word, its slot stays taken until the call would surely have ended.
pub(crate) struct Permit {
    free_at_ms: i64,
    valid_until_ms: i64,
    commands: mpsc::UnboundedSender<Command>,
    clock: ServerClock,
}

enum Command {
    Take { lane: Lane, answer: oneshot::Sender<Permit> },
    Settle { free_at_ms: i64, answered_ms: i64 },
    GiveBack { free_at_ms: i64 },
    Close { until_ms: i64, reason: &'static str },
    End,
}

impl Keeper {
    /// Starts the account's task.
    pub(crate) async fn start(bus: &Bus, served: &Served) -> Result<Self, QuotaError> {
        let (commands, inbox) = mpsc::unbounded_channel();
        let clock = ServerClock::new();
        let task = Task {
            store: QuotaStore::new(bus, &served.account.name).await?,
            account: served.account.name.clone(),
            limit: served.account.limit,
            call_timeout: served.account.rules.placing.lease,
            clock: clock.clone(),
            commands: commands.clone(),
        };
        let task = tokio::spawn(task.run(inbox));
        Ok(Self { commands, clock, task: tokio::sync::Mutex::new(Some(task)) })
    }

    /// Waits for a permit. Dropping the future takes the wish back.
    pub(crate) async fn take(&self, lane: Lane) -> Option<Permit> {
        let (answer, permit) = oneshot::channel();
        self.send(Command::Take { lane, answer });
        permit.await.ok()
    }

    /// Waits for a permit under which a whole call of this length surely fits: the process may have been paused since a
    /// permit was granted, and its slot may be free again by now.
    pub(crate) async fn take_for(&self, lane: Lane, call: std::time::Duration) -> Option<Permit> {
        loop {
            let permit = self.take(lane).await?;
            if permit.covers(call) {
                return Some(permit);
            }
            permit.give_back();
        }
    }

    /// The provider closes the account, for every replica.
    pub(crate) fn close_until(&self, until: jiff::Timestamp, reason: &'static str) {
        let from_now_ms =
            until.as_millisecond().saturating_sub(skinbus_runtime::clock::now().as_millisecond());
        self.send(Command::Close { until_ms: self.clock.now_ms().saturating_add(from_now_ms), reason });
    }

    /// Writes down what is still to be written, and ends.
    pub(crate) async fn close(&self) {
        self.send(Command::End);
        if let Some(task) = self.task.lock().await.take()
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the keeper of permits crashed");
        }
    }

    fn send(&self, command: Command) {
        if self.commands.send(command).is_err() {
            tracing::debug!("the keeper of permits has ended");
        }
    }
}

impl Permit {
    /// Whether a call that takes this long would surely end while the permit holds.
    pub(crate) fn covers(&self, call: std::time::Duration) -> bool {
        let call_ms = i64::try_from(call.as_millis()).unwrap_or(i64::MAX);
        self.clock.now_ms().saturating_add(call_ms) <= self.valid_until_ms
    }

    /// The call has its answer, or its time-out: the slot is free one window from now.
    pub(crate) fn settle(self) {
        self.send(Command::Settle { free_at_ms: self.free_at_ms, answered_ms: self.clock.now_ms() });
    }

    /// No call was made.
    pub(crate) fn give_back(self) {
        self.send(Command::GiveBack { free_at_ms: self.free_at_ms });
    }

    fn send(&self, command: Command) {
        if self.commands.send(command).is_err() {
            tracing::debug!("the keeper of permits has ended");
        }
    }
}
