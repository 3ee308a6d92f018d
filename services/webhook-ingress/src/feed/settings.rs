//! What opens an account's real-time events, checked before any port opens. None of it can call the provider's API.

use secrecy::SecretString;
use skinbus_domain::ids::AccountId;
use skinbus_providers::registry::{self, FeedCredentials};
use skinbus_providers::{skinify, skinsback};
use skinbus_runtime::SecretReader;
use skinbus_runtime::config::{AccountConfig, ProviderName, SecretField};

use super::FeedAccount;
use crate::settings::given_constant;

/// An account with `events`. `None` means that an error was collected.
pub(crate) fn feed_account(
    secrets: &mut SecretReader,
    name: &AccountId,
    account: &AccountConfig,
) -> Option<FeedAccount> {
    Some(FeedAccount {
        id: name.clone(),
        feed: registry::feed(credentials(secrets, name, account)?, account.events_url.clone()),
        connect_timeout: account.connect_timeout,
    })
}

fn credentials(
    secrets: &mut SecretReader,
    name: &AccountId,
    account: &AccountConfig,
) -> Option<FeedCredentials> {
    let mut proof = Proof { secrets, name, account };
    match account.provider {
        ProviderName::Skinsback => {
            let (client_id, signature) = proof.read(
                ("client_id", account.client_id.as_deref()),
                SecretField::WebhookSignature,
                SecretField::ClientSecret,
                skinsback::signature_of,
            )?;
            Some(FeedCredentials::Skinsback { client_id, signature })
        }
        ProviderName::Skinify => {
            let (project_id, signature) = proof.read(
                ("project_id", account.project_id.as_deref()),
                SecretField::EventsSignature,
                SecretField::Token,
                skinify::feed_signature_of,
            )?;
            Some(FeedCredentials::Skinify { project_id, signature })
        }
        ProviderName::Skinout | ProviderName::Shadowpay | ProviderName::Skinslink => {
            let problem = format!("provider {} has no real-time events; leave it out", account.provider);
            secrets.error(name, account, "events", problem);
            None
        }
    }
}

struct Proof<'a> {
    secrets: &'a mut SecretReader,
    name: &'a AccountId,
    account: &'a AccountConfig,
}

impl Proof<'_> {
    /// The project's id and its constant: what the file holds or, only where there is none, what the key gives. Both are read
    /// in any case, so that the mistakes of both are reported.
    fn read(
        &mut self,
        (setting, id): (&'static str, Option<&str>),
        constant: SecretField,
        key: SecretField,
        derive: fn(&str, &SecretString) -> SecretString,
    ) -> Option<(String, SecretString)> {
        let Self { secrets, name, account } = self;
        let id = secrets.required_text(name, account, setting, id);
        let is_derived = account.secret_file(constant).is_none() && account.secret_file(key).is_some();
        let signature = if is_derived {
            let key = secrets.required(name, account, key);
            key.zip(id.as_ref()).map(|(key, id)| derive(id, &key))
        } else {
            given_constant(secrets, name, account, constant)
        };
        id.zip(signature)
    }
}
