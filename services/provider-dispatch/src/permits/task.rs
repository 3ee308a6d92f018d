//! The task that keeps one account's window.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use skinbus_bus::chain;
use skinbus_bus::quota::{QuotaStore, StoredWindow, WindowWrite};
use skinbus_domain::quota::{QuotaWindow, ServerTime};
use skinbus_runtime::clock;
use tokio::sync::mpsc;

use super::changes::Changes;
use super::server_clock::{Reading, ServerClock};
use super::wishes::{Handouts, Wishes};
use super::{Command, Counts, Permit, Terms};
use crate::metrics;

/// Pause after the bucket gave no answer.
const RETRY_PAUSE: Duration = Duration::from_millis(200);
/// How often the window is read again while somebody waits: another replica may have freed a slot, or opened the account.
const RECHECK_PAUSE: Duration = Duration::from_millis(250);
/// Replicas that are told the same time look at the window within this time after it.
const STAGGER_MAX: Duration = Duration::from_millis(4);
/// How often the server's clock is learned again.
const LEARN_EVERY: Duration = Duration::from_secs(10);

pub(super) struct Task {
    pub(super) store: QuotaStore,
    pub(super) terms: Terms,
    pub(super) clock: ServerClock,
    pub(super) commands: mpsc::UnboundedSender<Command>,
    pub(super) counts: Arc<Counts>,
}

/// What the task knows between two rounds.
struct State {
    wishes: Wishes,
    changes: Changes,
    is_ending: bool,
    /// The window as last written by us, until it was looked at in vain.
    known: Option<StoredWindow>,
    /// The revision that was last read or written.
    revision: u64,
    /// Whether nobody else has changed the window since, as far as the last time tells. Where others do all the time, a
    /// write without reading first is mostly lost.
    is_alone: bool,
    learned_at: Option<Instant>,
    /// The bucket gave no answer: not before this.
    retry_at: Option<Instant>,
}

impl State {
    /// When there is something to do next.
    fn due_at(&self, now: Instant) -> Option<Instant> {
        let write_at =
            if self.is_ending { self.changes.write_at().map(|_| now) } else { self.changes.write_at() };
        let look_at = self.wishes.look_at(now);
        // The first round has no wishes: the server's time is learned before the first permit is asked for.
        let learn_at = self.learned_at.is_none().then_some(now);
        let due_at = [write_at, look_at, learn_at].into_iter().flatten().min()?;
        Some(self.retry_at.map_or(due_at, |retry_at| due_at.max(retry_at)))
    }

    /// Whether changes cannot wait for the next permits.
    fn must_write(&self, now: Instant) -> bool {
        self.changes.write_at().is_some_and(|at| self.is_ending || at <= now)
    }

    fn is_done(&self) -> bool {
        self.is_ending && self.changes.is_empty()
    }

    fn take(&mut self, command: Command) {
        match command {
            Command::Take { lane, operations, turn, calls, answer } => {
                self.wishes.add(lane, operations, turn, calls, answer);
            }
            Command::Settle(ended) => self.changes.settle(ended),
            Command::GiveBack(ticket) => {
                self.changes.give_back(ticket, clock::monotonic_now());
                self.wishes.look_now();
            }
            Command::End => self.is_ending = true,
        }
    }
}

impl Task {
    pub(super) async fn run(self, mut inbox: mpsc::UnboundedReceiver<Command>) {
        let mut state = State {
            wishes: Wishes::default(),
            changes: Changes::new(&self.terms.limit),
            is_ending: false,
            known: None,
            revision: 0,
            is_alone: true,
            learned_at: None,
            retry_at: None,
        };
        while !state.is_done() {
            let now = clock::monotonic_now();
            match state.due_at(now) {
                Some(due_at) if due_at <= now => self.round(&mut state).await,
                due_at => gather(&mut inbox, &mut state, due_at).await,
            }
            while let Ok(command) = inbox.try_recv() {
                state.take(command);
            }
            // Asked to end while NATS gave no answer: there is no time for a second try.
            if state.is_ending && state.retry_at.is_some() {
                state.changes.are_written();
            }
        }
    }

    /// Changes the window once for everything that is wanted.
    async fn round(&self, state: &mut State) {
        state.wishes.forget_the_gone();
        state.retry_at = None;
        let now = clock::monotonic_now();
        let is_time = |at: Instant| now.saturating_duration_since(at) > LEARN_EVERY;
        let is_doubtful = self.clock.is_doubtful();
        let learns = is_doubtful || state.learned_at.is_none_or(is_time);
        let Some((current, is_fresh)) = self.current(state).await else { return };
        let mut window = current.window.clone();
        let mut handouts = Handouts::default();
        // Where the time is not known, it is learned first, by writing the window as it is.
        if let Some(time) = self.clock.at(now).filter(|_| !is_doubtful) {
            state.changes.apply(&mut window, &self.terms.limit, &self.clock);
            handouts = state.wishes.grant(&mut window, &self.terms.limit, self.terms.call_timeout, time);
            self.look_again(state, &handouts, time, now);
            // Changes that can wait are written with the next permits: each write costs other replicas theirs.
            if !learns && !state.must_write(now) && handouts.is_empty() {
                if !is_fresh {
                    state.wishes.look_now();
                }
                return;
            }
        }
        self.write(state, Written { window, handouts, after: current.revision, learns, is_doubtful, now })
            .await;
    }

