//! The task that keeps one account's window.

use std::time::Duration;

use skinbus_bus::chain;
use skinbus_bus::quota::{QuotaStore, StoredWindow, WindowWrite};
use skinbus_domain::ids::AccountId;
use skinbus_domain::quota::Limit;
use skinbus_runtime::clock;
use tokio::sync::mpsc;

use super::server_clock::ServerClock;
use super::wishes::{Handouts, Wishes};
use super::{Command, Permit};
use crate::metrics;

/// Pause after the bucket gave no answer.
const RETRY_PAUSE: Duration = Duration::from_millis(200);
/// How often the window is read again while somebody waits: another replica may have freed a slot.
const RECHECK_PAUSE: Duration = Duration::from_millis(250);
/// How often the server's clock is learned again.
const LEARN_EVERY: Duration = Duration::from_secs(10);

pub(super) struct Task {
    pub(super) store: QuotaStore,
    pub(super) account: AccountId,
    pub(super) limit: Limit,
    /// The longest that a permit may be in use.
    pub(super) call_timeout: Duration,
    pub(super) clock: ServerClock,
    pub(super) commands: mpsc::UnboundedSender<Command>,
}

/// What the task remembers between two writes.
#[derive(Default)]
struct Memory {
    /// The window as last read or written; `None` where it must be read.
    known: Option<StoredWindow>,
    learned_at: Option<std::time::Instant>,
}

impl Task {
    pub(super) async fn run(self, mut inbox: mpsc::UnboundedReceiver<Command>) {
        let (mut wishes, mut memory) = (Wishes::default(), Memory::default());
        // The first round has no wishes: it learns the server's time before the first permit is asked for.
        loop {
            let again_at_ms = self.round(&mut wishes, &mut memory).await;
            if wishes.is_done() {
                return;
            }
            self.gather(&mut inbox, &mut wishes, again_at_ms).await;
        }
    }

    /// Waits for a wish, or for the time at which an old one may be fulfilled, and takes all that are there.
    async fn gather(
        &self,
        inbox: &mut mpsc::UnboundedReceiver<Command>,
        wishes: &mut Wishes,
        again_at_ms: Option<i64>,
    ) {
        let first = match again_at_ms {
            Some(at_ms) => {
                let pause_ms = u64::try_from(at_ms.saturating_sub(self.clock.now_ms())).unwrap_or(0);
                tokio::time::timeout(Duration::from_millis(pause_ms), inbox.recv()).await.ok()
            }
            None => Some(inbox.recv().await),
        };
        match first {
            Some(Some(command)) => wishes.add(command, self.clock.now_ms()),
            // Nobody is left who could wish anything.
            Some(None) => wishes.add(Command::End, self.clock.now_ms()),
            None => {}
        }
        while let Ok(command) = inbox.try_recv() {
            wishes.add(command, self.clock.now_ms());
        }
    }

    /// Changes the window once for everything that is wanted. The answer is when to try again without being asked.
    async fn round(&self, wishes: &mut Wishes, memory: &mut Memory) -> Option<i64> {
        wishes.forget_the_gone();
        let learn =
            memory.learned_at.is_none_or(|at| clock::monotonic_now().duration_since(at) > LEARN_EVERY);
        if !learn && !wishes.is_urgent(self.clock.now_ms()) {
            return wishes.urgent_at_ms();
        }
        let current = match memory.known.take() {
            Some(known) => known,
            None => match self.store.read(&self.account).await {
                Ok(current) => current,
                Err(error) => return self.unavailable(wishes, &error),
            },
        };
        let now_ms = self.clock.now_ms();
        let mut window = current.window.clone();
        wishes.apply_changes(&mut window, &self.limit);
        let handouts = wishes.grant(&mut window, &self.limit, self.call_timeout, now_ms);
        if !learn && !wishes.has_changes() && handouts.is_empty() {
            // Nothing to write. The next look at it is a fresh one.
            return self.again_at(wishes, &handouts, now_ms);
        }
        let before = clock::now();
        match self.store.write(&self.account, &window, current.revision).await {
            Ok(WindowWrite::Stored(revision)) => {
                let after = clock::now();
                let again_at_ms = self.again_at(wishes, &handouts, now_ms);
                wishes.changes_are_written();
                self.hand_out(wishes, handouts, now_ms);
                if learn && self.learn(revision, before, after).await {
                    memory.learned_at = Some(clock::monotonic_now());
                }
                memory.known =
                    wishes.is_content().then_some(StoredWindow { window, revision, stored_at: None });
                again_at_ms
            }
            Ok(WindowWrite::Lost) => {
                metrics::permit_conflict(&self.account);
                Some(now_ms)
            }
            Err(error) => {
                wishes.changes_are_perhaps_written();
                self.unavailable(wishes, &error)
            }
        }
    }

    fn unavailable(&self, wishes: &mut Wishes, error: &dyn std::error::Error) -> Option<i64> {
        tracing::warn!(account = %self.account, error = chain(error), waiting = wishes.waiting(), "no permits");
        wishes.give_up_where_ending();
        Some(self.clock.now_ms().saturating_add(millis(RETRY_PAUSE)))
    }

    fn again_at(&self, wishes: &Wishes, handouts: &Handouts, now_ms: i64) -> Option<i64> {
        let recheck_ms = now_ms.saturating_add(millis(RECHECK_PAUSE));
        match handouts.not_before_ms {
            Some(at_ms) => Some(at_ms.min(recheck_ms)),
            None => wishes.urgent_at_ms(),
        }
    }

    fn hand_out(&self, wishes: &mut Wishes, handouts: Handouts, now_ms: i64) {
        let valid_until_ms = now_ms.saturating_add(millis(self.call_timeout));
        for (lane, free_at_ms) in handouts.permits {
            let permit = Permit {
                free_at_ms,
                valid_until_ms,
                commands: self.commands.clone(),
                clock: self.clock.clone(),
            };
            // Nobody waits any more: the permit goes back.
            if let Some(unused) = wishes.give(lane, permit) {
                unused.give_back();
            }
        }
    }

    /// Learns the server's time from the stamp of the write just made; another replica's write hides it.
    async fn learn(&self, revision: u64, before: jiff::Timestamp, after: jiff::Timestamp) -> bool {
        match self.store.read(&self.account).await {
            Ok(StoredWindow { revision: read, stored_at: Some(stamped), .. }) if read == revision => {
                self.clock.learn(before, stamped, after);
                true
            }
            Ok(_) => false,
            Err(error) => {
                tracing::debug!(error = chain(&error), "learning the server's time");
                false
            }
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
