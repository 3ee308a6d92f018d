//! What is signed, and how.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde_json::value::RawValue;
use sha1::Sha1;
use sha2::Sha256;

use super::money;
use super::switches::SignatureText;
use crate::call::Call;

/// Lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// HMAC-SHA1 in hexadecimal.
pub(super) fn sha1_hex(secret: &str, signed: &str) -> String {
    // A key of any length is a key for HMAC; an empty signature would show at once if that were not so.
    Hmac::<Sha1>::new_from_slice(secret.as_bytes())
        .map(|mac| hex(&mac.chain_update(signed.as_bytes()).finalize().into_bytes()))
        .unwrap_or_default()
}

/// HMAC-SHA256 in hexadecimal.
pub(super) fn sha256_hex(secret: &str, signed: &[u8]) -> String {
    Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map(|mac| hex(&mac.chain_update(signed).finalize().into_bytes()))
        .unwrap_or_default()
}

/// The constant `X-SIGN`.
pub(super) fn x_sign(client_id: &str, secret: &str) -> String {
    hex(&Md5::digest(format!("{client_id}{secret}")))
}

/// The text that is signed: every scalar but `sign`, by name.
pub(super) fn text<'a>(scalars: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut sorted: Vec<_> = scalars.filter(|(name, _)| *name != "sign").collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    sorted.into_iter().map(|(name, value)| format!("{name}:{value};")).collect()
}

/// The text that a request should have signed.
pub(super) fn text_of(call: &Call, style: SignatureText) -> String {
    if !is_json(call) {
        return text(call.body.scalars());
    }
    let object: BTreeMap<String, &RawValue> = serde_json::from_slice(&call.raw_body).unwrap_or_default();
    let scalars: Vec<(String, String)> =
        object.into_iter().filter_map(|(name, raw)| Some((name, as_text(raw.get(), style)?))).collect();
    text(scalars.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// Whether the body was read as JSON.
pub(super) fn is_json(call: &Call) -> bool {
    match call.header("content-type") {
        Some(given) => given.starts_with("application/json"),
        None => call.raw_body.first() == Some(&b'{'),
    }
}

/// A JSON value as signed text; none if it is not signed.
fn as_text(raw: &str, style: SignatureText) -> Option<String> {
    let first = raw.as_bytes().first()?;
    match (first, style) {
        (b'{' | b'[', _) | (b'n', SignatureText::Literal) => None,
        (b'"', _) => serde_json::from_str(raw).ok(),
        (b't', SignatureText::Php) => Some("1".to_owned()),
        (b'f' | b'n', SignatureText::Php) => Some(String::new()),
        (_, SignatureText::Literal) => Some(raw.to_owned()),
        // Whole numbers keep their digits; only a float loses some.
        (_, SignatureText::Php) if raw.bytes().all(|byte| byte.is_ascii_digit()) => Some(raw.to_owned()),
        (_, SignatureText::Php) => {
            Some(money::parse(raw).map_or_else(|| raw.to_owned(), |number| number.normalize().to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::json::{Json, object, text as value};
    use super::{as_text, sha1_hex, sha256_hex, text, x_sign};
    use crate::skinsback::switches::SignatureText;

    const SECRET: &str = "k7Qm2-demo-secret-NOT-REAL";

    #[test]
    fn the_documented_examples_come_out() {
        let scalars = [("shopid", "123"), ("sign", "x"), ("method", "orderstatus"), ("order_id", "1")];
        let signed = text(scalars.into_iter());
        assert_eq!(signed, "method:orderstatus;order_id:1;shopid:123;");
        assert_eq!(sha1_hex("123", &signed), "abee99d476c736102c3d6062807761b6e4d31dd8");
        let signed = "custom_id:wd-7f3a-1;id:5518;max_price:12.5;method:market_buy;partner:204781133;\
            shopid:90417;token:Zx9_pQ2a;";
        assert_eq!(sha1_hex(SECRET, signed), "617847b080ba8bedd36d1f368435c7894b6c3348");
        assert_eq!(x_sign("90417", SECRET), "53b6e586c8c1429e45c1a280c5ffd683");
    }

    #[test]
    fn the_documented_event_comes_out() {
        let event = object([
            ("event", value("status_change")),
            (
                "data",
                object([
                    ("item", object([("id", value("5518"))])),
                    ("buy_id", value("880021")),
                    ("offer_status", value("waiting_accept")),
                    ("error_reason", Json::Null),
                    ("tradeofferid", value("7700112233")),
                    ("custom_id", value("wd-7f3a-1")),
                ]),
            ),
        ]);
        let body = event.to_text(true);
        assert_eq!(body.len(), 177);
        let signature = "c659cd713f2fdf1ba2161b4c17d1fe8218d59c3d290e48a5d319e4c8dc6196ec";
        assert_eq!(sha256_hex(SECRET, body.as_bytes()), signature);
    }

    #[test]
    fn values_that_are_no_strings_are_signed_in_two_ways() {
        let both = |raw| (as_text(raw, SignatureText::Php), as_text(raw, SignatureText::Literal));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(both("12.0"), (some("12"), some("12.0")));
        assert_eq!(both("12.50"), (some("12.5"), some("12.50")));
        assert_eq!(both("100"), (some("100"), some("100")));
        assert_eq!(both("true"), (some("1"), some("true")));
        assert_eq!(both("false"), (some(""), some("false")));
        assert_eq!(both("null"), (some(""), None));
        assert_eq!(both(r#""\u2605""#), (some("★"), some("★")));
        assert_eq!(both("[1]"), (None, None));
    }
}
