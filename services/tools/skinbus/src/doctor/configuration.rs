//! The configuration, and the files that it names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use skinbus_domain::ids::AccountId;
use skinbus_runtime::accounts::{self, Account};
use skinbus_runtime::config::{Config, ConfigErrors, SecretField};
use skinbus_runtime::secrets::{SecretError, read_secret};

use super::check::Check;
use crate::configured;

const NAME: &str = "configuration";

/// The configuration, where it can be used.
pub(super) struct Known {
    pub(super) config: Config,
    pub(super) accounts: BTreeMap<AccountId, Account>,
}

/// Reads it, with every mistake.
pub(super) fn read(path: Option<&PathBuf>) -> (Vec<Check>, Option<Known>) {
    let Some(path) = configured::path(path) else {
        let check = Check::wrong(NAME, "there is none", "name the file of the services with --config");
        return (vec![check], None);
    };
    // Without variables: those of the services are not here.
    let loaded = Config::load(Some(&path), Vec::new());
    let known = loaded.and_then(|config| {
        let accounts = accounts::resolve(&config)?;
        Ok(Known { config, accounts })
    });
    match known {
        Ok(known) => {
            let found = format!("{}: {} accounts", path.display(), known.accounts.len());
            let mut checks = vec![Check::good(NAME, found)];
            checks.extend(judged(&known.config));
            checks.extend(secrets(&known.config));
            (checks, Some(known))
        }
        Err(errors) => (mistakes(&path, errors), None),
    }
}

fn mistakes(path: &Path, errors: ConfigErrors) -> Vec<Check> {
    let advice = format!("correct it in {}; no service starts with it", path.display());
    errors.into_iter().map(|error| Check::wrong(NAME, error.to_string(), advice.clone())).collect()
}

/// What is allowed, and not what production should have.
fn judged(config: &Config) -> Vec<Check> {
    let mut checks = Vec::new();
    let speed = config.tracking.speed.get();
    if speed != 1 {
        let found = format!("tracking.speed is {speed}: holds end and looks come {speed} times too early");
        checks.push(Check::warning("configuration.speed", found, "set it to 1 where money is real"));
    }
    if let Some(restored_at) = config.ledger.restored_at {
        let found =
            format!("the ledger was restored at {restored_at}: providers are asked before orders are sent");
        let advice =
            "take ledger.restored_at out when no merchant repeats an order of before; see docs/operations.md";
        checks.push(Check::warning("configuration.restored", found, advice));
    }
    checks
}

/// The secrets that are on this machine. Those of a cluster are in its pods.
fn secrets(config: &Config) -> Vec<Check> {
    let mut checks = Vec::new();
    for (name, account) in &config.accounts {
        let mut readable = 0;
        for field in SecretField::ALL {
            let Some(path) = account.secret_file(field) else { continue };
            let check = format!("secrets.{name}.{}", field.setting());
            match read_secret(path) {
                Ok(_secret) => readable += 1,
                Err(SecretError::Unreadable(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                    let advice =
                        "right where the services run elsewhere: a service that lacks one does not start";
                    checks.push(Check::unseen(check, "the file is not on this machine", advice));
                }
                Err(error) => {
                    let advice = "put the secret itself into the file, readable by this user";
                    checks.push(Check::wrong(check, error.to_string(), advice));
                }
            }
        }
        if readable > 0 {
            checks.push(Check::good(format!("secrets.{name}"), format!("{readable} files can be read")));
        }
    }
    checks
}

#[cfg(test)]
mod tests {
    use super::super::check::Verdict;
    use super::*;

    fn verdicts(text: &str) -> Vec<(String, Verdict)> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "sim-token-0123456789").unwrap();
        std::fs::write(folder.path().join("empty"), "\n").unwrap();
        let file = folder.path().join("skinbus.toml");
        std::fs::write(&file, text.replace("FOLDER", folder.path().to_str().unwrap())).unwrap();
        let (checks, _) = read(Some(&file));
        for check in &checks {
            assert!(!check.found.contains("0123456789"), "{check:?}");
            assert!(check.verdict == Verdict::Good || !check.advice.is_empty(), "{check:?}");
        }
        checks.into_iter().map(|check| (check.name, check.verdict)).collect()
    }

    #[test]
    fn every_mistake_is_told() {
        let told = verdicts("[nats]\nreplicas = 2\n[http]\nlisten = \"here\"\n[nonsense]\n");
        assert!(told.len() >= 3 && told.iter().all(|(_, verdict)| *verdict == Verdict::Wrong), "{told:?}");
    }

    #[test]
    fn secrets_are_read_and_those_that_are_elsewhere_are_not_wrong() {
        let account = "[accounts.a]\nprovider = \"skinify\"\nmerchant = \"acme\"\ntoken_file = \"FOLDER/token\"\n\
                       webhook_path_secret_file = \"FOLDER/empty\"\nwebhook_signature_file = \"FOLDER/elsewhere\"\n";
        let told = verdicts(&format!("[tracking]\nspeed = 20\n{account}"));
        let of = |name: &str| told.iter().find(|(of, _)| of == name).unwrap().1;
        assert_eq!(of("configuration"), Verdict::Good);
        assert_eq!(of("configuration.speed"), Verdict::Warning);
        assert_eq!(of("secrets.a"), Verdict::Good);
        assert_eq!(of("secrets.a.webhook_path_secret_file"), Verdict::Wrong);
        assert_eq!(of("secrets.a.webhook_signature_file"), Verdict::Unseen);
    }
}
