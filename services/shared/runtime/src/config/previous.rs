//! `[accounts.<name>.previous]`: secrets that were replaced.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::account::SecretField;

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
