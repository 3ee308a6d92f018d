//! `[accounts.<name>]`: one set of credentials at one provider.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use skinbus_domain::ids::MerchantId;
use skinbus_domain::quota::Each;

use super::parse;

/// One account. Which of the credentials are needed depends on the provider and on the service that asks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    /// Whose API it is for.
    pub provider: ProviderName,
    /// The site that owns it.
    #[serde(deserialize_with = "parse::de_text")]
    pub merchant: MerchantId,
    /// Whether nothing new is sent to the provider: orders wait, commands are refused, everything else goes on.
    #[serde(default)]
    pub paused: bool,
    /// Where the API is, where that is not the provider's own address.
    #[serde(default)]
    pub base_url: Option<String>,
    /// How long connecting may take.
    #[serde(default = "default_connect_timeout", deserialize_with = "parse::de_duration")]
    pub connect_timeout: Duration,
    /// How long a whole call may take, where that is not the provider's default; after it the outcome is unknown.
    #[serde(default, deserialize_with = "parse::de_optional_duration")]
    pub total_timeout: Option<Duration>,
    /// How long a sent request may still take effect at the provider, where that is not the provider's default.
    #[serde(default, deserialize_with = "parse::de_optional_duration")]
    pub settle_time: Option<Duration>,
    /// The same after an answer that refused the request, where that is not the provider's default.
    #[serde(default, deserialize_with = "parse::de_optional_duration")]
    pub refusal_settle_time: Option<Duration>,
    /// The rate limit, where it is not the provider's documented one.
    #[serde(default)]
    pub quota: Option<QuotaConfig>,
    /// Limits of single operations, besides the account's, where they are not the provider's documented ones.
    #[serde(default)]
    pub operation_quotas: BTreeMap<String, OperationQuotaConfig>,
    /// Most trades in one look-up, where that is not the provider's default.
    #[serde(default)]
    pub lookup_batch: Option<usize>,

    /// Whether a purchase is kept that the provider can deliver only days later; otherwise its reservation is given up.
    #[serde(default)]
    pub keep_reservations: bool,

    /// File of the API token (Skinify, ShadowPay).
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// File of the secret part of the webhook's path.
    #[serde(default)]
    pub webhook_path_secret_file: Option<PathBuf>,
    /// How requests to SkinsBack are proved.
    #[serde(default)]
    pub authentication: Authentication,
    /// Skinout's project id, and Skinify's where its real-time events are on; not a secret.
    #[serde(default, deserialize_with = "parse::de_optional_text")]
    pub project_id: Option<String>,
    /// Where Skinout's methods are whose path is not documented.
    #[serde(default)]
    pub paths: PathsConfig,
    /// Where ShadowPay's payment links are made, where that is not the provider's own address.
    #[serde(default)]
    pub pay_url: Option<String>,
    /// SkinsBack's client id; not a secret.
    #[serde(default, deserialize_with = "parse::de_optional_text")]
    pub client_id: Option<String>,
    /// File of SkinsBack's client secret.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    /// File of the API key (Skinout, Skinslink).
    #[serde(default)]
    pub api_key_file: Option<PathBuf>,
    /// ShadowPay's public hash; not a secret.
    #[serde(default, deserialize_with = "parse::de_optional_text")]
    pub public_hash: Option<String>,
    /// File of ShadowPay's secret hash.
    #[serde(default)]
    pub secret_hash_file: Option<PathBuf>,
    /// File of Skinslink's webhook secret.
    #[serde(default)]
    pub webhook_secret_file: Option<PathBuf>,
    /// Whether webhook-ingress reads SkinsBack's client secret, so that `sign` proves what a webhook says.
    #[serde(default)]
    pub webhook_sign_binds: bool,
    /// File of the constant webhook signature (Skinout, Skinify, SkinsBack).
    #[serde(default)]
    pub webhook_signature_file: Option<PathBuf>,
    /// Whether webhook-ingress listens to the provider's real-time events (SkinsBack, Skinify).
    #[serde(default)]
    pub events: bool,
    /// Where they are, where that is not the provider's own address.
    #[serde(default)]
    pub events_url: Option<String>,
    /// File of the constant that opens Skinify's real-time events.
    #[serde(default)]
    pub events_signature_file: Option<PathBuf>,
    /// Secrets that verify webhooks besides, while they are replaced.
    #[serde(default)]
    pub previous: PreviousSecrets,
    /// The table that the secrets are in, for errors; see [`AccountConfig::with_previous_secrets`].
    #[serde(skip)]
    table: &'static str,
}

