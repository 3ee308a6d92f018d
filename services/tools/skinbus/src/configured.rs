//! The configuration that the services run with, and its accounts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use skinbus_domain::ids::AccountId;
use skinbus_runtime::accounts::Account;
use skinbus_runtime::{Config, accounts, config, environment};

use crate::failure::Failure;

/// Where `skinbus dev` keeps its configuration.
const DEV_CONFIG: &str = ".skinbus/skinbus.toml";

/// This file, else that of `SKINBUS_CONFIG`, `skinbus.toml` or `.skinbus/skinbus.toml`.
pub(crate) fn path(path: Option<&PathBuf>) -> Option<PathBuf> {
    let dev = || Some(PathBuf::from(DEV_CONFIG)).filter(|path| path.is_file());
    config::locate(path.cloned(), &environment::pairs()).or_else(dev)
}

/// The accounts of this file, else of `SKINBUS_CONFIG`, `skinbus.toml` or `.skinbus/skinbus.toml`; none where there is no file.
pub(crate) fn accounts(path: Option<&PathBuf>) -> Result<BTreeMap<AccountId, Account>, Failure> {
    let Some(path) = self::path(path) else {
        return Ok(BTreeMap::new());
    };
    // Without the variables: those that are none of its settings are no mistake of a person who wants to see a table.
    let known = Config::load(Some(&path), Vec::new()).and_then(|config| accounts::resolve(&config));
    known.map_err(|errors| Failure::new(format!("reading {}: {errors}", path.display())))
}

/// The configuration in this file, else in that of `SKINBUS_CONFIG`, `skinbus.toml` or `.skinbus/skinbus.toml`, with these
/// variables laid over it.
pub(crate) fn config(path: Option<&PathBuf>, variables: Vec<(String, String)>) -> Result<Config, Failure> {
    let path =
        self::path(path).ok_or_else(|| Failure::new("there is no configuration; name it with --config"))?;
    Config::load(Some(&path), variables)
        .map_err(|errors| Failure::new(format!("reading {}: {errors}", path.display())))
}
