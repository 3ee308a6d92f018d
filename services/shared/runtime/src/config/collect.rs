//! Reads the merged settings and finds every mistake, not just the first.
//!
//! The deserializer stops at the first mistake. So each one is noted, taken out of a copy of the settings (or replaced by a
//! stand-in where the setting is required), and the copy is read again, until it is read to the end. Nothing that was
//! read with a mistake is ever used: the caller gets the configuration only where the list of errors is empty.

use figment::Figment;
use figment::error::{Error, Kind};
use figment::value::{Dict, Value};

use super::errors::{ConfigError, describe};
use super::sources::Layer;
use super::{Config, NOT_SET};

/// More mistakes than this are not worth listing; the bound also ends the loop whatever the deserializer does.
const MISTAKES_MAX: usize = 200;

/// The configuration as far as it can be read, and what was wrong with it.
pub(super) fn read(settings: &Figment) -> (Option<Config>, Vec<ConfigError>) {
    let mut errors = Vec::new();
    let mut copy = match settings.extract::<Dict>() {
        Ok(dict) => dict,
        Err(error) => return (None, vec![to_config_error(settings, &error)]),
    };
    for _ in 0..MISTAKES_MAX {
        let layer = Layer { source: String::new(), settings: copy.clone() };
        // "Lossy" reads numbers from text too, because variables are text.
        match Figment::from(layer).extract_lossy::<Config>() {
            Ok(config) => return (Some(config), errors),
            Err(error) => {
                let found = to_config_error(settings, &error);
                if errors.iter().all(|known: &ConfigError| known.setting != found.setting) {
                    errors.push(found);
                }
                if !take_out(&mut copy, &path_of(&error), &error.kind) {
                    return (None, errors);
                }
            }
        }
    }
    (None, errors)
}

/// The name of what a setting came from; where it has no source of its own, because it is missing or is part of a list,
/// that of the section or list round it.
pub(super) fn source_of(settings: &Figment, setting: &str) -> String {
    let mut name = setting;
    loop {
        if let Some(metadata) = settings.find_metadata(name) {
            return metadata.name.to_string();
        }
        match name.rsplit_once('.') {
            Some((section, _)) => name = section,
            None => return NOT_SET.to_owned(),
        }
    }
}

fn to_config_error(settings: &Figment, error: &Error) -> ConfigError {
    let setting = path_of(error).join(".");
    let source = source_of(settings, &setting);
    ConfigError { setting, source, problem: describe(&error.kind) }
}

fn path_of(error: &Error) -> Vec<String> {
    let mut path = error.path.clone();
    if let Kind::MissingField(name) = &error.kind {
        path.push(name.to_string());
    }
    path
}

/// Takes the setting at a path out of the copy, or puts a stand-in there. `false` where nothing could be changed, so
/// that reading again would find the same mistake.
fn take_out(settings: &mut Dict, path: &[String], kind: &Kind) -> bool {
    let Some((name, deeper)) = path.split_first() else {
        return false;
    };
    if let Some(Value::Dict(_, inner)) = settings.get_mut(name)
        && !deeper.is_empty()
    {
        return take_out(inner, deeper, kind);
    }
    let is_known = !matches!(kind, Kind::UnknownField(..));
    let stand_in = stand_in(name).filter(|_| is_known);
    match stand_in {
        // A stand-in that was not taken is at a place that only looks like the setting's.
        Some(value) if settings.get(name) != Some(&value) => {
            settings.insert(name.clone(), value);
            true
        }
        _ => settings.remove(name).is_some(),
    }
}

/// A valid value for each setting that has no default.
fn stand_in(name: &str) -> Option<Value> {
    match name {
        "provider" => Some(Value::from(super::ProviderName::Skinsback.as_str())),
        "merchant" => Some(Value::from("stand_in")),
        "requests" => Some(Value::from(1_u32)),
        "per" => Some(Value::from("1s")),
        _ => None,
    }
}
