//! Where everything is: the directory, the ports, the generated configuration.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The services, in the order in which they are listed everywhere.
pub(crate) const SERVICES: [&str; 4] =
    ["order-intake", "provider-dispatch", "trade-tracker", "webhook-ingress"];

/// The accounts of the generated configuration, each with its merchant and its part of the simulated project's limit.
const ACCOUNTS: [(&str, &str, u32); 2] =
    [(MAIN_ACCOUNT, "acme", MAIN_QUOTA), (OTHER_ACCOUNT, "other", OTHER_QUOTA)];
/// The account that the examples use.
pub(crate) const MAIN_ACCOUNT: &str = "skinify_main";
/// An account that belongs to somebody else.
pub(crate) const OTHER_ACCOUNT: &str = "skinify_other";
const MAIN_QUOTA: u32 = 300;
const OTHER_QUOTA: u32 = 30;
/// Both accounts call one simulated project, which so has to bear both.
pub(crate) const SIMULATOR_LIMIT: u32 = MAIN_QUOTA + OTHER_QUOTA;

/// How fast time passes for what is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As in production.
    Real,
    /// Short enough to look on.
    Demo,
}

/// The ports, all on the loopback address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ports {
    pub(crate) nats: u16,
    pub(crate) simulator: u16,
    pub(crate) webhooks: u16,
    /// Health and metrics, in the order of [`SERVICES`].
    pub(crate) health: [u16; 4],
}

impl Ports {
    /// The usual ones.
    pub(crate) fn usual(nats: u16) -> Self {
        Self { nats, simulator: 8090, webhooks: 8080, health: [9100, 9101, 9102, 9103] }
    }

    /// Seven in a row.
    pub(crate) fn from_base(base: u16) -> Self {
        let [nats, simulator, webhooks, first, second, third, fourth] =
            [0, 1, 2, 3, 4, 5, 6].map(|offset: u16| base.saturating_add(offset));
        Self { nats, simulator, webhooks, health: [first, second, third, fourth] }
    }

    /// Free ones, as far as one can know.
    pub(crate) fn free() -> Result<Self, Failure> {
        // All are held until the last one is known, so that none is given twice.
        let listeners: io::Result<Vec<TcpListener>> = (0..7).map(|_| TcpListener::bind(address(0))).collect();
        let ports = listeners.and_then(|listeners| {
            listeners
                .iter()
                .map(|listener| Ok(listener.local_addr()?.port()))
                .collect::<io::Result<Vec<u16>>>()
        });
        let ports = ports.map_err(|error| Failure::new(format!("looking for free ports: {error}")))?;
        match ports.as_slice() {
            [nats, simulator, webhooks, first, second, third, fourth] => Ok(Self {
                nats: *nats,
                simulator: *simulator,
                webhooks: *webhooks,
                health: [*first, *second, *third, *fourth],
            }),
            _ => Err(Failure::new("looking for free ports: there are not enough")),
        }
    }

    /// Every port with what it is for.
    fn named(&self) -> Vec<(String, u16)> {
        let health = SERVICES
            .iter()
            .zip(self.health)
            .map(|(service, port)| (format!("the health of {service}"), port));
        [("NATS", self.nats), ("the provider simulator", self.simulator), ("webhooks", self.webhooks)]
            .map(|(name, port)| (name.to_owned(), port))
            .into_iter()
            .chain(health)
            .collect()
    }

    /// Finds ports that somebody else listens on, before anything is started.
    pub(crate) fn check_free(&self) -> Result<(), Failure> {
        let taken = self.named().into_iter().filter_map(|(name, port)| {
            let error = TcpListener::bind(address(port)).err()?;
            Some(if error.kind() == io::ErrorKind::AddrInUse {
                format!("port {port} for {name} is taken")
            } else {
                format!("port {port} for {name} cannot be used ({error})")
            })
        });
        let taken: Vec<String> = taken.collect();
        if taken.is_empty() {
            return Ok(());
        }
        let taken = taken.join(", ");
        Err(Failure::new(format!(
            "nothing was started: {taken}; stop what listens there, or choose others with --port-base"
        )))
    }
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
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

    /// The accounts' names.
    pub(crate) fn accounts() -> impl Iterator<Item = &'static str> {
        ACCOUNTS.iter().map(|(account, _, _)| *account)
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
            text.push_str("\n[tracking]\nspeed = 10\narm_delay = \"100ms\"\n");
        }
        for (account, merchant, requests) in ACCOUNTS {
            text.push_str(&self.account(account, merchant, requests));
        }
        text
    }

    fn account(&self, account: &str, merchant: &str, requests: u32) -> String {
        let secret = |name: &str| quoted(&self.secret_file(account, name));
        // The simulator executes at once or not at all.
        let settle = match self.pace {
            Pace::Real => "",
            Pace::Demo => "settle_time = \"10s\"\nrefusal_settle_time = \"2s\"\n",
        };
        format!(
            "\n[accounts.{account}]\nprovider = \"skinify\"\nmerchant = \"{merchant}\"\n\
             base_url = \"{}/skinify/api\"\ntoken_file = {}\nwebhook_path_secret_file = {}\n\
             webhook_signature_file = {}\nquota = {{ requests = {requests}, per = \"60s\" }}\n{settle}",
            self.simulator_url(),
            secret("token"),
            secret("webhook_path"),
            secret("webhook_signature"),
        )
    }
}

/// A path as a string of TOML and of the NATS configuration, which escape alike.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use skinbus_runtime::Config;

    #[test]
    fn the_generated_configuration_is_valid() {
        let dir = tempfile::tempdir().unwrap();
        for pace in [Pace::Real, Pace::Demo] {
            let layout = Layout::new(&dir.path().join("a \"b\""), Ports::from_base(20_000), pace).unwrap();
            let config = Config::from_toml(&layout.config()).unwrap();
            assert_eq!(config.accounts.len(), 2);
            let main = &config.accounts[&MAIN_ACCOUNT.parse().unwrap()];
            assert_eq!(main.base_url.as_deref(), Some("http://127.0.0.1:20001/skinify/api"));
            assert_eq!(main.token_file, Some(layout.secret_file(MAIN_ACCOUNT, "token")));
            assert_eq!(config.tracking.speed.get() > 1, pace == Pace::Demo);
        }
    }

    #[test]
    fn a_taken_port_is_named() {
        let taken = TcpListener::bind(address(0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let ports = Ports { webhooks: port, ..Ports::free().unwrap() };
        let Err(Failure::Problem(text)) = ports.check_free() else { panic!("it was free") };
        assert!(
            text.starts_with(&format!("nothing was started: port {port} for webhooks is taken;")),
            "{text}"
        );
    }
}
