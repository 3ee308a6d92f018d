//! The signals that a service listens to, and how it can end.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{RunError, chain};

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

/// The two signals that ask a process to end, and the one that asks it to reload.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Starts to listen; from here on the signals do not kill the process.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::End("SIGTERM"),
            _ = self.interrupt.recv() => Asked::End("SIGINT"),
            _ = self.hang_up.recv() => Asked::Reload,
        }
    }

    /// Waits until the process is asked to end. Whoever ends reloads nothing.
    pub(super) async fn end(&mut self) {
        while self.next().await == Asked::Reload {}
    }
}

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// The end, by the signal of this name.
    End(&'static str),
    /// What was changed is to be read.
    Reload,
}