    /// The window, and whether that is how it is now: as we wrote it will do where nobody else seems to write.
    async fn current(&self, state: &mut State) -> Option<(StoredWindow, bool)> {
        if let Some(known) = state.known.take().filter(|_| state.is_alone) {
            return Some((known, false));
        }
        match self.store.read(&self.terms.account).await {
            Ok(current) => {
                state.is_alone = current.revision == state.revision;
                state.revision = current.revision;
                Some((current, true))
            }
            Err(error) => {
                self.unavailable(state, &error);
                None
            }
        }
    }

    async fn write(&self, state: &mut State, written: Written) {
        let Written { window, handouts, after, learns, is_doubtful, now } = written;
        let before = Reading::now();
        match self.store.write(&self.terms.account, &window, after).await {
            Ok(WindowWrite::Stored(revision)) => {
                let stored = Reading::now();
                self.counts.writes.fetch_add(1, Ordering::Relaxed);
                if !is_doubtful {
                    state.changes.are_written();
                    self.hand_out(state, handouts, &window, now);
                }
                state.known = Some(StoredWindow { window, revision, stored_at: None });
                state.revision = revision;
                if learns {
                    self.learn(state, revision, before, stored).await;
                }
            }
            Ok(WindowWrite::Lost) => {
                metrics::permit_conflict(&self.terms.account);
                self.counts.conflicts.fetch_add(1, Ordering::Relaxed);
                state.is_alone = false;
                state.wishes.look_now();
            }
            Err(error) => {
                state.changes.are_perhaps_written();
                self.unavailable(state, &error);
            }
        }
    }

    fn unavailable(&self, state: &mut State, error: &dyn std::error::Error) {
        let waiting = state.wishes.waiting();
        tracing::warn!(account = %self.terms.account, error = chain(error), waiting, "no permits");
        state.retry_at = clock::monotonic_now().checked_add(RETRY_PAUSE);
        state.wishes.look_now();
        if state.is_ending {
            // At the end of the process nothing is waited for: what is not written frees itself.
            state.changes.are_written();
        }
    }

    /// When those who got nothing are looked after again.
    fn look_again(&self, state: &mut State, handouts: &Handouts, time: ServerTime, now: Instant) {
        let recheck = RECHECK_PAUSE.min(self.terms.limit.per / 4);
        let told = handouts.not_before_ms.map(|at_ms| at_ms.saturating_sub(time.earliest_ms));
        let told = told.map(|pause_ms| Duration::from_millis(u64::try_from(pause_ms).unwrap_or(0)));
        let told = told.map(|pause| pause.saturating_add(self.stagger(state)));
        state.wishes.look_again(now, told.map_or(recheck, |told| told.min(recheck)));
    }

    /// All replicas are told the same time at which a slot becomes free. They look a little apart, so that the first one's
    /// write is there when the others read: they would lose theirs otherwise.
    fn stagger(&self, state: &State) -> Duration {
        let most = STAGGER_MAX.min(self.terms.limit.per / 1000);
        // What the clock shows below the millisecond differs from replica to replica.
        let part = u32::try_from(clock::now().subsec_nanosecond().rem_euclid(1_000_000)).unwrap_or(0);
        if state.is_alone { Duration::ZERO } else { most.saturating_mul(part / 1000) / 1000 }
    }

    fn hand_out(&self, state: &mut State, handouts: Handouts, window: &QuotaWindow, now: Instant) {
        let permit = |ticket, calls| Permit {
            is_probe: window.is_probe(&ticket),
            ticket,
            calls,
            valid_until: now.checked_add(self.terms.call_timeout).unwrap_or(now),
            commands: self.commands.clone(),
            clock: self.clock.clone(),
        };
        // Nobody waits any more: the permit goes back.
        for unused in state.wishes.hand_out(handouts, permit) {
            unused.give_back();
        }
    }

    /// Learns the server's time from the stamp of the write just made. Where another replica has written since, its stamp
    /// will do: it was made between our write and this read.
    async fn learn(&self, state: &mut State, revision: u64, before: Reading, stored: Reading) {
        match self.store.read(&self.terms.account).await {
            Ok(StoredWindow { revision: read, stored_at: Some(stamped), .. }) if read >= revision => {
                let after = if read == revision { stored } else { Reading::now() };
                if self.clock.learn(before, stamped, after) {
                    state.learned_at = Some(clock::monotonic_now());
                }
            }
            // A replica of the stream that lags behind.
            Ok(_) => {}
            Err(error) => tracing::debug!(error = chain(&error), "learning the server's time"),
        }
        if state.learned_at.is_none() {
            state.retry_at = clock::monotonic_now().checked_add(RETRY_PAUSE / 10);
        }
    }
}

/// A window that is to be written, with what that brings about.
struct Written {
    window: QuotaWindow,
    handouts: Handouts,
    /// The revision that it follows.
    after: u64,
    learns: bool,
    is_doubtful: bool,
    now: Instant,
}

/// Waits for a command, or until there is something to do without one.
async fn gather(inbox: &mut mpsc::UnboundedReceiver<Command>, state: &mut State, due_at: Option<Instant>) {
    let first = match due_at {
        Some(due_at) => tokio::time::timeout_at(due_at.into(), inbox.recv()).await.ok(),
        None => Some(inbox.recv().await),
    };
    if let Some(command) = first {
        // Where there is none, nobody is left who could wish anything.
        state.take(command.unwrap_or(Command::End));
    }
}