impl AccountConfig {
    /// An account with the defaults and no credentials.
    #[must_use]
    pub fn new(provider: ProviderName, merchant: MerchantId) -> Self {
        Self {
            provider,
            merchant,
            paused: false,
            base_url: None,
            connect_timeout: default_connect_timeout(),
            total_timeout: None,
            settle_time: None,
            refusal_settle_time: None,
            quota: None,
            operation_quotas: BTreeMap::new(),
            lookup_batch: None,
            keep_reservations: false,
            authentication: Authentication::default(),
            project_id: None,
            paths: PathsConfig::default(),
            pay_url: None,
            token_file: None,
            webhook_path_secret_file: None,
            client_id: None,
            client_secret_file: None,
            api_key_file: None,
            public_hash: None,
            secret_hash_file: None,
            webhook_secret_file: None,
            webhook_sign_binds: false,
            webhook_signature_file: None,
            events: false,
            events_url: None,
            events_signature_file: None,
            previous: PreviousSecrets::default(),
            table: "",
        }
    }

    /// The account as it was before its secrets were replaced: with the files of [`PreviousSecrets`] and no others.
    #[must_use]
    pub fn with_previous_secrets(&self) -> Self {
        let previous = self.previous.clone();
        Self {
            webhook_path_secret_file: previous.webhook_path_secret_file,
            webhook_signature_file: previous.webhook_signature_file,
            webhook_secret_file: previous.webhook_secret_file,
            secret_hash_file: previous.secret_hash_file,
            client_secret_file: previous.client_secret_file,
            token_file: None,
            api_key_file: None,
            events_signature_file: None,
            previous: PreviousSecrets::default(),
            table: "previous.",
            ..self.clone()
        }
    }

    /// A setting's name below the account's section: one of a secret may be in the table of the previous ones.
    #[must_use]
    pub fn setting_name(&self, setting: &str) -> String {
        format!("{}{setting}", self.table)
    }

    /// Where the configuration says that a secret is.
    #[must_use]
    pub fn secret_file(&self, field: SecretField) -> Option<&Path> {
        let file = match field {
            SecretField::Token => &self.token_file,
            SecretField::WebhookPathSecret => &self.webhook_path_secret_file,
            SecretField::ClientSecret => &self.client_secret_file,
            SecretField::ApiKey => &self.api_key_file,
            SecretField::SecretHash => &self.secret_hash_file,
            SecretField::WebhookSecret => &self.webhook_secret_file,
            SecretField::WebhookSignature => &self.webhook_signature_file,
            SecretField::EventsSignature => &self.events_signature_file,
        };
        file.as_deref()
    }
}

/// `previous`: the secrets that verified webhooks until they were replaced. Webhooks that they prove are taken too, until the
/// table is removed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PreviousSecrets {
    /// File of the secret part of the webhook's path.
    pub webhook_path_secret_file: Option<PathBuf>,
    /// File of the constant webhook signature (Skinout, Skinify, SkinsBack).
    pub webhook_signature_file: Option<PathBuf>,
    /// File of Skinslink's webhook secret.
    pub webhook_secret_file: Option<PathBuf>,
    /// File of ShadowPay's secret hash.
    pub secret_hash_file: Option<PathBuf>,
    /// File of SkinsBack's client secret.
    pub client_secret_file: Option<PathBuf>,
}

impl PreviousSecrets {
    /// The files of what verifies webhooks, without that of the path.
    #[must_use]
    pub fn proofs(&self) -> [(SecretField, Option<&Path>); 4] {
        [
            (SecretField::WebhookSignature, self.webhook_signature_file.as_deref()),
            (SecretField::WebhookSecret, self.webhook_secret_file.as_deref()),
            (SecretField::SecretHash, self.secret_hash_file.as_deref()),
            (SecretField::ClientSecret, self.client_secret_file.as_deref()),
        ]
    }
}

