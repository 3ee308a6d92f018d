//! What is checked of everything that an adapter makes of a body.

use std::fmt::Debug;

use rust_decimal::Decimal;
use serde::de::IgnoredAny;
use skinbus_domain::trade::Reason;

/// What an adapter makes of a body is at most so many times as large, written out with all its field names.
const GROWTH_MAX: usize = 48;
/// What it makes of nothing is not larger.
const SIZE_MAX: usize = 16 * 1024;

/// What is known of a body.
pub(crate) struct Body<'a> {
    bytes: &'a [u8],
    /// Its text without escapes and dots, to find the digits of an amount in it.
    digits: String,
}

impl<'a> Body<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, digits: without_escapes(bytes) }
    }

    /// Whether it is JSON, however deep.
    pub(crate) fn is_json(&self) -> bool {
        std::str::from_utf8(self.bytes).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
    }

    /// Reading this made nothing that is out of proportion.
    pub(crate) fn assert_in_proportion(&self, read: &dyn Debug) {
        let size = format!("{read:?}").len();
        let bound = SIZE_MAX + GROWTH_MAX * self.bytes.len();
        assert!(size <= bound, "{} bytes became {size}: {}", self.bytes.len(), self.bytes.escape_ascii());
    }

    /// The digits of an amount stand in the body: none was made up, by a float or otherwise.
    pub(crate) fn assert_holds(&self, amount: Decimal) {
        let wanted = amount.mantissa().unsigned_abs().to_string();
        assert!(self.digits.contains(&wanted), "{amount} is not in {}", self.bytes.escape_ascii());
    }
}

/// No text that is stored, shown or logged holds one of the secrets.
pub(crate) fn assert_discreet<'a>(secrets: &[&str], texts: impl IntoIterator<Item = &'a str>) {
    for text in texts {
        for secret in secrets {
            assert!(!text.contains(secret), "{text:?} holds {secret:?}");
        }
    }
}

/// The texts of a reason.
pub(crate) fn texts_of(reason: &Reason) -> impl Iterator<Item = &str> {
    std::iter::once(reason.code.as_str()).chain(reason.provider_code.as_deref())
}

/// The text with what is written as `\u0031` or `%31` in plain characters, and without dots.
fn without_escapes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let escape = match first {
            b'\\' if rest.get(1) == Some(&b'u') => rest.get(4..6).filter(|_| rest[2..4] == *b"00"),
            b'%' => rest.get(1..3),
            _ => None,
        };
        let code = escape.and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(code) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            text.push(char::from(code));
            rest = &rest[if *first == b'%' { 3 } else { 6 }..];
        } else {
            text.push(char::from(*first));
            rest = &rest[1..];
        }
    }
    text.replace('.', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_found_however_they_are_written() {
        for text in ["18.470", r#"{"a":"1\u0038.47\u0030"}"#, "amount=18%2E470&x=1", "0018.470"] {
            Body::new(text.as_bytes()).assert_holds(Decimal::new(18_470, 3));
        }
        assert_eq!(without_escapes(br"\u00"), r"\u00");
    }
}
