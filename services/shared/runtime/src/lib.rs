//! What every service is built on: configuration, secrets, telemetry, health and shutdown.
//!
//! * [`accounts`] – what the configuration and the providers' contracts together lay down for each account.
//! * [`service`] – the frame of a process: arguments, signals, drain deadline, exit code.
//! * [`config`] – `skinbus.toml` and `SKINBUS_` variables; every mistake is reported at once.
//! * [`secrets`] – secrets are files, read here and nowhere else, so that no error can print one.
//! * [`health`] – liveness, readiness and metrics, on a thread that the data path cannot starve.
//! * [`telemetry`] – logs, traces and metrics.
//! * [`shutdown`] – one word to every task that it is time to end.
//! * [`clock`] – the only clock reads of the workspace.
//! * [`environment`] – the only reads of the process environment.
//! * [`crash`] – named points where the crash tests kill the process.

pub mod accounts;
pub mod clock;
pub mod config;
pub mod crash;
pub mod environment;
mod files;
pub mod health;
pub mod secrets;
pub mod service;
pub mod shutdown;
pub mod telemetry;

pub use config::{Config, ConfigError, ConfigErrors};
pub use health::{Condition, Health};
pub use secrets::SecretReader;
pub use service::RunError;
pub use shutdown::Shutdown;
