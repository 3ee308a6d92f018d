//! Every provider there is.

use secrecy::SecretString;

use crate::provider::{Provider, ProviderDefaults, Webhooks};
use crate::skinify;

/// What an account proves itself with at its provider. Only provider-dispatch has these (invariant S2).
pub enum Credentials {
    /// Skinify's API token.
    Skinify {
        /// The merchant API access token.
        token: SecretString,
    },
}

/// What verifies an account's webhooks.
pub enum WebhookCredentials {
    /// Skinify: the constant that its IPN carries, or the token that it is made of.
    Skinify {
        /// `token_md5`: lower-case hex MD5 of the API token.
        signature: SecretString,
    },
}

/// A provider that Skinbus does not speak to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no adapter for the provider {name:?}; known: {known}")]
pub struct UnknownProvider {
    name: String,
    known: String,
}

const ALL: [&ProviderDefaults; 1] = [&skinify::DEFAULTS];

/// What is known of the provider with this name.
///
/// # Errors
///
/// [`UnknownProvider`], which lists the known ones.
pub fn defaults(name: &str) -> Result<&'static ProviderDefaults, UnknownProvider> {
    ALL.into_iter().find(|defaults| defaults.name == name).ok_or_else(|| UnknownProvider {
        name: name.to_owned(),
        known: ALL.map(|defaults| defaults.name).join(", "),
    })
}

/// The adapter for an account.
#[must_use]
pub fn provider(credentials: Credentials, base_url: &str) -> Box<dyn Provider> {
    match credentials {
        Credentials::Skinify { token } => Box::new(skinify::Skinify::new(base_url, token)),
    }
}

/// The webhook side of an account.
#[must_use]
pub fn webhooks(credentials: WebhookCredentials) -> Box<dyn Webhooks> {
    match credentials {
        WebhookCredentials::Skinify { signature } => Box::new(skinify::SkinifyWebhooks::new(signature)),
    }
}
