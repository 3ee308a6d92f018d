//! Skinify's IPN. It carries a constant that covers no field, so it proves nothing but that its sender once saw one:
//! a hint. It is sent for deposits only; purchases have no webhook.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, header};
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;
use subtle::ConstantTimeEq;

use crate::provider::{Forged, WebhookEvent, WebhookRequest, WebhookTrust, Webhooks};
use crate::values::hex;
use crate::wire::Text;

const PROOF: &str = "token_md5";

/// The webhook side of one account.
pub struct SkinifyWebhooks {
    signature: SecretString,
}

/// The constant that Skinify's IPN carries for an account with this token: lower-case hex MD5 of it.
#[must_use]
pub fn signature_of(token: &SecretString) -> SecretString {
    let digest = Md5::digest(token.expose_secret().as_bytes());
    SecretString::from(hex(&digest))
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
        let fields = fields(webhook.headers, webhook.body).ok_or(Forged { reason: "unreadable" })?;
        let given = fields.get(PROOF).ok_or(Forged { reason: "no_signature" })?;
        let expected = self.signature.expose_secret().as_bytes();
        // An account without a signature can prove nothing.
        if !expected.is_empty() && bool::from(given.as_bytes().ct_eq(expected)) {
            Ok(WebhookTrust::Hint)
        } else {
            Err(Forged { reason: "wrong_signature" })
        }
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

/// The fields of a form or JSON body; the encoding is not documented. Nested values stay JSON text, `null` is no value.
/// Of a field that comes twice the last one counts, for the proof as for the meaning.
fn fields(headers: &HeaderMap, body: &[u8]) -> Option<BTreeMap<String, String>> {
    let body = std::str::from_utf8(body).ok()?.trim();
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.starts_with("application/json") || body.starts_with('{') {
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(body).ok()?;
        let text = |raw: &RawValue| {
            serde_json::from_str::<Text>(raw.get()).map_or_else(|_| raw.get().to_owned(), |text| text.0)
        };
        let given = fields.into_iter().filter(|(_, raw)| raw.get() != "null");
        return Some(given.map(|(name, raw)| (name, text(raw))).collect());
    }
    serde_urlencoded::from_str::<Vec<(String, String)>>(body).ok().map(|pairs| pairs.into_iter().collect())
}
