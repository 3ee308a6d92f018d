//! The frame of a service's process, from the first line of `main` to the exit code.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use skinbus_runtime::{Config, ConfigErrors, Health, RunError, SecretReader, Shutdown};
//!
//! /// What must be right before any port opens: the secrets that this service needs.
//! struct Prepared;
//!
//! fn prepare(_config: &Config, secrets: &mut SecretReader) -> Result<Prepared, ConfigErrors> {
//!     secrets.finish()?;
//!     Ok(Prepared)
//! }
//!
//! async fn run(_: Config, _: Prepared, shutdown: Shutdown, health: Health) -> Result<(), RunError> {
//!     let nats = health.condition("nats");
//!     nats.up();
//!     shutdown.requested().await;
//!     Ok(())
//! }
//!
//! fn main() -> ExitCode {
//!     skinbus_runtime::service::main("order-intake", prepare, run)
//! }
//! ```

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use tokio::runtime::Builder;

use crate::config::{Config, ConfigErrors};
use crate::files::Snapshot;
use crate::health::{Health, HealthServer, ShownHealth};
use crate::secrets::SecretReader;
use crate::shutdown::Shutdown;
use crate::telemetry::Telemetry;

mod arguments;
mod ending;
mod generation;
mod generations;
mod metrics;
mod plan;
mod reading;

use ending::{Ending, Signals};
use generation::Generation;
use generations::Generations;
use reading::{Next, Reader};

/// Why a service could not go on. Its chain of causes is logged once, by [`main`].
pub type RunError = Box<dyn Error + Send + Sync>;

/// `EX_CONFIG` of sysexits: what is wrong is the configuration, and starting again will not help.
pub const EXIT_CONFIGURATION: u8 = 78;

/// `EX_USAGE` of sysexits: the command line is wrong.
pub const EXIT_USAGE: u8 = 64;

/// Runs a service until it is asked to end, and gives the exit code.
///
/// `prepare` reads the secrets that the service needs; its mistakes end the process with [`EXIT_CONFIGURATION`] before any
/// port opens, as those of the configuration do. `run` is the service; it ends by itself once the shutdown is requested.
/// It is asked by SIGTERM or SIGINT, and cut off when `shutdown.drain_timeout` has passed; a second signal ends the
/// process at once.
///
/// A reload, by SIGHUP or after a change of the configuration file or of the files that `prepare` and the connection to NATS
/// read, is a rolling update inside the process: both are called again, and only once the new `run` is ready the old one is
/// asked to end. Until then nothing has changed, and whatever is wrong is logged and counted.
///
/// The exit code is 0 after a drained end, 1 after an error of `run` or a drain that took too long.
pub fn main<Prepared, Running>(
    name: &'static str,
    prepare: impl Fn(&Config, &mut SecretReader) -> Result<Prepared, ConfigErrors> + Send + Sync + 'static,
    run: impl Fn(Config, Prepared, Shutdown, Health) -> Running + Send + Sync + 'static,
) -> ExitCode
where
    Prepared: Send + 'static,
    Running: Future<Output = Result<(), RunError>> + Send + 'static,
{
    // First of all, because every TLS client needs it, the exporter of traces included. It fails only where it is
    // installed already, which is as good.
    let _installed_already = rustls::crypto::ring::default_provider().install_default();

    let path = match arguments::configuration_path(name) {
        Ok(path) => path,
        Err(exit_code) => return exit_code,
    };
    let telemetry = match Telemetry::install(name) {
        Ok(telemetry) => telemetry,
        Err(error) => {
            // Without its causes: those show the collector's address, which may hold a password.
            say(&format!("{name}: {error}"));
            return ExitCode::from(EXIT_CONFIGURATION);
        }
    };
    log_panics();
    tracing::info!(service = name, version = env!("CARGO_PKG_VERSION"), "starting");

    let reader = Reader::new(path, prepare, run);
    let read = reader.read(&Snapshot::default());
    let exit_code = match read.next {
        Err(errors) => {
            // Not a log line: whoever starts the process must see all of it, whatever RUST_LOG says.
            say(&format!("{name}: the configuration is wrong:\n{errors}"));
            ExitCode::from(EXIT_CONFIGURATION)
        }
        // Where the files have changed since, the first looks at them tell.
        Ok(next) => match run_process(next, read.files, reader, &telemetry) {
            // Told twice to end, the process does not even wait for the last traces.
            Ok(ending @ Ending::Interrupted) => return ending.log_and_exit_code(),
            Ok(ending) => ending.log_and_exit_code(),
            Err(error) => {
                tracing::error!(error = chain(error.as_ref()), "could not start");
                ExitCode::FAILURE
            }
        },
    };
    telemetry.finish();
    exit_code
}

/// This thread has the health port, the signals and the deadlines to itself, so that a busy or stuck data path can starve
/// none of them; each generation of the service runs on workers of its own.
fn run_process(
    next: Next,
    files: Snapshot,
    reader: Reader,
    telemetry: &Telemetry,
) -> Result<Ending, RunError> {
    let control = Builder::new_current_thread().enable_all().build()?;
    let ending = control.block_on(async {
        let signals = Signals::listen()?;
        let shown = ShownHealth::from(Health::new());
        let server =
            HealthServer::bind(next.config.http.listen, shown.clone(), telemetry.registry().clone()).await?;
        tokio::spawn(async {
            if let Err(error) = server.serve().await {
                tracing::error!(error = chain(&error), "health and metrics are gone");
            }
        });
        let first = Generation::start(1, next)?;
        shown.show(first.health.clone());
        Ok::<_, RunError>(Generations::new(first, files, reader, shown).supervise(signals).await)
    });
    // A look at a file system that hangs must not hold the process.
    control.shutdown_background();
    ending
}

/// An error with all its causes, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        // Some libraries repeat their cause in their own text.
        if !text.ends_with(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = error.source();
    }
    text
}

/// Makes a panic one log line with its place. Its text is shown only where it is a literal: a formatted one may hold what
/// must not be logged (invariant S1).
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let text = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(not shown)");
        tracing::error!(place, text, "panicked");
    }));
}

/// Writes to stderr where logging is not the right way. A closed stderr is no reason to fail.
fn say(text: &str) {
    let _nobody_listens = writeln!(io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot connect to NATS")]
    struct Outer(#[source] io::Error);

    #[test]
    fn a_chain_names_every_cause_once() {
        let error = Outer(io::Error::other("connection refused"));
        assert_eq!(chain(&error), "cannot connect to NATS: connection refused");
    }
}
