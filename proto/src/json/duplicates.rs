//! Finds fields that are given twice. The library that reads JSON lets the last one win.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use prost_reflect::{Kind, MessageDescriptor};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Reads a message's JSON only for its fields' names.
pub(super) fn refuse<'de, D: Deserializer<'de>>(
    message: &MessageDescriptor,
    deserializer: D,
) -> Result<(), D::Error> {
    Value::Message(message.clone()).deserialize(deserializer)
}

/// What is expected at a place of the text.
#[derive(Clone)]
enum Value {
    Message(MessageDescriptor),
    Map,
    Other,
}

impl Value {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Message(message) if message.is_map_entry() => Self::Map,
            Kind::Message(message) => Self::Message(message),
            Kind::Double
            | Kind::Float
            | Kind::Int32
            | Kind::Int64
            | Kind::Uint32
            | Kind::Uint64
            | Kind::Sint32
            | Kind::Sint64
            | Kind::Fixed32
            | Kind::Fixed64
            | Kind::Sfixed32
            | Kind::Sfixed64
            | Kind::Bool
            | Kind::String
            | Kind::Bytes
            | Kind::Enum(_) => Self::Other,
        }
    }

    /// One field has one key, however it is written; an unknown one is refused later. With what lies under it.
    fn field(&self, key: &str) -> (String, Self) {
        let Self::Message(message) = self else {
            return (key.to_owned(), Self::Other);
        };
        match message.get_field_by_json_name(key).or_else(|| message.get_field_by_name(key)) {
            Some(field) => (field.name().to_owned(), Self::of(field.kind())),
            None => (key.to_owned(), Self::Other),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Value {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match &self {
            Self::Message(_) | Self::Map => deserializer.deserialize_any(self),
            Self::Other => IgnoredAny::deserialize(deserializer).map(|_| ()),
        }
    }
}

/// What a message, a map or a list of them may look like; times are messages that are written as text.
impl<'de> Visitor<'de> for Value {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            let (name, value) = self.field(&key);
            if !seen.insert(name) {
                return Err(A::Error::custom("a field is given twice"));
            }
            map.next_value_seed(value)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(self.clone())?.is_some() {}
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}
