//! Reading what providers write: numbers as text, text as numbers, `[]` for an empty object.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A JSON string or number, as its exact text: an amount never passes through a float.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        if raw.starts_with('"') {
            return serde_json::from_str(raw).map(Self).map_err(serde::de::Error::custom);
        }
        if raw.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
            return Ok(Self(raw.to_owned()));
        }
        Err(serde::de::Error::custom("expected a string or a number"))
    }
}

/// An object that is `[]` or `null` when it is empty.
pub(crate) fn object_or_empty<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    if raw == "null" || raw.trim_start_matches('[').trim_start() == "]" {
        return Ok(None);
    }
    object(raw.as_bytes()).map(Some).map_err(serde::de::Error::custom)
}

/// Reads an object as a structure. A list is refused: serde would read its elements as the fields, in their order.
pub(crate) fn object<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, serde_json::Error> {
    if !text.trim_ascii_start().starts_with(b"{") {
        return Err(serde::de::Error::custom("expected an object"));
    }
    // The JSON library does not look into the fields that nobody reads: bytes that are no text would pass there.
    let text = std::str::from_utf8(text).map_err(serde::de::Error::custom)?;
    serde_json::from_str(text)
}

/// The members of an object in their order, each as often as it stands there: what becomes of one that comes twice is for
/// the reader to say.
pub(crate) struct Members<'a>(pub(crate) Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor(PhantomData))
    }
}

struct MembersVisitor<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for MembersVisitor<'a> {
    type Value = Members<'a>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IgnoredAny;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Empty {}

    #[test]
    fn bytes_that_are_no_text_are_nowhere_let_through() {
        assert!(object::<Empty>(br#"{"x": "y"}"#).is_ok());
        assert!(object::<Empty>(b"{\"x\": \"\xff\"}").is_err());
        assert!(serde_json::from_slice::<IgnoredAny>(b"\"\xff\"").is_ok(), "the library has learnt to look");
    }

    #[test]
    fn text_is_exact() {
        for (json, text) in
            [("\"0.30\"", "0.30"), ("0.30", "0.30"), ("12345678901234567890", "12345678901234567890")]
        {
            assert_eq!(serde_json::from_str::<Text>(json).unwrap().0, text);
        }
        for json in ["null", "true", "{}", "[]"] {
            assert!(serde_json::from_str::<Text>(json).is_err(), "{json}");
        }
    }
}
