//! What webhooks of several providers have in common: a constant that proves their sender, and bodies of a form or JSON.

use std::collections::BTreeMap;

use http::{HeaderMap, header};
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;
use subtle::ConstantTimeEq;

use crate::provider::{Forged, WebhookTrust};
use crate::values::hex;
use crate::wire::{Members, Text};

/// A constant that proves a sender: lower-case hex MD5 of these texts. It covers no field and never changes, so it is a
/// secret of its own.
pub(crate) fn constant_of(texts: &[&str]) -> SecretString {
    let digest = texts.iter().fold(Md5::new(), |digest, text| digest.chain_update(text));
    SecretString::from(hex(&digest.finalize()))
}

/// Whether the proof is right, told in a time that does not depend on how much of it is. An account without one can prove
/// nothing.
pub(crate) fn is_proved(given: &str, expected: &str) -> bool {
    !expected.is_empty() && bool::from(given.as_bytes().ct_eq(expected.as_bytes()))
}

/// The fields of a webhook, by their names.
pub(crate) type Fields = BTreeMap<String, String>;

/// Whether a webhook carries this constant in the field `proof`. Who knows it once saw a webhook: that is a hint.
pub(crate) fn verify_constant(
    fields: Option<Fields>,
    proof: &str,
    constant: &SecretString,
) -> Result<WebhookTrust, Forged> {
    let fields = fields.ok_or(Forged { reason: "unreadable" })?;
    let given = fields.get(proof).ok_or(Forged { reason: "no_signature" })?;
    if is_proved(given, constant.expose_secret()) {
        Ok(WebhookTrust::Hint)
    } else {
        Err(Forged { reason: "wrong_signature" })
    }
}

/// The fields of a JSON body or of a form: which of the two is sent is not documented everywhere. Nested values stay JSON
/// text, `null` is no value. A body in which a field comes twice has two meanings, and so none.
pub(crate) fn fields(headers: &HeaderMap, body: &[u8]) -> Option<Fields> {
    let body = std::str::from_utf8(body).ok()?.trim();
    if !is_json(headers) && !body.starts_with('{') {
        return once_each(serde_urlencoded::from_str::<Vec<(String, String)>>(body).ok()?);
    }
    let members: Members<'_> = serde_json::from_str(body).ok()?;
    let fields = once_each(members.0)?.into_iter().filter(|(_, raw)| raw.get() != "null");
    Some(fields.map(|(name, raw)| (name, text(raw))).collect())
}

/// Whether a body is said to be JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|given| given.starts_with("application/json"))
}

fn text(raw: &RawValue) -> String {
    serde_json::from_str(raw.get()).map_or_else(|_| raw.get().to_owned(), |Text(text)| text)
}

/// The fields by their names. `None` where one comes twice: it would be one thing to one reader and another to the next.
pub(crate) fn once_each<V>(fields: impl IntoIterator<Item = (String, V)>) -> Option<BTreeMap<String, V>> {
    let mut named = BTreeMap::new();
    for (name, value) in fields {
        if named.insert(name, value).is_some() {
            return None;
        }
    }
    Some(named)
}
