//! Waits for the service, for signals, and for the drain deadline; says how it ended.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

use super::{RunError, chain};
use crate::health::Health;
use crate::shutdown::Shutdown;

/// How a service ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// It ended well without being asked.
    Finished,
    /// It was asked, and finished what it had in hand.
    Drained,
    /// It failed.
    Failed(RunError),
    /// It was asked, and was not done in time.
    DrainTimedOut(Duration),
    /// It was told twice.
    Interrupted,
}

impl Ending {
    pub(super) fn log_and_exit_code(self) -> ExitCode {
        match self {
            Self::Finished => {
                tracing::warn!("ended without being asked to");
                ExitCode::SUCCESS
            }
            Self::Drained => {
                tracing::info!("ended: drained");
                ExitCode::SUCCESS
            }
            Self::Failed(error) => {
                tracing::error!(error = chain(error.as_ref()), "ended: failed");
                ExitCode::FAILURE
            }
            Self::DrainTimedOut(drain_timeout) => {
                tracing::error!(
                    ?drain_timeout,
                    "ended: work was still in hand when shutdown.drain_timeout had passed; it will be redelivered"
                );
                ExitCode::FAILURE
            }
            Self::Interrupted => {
                tracing::error!(
                    "ended: a second signal came while draining; work in hand will be redelivered"
                );
                ExitCode::FAILURE
            }
        }
    }
}

/// The two signals that ask a process to end.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Starts to listen; from here on the signals do not kill the process.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// Waits until the service has ended or must be given up.
pub(super) async fn supervise(
    mut service: JoinHandle<Result<(), RunError>>,
    mut signals: Signals,
    shutdown: &Shutdown,
    health: &Health,
    drain_timeout: Duration,
) -> Ending {
    let asked_by = tokio::select! {
        ended = &mut service => {
            return match flatten(ended) {
                // A part of the service may ask for the end itself; then this is a drained end too.
                Ok(()) if shutdown.is_requested() => Ending::Drained,
                Ok(()) => Ending::Finished,
                Err(error) => Ending::Failed(error),
            };
        }
        signal = signals.next() => signal,
        () = shutdown.requested() => "the service itself",
    };
    tracing::info!(asked_by, ?drain_timeout, "draining");
    // Not ready first, so that no new work is sent here while the old is finished.
    health.set_draining();
    shutdown.trigger();

    tokio::select! {
        ended = &mut service => flatten(ended).map_or_else(Ending::Failed, |()| Ending::Drained),
        () = tokio::time::sleep(drain_timeout) => Ending::DrainTimedOut(drain_timeout),
        _ = signals.next() => Ending::Interrupted,
    }
}

fn flatten(ended: Result<Result<(), RunError>, tokio::task::JoinError>) -> Result<(), RunError> {
    match ended {
        Ok(result) => result,
        // The panic itself is logged already, where it happened.
        Err(_) => Err("the service panicked".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ending(
        service: impl Future<Output = Result<(), RunError>> + Send + 'static,
        shutdown: Shutdown,
    ) -> (Ending, Health) {
        let health = Health::detached();
        health.condition("nats").up();
        let signals = Signals::listen().unwrap();
        let drain_timeout = Duration::from_millis(50);
        let ending = supervise(tokio::spawn(service), signals, &shutdown, &health, drain_timeout).await;
        (ending, health)
    }

    #[tokio::test]
    async fn a_service_that_ends_when_asked_has_drained() {
        let shutdown = Shutdown::new();
        let service = {
            let shutdown = shutdown.clone();
            async move {
                shutdown.requested().await;
                tokio::time::sleep(Duration::from_millis(1)).await;
                Ok(())
            }
        };
        shutdown.trigger();
        let (ending, health) = ending(service, shutdown).await;
        assert!(matches!(ending, Ending::Drained), "{ending:?}");
        assert!(!health.is_ready());
    }

    #[tokio::test]
    async fn a_service_that_hangs_is_cut_off() {
        let shutdown = Shutdown::new();
        shutdown.trigger();
        let (ending, _) = ending(std::future::pending(), shutdown).await;
        assert!(matches!(ending, Ending::DrainTimedOut(_)), "{ending:?}");
    }

    #[tokio::test]
    async fn errors_and_panics_are_failures() {
        let (failed, _) = ending(async { Err("no NATS".into()) }, Shutdown::new()).await;
        assert!(matches!(failed, Ending::Failed(_)), "{failed:?}");
        let (panicked, _) = ending(async { panic!("in a test") }, Shutdown::new()).await;
        assert!(matches!(panicked, Ending::Failed(_)), "{panicked:?}");
    }
}
