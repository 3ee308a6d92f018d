//! Skinout's webhooks about deposits and purchases. Both carry a constant that covers no field, so they prove nothing but
//! that their sender once saw one: a hint. Neither names its kind; their fields tell them apart.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, header};
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use subtle::ConstantTimeEq;

use crate::provider::{Forged, WebhookEvent, WebhookRequest, WebhookTrust, Webhooks};
use crate::values::{hex, shown};
use crate::wire::Text;

const PROOF: &str = "signature";

/// The webhook side of one account.
pub struct SkinoutWebhooks {
    signature: SecretString,
}

/// The constant that `signature` carries: lower-case hex MD5 of the API key, as documented.
#[must_use]
pub fn signature_of(api_key: &SecretString) -> SecretString {
    let digest = Md5::digest(api_key.expose_secret().as_bytes());
    SecretString::from(hex(&digest))
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
fn kind(fields: &BTreeMap<String, String>) -> &'static str {
    let has = |names: &[&str]| names.iter().any(|name| fields.contains_key(*name));
    let is_purchase = has(&["skin", "amount", "trade_id"]);
    let is_deposit = has(&["currency", "currency_rate", "amount_currency", "amount_usd"]);
    match (is_purchase, is_deposit) {
        (true, false) => "purchase",
        (false, true) => "deposit",
        (true, true) | (false, false) => "event",
    }
}

/// The fields of a JSON body, as documented, or of a form. Nested values stay JSON text, `null` is no value. A body in
/// which a field comes twice has two meanings, and so none.
fn fields(headers: &HeaderMap, body: &[u8]) -> Option<BTreeMap<String, String>> {
    let body = std::str::from_utf8(body).ok()?.trim();
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.starts_with("application/json") || body.starts_with('{') {
        let Fields(fields) = serde_json::from_str(body).ok()?;
        return Some(fields);
    }
    let mut fields = BTreeMap::new();
    for (name, value) in serde_urlencoded::from_str::<Vec<(String, String)>>(body).ok()? {
        if fields.insert(name, value).is_some() {
            return None;
        }
    }
    Some(fields)
}

struct Fields(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object in which each field comes once")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((name, raw)) = map.next_entry::<String, &RawValue>()? {
            let text =
                || serde_json::from_str(raw.get()).map_or_else(|_| raw.get().to_owned(), |Text(text)| text);
            if fields.insert(name, (raw.get() != "null").then(text)).is_some() {
                return Err(serde::de::Error::custom("a field comes twice"));
            }
        }
        let fields = fields.into_iter().filter_map(|(name, text)| Some((name, text?))).collect();
        Ok(Fields(fields))
    }
}
