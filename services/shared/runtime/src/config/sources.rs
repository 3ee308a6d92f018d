//! Where settings come from: the file and the variables, each as a source that errors can name.

use std::fs;
use std::path::Path;

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::errors::{ConfigError, ConfigErrors};

/// What our variables start with; levels are joined by [`LEVEL_SEPARATOR`].
const PREFIX: &str = "SKINBUS_";
const LEVEL_SEPARATOR: &str = "__";

/// Variables of ours that are not settings.
const NOT_SETTINGS: [&str; 2] = [super::PATH_VARIABLE, crate::crash::VARIABLE];

/// Settings together with the name of what they came from.
pub(super) struct Layer {
    pub(super) source: String,
    pub(super) settings: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.source.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.settings.clone()))
    }
}

/// The file below, the variables above it. Each variable is a layer of its own, so that an error can name it.
pub(super) fn layers(file: Option<Layer>, environment: impl Iterator<Item = (String, String)>) -> Figment {
    // Sorted, so that the same environment always gives the same errors in the same order.
    let mut variables: Vec<(String, String)> = environment.collect();
    variables.sort();
    let variables = variables.iter().filter_map(|(name, value)| variable(name, value));
    file.into_iter().chain(variables).fold(Figment::new(), Figment::merge)
}

/// Reads a TOML file.
///
/// # Errors
///
/// One error where the file cannot be read or is not TOML; nothing else can be known then.
pub(super) fn file(path: &Path) -> Result<Layer, ConfigErrors> {
    let source = format!("file {}", path.display());
    let text = fs::read_to_string(path).map_err(|error| ConfigError {
        setting: "--config".to_owned(),
        source: source.clone(),
        problem: format!("cannot read the configuration file: {error}"),
    })?;
    toml(source, &text)
}

/// Reads TOML text.
///
/// # Errors
///
/// One error where the text is not TOML.
pub(super) fn toml(source: String, text: &str) -> Result<Layer, ConfigErrors> {
    let settings = Toml::from_str::<Dict>(text).map_err(|error| {
        // The library's own text would show the line, and with it a secret that was pasted there.
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        ConfigError {
            setting: format!("line {line}"),
            source: source.clone(),
            problem: format!("not TOML: {}", error.message().replace('\n', ", ")),
        }
    })?;
    Ok(Layer { source, settings })
}

fn variable(name: &str, value: &str) -> Option<Layer> {
    let path = name.strip_prefix(PREFIX)?;
    if NOT_SETTINGS.contains(&name) {
        return None;
    }
    let path = path.to_lowercase();
    let levels: Vec<&str> = path.split(LEVEL_SEPARATOR).collect();
    let value = levels
        .into_iter()
        .rev()
        .fold(variable_value(value), |inner, level| Value::from(Dict::from([(level.to_owned(), inner)])));
    Some(Layer { source: format!("variable {name}"), settings: value.into_dict()? })
}

/// Text stays text, whatever it looks like: `00123` is an id, and the readers of numbers take digits as text. Only lists
/// and tables are read as TOML.
fn variable_value(text: &str) -> Value {
    let nested = text.starts_with(['[', '{']).then(|| text.parse::<Value>().ok()).flatten();
    match nested {
        Some(value @ (Value::Array(..) | Value::Dict(..))) => value,
        _ => Value::from(text),
    }
}
