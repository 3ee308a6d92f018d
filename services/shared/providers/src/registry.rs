//! Every provider there is: one line in each of the lists below.

use secrecy::SecretString;

use crate::discreet::Discreet;
use crate::feed::EventFeed;
use crate::provider::{Provider, ProviderDefaults, Webhooks};
use crate::{shadowpay, skinify, skinout, skinsback, skinslink};

/// What an account proves itself with at its provider. Only provider-dispatch has these (invariant S2).
pub enum Credentials {
    /// SkinsBack's project.
    Skinsback {
        /// The project's Client ID; not a secret.
        client_id: String,
        /// The project's Client Secret.
        client_secret: SecretString,
        /// How requests are proved.
        authentication: skinsback::Authentication,
    },
    /// Skinout's project.
    Skinout {
        /// The project's API key.
        api_key: SecretString,
        /// The project's id; not a secret.
        project_id: String,
        /// Where the methods are whose path is not documented.
        paths: skinout::Paths,
    },
    /// Skinify's project.
    Skinify {
        /// The merchant API access token.
        token: SecretString,
    },
    /// ShadowPay's merchant.
    Shadowpay {
        /// The API token.
        token: SecretString,
        /// The public hash of the payment page; not a secret.
        public_hash: String,
        /// The secret hash that signs payment links.
        secret_hash: SecretString,
        /// Where payment links are made, where that is not the provider's own address.
        pay_url: Option<String>,
    },
    /// Skinslink's merchant.
    Skinslink {
        /// The API key.
        api_key: SecretString,
    },
}

/// What verifies an account's webhooks.
pub enum WebhookCredentials {
    /// SkinsBack.
    Skinsback {
        /// `X-SIGN`: lower-case hex MD5 of Client ID and Client Secret.
        signature: SecretString,
        /// The Client Secret, where `sign` is to bind the content.
        client_secret: Option<SecretString>,
    },
    /// Skinout.
    Skinout {
        /// `signature`: lower-case hex MD5 of the API key.
        signature: SecretString,
    },
    /// Skinify: the constant that its IPN carries, or the token that it is made of.
    Skinify {
        /// `token_md5`: lower-case hex MD5 of the API token.
        signature: SecretString,
    },
    /// ShadowPay.
    Shadowpay {
        /// The secret hash, which makes `hash`.
        secret_hash: SecretString,
    },
    /// Skinslink.
    Skinslink {
        /// The merchant's webhook secret, which makes `sign`.
        webhook_secret: SecretString,
    },
}

/// What opens an account's real-time events; the providers that are not here have none. None of it can call the API.
pub enum FeedCredentials {
    /// SkinsBack.
    Skinsback {
        /// The project's Client ID; not a secret.
        client_id: String,
        /// As in [`WebhookCredentials::Skinsback`].
        signature: SecretString,
    },
    /// Skinify.
    Skinify {
        /// The project's id; not a secret.
        project_id: String,
        /// Lower-case hex MD5 of the project's id and the API token.
        signature: SecretString,
    },
}

/// What an account's adapter knows besides its credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Where the provider's API is.
    pub base_url: String,
    /// Where the provider sends webhooks about deposits, where that is configured. Its last part is a secret.
    pub result_url: Option<String>,
}

/// A provider that Skinbus does not speak to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no adapter for the provider {name:?}; known: {known}")]
pub struct UnknownProvider {
    name: String,
    known: String,
}

/// What is known of every provider, in the order of the documentation.
pub const ALL: [&ProviderDefaults; 5] = [
    &skinsback::DEFAULTS,
    &skinout::DEFAULTS,
    &skinify::DEFAULTS,
    &shadowpay::DEFAULTS,
    &skinslink::DEFAULTS,
];

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
pub fn provider(credentials: Credentials, endpoints: Endpoints) -> Box<dyn Provider> {
    let secrets = secrets(&credentials, &endpoints);
    let adapter: Box<dyn Provider> = match credentials {
        Credentials::Skinsback { client_id, client_secret, authentication } => {
            Box::new(skinsback::Skinsback::new(endpoints, client_id, client_secret, authentication))
        }
        Credentials::Skinout { api_key, project_id, paths } => {
            Box::new(skinout::Skinout::new(endpoints, &api_key, project_id, paths))
        }
        Credentials::Skinify { token } => Box::new(skinify::Skinify::new(endpoints, &token)),
        Credentials::Shadowpay { token, public_hash, secret_hash, pay_url } => {
            Box::new(shadowpay::Shadowpay::new(endpoints, token, public_hash, secret_hash, pay_url))
        }
        Credentials::Skinslink { api_key } => Box::new(skinslink::Skinslink::new(endpoints, &api_key)),
    };
    Box::new(Discreet::new(adapter, secrets))
}

/// What no answer may be quoted with.
fn secrets(credentials: &Credentials, endpoints: &Endpoints) -> Vec<SecretString> {
    let mut secrets = match credentials {
        Credentials::Skinsback { client_secret, .. } => vec![client_secret.clone()],
        Credentials::Skinout { api_key, .. } | Credentials::Skinslink { api_key } => vec![api_key.clone()],
        Credentials::Skinify { token } => vec![token.clone()],
        Credentials::Shadowpay { token, secret_hash, .. } => vec![token.clone(), secret_hash.clone()],
    };
    let path = endpoints.result_url.as_deref().and_then(|url| url.rsplit('/').next());
    secrets.extend(path.map(SecretString::from));
    secrets
}

/// The webhook side of an account.
#[must_use]
pub fn webhooks(credentials: WebhookCredentials) -> Box<dyn Webhooks> {
    match credentials {
        WebhookCredentials::Skinsback { signature, client_secret } => {
            Box::new(skinsback::SkinsbackWebhooks::new(signature, client_secret))
        }
        WebhookCredentials::Skinout { signature } => Box::new(skinout::SkinoutWebhooks::new(signature)),
        WebhookCredentials::Skinify { signature } => Box::new(skinify::SkinifyWebhooks::new(signature)),
        WebhookCredentials::Shadowpay { secret_hash } => {
            Box::new(shadowpay::ShadowpayWebhooks::new(secret_hash))
        }
        WebhookCredentials::Skinslink { webhook_secret } => {
            Box::new(skinslink::SkinslinkWebhooks::new(webhook_secret))
        }
    }
}

/// The real-time events of an account, at `url` where that is not the provider's own address.
#[must_use]
pub fn feed(credentials: FeedCredentials, url: Option<String>) -> Box<dyn EventFeed> {
    match credentials {
        FeedCredentials::Skinsback { client_id, signature } => {
            Box::new(skinsback::SkinsbackFeed::new(url, client_id, signature))
        }
        FeedCredentials::Skinify { project_id, signature } => {
            Box::new(skinify::SkinifyFeed::new(url, project_id, signature))
        }
    }
}
