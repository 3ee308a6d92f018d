//! The accounts of a configuration file, for commands that need to know more of them than their names.

use std::collections::BTreeMap;
use std::path::PathBuf;

use skinbus_domain::ids::AccountId;
use skinbus_runtime::accounts::Account;
use skinbus_runtime::{Config, accounts, config, environment};

use crate::failure::Failure;

/// Where `skinbus dev` keeps its configuration.
const DEV_CONFIG: &str = ".skinbus/skinbus.toml";

/// The configured accounts; none where there is no configuration.
pub(crate) fn accounts(file: Option<&PathBuf>) -> Result<BTreeMap<AccountId, Account>, Failure> {
    let variables = environment::pairs();
    let dev = || Some(PathBuf::from(DEV_CONFIG)).filter(|path| path.is_file());
    let Some(path) = config::locate(file.cloned(), &variables).or_else(dev) else {
        return Ok(BTreeMap::new());
    };
    // Without the variables: those that are none of its settings are no mistake of a person who wants to see a table.
    let known = Config::load(Some(&path), Vec::new()).and_then(|config| accounts::resolve(&config));
    known.map_err(|errors| Failure::new(format!("reading {}: {errors}", path.display())))
}
