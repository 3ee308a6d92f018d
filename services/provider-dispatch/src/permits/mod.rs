//! Permits to call the provider, from the quota window that all replicas share.
//!
//! One task per account keeps the window: it gathers what its process wants, changes the window once for all of it with
//! compare-and-set, and only then hands out permits. Under load one write carries many permits. The end of a call and what
//! it says about the account are one change: there is no moment in which a slot is settled and the closing that came with
//! the answer is not known.
//!
//! Public for the benchmark and the test that run many replicas in one process.

mod changes;
mod estimate;
mod server_clock;
mod task;
mod wishes;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use skinbus_bus::Bus;
use skinbus_bus::quota::{QuotaError, QuotaStore};
use skinbus_domain::ids::AccountId;
use skinbus_domain::quota::{Lane, Limit, Operation, Ticket};
use skinbus_runtime::clock;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use server_clock::ServerClock;
use task::Task;

/// What an account's permits are given under.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Whose window.
    pub account: AccountId,
    /// The account's limit.
    pub limit: Limit,
    /// The longest that a permit may be in use.
    pub call_timeout: Duration,
}

/// The permits of one account in this process.
pub struct Keeper {
    commands: mpsc::UnboundedSender<Command>,
    counts: Arc<Counts>,
    task: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

/// What a keeper did.
#[derive(Debug, Default)]
pub struct Counts {
    /// Writes of the window.
    pub writes: AtomicU64,
    /// Writes that another replica was faster with.
    pub conflicts: AtomicU64,
}

/// Where a wish is put among those of its lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Behind them.
    Last,
    /// Before them: its order has made a call already, and the lease is running. Behind the first calls of other orders, the
    /// permit would come too late whenever the quota is short, and the first call would be made again and again.
    First,
}

/// The right to make one call, or some, one after the other. Dropped without a word, its slots stay taken until the calls
/// would surely have ended.
pub struct Permit {
    ticket: Ticket,
    calls: u32,
    is_probe: bool,
    valid_until: Instant,
    commands: mpsc::UnboundedSender<Command>,
    clock: ServerClock,
}

/// What the end of a call says about the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// The provider worked on the request: it is open.
    Open,
    /// The provider closes the account.
    Closed {
        /// Until then, by our clock.
        until: Timestamp,
        /// Why, as a stable word.
        reason: &'static str,
    },
    /// No connection could be made.
    Unreachable,
    /// Neither: no answer, or one that anything in front of the provider could have given.
    Nothing,
}

enum Command {
    Take { lane: Lane, operations: Vec<Operation>, turn: Turn, calls: u32, answer: oneshot::Sender<Permit> },
    Settle(Ended),
    GiveBack(Ticket),
    End,
}

/// A call that has ended.
struct Ended {
    ticket: Ticket,
    is_probe: bool,
    at: Instant,
    said: SaidAt,
}

/// [`Said`], by the clock that does not jump.
#[derive(Clone, Copy)]
enum SaidAt {
    Open,
    Closed { until: Instant, reason: &'static str },
    Unreachable,
    Nothing,
}

impl Keeper {
    /// Starts the account's task.
    ///
    /// # Errors
    ///
    /// [`QuotaError`] where the client cannot make a handle of the bucket; NATS is not asked.
    pub async fn start(bus: &Bus, terms: Terms) -> Result<Self, QuotaError> {
        let (commands, inbox) = mpsc::unbounded_channel();
        let counts = Arc::<Counts>::default();
        let task = Task {
            store: QuotaStore::new(bus, &terms.account).await?,
            clock: ServerClock::new(terms.limit.per.saturating_add(terms.call_timeout)),
            commands: commands.clone(),
            counts: Arc::clone(&counts),
            terms,
        };
        let task = tokio::spawn(task.run(inbox));
        Ok(Self { commands, counts, task: tokio::sync::Mutex::new(Some(task)) })
    }

    /// Waits for a permit for a call that has no limit of its own. Dropping the future takes the wish back.
    pub async fn take(&self, lane: Lane) -> Option<Permit> {
        self.take_for(lane, Vec::new(), Turn::Last, 1).await
    }

    /// Waits for a permit for so many calls together; a probe, or a smaller limit, gives less. Dropping the future takes the
    /// wish back.
    pub async fn take_for(
        &self,
        lane: Lane,
        operations: Vec<Operation>,
        turn: Turn,
        calls: u32,
    ) -> Option<Permit> {
        let (answer, permit) = oneshot::channel();
        send(&self.commands, Command::Take { lane, operations, turn, calls, answer });
        permit.await.ok()
    }

    /// What was done so far.
    #[must_use]
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    /// Writes down what is still to be written, and ends.
    pub async fn close(&self) {
        send(&self.commands, Command::End);
        if let Some(task) = self.task.lock().await.take()
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the keeper of permits crashed");
        }
    }
}

impl Permit {
    /// Whether a call that takes this long would surely end while the permit holds. Ask right before sending: the process
    /// may have been paused since the permit was given.
    #[must_use]
    pub fn covers(&self, call: Duration) -> bool {
        !self.clock.is_doubtful()
            && clock::monotonic_now().checked_add(call).is_some_and(|end| end <= self.valid_until)
    }

    /// Takes the permit for one call out of it; what is left is for the others.
    #[must_use]
    pub fn split(self) -> (Self, Option<Self>) {
        let rest = (self.calls > 1).then(|| Self {
            ticket: self.ticket.clone(),
            calls: self.calls - 1,
            is_probe: self.is_probe,
            valid_until: self.valid_until,
            commands: self.commands.clone(),
            clock: self.clock.clone(),
        });
        (Self { calls: 1, ..self }, rest)
    }

    /// The call has its answer, or its time-out: the slot is free one window from now. What the answer says about the
    /// account is written with it.
    pub fn settle(self, said: Said) {
        let at = clock::monotonic_now();
        let said = match said {
            Said::Open => SaidAt::Open,
            Said::Closed { until, reason } => {
                let pause = Duration::try_from(until.duration_since(clock::now())).unwrap_or_default();
                SaidAt::Closed { until: at.checked_add(pause).unwrap_or(at), reason }
            }
            Said::Unreachable => SaidAt::Unreachable,
            Said::Nothing => SaidAt::Nothing,
        };
        let (own, rest) = self.split();
        if let Some(rest) = rest {
            rest.give_back();
        }
        let Self { ticket, is_probe, commands, .. } = own;
        send(&commands, Command::Settle(Ended { ticket, is_probe, at, said }));
    }

    /// No call was made.
    pub fn give_back(self) {
        for _ in 0..self.calls {
            send(&self.commands, Command::GiveBack(self.ticket.clone()));
        }
    }
}

fn send(commands: &mpsc::UnboundedSender<Command>, command: Command) {
    if commands.send(command).is_err() {
        tracing::debug!("the keeper of permits has ended");
    }
}
