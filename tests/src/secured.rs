//! NATS exactly as `deploy/nats` and the command line make it: TLS, and for everybody a user with the least rights.

use std::path::Path;
use std::process::Output;

use async_nats::ConnectOptions;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

use crate::nats::NatsServer;
use crate::process::{Process, binary};
use crate::system::System;

/// The server's directory: the configuration of `deploy/nats` as it is, and certificates of an authority of its own.
pub(crate) fn directory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let deployed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/nats/nats-server.conf");
    std::fs::copy(deployed, directory.path().join("nats-server.conf")).unwrap();
    std::fs::create_dir(directory.path().join("tls")).unwrap();
    certificates(&directory.path().join("tls"));
    directory
}

/// An authority that is made for this test alone, with one certificate for servers and one for clients.
fn certificates(directory: &Path) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = authority.self_signed(&key).unwrap();
    std::fs::write(directory.join("ca.crt"), certificate.pem()).unwrap();
    let issuer = Issuer::new(authority, key);
    let own = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = own.signed_by(&key, &issuer).unwrap();
    std::fs::write(directory.join("tls.crt"), certificate.pem()).unwrap();
    std::fs::write(directory.join("tls.key"), key.serialize_pem()).unwrap();
}

/// What every program is told of such a server.
pub(crate) fn variables(nats: &NatsServer) -> Vec<(String, String)> {
    vec![
        ("SKINBUS_NATS__TLS_CA_FILE".to_owned(), ca_file(nats)),
        ("SKINBUS_NATS__TOPOLOGY".to_owned(), "verify".to_owned()),
    ]
}

/// Where the certificate of the server's authority lies.
#[must_use]
pub fn ca_file(nats: &NatsServer) -> String {
    nats.directory().join("tls/ca.crt").display().to_string()
}

/// Where the seed of a user lies.
#[must_use]
pub fn seed_file(nats: &NatsServer, user: &str) -> String {
    nats.directory().join(format!("keys/{user}.nk")).display().to_string()
}

/// Does what an operator does once: users, then the server, then the streams.
pub(crate) async fn open(system: &mut System) {
    make_users(system).await;
    system.nats.run().await;
    let config = system.config_file();
    done(system.skinbus("admin", &["topology", "apply", "--config", path(&config)]).await);
}

/// Makes the keys that are missing, and the server's list of users.
async fn make_users(system: &System) {
    let directory = system.nats.directory().to_owned();
    let (keys, accounts) = (directory.join("keys"), directory.join("accounts.conf"));
    let config = system.config_file();
    let users = ["nats-users", "--config", path(&config), "--keys", path(&keys), "--out", path(&accounts)];
    done(system.skinbus("nobody", &users).await);
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn done(output: Output) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told} {}", String::from_utf8_lossy(&output.stdout));
}

impl System {
    /// Gives a user another key, as `docs/nats.md` says: from then on the server does not know the old one.
    pub async fn change_key(&mut self, user: &str) {
        for kind in ["nk", "pub"] {
            std::fs::remove_file(self.nats.directory().join(format!("keys/{user}.{kind}"))).unwrap();
        }
        make_users(self).await;
        self.nats.reload();
    }

    /// Starts a service with the key of another user; it belongs to the caller.
    #[must_use]
    pub fn launch_as(&self, name: &str, user: &str, own: &[(&str, &str)]) -> Process {
        let (told, seed) = (variables(&self.nats), seed_file(&self.nats, user));
        let told = told.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let seed = ("SKINBUS_NATS__NKEY_SEED_FILE", seed.as_str());
        let all: Vec<(&str, &str)> = told.chain([seed]).chain(own.iter().copied()).collect();
        Process::start_with(name, &self.config_file(), &all)
    }

    /// Runs the command line as a user of NATS.
    pub async fn skinbus(&self, user: &str, arguments: &[&str]) -> Output {
        let mut command = tokio::process::Command::new(binary("skinbus"));
        command.envs(variables(&self.nats)).env("SKINBUS_NATS__NKEY_SEED_FILE", seed_file(&self.nats, user));
        if user.starts_with("merchant-") {
            command.env("SKINBUS_NATS__JETSTREAM_PREFIX", "skinbus.js");
        }
        command.env("SKINBUS_NATS__URL", self.nats.url()).env("USER", "ada").env("NO_COLOR", "1");
        command.args(arguments).kill_on_drop(true).output().await.unwrap()
    }

    /// How a program of a user connects that is none of ours, with the inbox that is the user's.
    #[must_use]
    pub fn options_of(&self, user: &str) -> ConnectOptions {
        // Fails where it is installed already, which is as good.
        let _installed_already = rustls::crypto::ring::default_provider().install_default();
        let seed = std::fs::read_to_string(seed_file(&self.nats, user)).unwrap();
        let inbox = match user {
            "operator" => "_INBOX_skinbus".to_owned(),
            user if user.starts_with("merchant-") => "_INBOX".to_owned(),
            user => format!("_INBOX_{}", user.replace('-', "_")),
        };
        ConnectOptions::with_nkey(seed.trim().to_owned())
            .add_root_certificates(ca_file(&self.nats).into())
            .require_tls(true)
            .custom_inbox_prefix(inbox)
    }
}
