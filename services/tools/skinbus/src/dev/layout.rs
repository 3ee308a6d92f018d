//! Where everything is: the directory, the files in it, the generated configuration.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::accounts::ACCOUNTS;
use super::ports::Ports;
use crate::failure::Failure;

/// The services, in the order in which they are listed everywhere.
pub(crate) const SERVICES: [&str; 4] =
    ["order-intake", "provider-dispatch", "trade-tracker", "webhook-ingress"];

/// How fast time passes for what is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As in production.
    Real,
    /// Short enough to look on.
    Demo,
}

/// The directory and the ports of one system.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// Absolute, because the configuration names files in it.
    pub(crate) dir: PathBuf,
    pub(crate) ports: Ports,
    pub(crate) pace: Pace,
}

impl Layout {
    /// Makes the directory, readable for its owner only, where it is not there.
    pub(crate) fn new(dir: &Path, ports: Ports, pace: Pace) -> Result<Self, Failure> {
        let failed =
            |error: io::Error| Failure::new(format!("making the directory {}: {error}", dir.display()));
        for part in ["", "logs", "nats", "secrets"] {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(dir.join(part)).map_err(failed)?;
        }
        let dir = dir.canonicalize().map_err(failed)?;
        Ok(Self { dir, ports, pace })
    }

    pub(crate) fn nats_url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.ports.nats)
    }

    pub(crate) fn simulator_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.simulator)
    }

    pub(crate) fn events_url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.ports.simulator)
    }

    pub(crate) fn webhooks_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.webhooks)
    }

    pub(crate) fn config_file(&self) -> PathBuf {
        self.dir.join("skinbus.toml")
    }

    pub(crate) fn nats_config_file(&self) -> PathBuf {
        self.dir.join("nats.conf")
    }

    pub(crate) fn log_file(&self, name: &str) -> PathBuf {
        self.dir.join("logs").join(format!("{name}.log"))
    }

    pub(crate) fn secret_file(&self, account: &str, name: &str) -> PathBuf {
        self.dir.join("secrets").join(account).join(name)
    }

    /// Writes both configuration files anew.
    pub(crate) fn write_config(&self) -> Result<(), Failure> {
        for (path, text) in
            [(self.config_file(), self.config()), (self.nats_config_file(), self.nats_config())]
        {
            fs::write(&path, text)
                .map_err(|error| Failure::new(format!("writing {}: {error}", path.display())))?;
        }
        Ok(())
    }

    fn nats_config(&self) -> String {
        // A limit of its own: by default the server takes a part of what is free on the disk, which may be too little
        // for what the streams reserve.
        format!(
            "server_name: skinbus_dev\nlisten: \"127.0.0.1:{}\"\njetstream {{\n  store_dir: {}\n  max_file_store: 64GB\n}}\n",
            self.ports.nats,
            quoted(&self.dir.join("nats")),
        )
    }

    fn config(&self) -> String {
        let mut text = format!(
            "# Generated, and written anew at every start.\n\n[nats]\nurl = \"{}\"\n\n\
             [webhooks]\nlisten = \"127.0.0.1:{}\"\npublic_url = \"{}\"\n",
            self.nats_url(),
            self.ports.webhooks,
            self.webhooks_url(),
        );
        if self.pace == Pace::Demo {
            // The protection is divided by the speed, like every other time that we count ourselves.
            text.push_str("\n[tracking]\nspeed = 10\narm_delay = \"100ms\"\nprotection = \"60s\"\n");
        }
        for account in ACCOUNTS {
            text.push_str(&account.section(self));
        }
        text
    }
}

/// A path as a string of TOML and of the NATS configuration, which escape alike.
pub(super) fn quoted(path: &Path) -> String {
    let text = path.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dev::accounts::{SHADOWPAY, SKINIFY};
    use skinbus_runtime::Config;
    use skinbus_runtime::config::ProviderName;

    #[test]
    fn the_generated_configuration_is_valid() {
        let dir = tempfile::tempdir().unwrap();
        for pace in [Pace::Real, Pace::Demo] {
            let layout = Layout::new(&dir.path().join("a \"b\""), Ports::from_base(20_000), pace).unwrap();
            let config = Config::from_toml(&layout.config()).unwrap();
            assert_eq!(config.accounts.len(), ACCOUNTS.len());
            let account = |name: &str| &config.accounts[&name.parse().unwrap()];
            let skinify = account(SKINIFY);
            assert_eq!(skinify.provider, ProviderName::Skinify);
            assert_eq!(skinify.base_url.as_deref(), Some("http://127.0.0.1:20001/skinify/api"));
            assert_eq!(skinify.token_file, Some(layout.secret_file(SKINIFY, "token")));
            let pay_url = account(SHADOWPAY).pay_url.as_deref();
            assert_eq!(pay_url, Some("http://127.0.0.1:20001/shadowpay/en/pay"));
            assert_eq!(config.tracking.speed.get() > 1, pace == Pace::Demo);
        }
    }
}
