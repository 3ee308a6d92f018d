//! What the ingress needs of the configuration, checked before any port opens.

use secrecy::{ExposeSecret, SecretString};
use skinbus_domain::ids::AccountId;
use skinbus_providers::registry::WebhookCredentials;
use skinbus_providers::{skinify, skinout, skinsback};
use skinbus_runtime::config::{AccountConfig, ProviderName, SecretField};
use skinbus_runtime::{Config, ConfigErrors, SecretReader};

use crate::accounts::{Account, Prepared};
use crate::feed::feed_account;

mod previous;

pub(crate) use previous::Previous;

/// Fewer characters could be guessed.
const PATH_SECRET_MIN: usize = 16;
/// More would not be found out as a mistake, but as an address that no provider takes.
const PATH_SECRET_MAX: usize = 256;

/// Reads the secrets of every account that has a webhook path, and of every one with `events`; accounts without a path take
/// no webhooks.
///
/// # Errors
///
/// Every mistake: secrets that are missing, unreadable or unfit, providers without an adapter, and events of a provider that
/// has none.
pub fn prepare(config: &Config, secrets: &mut SecretReader) -> Result<Prepared, ConfigErrors> {
    let mut prepared = Prepared::default();
    for (name, account) in &config.accounts {
        if account.events {
            prepared.feeds.extend(feed_account(secrets, name, account));
        }
        // All are read in any case, so that the mistakes of all are reported.
        let previous = previous::read(secrets, name, account);
        if account.secret_file(SecretField::WebhookPathSecret).is_none() {
            continue;
        }
        let path_secret = path_secret(secrets, name, account);
        let verification = verification(secrets, name, account);
        if let (Some(path_secret), Some(verification)) = (path_secret, verification) {
            prepared.insert(Account::new(name.clone(), &path_secret, verification, previous));
        }
    }
    secrets.finish()?;
    if prepared.is_empty() {
        tracing::warn!("no account has a webhook_path_secret_file: every webhook will be answered 404");
    }
    Ok(prepared)
}

fn path_secret(
    secrets: &mut SecretReader,
    name: &AccountId,
    account: &AccountConfig,
) -> Option<SecretString> {
    let secret = secrets.required(name, account, SecretField::WebhookPathSecret)?;
    let length = secret.expose_secret().len();
    let problem = if !secret.expose_secret().bytes().all(is_unreserved) {
        "the path secret may hold letters, digits, '-', '.', '_' and '~' only: it is one segment of an address"
    } else if length < PATH_SECRET_MIN {
        "the path secret is shorter than 16 characters and could be guessed"
    } else if length > PATH_SECRET_MAX {
        "the path secret is longer than 256 characters"
    } else {
        return Some(secret);
    };
    secrets.error(name, account, SecretField::WebhookPathSecret.setting(), problem);
    None
}

/// What needs no escaping anywhere in an address (RFC 3986), so that no proxy on the way rewrites it.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// What verifies the account's webhooks, and the constant that they carry where there is one.
pub(crate) struct Verification {
    pub(crate) credentials: WebhookCredentials,
    pub(crate) constant: Option<SecretString>,
}

fn verification(
    secrets: &mut SecretReader,
    name: &AccountId,
    account: &AccountConfig,
) -> Option<Verification> {
    let (credentials, constant) = match account.provider {
        ProviderName::Skinsback => return skinsback_verification(secrets, name, account),
        ProviderName::Skinout => {
            let signature = constant(secrets, name, account, SecretField::ApiKey, skinout::signature_of)?;
            (WebhookCredentials::Skinout { signature: signature.clone() }, Some(signature))
        }
        ProviderName::Skinify => {
            let signature = constant(secrets, name, account, SecretField::Token, skinify::signature_of)?;
            (WebhookCredentials::Skinify { signature: signature.clone() }, Some(signature))
        }
        ProviderName::Shadowpay => {
            let secret_hash = secrets.required(name, account, SecretField::SecretHash)?;
            (WebhookCredentials::Shadowpay { secret_hash }, None)
        }
        ProviderName::Skinslink => {
            let webhook_secret = secrets.required(name, account, SecretField::WebhookSecret)?;
            (WebhookCredentials::Skinslink { webhook_secret }, None)
        }
    };
    Some(Verification { credentials, constant })
}

/// SkinsBack's webhooks carry a constant, and a signature that only the client secret can prove. The ingress reads that
/// secret where the operator wants the signature to bind, or where nothing else gives the constant.
fn skinsback_verification(
    secrets: &mut SecretReader,
    name: &AccountId,
    account: &AccountConfig,
) -> Option<Verification> {
    let given = account.webhook_signature_file.is_some();
    let client_secret = if account.webhook_sign_binds || (!given && account.client_secret_file.is_some()) {
        Some(secrets.required(name, account, SecretField::ClientSecret)?)
    } else {
        None
    };
    let signature = match &client_secret {
        Some(client_secret) if !given => {
            let client_id =
                secrets.required_text(name, account, "client_id", account.client_id.as_deref())?;
            skinsback::signature_of(&client_id, client_secret)
        }
        Some(_) | None => given_constant(secrets, name, account, SecretField::WebhookSignature)?,
    };
    let credentials = WebhookCredentials::Skinsback { signature: signature.clone(), client_secret };
    Some(Verification { credentials, constant: Some(signature) })
}

/// The constant itself, or, only where no file holds it, the one that the key gives: the ingress should not have keys.
fn constant(
    secrets: &mut SecretReader,
    name: &AccountId,
    account: &AccountConfig,
    key: SecretField,
    derive: fn(&SecretString) -> SecretString,
) -> Option<SecretString> {
    if account.webhook_signature_file.is_none() && account.secret_file(key).is_some() {
        return secrets.required(name, account, key).map(|key| derive(&key));
    }
    given_constant(secrets, name, account, SecretField::WebhookSignature)
}

/// The constant that a file holds.
pub(crate) fn given_constant(
    secrets: &mut SecretReader,
    name: &AccountId,
    account: &AccountConfig,
    field: SecretField,
) -> Option<SecretString> {
    let signature = secrets.required(name, account, field)?;
    let is_digest = |text: &str| {
        text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    if !is_digest(signature.expose_secret()) {
        // Anything else, above all the key itself, would refuse every webhook without a word of why.
        let problem = "must hold 32 lower-case hexadecimal digits: the MD5 digest that `skinbus webhook-signature` \
                       prints, not the key";
        secrets.error(name, account, field.setting(), problem);
        return None;
    }
    Some(signature)
}
