//! Secrets for one machine: random, made once for each directory, readable for their owner only.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use skinbus_providers::{skinify, skinout, skinsback};
use skinbus_runtime::config::ProviderName;
use skinbus_runtime::secrets::read_secret;
use uuid::Uuid;

use super::accounts::{self, ACCOUNTS, Account};
use super::layout::Layout;
use crate::failure::Failure;

/// Variables that tell the simulator its projects' credentials and where webhooks go. They are no arguments, which
/// everybody on the machine can read.
pub(crate) type Variables = Vec<(&'static str, OsString)>;

/// Makes what is missing, and says what the simulator has to know.
pub(crate) fn make(layout: &Layout) -> Result<Variables, Failure> {
    let mut variables = Variables::new();
    for account in ACCOUNTS {
        for name in accounts::secrets(account.provider) {
            // A signature is made of the others.
            if !name.ends_with("_signature") {
                existing_or(&layout.secret_file(account.name, name), || first(layout, account, name))?;
            }
        }
        if let Some(signature) = signature(layout, account)? {
            existing_or(&layout.secret_file(account.name, "webhook_signature"), || Ok(signature))?;
        }
        if account.provider == ProviderName::Skinify {
            let token = read(&layout.secret_file(account.name, "token"))?;
            let signature = skinify::feed_signature_of(accounts::SKINIFY_PROJECT_ID, &token);
            existing_or(&layout.secret_file(account.name, "events_signature"), || Ok(signature))?;
        }
        if account.merchant == accounts::MERCHANT {
            variables.extend(simulated(layout, account)?);
        }
    }
    Ok(variables)
}

/// A new secret. There is one simulated project for each provider: an account of somebody else has the same credentials.
fn first(layout: &Layout, account: Account, name: &str) -> Result<SecretString, Failure> {
    match account.name {
        accounts::SKINIFY_OTHER if name == "token" => read(&layout.secret_file(accounts::SKINIFY, name)),
        _ => Ok(random()),
    }
}

/// The constant of the account's webhooks, where they have one.
fn signature(layout: &Layout, account: Account) -> Result<Option<SecretString>, Failure> {
    let secret = |name| read(&layout.secret_file(account.name, name));
    Ok(match account.provider {
        ProviderName::Skinsback => {
            Some(skinsback::signature_of(accounts::SKINSBACK_CLIENT_ID, &secret("client_secret")?))
        }
        ProviderName::Skinout => Some(skinout::signature_of(&secret("api_key")?)),
        ProviderName::Skinify => Some(skinify::signature_of(&secret("token")?)),
        ProviderName::Shadowpay | ProviderName::Skinslink => None,
    })
}

/// What the simulator is told of an account.
fn simulated(layout: &Layout, account: Account) -> Result<Variables, Failure> {
    let secret = |name| {
        read(&layout.secret_file(account.name, name)).map(|secret| OsString::from(secret.expose_secret()))
    };
    let mut webhooks = OsString::from(format!("{}/webhooks/{}/", layout.webhooks_url(), account.name));
    webhooks.push(secret("webhook_path_secret")?);
    Ok(match account.provider {
        ProviderName::Skinsback => vec![
            ("SKINSBACK_CLIENT_ID", accounts::SKINSBACK_CLIENT_ID.into()),
            ("SKINSBACK_CLIENT_SECRET", secret("client_secret")?),
            ("SKINSBACK_EVENTS_URL", webhooks.clone()),
            ("SKINSBACK_WEBHOOK_URL", webhooks),
        ],
        ProviderName::Skinout => vec![
            ("SKINOUT_API_KEY", secret("api_key")?),
            ("SKINOUT_PROJECT_ID", accounts::SKINOUT_PROJECT_ID.into()),
            ("SKINOUT_PURCHASE_WEBHOOK_URL", webhooks.clone()),
            ("SKINOUT_WEBHOOK_URL", webhooks),
        ],
        ProviderName::Skinify => {
            vec![("SKINIFY_TOKEN", secret("token")?), ("SKINIFY_IPN_URL", webhooks)]
        }
        ProviderName::Shadowpay => vec![
            ("SHADOWPAY_TOKEN", secret("token")?),
            ("SHADOWPAY_PUBLIC_HASH", accounts::SHADOWPAY_PUBLIC_HASH.into()),
            ("SHADOWPAY_SECRET_HASH", secret("secret_hash")?),
            ("SHADOWPAY_IPN_URL", webhooks),
        ],
        ProviderName::Skinslink => vec![
            ("SKINSLINK_API_KEY", secret("api_key")?),
            ("SKINSLINK_WEBHOOK_SECRET", secret("webhook_secret")?),
            ("SKINSLINK_WEBHOOK_URL", webhooks),
        ],
    })
}

fn existing_or(path: &Path, make: impl FnOnce() -> Result<SecretString, Failure>) -> Result<(), Failure> {
    if path.exists() {
        return Ok(());
    }
    write(path, &make()?)
        .map_err(|error| Failure::new(format!("writing the secret {}: {error}", path.display())))
}

fn read(path: &Path) -> Result<SecretString, Failure> {
    read_secret(path).map_err(|error| Failure::new(format!("reading the secret {}: {error}", path.display())))
}

fn write(path: &Path, secret: &SecretString) -> io::Result<()> {
    if let Some(dir) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{}", secret.expose_secret())
}

/// 244 random bits. They begin with a letter: one provider signs an id and its secret with nothing between them.
fn random() -> SecretString {
    let (first, second) = (Uuid::new_v4().simple(), Uuid::new_v4().simple());
    SecretString::from(format!("s{first}{second}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dev::layout::Pace;
    use crate::dev::ports::Ports;
    use std::os::unix::fs::PermissionsExt;

    fn value(variables: &Variables, name: &str) -> String {
        let found = variables.iter().find(|(variable, _)| *variable == name).unwrap();
        found.1.to_str().unwrap().to_owned()
    }

    #[test]
    fn secrets_are_made_once_and_for_their_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path(), Ports::from_base(20_000), Pace::Real).unwrap();
        let first = make(&layout).ok().unwrap();
        assert_eq!(make(&layout).ok().unwrap(), first);
        assert_eq!(value(&first, "SKINIFY_TOKEN").len(), 65);
        assert_ne!(value(&first, "SKINIFY_TOKEN"), value(&first, "SHADOWPAY_TOKEN"));
        for account in ACCOUNTS {
            for name in accounts::secrets(account.provider) {
                let file = layout.secret_file(account.name, name);
                let mode = fs::metadata(&file).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600, "{}", file.display());
            }
        }
        let token = |account| fs::read_to_string(layout.secret_file(account, "token")).unwrap();
        assert_eq!(token(accounts::SKINIFY), token(accounts::SKINIFY_OTHER));
    }

    #[test]
    fn every_simulated_project_knows_where_its_webhooks_go() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path(), Ports::from_base(20_000), Pace::Real).unwrap();
        let variables = make(&layout).ok().unwrap();
        let addresses = [
            ("SKINSBACK_WEBHOOK_URL", accounts::SKINSBACK),
            ("SKINSBACK_EVENTS_URL", accounts::SKINSBACK),
            ("SKINOUT_WEBHOOK_URL", accounts::SKINOUT),
            ("SKINOUT_PURCHASE_WEBHOOK_URL", accounts::SKINOUT),
            ("SKINIFY_IPN_URL", accounts::SKINIFY),
            ("SHADOWPAY_IPN_URL", accounts::SHADOWPAY),
            ("SKINSLINK_WEBHOOK_URL", accounts::SKINSLINK),
        ];
        for (variable, account) in addresses {
            let path = fs::read_to_string(layout.secret_file(account, "webhook_path_secret")).unwrap();
            let expected = format!("http://127.0.0.1:20002/webhooks/{account}/{}", path.trim());
            assert_eq!(value(&variables, variable), expected);
        }
    }
}
