//! Fields that may be absent, in each of the ways in which providers write that, and values of either type.

use serde::{Deserialize, Serialize, Serializer};

use crate::amount::Number;

/// How a field is written that has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Absent {
    Omitted,
    Null,
    /// An empty string.
    Empty,
    /// The number 0.
    Zero,
}

/// A field that may have no value.
#[derive(Debug, Clone)]
pub(super) enum Slot<T> {
    Value(T),
    Absent(Absent),
}

impl<T> Slot<T> {
    /// A value, or its absence in this way.
    pub(super) fn new(value: Option<T>, absent: Absent) -> Self {
        value.map_or(Self::Absent(absent), Self::Value)
    }

    /// No field at all.
    pub(super) fn none() -> Self {
        Self::Absent(Absent::Omitted)
    }

    /// Whether there is no field at all.
    pub(super) fn is_omitted(&self) -> bool {
        matches!(self, Self::Absent(Absent::Omitted))
    }
}

impl<T: Serialize> Serialize for Slot<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Absent(Absent::Omitted | Absent::Null) => serializer.serialize_none(),
            Self::Absent(Absent::Empty) => serializer.serialize_str(""),
            Self::Absent(Absent::Zero) => serializer.serialize_u64(0),
        }
    }
}

/// A JSON type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    String,
    Number,
}

/// A value that is seen as a string and as a number.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(super) enum Scalar {
    Text(String),
    Whole(u64),
    Decimal(Number),
}

impl Scalar {
    /// A decimal in this type.
    pub(super) fn decimal(value: Number, kind: Kind) -> Self {
        match kind {
            Kind::String => Self::Text(value.0.to_string()),
            Kind::Number => Self::Decimal(value),
        }
    }

    /// A whole number in this type.
    pub(super) fn whole(value: u64, kind: Kind) -> Self {
        match kind {
            Kind::String => Self::Text(value.to_string()),
            Kind::Number => Self::Whole(value),
        }
    }

    /// Text; a number where it is one and numbers are wanted.
    pub(super) fn id(text: &str, kind: Kind) -> Self {
        match (kind, text.parse()) {
            (Kind::Number, Ok(number)) => Self::Whole(number),
            (Kind::Number, Err(_)) | (Kind::String, _) => Self::Text(text.to_owned()),
        }
    }
}
