//! The accounts that this process serves, with their credentials.

use secrecy::ExposeSecret;
use skinbus_domain::ids::AccountId;
use skinbus_providers::Provider;
use skinbus_providers::registry::{self, Credentials, Endpoints};
use skinbus_providers::{skinout, skinsback};
use skinbus_runtime::accounts::{self, Account};
use skinbus_runtime::config::{AccountConfig, Authentication, PathsConfig, ProviderName, SecretField};
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
pub fn prepare(config: &Config, reader: &mut SecretReader) -> Result<Prepared, ConfigErrors> {
    let known = accounts::resolve(config)?;
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
            let credentials = credentials(reader, &name, &account.config)?;
            let result_url = result_url(reader, config, &name, &account.config);
            let endpoints = Endpoints { base_url: account.base_url.clone(), result_url };
            Some(Served { account, provider: registry::provider(credentials, endpoints) })
        })
        .collect();
    let mut errors = ConfigErrors::from(unknown);
    if let Err(more) = reader.finish() {
        errors.extend(more);
    }
    errors.into_result()?;
    Ok(Prepared { accounts })
}

/// What the provider is told as the address for webhooks; `None` where the account takes none or nobody said where the
/// ingress is.
fn result_url(
    reader: &mut SecretReader,
    config: &Config,
    name: &AccountId,
    account: &AccountConfig,
) -> Option<String> {
    let public_url = config.webhooks.public_url.as_ref()?;
    let path_secret = reader.optional(name, account, SecretField::WebhookPathSecret)?;
    let public_url = public_url.trim_end_matches('/');
    Some(format!("{public_url}/webhooks/{name}/{}", path_secret.expose_secret()))
}

/// `None` where an error was collected. Everything is read in any case, so that every mistake is reported.
fn credentials(reader: &mut SecretReader, name: &AccountId, account: &AccountConfig) -> Option<Credentials> {
    match account.provider {
        ProviderName::Skinsback => {
            let client_id = reader.required_text(name, account, "client_id", account.client_id.as_deref());
            let client_secret = reader.required(name, account, SecretField::ClientSecret);
            Some(Credentials::Skinsback {
                client_id: client_id?,
                client_secret: client_secret?,
                authentication: match account.authentication {
                    Authentication::Headers => skinsback::Authentication::Headers,
                    Authentication::Signature => skinsback::Authentication::BodySignature,
                },
            })
        }
        ProviderName::Skinout => {
            let api_key = reader.required(name, account, SecretField::ApiKey);
            let project_id = reader.required_text(name, account, "project_id", account.project_id.as_deref());
            let paths = paths(&account.paths);
            Some(Credentials::Skinout { api_key: api_key?, project_id: project_id?, paths })
        }
        ProviderName::Skinify => {
            Some(Credentials::Skinify { token: reader.required(name, account, SecretField::Token)? })
        }
        ProviderName::Shadowpay => {
            let token = reader.required(name, account, SecretField::Token);
            let public_hash =
                reader.required_text(name, account, "public_hash", account.public_hash.as_deref());
            let secret_hash = reader.required(name, account, SecretField::SecretHash);
            Some(Credentials::Shadowpay {
                token: token?,
                public_hash: public_hash?,
                secret_hash: secret_hash?,
                pay_url: account.pay_url.clone(),
            })
        }
        ProviderName::Skinslink => {
            Some(Credentials::Skinslink { api_key: reader.required(name, account, SecretField::ApiKey)? })
        }
    }
}

fn paths(config: &PathsConfig) -> skinout::Paths {
    let guess = skinout::Paths::default();
    let chosen = |set: &Option<String>, guess: String| set.clone().unwrap_or(guess);
    skinout::Paths {
        list: chosen(&config.list, guess.list),
        search: chosen(&config.search, guess.search),
        balance: chosen(&config.balance, guess.balance),
        currencies: chosen(&config.currencies, guess.currencies),
    }
}
