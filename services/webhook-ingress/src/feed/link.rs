//! One account's connection, made again whenever it ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use skinbus_domain::ids::AccountId;
use skinbus_providers::Frame;
use skinbus_runtime::{Shutdown, clock};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::FeedAccount;
use super::allowance::Allowance;
use super::backoff::Backoff;
use super::connect::{Problem, connect};
use super::keep::Waiting;
use super::listen::{Ended, Next, listen};
use super::metrics::{Metrics, Outcome};
use crate::sampler::Sampler;

pub(super) struct Link {
    account: FeedAccount,
    hints: mpsc::Sender<Waiting>,
    metrics: Arc<Metrics>,
    backoff: Backoff,
    allowance: Allowance,
    /// Since when the provider takes us for who we are.
    welcome_since: Option<Instant>,
    odd: Sampler,
    too_many: Sampler,
}

impl Link {
    pub(super) fn new(account: FeedAccount, hints: mpsc::Sender<Waiting>, metrics: Arc<Metrics>) -> Self {
        metrics.connected(&account.id, false);
        Self {
            account,
            hints,
            metrics,
            backoff: Backoff::default(),
            allowance: Allowance::new(clock::monotonic_now()),
            welcome_since: None,
            odd: Sampler::default(),
            too_many: Sampler::default(),
        }
    }

    pub(super) fn account(&self) -> &AccountId {
        &self.account.id
    }

    /// Listens until it is told to end; a connection that ends earlier is made again after a pause.
    pub(super) async fn run(&mut self, ending: &Shutdown) {
        while !ending.is_requested() {
            let ended = self.once(ending).await;
            let now = clock::monotonic_now();
            let lasted = self
                .welcome_since
                .take()
                .map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
            self.metrics.connected(self.account(), false);
            let account = self.account().clone();
            let pause = self.backoff.pause(lasted, rand::random());
            let again_in_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
            match ended {
                Ok(ended) => {
                    self.metrics.ended(&account, ended.label());
                    match ended {
                        Ended::Asked => return,
                        Ended::Refused => {
                            tracing::warn!(%account, again_in_ms, "the provider refuses the signature of the events")
                        }
                        Ended::Closed | Ended::Broken | Ended::Silent => {
                            tracing::warn!(%account, ended = ended.label(), again_in_ms, "the provider's events are cut off")
                        }
                    }
                }
                Err(problem) => {
                    self.metrics.ended(&account, "not_connected");
                    tracing::warn!(%account, %problem, again_in_ms, "no connection for the provider's events");
                }
            }
            tokio::select! {
                () = ending.requested() => return,
                () = sleep(pause) => {}
            }
        }
    }

    /// One connection from beginning to end.
    async fn once(&mut self, ending: &Shutdown) -> Result<Ended, Problem> {
        let address = self.account.feed.address();
        let connected = tokio::select! {
            biased;
            () = ending.requested() => return Ok(Ended::Asked),
            connected = timeout(self.account.connect_timeout, connect(&address)) => connected,
        };
        let socket = connected.unwrap_or(Err(Problem::TooSlow))?;
        let ping_text = self.account.feed.ping_text();
        Ok(listen(socket, ping_text, ending, |text| self.read(text)).await)
    }

    /// One frame; `None` for one that is no text.
    fn read(&mut self, text: Option<&str>) -> Next {
        match text.map_or(Frame::Unreadable, |text| self.account.feed.read(text)) {
            Frame::Welcome => self.welcome(),
            Frame::Refused => return Next::Leave,
            Frame::Hint(hint) => {
                let now = clock::monotonic_now();
                if !self.allowance.take(now) || self.hints.try_send((hint, clock::now())).is_err() {
                    self.count(Outcome::TooMany);
                    if let Some(skipped) = self.too_many.take(now) {
                        tracing::warn!(account = %self.account(), skipped, "the provider tells of more than is stored");
                    }
                }
            }
            Frame::Unrelated => self.count(Outcome::Unrelated),
            Frame::Unnamed => self.count(Outcome::Unnamed),
            Frame::Unreadable => {
                self.count(Outcome::Unreadable);
                if let Some(skipped) = self.odd.take(clock::monotonic_now()) {
                    tracing::warn!(account = %self.account(), skipped, "an event is nothing that is documented");
                }
            }
        }
        Next::Listen
    }

    fn welcome(&mut self) {
        self.welcome_since = Some(clock::monotonic_now());
        self.metrics.connected(self.account(), true);
        tracing::info!(account = %self.account(), "the provider's events come in");
    }

    fn count(&self, outcome: Outcome) {
        self.metrics.event(self.account(), outcome);
    }
}
