//! What the ingress needs of the configuration, checked before any port opens.

use secrecy::{ExposeSecret, SecretString};
use skinbus_domain::ids::AccountId;
use skinbus_providers::registry::{self, WebhookCredentials};
use skinbus_providers::skinify;
use skinbus_runtime::config::{AccountConfig, ProviderName, SecretField};
use skinbus_runtime::{Config, ConfigErrors, SecretReader};

use crate::accounts::{Account, Prepared};

/// Fewer characters could be guessed.
const PATH_SECRET_MIN: usize = 16;
/// More would not be found out as a mistake, but as an address that no provider takes.
const PATH_SECRET_MAX: usize = 256;

/// Reads the secrets of every account that has a webhook path; accounts without one take no webhooks.
///
/// # Errors
///
/// Every mistake: secrets that are missing, unreadable or unfit, and providers without an adapter.
pub fn prepare(config: &Config) -> Result<Prepared, ConfigErrors> {
    let mut secrets = SecretReader::new();
    let mut prepared = Prepared::default();
    for (name, account) in &config.accounts {
        if account.secret_file(SecretField::WebhookPathSecret).is_none() {
            continue;
        }
        // Both are read in any case, so that the mistakes of both are reported.
        let path_secret = path_secret(&mut secrets, name, account);
        let verification = verification(&mut secrets, name, account);
        if let (Some(path_secret), Some(verification)) = (path_secret, verification) {
            prepared.insert(Account::new(name.clone(), &path_secret, verification));
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
    secrets.error(name, SecretField::WebhookPathSecret.setting(), problem);
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
    match account.provider {
        ProviderName::Skinify => {
            let signature = skinify_signature(secrets, name, account)?;
            let constant = Some(signature.clone());
            Some(Verification { credentials: WebhookCredentials::Skinify { signature }, constant })
        }
        ProviderName::Skinsback
        | ProviderName::Skinout
        | ProviderName::Shadowpay
        | ProviderName::Skinslink => {
            let problem = registry::defaults(account.provider.as_str()).err().map_or_else(
                || "the provider's webhooks are not built yet".to_owned(),
                |error| error.to_string(),
            );
            secrets.error(name, "provider", problem);
            None
        }
    }
}

/// The constant itself, or, only where no file holds it, the one that the token gives: the ingress should not have tokens.
fn skinify_signature(
    secrets: &mut SecretReader,
    name: &AccountId,
    account: &AccountConfig,
) -> Option<SecretString> {
    let derive = account.webhook_signature_file.is_none() && account.token_file.is_some();
    if derive {
        let token = secrets.required(name, account, SecretField::Token)?;
        return Some(skinify::signature_of(&token));
    }
    let signature = secrets.required(name, account, SecretField::WebhookSignature)?;
    let is_digest = |text: &str| {
        text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    if !is_digest(signature.expose_secret()) {
        // Anything else, above all the token itself, would refuse every webhook without a word of why.
        let problem =
            "must hold 32 lower-case hexadecimal digits: the MD5 digest of the token, not the token";
        secrets.error(name, SecretField::WebhookSignature.setting(), problem);
        return None;
    }
    Some(signature)
}
