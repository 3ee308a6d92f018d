//! One account at every provider, with credentials that are secrets to no one but the tests.

use std::sync::LazyLock;

use skinbus_providers::registry::{self, Credentials, Endpoints, FeedCredentials, WebhookCredentials};
use skinbus_providers::{EventFeed, Provider, ProviderDefaults, Webhooks, skinout, skinsback};

/// The trade token of every order here.
pub const TRADE_TOKEN: &str = "AbCd_-12";

/// The constant that opens real-time events.
pub(crate) const FEED_SIGNATURE: &str = "53b6e586c8c1429e45c1a280c5ffd683";

const RESULT_URL: &str = "https://hooks.example.com/webhooks/main/path-secret-7c1e";

/// An account with its adapter.
pub struct Account {
    /// The provider's name.
    pub name: &'static str,
    /// What is known of the provider.
    pub defaults: &'static ProviderDefaults,
    /// Its adapter.
    pub provider: Box<dyn Provider>,
    /// Its webhook side.
    pub webhooks: Box<dyn Webhooks>,
    /// What opens its real-time events, where it has any.
    pub feed: fn() -> Option<Box<dyn EventFeed>>,
    /// What must be shown nowhere.
    pub secrets: Vec<&'static str>,
}

/// Every account, one for each provider, in the order of the registry.
pub static ALL: LazyLock<Vec<Account>> =
    LazyLock::new(|| registry::ALL.into_iter().map(Account::of).collect());

impl Account {
    fn of(defaults: &'static ProviderDefaults) -> Self {
        let (credentials, webhook_credentials, mut secrets) = credentials(defaults.name);
        let endpoints =
            Endpoints { base_url: defaults.base_url.to_owned(), result_url: Some(RESULT_URL.to_owned()) };
        secrets.push("path-secret-7c1e");
        Self {
            name: defaults.name,
            defaults,
            provider: registry::provider(credentials, endpoints),
            webhooks: registry::webhooks(webhook_credentials),
            feed: feed(defaults.name),
            secrets,
        }
    }
}

impl Account {
    /// The secrets, and the trade token, where the adapter knows it.
    pub(crate) fn with_token(&self) -> Vec<&'static str> {
        self.secrets.iter().copied().chain([TRADE_TOKEN]).collect()
    }
}

/// Credentials at the provider with this name: the one line that a new provider needs here.
fn credentials(name: &str) -> (Credentials, WebhookCredentials, Vec<&'static str>) {
    match name {
        "skinsback" => skinsback(),
        "skinout" => {
            let (api_key, signature) = ("fake-project-key", "b6a2b60542aaf3a7cec45f5d0b8a0961");
            let credentials = Credentials::Skinout {
                api_key: api_key.into(),
                project_id: "1042".to_owned(),
                paths: skinout::Paths::default(),
            };
            (credentials, WebhookCredentials::Skinout { signature: signature.into() }, vec![api_key])
        }
        "skinify" => {
            let (token, signature) = ("0123456789abcdef-api-token", "94a08da1fecbb6e8b46990538c7b50b2");
            let credentials = Credentials::Skinify { token: token.into() };
            (credentials, WebhookCredentials::Skinify { signature: signature.into() }, vec![token])
        }
        "shadowpay" => {
            let (token, secret_hash) = ("sometesttoken", "demo-secret-hash-7Q2x");
            let credentials = Credentials::Shadowpay {
                token: token.into(),
                public_hash: "demo-public-hash".to_owned(),
                secret_hash: secret_hash.into(),
                pay_url: None,
            };
            let webhooks = WebhookCredentials::Shadowpay { secret_hash: secret_hash.into() };
            (credentials, webhooks, vec![token, secret_hash])
        }
        "skinslink" => {
            let (api_key, webhook_secret) = ("0123456789abcdef-api-key", "skl-demo-secret-A1");
            let webhooks = WebhookCredentials::Skinslink { webhook_secret: webhook_secret.into() };
            (Credentials::Skinslink { api_key: api_key.into() }, webhooks, vec![api_key, webhook_secret])
        }
        other => panic!("tests/fuzz/src/accounts.rs has no credentials for {other}"),
    }
}

/// What opens the events of the provider with this name.
fn feed(name: &str) -> fn() -> Option<Box<dyn EventFeed>> {
    match name {
        "skinsback" => || {
            let client_id = "90417".to_owned();
            let credentials = FeedCredentials::Skinsback { client_id, signature: FEED_SIGNATURE.into() };
            Some(registry::feed(credentials, None))
        },
        "skinify" => || {
            let project_id = "1042".to_owned();
            let credentials = FeedCredentials::Skinify { project_id, signature: FEED_SIGNATURE.into() };
            Some(registry::feed(credentials, None))
        },
        _ => || None,
    }
}

fn skinsback() -> (Credentials, WebhookCredentials, Vec<&'static str>) {
    let (client_secret, signature) = ("k7Qm2-demo-secret-NOT-REAL", "53b6e586c8c1429e45c1a280c5ffd683");
    let credentials = Credentials::Skinsback {
        client_id: "90417".to_owned(),
        client_secret: client_secret.into(),
        authentication: skinsback::Authentication::Headers,
    };
    let webhooks = WebhookCredentials::Skinsback {
        signature: signature.into(),
        client_secret: Some(client_secret.into()),
    };
    (credentials, webhooks, vec![client_secret])
}
