//! Secrets for one machine: random, made once for each directory, readable for their owner only.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use skinbus_providers::skinify::signature_of;
use skinbus_runtime::secrets::read_secret;
use uuid::Uuid;

use super::layout::{Layout, MAIN_ACCOUNT};
use crate::failure::Failure;

/// What the simulator has to know.
pub(crate) struct SimulatorSecrets {
    /// The API token of the simulated project.
    pub(crate) token: SecretString,
    /// Where it sends webhooks, with the secret part of the path.
    pub(crate) webhook_url: SecretString,
}

/// Makes what is missing.
pub(crate) fn make(layout: &Layout) -> Result<SimulatorSecrets, Failure> {
    let token = existing_or(&layout.secret_file(MAIN_ACCOUNT, "token"), random)?;
    for account in Layout::accounts() {
        // One simulated project, so one token.
        existing_or(&layout.secret_file(account, "token"), || token.clone())?;
        existing_or(&layout.secret_file(account, "webhook_signature"), || signature_of(&token))?;
        existing_or(&layout.secret_file(account, "webhook_path"), random)?;
    }
    let path = existing_or(&layout.secret_file(MAIN_ACCOUNT, "webhook_path"), random)?;
    let webhook_url = format!("{}/webhooks/{MAIN_ACCOUNT}/{}", layout.webhooks_url(), path.expose_secret());
    Ok(SimulatorSecrets { token, webhook_url: SecretString::from(webhook_url) })
}

fn existing_or(path: &Path, make: impl FnOnce() -> SecretString) -> Result<SecretString, Failure> {
    if !path.exists() {
        write(path, &make())
            .map_err(|error| Failure::new(format!("writing the secret {}: {error}", path.display())))?;
    }
    read_secret(path).map_err(|error| Failure::new(format!("reading the secret {}: {error}", path.display())))
}

fn write(path: &Path, secret: &SecretString) -> io::Result<()> {
    if let Some(dir) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{}", secret.expose_secret())
}

/// 244 random bits.
fn random() -> SecretString {
    let (first, second) = (Uuid::new_v4().simple(), Uuid::new_v4().simple());
    SecretString::from(format!("{first}{second}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dev::layout::{Pace, Ports};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn secrets_are_made_once_and_for_their_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path(), Ports::from_base(20_000), Pace::Real).unwrap();
        let first = make(&layout).ok().unwrap();
        let second = make(&layout).ok().unwrap();
        assert_eq!(first.token.expose_secret(), second.token.expose_secret());
        assert_eq!(first.token.expose_secret().len(), 64);
        let webhooks = format!("http://127.0.0.1:20002/webhooks/{MAIN_ACCOUNT}/");
        assert!(first.webhook_url.expose_secret().starts_with(&webhooks));
        for account in Layout::accounts() {
            for name in ["token", "webhook_path", "webhook_signature"] {
                let mode = fs::metadata(layout.secret_file(account, name)).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600, "{account} {name}");
            }
        }
    }
}
