//! `skinbus nats-users`: the keys of all NATS users, and the accounts and rights that the server is told.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use skinbus_bus::permissions::{Keys, Role, server_config};

use crate::cli::NatsUsersArguments;
use crate::configured;
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

pub(crate) fn run(arguments: &NatsUsersArguments, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let config = configured::config(arguments.config.as_ref(), Vec::new())?;
    let owners: BTreeMap<_, _> =
        config.accounts.iter().map(|(name, account)| (name.clone(), account.merchant.clone())).collect();
    let roles = Role::all(&owners);
    let failed = |error: &dyn std::error::Error| {
        Failure::new(format!("making NATS users: {}", skinbus_bus::chain(error)))
    };
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&arguments.keys);
    made.map_err(|error| failed(&error))?;
    let keys = Keys::in_directory(&arguments.keys);
    let text = server_config(&roles, |user| keys.public(user)).map_err(|error| failed(&error))?;
    replace(&arguments.out, &text).map_err(|error| failed(&error))?;
    for role in &roles {
        let user = role.user();
        let seed = keys.seed_file(&user);
        let seed =
            if seed.exists() { seed.display().to_string() } else { "its owner has the seed".to_owned() };
        terminal.line(&format!("{user}: {seed}"))?;
    }
    terminal.line(&format!("written: {}; reload the servers", arguments.out.display()))?;
    Ok(Exit::Done)
}

/// A server that reads the file meanwhile reads all of one or all of the other.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    fs::write(&beside, text)?;
    fs::rename(&beside, file)
}
