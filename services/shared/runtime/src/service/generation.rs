//! One generation of a service: `run` with a configuration, on threads of its own.

use std::io;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinError, JoinHandle};

use super::RunError;
use super::reading::Next;
use crate::clock;
use crate::config::Config;
use crate::health::Health;
use crate::shutdown::Shutdown;

/// A running service with everything that belongs to it. Dropping it cuts it off: its tasks, those it has spawned, and its
/// connections are gone, as if the process had been killed, and NATS and the leases take care of what was in hand.
pub(super) struct Generation {
    /// 1 for the first one.
    pub(super) number: u64,
    pub(super) health: Health,
    pub(super) shutdown: Shutdown,
    /// What it runs on, for the frame.
    pub(super) config: Config,
    /// When it was started, or told to end.
    since: Instant,
    /// `None` once it has ended.
    service: Option<JoinHandle<Result<(), RunError>>>,
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
}

/// Why a generation cannot take over.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotReady {
    #[error("it failed")]
    Failed(#[source] RunError),
    #[error("it ended by itself")]
    Ended,
    #[error("it was not ready within reload.ready_timeout: {report}")]
    TimedOut { report: String },
}

impl Generation {
    /// Starts a service. It has a runtime of its own: that is the one thing with which all that it has spawned ends.
    ///
    /// # Errors
    ///
    /// Where the system gives no threads.
    pub(super) fn start(number: u64, next: Next) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().enable_all().build()?;
        let (shutdown, health) = (Shutdown::new(), Health::new());
        let Next { config, start } = next;
        let starting = (shutdown.clone(), health.clone());
        let service = runtime.spawn(async move { start(starting.0, starting.1).await });
        let (service, runtime, since) = (Some(service), Some(runtime), clock::monotonic_now());
        Ok(Self { number, health, shutdown, config, since, service, runtime })
    }

    /// Tells it to take no new work, finish what it has, and end.
    pub(super) fn retire(&mut self) {
        self.since = clock::monotonic_now();
        // Not ready first, so that no new work is sent here while the old is finished.
        self.health.set_draining();
        self.shutdown.trigger();
    }

    /// Waits for its end. Safe to drop and call again.
    ///
    /// # Errors
    ///
    /// That of the service; a panic is one.
    pub(super) async fn ended(&mut self) -> Result<(), RunError> {
        let Some(service) = &mut self.service else { return Ok(()) };
        let ended = service.await;
        self.service = None;
        flatten(ended)
    }

    /// Waits until it is ready. Safe to drop and call again.
    ///
    /// # Errors
    ///
    /// [`NotReady`] where it cannot take over.
    pub(super) async fn ready(&mut self) -> Result<(), NotReady> {
        let (health, timed_out) = (self.health.clone(), self.passes(self.config.reload.ready_timeout));
        tokio::select! {
            biased;
            ended = self.ended() => Err(ended.map_or_else(NotReady::Failed, |()| NotReady::Ended)),
            () = health.ready() => Ok(()),
            () = timed_out => Err(NotReady::TimedOut { report: health.report().trim_end().replace('\n', ", ") }),
        }
    }

    /// Waits until it is gone after [`Generation::retire`]: `None` where it is to be cut off.
    pub(super) async fn gone(&mut self) -> Option<Result<(), RunError>> {
        let timed_out = self.passes(self.config.shutdown.drain_timeout);
        tokio::select! {
            biased;
            ended = self.ended() => Some(ended),
            () = timed_out => None,
        }
    }

    fn passes(&self, timeout: Duration) -> impl Future<Output = ()> + use<> {
        let end = self.since.checked_add(timeout);
        async move {
            match end {
                Some(end) => tokio::time::sleep_until(end.into()).await,
                None => std::future::pending().await,
            }
        }
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        // What still hangs must not hold the frame.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn flatten(ended: Result<Result<(), RunError>, JoinError>) -> Result<(), RunError> {
    match ended {
        Ok(result) => result,
        // The panic itself is logged already, where it happened.
        Err(_) => Err("the service panicked".into()),
    }
}
