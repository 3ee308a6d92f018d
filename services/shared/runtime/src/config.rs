//! The configuration: `skinbus.toml`, overridden by `SKINBUS_` variables with `__` between levels.
//!
//! Three rules hold here. Every mistake is reported at once, with the setting's name and where it was set. No error
//! repeats a value. Secrets are not part of it: a setting names a file, and [`crate::secrets`] reads it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::Figment;
use serde::Deserialize;
use skinbus_domain::ids::AccountId;

use crate::environment;

mod account;
mod collect;
mod errors;
mod ledger;
mod parse;
mod sections;
mod sources;
mod validate;

pub use account::{
    AccountConfig, Authentication, PathsConfig, PreviousSecrets, ProviderName, QuotaConfig, SecretField,
};
pub use errors::{ConfigError, ConfigErrors};
pub use ledger::LedgerConfig;
pub use parse::duration;
pub use sections::{
    DispatchConfig, HttpConfig, IntakeConfig, NatsConfig, NatsUrl, QueriesConfig, ReloadConfig,
    ShutdownConfig, Topology, TrackingConfig, WebhooksConfig,
};

/// The variable that names the file; `--config` wins over it.
pub const PATH_VARIABLE: &str = "SKINBUS_CONFIG";

/// The file that is read where none is named, if it is there.
pub const DEFAULT_PATH: &str = "skinbus.toml";

/// The source of an error about something that nobody has set.
pub(crate) const NOT_SET: &str = "not set";

/// Everything that can be set, checked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The connection to NATS.
    pub nats: NatsConfig,
    /// Health and metrics.
    pub http: HttpConfig,
    /// The listener for providers.
    pub webhooks: WebhooksConfig,
    /// order-intake.
    pub intake: IntakeConfig,
    /// provider-dispatch.
    pub dispatch: DispatchConfig,
    /// trade-tracker.
    pub tracking: TrackingConfig,
    /// What is asked of providers besides orders.
    pub queries: QueriesConfig,
    /// What became of the ledger.
    pub ledger: LedgerConfig,
    /// How a service ends.
    pub shutdown: ShutdownConfig,
    /// How a service takes a changed configuration.
    pub reload: ReloadConfig,
    /// The accounts by name.
    #[serde(deserialize_with = "parse::de_accounts")]
    pub accounts: BTreeMap<AccountId, AccountConfig>,
}

impl Config {
    /// Reads the file at `path`, if one is given, and lays the variables over it.
    ///
    /// # Errors
    ///
    /// Every mistake in both, or the one that keeps the file from being read at all.
    pub fn load(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigErrors> {
        let file = path.map(sources::file).transpose()?;
        Self::read(&sources::layers(file, environment.into_iter()))
    }

    /// Reads TOML text alone, for tests and tools that build a configuration.
    ///
    /// # Errors
    ///
    /// Every mistake in it.
    pub fn from_toml(text: &str) -> Result<Self, ConfigErrors> {
        let layer = sources::toml("text".to_owned(), text)?;
        Self::read(&sources::layers(Some(layer), std::iter::empty()))
    }

    fn read(settings: &Figment) -> Result<Self, ConfigErrors> {
        let (config, mut errors) = collect::read(settings);
        if let Some(config) = config {
            errors = validate::check(settings, &config, errors);
            if errors.is_empty() {
                return Ok(config);
            }
        }
        Err(errors.into())
    }
}

/// The file to read: the one named on the command line, else by [`PATH_VARIABLE`], else [`DEFAULT_PATH`] if it is there.
#[must_use]
pub fn locate(argument: Option<PathBuf>, environment: &[(String, String)]) -> Option<PathBuf> {
    argument
        .or_else(|| environment::find(environment, PATH_VARIABLE).map(PathBuf::from))
        .or_else(|| Some(PathBuf::from(DEFAULT_PATH)).filter(|path| path.is_file()))
}
