//! What is wrong with the configuration, in words that never repeat a value.

use std::fmt;

use figment::error::{Actual, Kind};

/// One mistake in the configuration. It never holds the value that was given: that could be a misplaced secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The setting's full name, for example `accounts.skinify_main.quota.requests`.
    pub setting: String,
    /// Where it was set, for example `file skinbus.toml` or `variable SKINBUS_NATS__REPLICAS`.
    pub source: String,
    /// What is wrong, and what to write instead.
    pub problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({}): {}", self.setting, self.source, self.problem)
    }
}

/// Every mistake in the configuration, one line each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// The mistakes, in the order in which they were found.
    #[must_use]
    pub fn errors(&self) -> &[ConfigError] {
        &self.0
    }

    /// `Ok` where nothing was found, so that a collector can end with it.
    ///
    /// # Errors
    ///
    /// These errors themselves, where there is at least one.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl From<Vec<ConfigError>> for ConfigErrors {
    fn from(errors: Vec<ConfigError>) -> Self {
        Self(errors)
    }
}

impl From<ConfigError> for ConfigErrors {
    fn from(error: ConfigError) -> Self {
        Self(vec![error])
    }
}

impl Extend<ConfigError> for ConfigErrors {
    fn extend<I: IntoIterator<Item = ConfigError>>(&mut self, errors: I) {
        self.0.extend(errors);
    }
}

impl IntoIterator for ConfigErrors {
    type Item = ConfigError;
    type IntoIter = std::vec::IntoIter<ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

/// Says what the library found wrong, without the value that its own text would show.
pub(super) fn describe(kind: &Kind) -> String {
    match kind {
        // Only our own readers write messages, and they never repeat what they read.
        Kind::Message(text) => text.clone(),
        Kind::InvalidType(actual, expected) => {
            format!("must be {}, but is {}", expectation(expected), type_name(actual))
        }
        Kind::InvalidValue(_, expected) | Kind::InvalidLength(_, expected) => {
            format!("must be {}", expectation(expected))
        }
        Kind::UnknownVariant(_, known) => format!("must be one of {}", known.join(", ")),
        Kind::UnknownField(_, known) => format!("no such setting; known here: {}", known.join(", ")),
        Kind::MissingField(_) => "must be set".to_owned(),
        Kind::DuplicateField(_) => "is set twice; keep one".to_owned(),
        Kind::ISizeOutOfRange(_) | Kind::USizeOutOfRange(_) => "is out of range".to_owned(),
        Kind::Unsupported(_) | Kind::UnsupportedKey(_, _) => "is not of a supported type".to_owned(),
    }
}

fn expectation(expected: &str) -> String {
    match expected {
        "u8" => "a whole number from 0 to 255".to_owned(),
        "u32" | "u64" | "usize" => "a whole number, 0 or larger".to_owned(),
        "a nonzero u32" => "a whole number, 1 or larger".to_owned(),
        "path string" => "text that names a file".to_owned(),
        _ if expected.starts_with("struct ") => "a table of settings".to_owned(),
        _ => expected.to_owned(),
    }
}

fn type_name(actual: &Actual) -> &'static str {
    match actual {
        Actual::Bool(_) => "true or false",
        Actual::Unsigned(_) | Actual::Signed(_) => "a whole number",
        Actual::Float(_) => "a number with a point",
        Actual::Char(_) | Actual::Str(_) | Actual::Bytes(_) => "text",
        Actual::Seq => "a list",
        Actual::Map => "a table",
        Actual::Unit
        | Actual::Option
        | Actual::NewtypeStruct
        | Actual::Enum
        | Actual::UnitVariant
        | Actual::NewtypeVariant
        | Actual::TupleVariant
        | Actual::StructVariant
        | Actual::Other(_) => "something else",
    }
}
