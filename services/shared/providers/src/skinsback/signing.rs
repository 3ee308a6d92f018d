//! SkinsBack's two proofs made of the Client Secret: the signature of a set of fields, and the constant `X-SIGN`.
//!
//! The same rule signs requests and deposit webhooks: every scalar as `key:value;`, sorted by key, HMAC-SHA1. Lists and
//! objects are not covered.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use sha2::Sha256;

use crate::values::hex;
use crate::webhook::constant_of;

/// The constant that `X-SIGN` carries: lower-case hex MD5 of Client ID and Client Secret (documented). It covers
/// nothing and never changes, so it is a secret of its own.
#[must_use]
pub fn signature_of(client_id: &str, client_secret: &SecretString) -> SecretString {
    constant_of(&[client_id, client_secret.expose_secret()])
}

/// What is signed: the fields in ascending order of their names, which the caller has sorted and left `sign` out of.
pub(super) fn text_to_sign<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        text.push_str(name);
        text.push(':');
        text.push_str(value);
        text.push(';');
    }
    text
}

/// The value of `sign`. `None` where the secret is empty: that proves nothing.
pub(super) fn sign(client_secret: &SecretString, text: &str) -> Option<String> {
    let key = key_of(client_secret)?;
    let mac = Hmac::<Sha1>::new_from_slice(key).ok()?.chain_update(text.as_bytes());
    Some(hex(&mac.finalize().into_bytes()))
}

/// The value of the header `Signature` of an event webhook: HMAC-SHA256 over the body as it came.
pub(super) fn sign_event(client_secret: &SecretString, body: &[u8]) -> Option<String> {
    let key = key_of(client_secret)?;
    let mac = Hmac::<Sha256>::new_from_slice(key).ok()?.chain_update(body);
    Some(hex(&mac.finalize().into_bytes()))
}

fn key_of(client_secret: &SecretString) -> Option<&[u8]> {
    Some(client_secret.expose_secret().as_bytes()).filter(|key| !key.is_empty())
}
