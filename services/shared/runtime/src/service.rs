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
//! fn prepare(_config: &Config) -> Result<Prepared, ConfigErrors> {
//!     let secrets = SecretReader::new();
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

use tokio::runtime::{Builder, Runtime};

use crate::config::{Config, ConfigErrors};
use crate::environment;
use crate::health::{Health, HealthServer};
use crate::shutdown::Shutdown;
use crate::telemetry::Telemetry;

mod arguments;
mod supervise;

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
/// The exit code is 0 after a drained end, 1 after an error of `run` or a drain that took too long.
pub fn main<Prepared, Running>(
    name: &'static str,
    prepare: impl FnOnce(&Config) -> Result<Prepared, ConfigErrors>,
    run: impl FnOnce(Config, Prepared, Shutdown, Health) -> Running,
) -> ExitCode
where
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

    let loaded = Config::load(path.as_deref(), environment::pairs())
        .and_then(|config| prepare(&config).map(|prepared| (config, prepared)));
    let exit_code = match loaded {
        Err(errors) => {
            // Not a log line: whoever starts the process must see all of it, whatever RUST_LOG says.
            say(&format!("{name}: the configuration is wrong:\n{errors}"));
            ExitCode::from(EXIT_CONFIGURATION)
        }
        Ok((config, prepared)) => {
            let settings = Settings::of(&config);
            let start = |shutdown, health| run(config, prepared, shutdown, health);
            match run_process(&settings, &telemetry, start) {
                // Told twice to end, the process does not even wait for the last traces.
                Ok(ending @ supervise::Ending::Interrupted) => return ending.log_and_exit_code(),
                Ok(ending) => ending.log_and_exit_code(),
                Err(error) => {
                    tracing::error!(error = chain(error.as_ref()), "could not start");
                    ExitCode::FAILURE
                }
            }
        }
    };
    telemetry.finish();
    exit_code
}

/// What the frame itself needs of the configuration, kept because the service takes all of it.
struct Settings {
    listen: std::net::SocketAddr,
    drain_timeout: std::time::Duration,
}

impl Settings {
    fn of(config: &Config) -> Self {
        Self { listen: config.http.listen, drain_timeout: config.shutdown.drain_timeout }
    }
}

/// Two runtimes: this thread has the health port, the signals and the drain deadline to itself, so that a busy or stuck
/// data path can starve none of them; the service runs on the workers.
fn run_process<Running>(
    settings: &Settings,
    telemetry: &Telemetry,
    start: impl FnOnce(Shutdown, Health) -> Running,
) -> Result<supervise::Ending, RunError>
where
    Running: Future<Output = Result<(), RunError>> + Send + 'static,
{
    let control = Builder::new_current_thread().enable_all().build()?;
    let workers: Runtime = Builder::new_multi_thread().enable_all().build()?;
    let (shutdown, health) = (Shutdown::new(), Health::new());

    let ending = control.block_on(async {
        let signals = supervise::Signals::listen()?;
        let registry = telemetry.registry().clone();
        let server = HealthServer::bind(settings.listen, health.clone(), registry).await?;
        tokio::spawn(async {
            if let Err(error) = server.serve().await {
                tracing::error!(error = chain(&error), "health and metrics are gone");
            }
        });
        let service = workers.spawn(start(shutdown.clone(), health.clone()));
        let supervised = supervise::supervise(service, signals, &shutdown, &health, settings.drain_timeout);
        Ok::<_, RunError>(supervised.await)
    });
    // The service has ended or was given up; what still hangs must not hold the process.
    workers.shutdown_background();
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
