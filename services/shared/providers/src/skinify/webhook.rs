//! Skinify's IPN. It carries a constant that covers no field, so it proves nothing but that its sender once saw one:
//! a hint. It is sent for deposits only; purchases have no webhook.

use bytes::Bytes;
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};

use crate::provider::{Forged, WebhookEvent, WebhookRequest, WebhookTrust, Webhooks};
use crate::values::hex;
use crate::webhook::{constant_of, fields, verify_constant};

const PROOF: &str = "token_md5";

/// The webhook side of one account.
pub struct SkinifyWebhooks {
    signature: SecretString,
}

/// The constant that Skinify's IPN carries for an account with this token: lower-case hex MD5 of it.
#[must_use]
pub fn signature_of(token: &SecretString) -> SecretString {
    constant_of(&[token.expose_secret()])
}

impl SkinifyWebhooks {
    /// Verifies with `token_md5`, as [`signature_of`] computes it.
    #[must_use]
    pub fn new(signature: SecretString) -> Self {
        Self { signature }
    }
}

impl Webhooks for SkinifyWebhooks {
    fn verify(&self, webhook: &WebhookRequest<'_>) -> Result<WebhookTrust, Forged> {
        verify_constant(fields(webhook.headers, webhook.body), PROOF, &self.signature)
    }

    fn read(&self, webhook: &WebhookRequest<'_>, _: WebhookTrust) -> Option<WebhookEvent> {
        let mut fields = fields(webhook.headers, webhook.body)?;
        fields.remove(PROOF);
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let event = (field("deposit_id"), field("transaction_id"), field("status"));
        if event.0.is_empty() && event.1.is_empty() {
            return None;
        }
        let body = serde_json::to_vec(&fields).ok()?;
        Some(WebhookEvent {
            reference: event.0,
            provider_id: event.1,
            claimed_status: event.2,
            event_key: hex(&Md5::digest(&body)),
            observation: None,
            body: Bytes::from(body),
        })
    }

    fn takes_get(&self) -> bool {
        false
    }

    fn refusal(&self) -> &'static str {
        "not authorized"
    }
}
