//! Skinslink's webhooks. Their signature covers the trade's id and nothing else: it is the same for every webhook of
//! one trade, so who has seen one can forge any status and any amount. It proves that the id is worth a look, no more.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::provider::{Forged, WebhookEvent, WebhookRequest, WebhookTrust, Webhooks};
use crate::values::hex;
use crate::webhook::{is_proved, once_each};
use crate::wire::{Members, Text};

const PROOF: &str = "sign";
/// More digits are no id: `u64` has at most 20.
const ID_MAX_DIGITS: usize = 20;

/// The webhook side of one account.
pub struct SkinslinkWebhooks {
    webhook_secret: SecretString,
}

impl SkinslinkWebhooks {
    /// Verifies with the merchant's webhook secret.
    #[must_use]
    pub fn new(webhook_secret: SecretString) -> Self {
        Self { webhook_secret }
    }
}

/// `sign` of a webhook about this id. The formula is not in the documentation that can be read; it is what clients
/// compute: base64 of the SHA-256 of the decimal id followed by the secret.
pub(super) fn signature(id: &str, secret: &SecretString) -> String {
    BASE64.encode(Sha256::new().chain_update(id).chain_update(secret.expose_secret()).finalize())
}

/// What a webhook is about.
struct About {
    /// `trade` for a deposit, `purchase`.
    kind: &'static str,
    id: String,
}

impl Webhooks for SkinslinkWebhooks {
    fn verify(&self, webhook: &WebhookRequest<'_>) -> Result<WebhookTrust, Forged> {
        let fields = fields(webhook.body).ok_or(Forged { reason: "unreadable" })?;
        let given = fields.text(PROOF).ok_or(Forged { reason: "no_signature" })?;
        let about = fields.about()?;
        let expected = signature(&about.id, &self.webhook_secret);
        // An account without a secret can prove nothing: everybody knows the hash of an id alone.
        let has_secret = !self.webhook_secret.expose_secret().is_empty();
        if is_proved(&given, &expected) && has_secret {
            Ok(WebhookTrust::Hint)
        } else {
            Err(Forged { reason: "wrong_signature" })
        }
    }

    fn read(&self, webhook: &WebhookRequest<'_>, _: WebhookTrust) -> Option<WebhookEvent> {
        let mut fields = fields(webhook.body)?;
        let about = fields.about().ok()?;
        fields.0.remove(PROOF);
        let text = |name| fields.text(name).unwrap_or_default();
        let (reference, claimed_status) = (text("merchant_tx_id"), text("status"));
        // A status is entered once, so this names the event. The reference is in it because it is where the hint goes:
        // one that was forged with another reference must not pass for the true one.
        let named = [about.kind, &about.id, &claimed_status, &reference];
        let event_key = hex(&Sha256::digest(serde_json::to_vec(&named).ok()?));
        Some(WebhookEvent {
            event_key,
            reference,
            provider_id: about.id,
            claimed_status,
            observation: None,
            body: Bytes::from(serde_json::to_vec(&fields.0).ok()?),
        })
    }

    fn takes_get(&self) -> bool {
        false
    }

    fn refusal(&self) -> &'static str {
        "not authorized"
    }
}

/// The fields of a body, each once.
struct Fields<'a>(BTreeMap<String, &'a RawValue>);

fn fields(body: &[u8]) -> Option<Fields<'_>> {
    let members: Members<'_> = serde_json::from_slice(body).ok()?;
    once_each(members.0).map(Fields)
}

impl Fields<'_> {
    fn raw(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|raw| raw.get()).filter(|raw| *raw != "null")
    }

    fn text(&self, name: &str) -> Option<String> {
        self.raw(name).and_then(|raw| serde_json::from_str::<Text>(raw).ok()).map(|text| text.0)
    }

    /// The one id, as its decimal digits. Documented as a JSON integer: a text might be any start of the hashed text.
    fn about(&self) -> Result<About, Forged> {
        let (kind, id) = match (self.raw("trade_id"), self.raw("purchase_id")) {
            (Some(id), None) => ("trade", id),
            (None, Some(id)) => ("purchase", id),
            (Some(_), Some(_)) => return Err(Forged { reason: "two_ids" }),
            (None, None) => return Err(Forged { reason: "no_id" }),
        };
        let is_id = id != "0" && id.len() <= ID_MAX_DIGITS && id.bytes().all(|byte| byte.is_ascii_digit());
        if is_id { Ok(About { kind, id: id.to_owned() }) } else { Err(Forged { reason: "no_id" }) }
    }
}
