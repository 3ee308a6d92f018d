//! The only reads of the process environment. Everything else is given pairs, so that tests never touch it.

use std::ffi::OsString;

/// Every variable whose name and value are text; one that is not cannot be a setting of ours.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
#[must_use]
pub fn pairs() -> Vec<(String, String)> {
    let text = |os: OsString| os.into_string().ok();
    std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect()
}

/// The value of one variable among pairs; an empty one counts as absent, as the OpenTelemetry specification asks.
#[must_use]
pub fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
}
