//! The accounts that this process serves, with their credentials.

use skinbus_domain::ids::AccountId;
use skinbus_providers::Provider;
use skinbus_providers::registry::{self, Credentials};
use skinbus_runtime::accounts::{self, Account};
use skinbus_runtime::config::{AccountConfig, ProviderName, SecretField};
use skinbus_runtime::{Config, ConfigError, ConfigErrors, SecretReader};

/// What [`prepare`] has read: nothing else of this service reads secrets.
pub struct Prepared {
    pub(crate) accounts: Vec<Served>,
}

/// One account with its adapter.
pub(crate) struct Served {
    pub(crate) account: Account,
    pub(crate) provider: Box<dyn Provider>,
}

/// Reads the credentials of the accounts that `dispatch.accounts` names, or of all.
///
/// # Errors
///
/// Everything that is missing or unreadable, and every name that is no account.
pub fn prepare(config: &Config) -> Result<Prepared, ConfigErrors> {
    let known = accounts::resolve(config)?;
    let mut reader = SecretReader::new();
    let mut unknown = Vec::new();
    let wanted = &config.dispatch.accounts;
    for name in wanted.iter().filter(|name| !known.contains_key(*name)) {
        unknown.push(ConfigError {
            setting: "dispatch.accounts".to_owned(),
            source: "configuration".to_owned(),
            problem: format!("{name} is not among the accounts"),
        });
    }
    let accounts = known
        .into_iter()
        .filter(|(name, _)| wanted.is_empty() || wanted.contains(name))
        .filter_map(|(name, account)| {
            let credentials = credentials(&mut reader, &name, &account.config)?;
            let provider = registry::provider(credentials, &account.base_url);
            Some(Served { account, provider })
        })
        .collect();
    let mut errors = ConfigErrors::from(unknown);
    if let Err(more) = reader.finish() {
        errors.extend(more);
    }
    errors.into_result()?;
    Ok(Prepared { accounts })
}

/// `None` where an error was collected.
fn credentials(reader: &mut SecretReader, name: &AccountId, account: &AccountConfig) -> Option<Credentials> {
    match account.provider {
        ProviderName::Skinify => {
            Some(Credentials::Skinify { token: reader.required(name, account, SecretField::Token)? })
        }
        // Refused before this: they have no adapter yet.
        ProviderName::Skinsback
        | ProviderName::Skinout
        | ProviderName::Shadowpay
        | ProviderName::Skinslink => None,
    }
}