/// How requests to SkinsBack are proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Authentication {
    /// By headers that carry the client secret.
    #[default]
    Headers,
    /// By a signature in the body.
    Signature,
}

/// Where Skinout's methods are whose path is not documented; our best guess where it is not set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PathsConfig {
    /// The list of available skins.
    pub list: Option<String>,
    /// Searching for skins.
    pub search: Option<String>,
    /// The project's balance.
    pub balance: Option<String>,
    /// Known currencies.
    pub currencies: Option<String>,
}

impl PathsConfig {
    /// Every path that is set, with its setting's name.
    #[must_use]
    pub fn named(&self) -> [(&'static str, Option<&str>); 4] {
        [
            ("list", self.list.as_deref()),
            ("search", self.search.as_deref()),
            ("balance", self.balance.as_deref()),
            ("currencies", self.currencies.as_deref()),
        ]
    }
}

/// The limit of requests in any window of a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaConfig {
    /// Most requests in one window.
    pub requests: u32,
    /// The window's length.
    #[serde(deserialize_with = "parse::de_duration")]
    pub per: Duration,
}

/// The limit of one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationQuotaConfig {
    /// Most requests in one window.
    pub requests: u32,
    /// The window's length.
    #[serde(deserialize_with = "parse::de_duration")]
    pub per: Duration,
    /// Which calls are counted together.
    #[serde(default)]
    pub each: EachConfig,
}

/// Which calls of an operation are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EachConfig {
    /// All of the account.
    #[default]
    Account,
    /// Those about one Steam user.
    User,
    /// Those about one order.
    Order,
}

impl From<EachConfig> for Each {
    fn from(each: EachConfig) -> Self {
        match each {
            EachConfig::Account => Self::Account,
            EachConfig::User => Self::User,
            EachConfig::Order => Self::Order,
        }
    }
}

/// The providers there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderName {
    /// SkinsBack.
    Skinsback,
    /// Skinout Pay.
    Skinout,
    /// Skinify.
    Skinify,
    /// ShadowPay.
    Shadowpay,
    /// Skinslink.
    Skinslink,
}

impl ProviderName {
    /// Every provider, in the order of the documentation.
    pub const ALL: [Self; 5] =
        [Self::Skinsback, Self::Skinout, Self::Skinify, Self::Shadowpay, Self::Skinslink];

    /// The name in settings, logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Skinsback => "skinsback",
            Self::Skinout => "skinout",
            Self::Skinify => "skinify",
            Self::Shadowpay => "shadowpay",
            Self::Skinslink => "skinslink",
        }
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The secrets an account may have. Each is a setting that names a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretField {
    /// `token_file`.
    Token,
    /// `webhook_path_secret_file`.
    WebhookPathSecret,
    /// `client_secret_file`.
    ClientSecret,
    /// `api_key_file`.
    ApiKey,
    /// `secret_hash_file`.
    SecretHash,
    /// `webhook_secret_file`.
    WebhookSecret,
    /// `webhook_signature_file`.
    WebhookSignature,
    /// `events_signature_file`.
    EventsSignature,
}

impl SecretField {
    /// Every kind of secret.
    pub const ALL: [Self; 8] = [
        Self::Token,
        Self::WebhookPathSecret,
        Self::ClientSecret,
        Self::ApiKey,
        Self::SecretHash,
        Self::WebhookSecret,
        Self::WebhookSignature,
        Self::EventsSignature,
    ];

    /// The setting's name inside the account's section.
    #[must_use]
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Token => "token_file",
            Self::WebhookPathSecret => "webhook_path_secret_file",
            Self::ClientSecret => "client_secret_file",
            Self::ApiKey => "api_key_file",
            Self::SecretHash => "secret_hash_file",
            Self::WebhookSecret => "webhook_secret_file",
            Self::WebhookSignature => "webhook_signature_file",
            Self::EventsSignature => "events_signature_file",
        }
    }
}

fn default_connect_timeout() -> Duration {
    Duration::from_secs(5)
}
