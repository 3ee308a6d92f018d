//! Skinout's webhooks about deposits and purchases. Both carry a constant that covers no field, so they prove nothing but
//! that their sender once saw one: a hint. Neither names its kind; their fields tell them apart.

use bytes::Bytes;
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};

use crate::provider::{Forged, WebhookEvent, WebhookRequest, WebhookTrust, Webhooks};
use crate::values::{hex, shown};
use crate::webhook::{Fields, constant_of, fields, verify_constant};

const PROOF: &str = "signature";

/// The webhook side of one account.
pub struct SkinoutWebhooks {
    signature: SecretString,
}

/// The constant that `signature` carries: lower-case hex MD5 of the API key, as documented.
#[must_use]
pub fn signature_of(api_key: &SecretString) -> SecretString {
    constant_of(&[api_key.expose_secret()])
}

impl SkinoutWebhooks {
    /// Verifies with `signature`, as [`signature_of`] computes it.
    #[must_use]
    pub fn new(signature: SecretString) -> Self {
        Self { signature }
    }
}

impl Webhooks for SkinoutWebhooks {
    fn verify(&self, webhook: &WebhookRequest<'_>) -> Result<WebhookTrust, Forged> {
        verify_constant(fields(webhook.headers, webhook.body), PROOF, &self.signature)
    }

    fn read(&self, webhook: &WebhookRequest<'_>, _: WebhookTrust) -> Option<WebhookEvent> {
        let mut fields = fields(webhook.headers, webhook.body)?;
        fields.remove(PROOF);
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let (reference, provider_id) = (field("payment_id"), field("transaction_id"));
        if reference.is_empty() && provider_id.is_empty() {
            return None;
        }
        // Over every field: who forges one cannot make another one look like its repeat.
        let body = serde_json::to_vec(&fields).ok()?;
        Some(WebhookEvent {
            reference,
            provider_id,
            claimed_status: shown(&field("status")),
            event_key: format!("{}-{}", kind(&fields), hex(&Md5::digest(&body))),
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

/// What a webhook is about: a purchase has its skin and its amount, a deposit the currency that the user saw.
fn kind(fields: &Fields) -> &'static str {
    let has = |names: &[&str]| names.iter().any(|name| fields.contains_key(*name));
    let is_purchase = has(&["skin", "amount", "trade_id"]);
    let is_deposit = has(&["currency", "currency_rate", "amount_currency", "amount_usd"]);
    match (is_purchase, is_deposit) {
        (true, false) => "purchase",
        (false, true) => "deposit",
        (true, true) | (false, false) => "event",
    }
}
