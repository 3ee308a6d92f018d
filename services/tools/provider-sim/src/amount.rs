//! Decimal amounts in JSON, exact in both directions: the digits on the wire are the digits in memory.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::value::RawValue;

/// A decimal that is written as a JSON number with exactly its own digits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number(pub(crate) Decimal);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(ser::Error::custom)?.serialize(serializer)
    }
}

/// A decimal that is written as a JSON string, and read from a string or from a number's own digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Amount(pub(crate) Decimal);

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The raw text, because serde_json would read a number as a double.
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        parse(raw.get().trim_matches('"')).map(Self).ok_or_else(|| de::Error::custom("not a decimal amount"))
    }
}

/// Reads an amount from text, without rounding.
pub(crate) fn parse(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).ok()
}
