//! Whether the process lives, whether it can work, and why not.
//!
//! Readiness is a set of named conditions, such as `nats` and `topology`. Each belongs to the part that knows it, starts
//! down, and may go up and down for ever: a service that has lost NATS stays alive, is not ready, and recovers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

mod server;
mod shown;

pub use server::{HealthError, HealthServer};
pub use shown::ShownHealth;

/// The health of one generation of a service. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    conditions: BTreeMap<&'static str, Level>,
    draining: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Level {
    Up,
    Down(String),
}

impl Health {
    /// A health without conditions: alive, not started, not ready.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A health that no server shows, for services that run inside a test.
    #[must_use]
    pub fn detached() -> Self {
        Self::default()
    }

    /// Names something that must be up for the service to be ready. It starts down.
    ///
    /// Name every condition before waiting for the first: the process counts as started once it has named one.
    #[must_use]
    pub fn condition(&self, name: &'static str) -> Condition {
        self.state().conditions.entry(name).or_insert_with(|| Level::Down("not reached yet".to_owned()));
        Condition { health: self.clone(), name }
    }

    /// Whether the service has named what it needs, and so is past its start.
    #[must_use]
    pub fn is_started(&self) -> bool {
        !self.state().conditions.is_empty()
    }

    /// Whether every condition is up and the service is not ending.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let state = self.state();
        let all_up = state.conditions.values().all(|level| *level == Level::Up);
        !state.conditions.is_empty() && all_up && !state.draining
    }

    /// Waits until [`Health::is_ready`] was true once.
    pub async fn ready(&self) {
        loop {
            // Made before the look, so that a change right after it is not missed.
            let changed = self.0.changed.notified();
            if self.is_ready() {
                return;
            }
            changed.await;
        }
    }

    /// Says that the service is ending: it is not ready from now on, whatever its conditions say.
    pub fn set_draining(&self) {
        self.state().draining = true;
    }

    /// Every condition with its state, one a line, for people.
    #[must_use]
    pub fn report(&self) -> String {
        let state = self.state();
        let draining = state.draining.then(|| "draining\n".to_owned());
        let conditions = state.conditions.iter().map(|(name, level)| format!("{name}: {level}\n"));
        draining.into_iter().chain(conditions).collect()
    }

    fn set(&self, name: &'static str, level: Level) {
        let (before, is_draining) = {
            let mut state = self.state();
            (state.conditions.insert(name, level.clone()), state.draining)
        };
        if before.as_ref() == Some(&level) {
            return;
        }
        self.0.changed.notify_waiters();
        match level {
            // What ends lets go of everything; that is nothing to be warned of.
            Level::Up | Level::Down(_) if is_draining => {
                tracing::debug!(condition = name, %level, "condition of what is ending");
            }
            Level::Up => tracing::info!(condition = name, "condition is up"),
            Level::Down(reason) => tracing::warn!(condition = name, reason, "condition is down"),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is whole after every statement, so a panic elsewhere has not spoiled it.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up => formatter.write_str("up"),
            Self::Down(reason) => write!(formatter, "down: {reason}"),
        }
    }
}

/// One named condition, held by the part that knows it. Changes are logged, repeats are not.
#[derive(Debug, Clone)]
pub struct Condition {
    health: Health,
    name: &'static str,
}

impl Condition {
    /// It is fulfilled.
    pub fn up(&self) {
        self.health.set(self.name, Level::Up);
    }

    /// It is not fulfilled. The reason is shown to anyone who can reach the health port: no secrets in it.
    pub fn down(&self, reason: impl Into<String>) {
        self.health.set(self.name, Level::Down(reason.into()));
    }

    /// [`Condition::up`] where `is_up`, else [`Condition::down`].
    pub fn set(&self, is_up: bool, reason: impl Into<String>) {
        if is_up { self.up() } else { self.down(reason) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_means_every_condition_and_not_ending() {
        let health = Health::detached();
        assert!(!health.is_started() && !health.is_ready());

        let nats = health.condition("nats");
        let topology = health.condition("topology");
        nats.up();
        assert!(health.is_started() && !health.is_ready());
        topology.up();
        assert!(health.is_ready());

        nats.down("disconnected");
        assert!(!health.is_ready());
        assert_eq!(health.report(), "nats: down: disconnected\ntopology: up\n");

        nats.set(true, "connected");
        health.set_draining();
        assert!(!health.is_ready());
    }

    #[tokio::test]
    async fn whoever_waits_for_ready_hears_of_it() {
        let health = Health::detached();
        let (nats, topology) = (health.condition("nats"), health.condition("topology"));
        nats.up();
        let waiting = tokio::spawn({
            let health = health.clone();
            async move { health.ready().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        topology.up();
        waiting.await.unwrap();
        health.ready().await;
    }

    #[test]
    fn naming_a_condition_again_keeps_its_state() {
        let health = Health::detached();
        health.condition("nats").up();
        let again = health.condition("nats");
        assert!(health.is_ready());
        again.down("gone");
        assert!(!health.is_ready());
    }
}
