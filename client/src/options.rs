//! How to connect.

use std::path::PathBuf;
use std::time::Duration;

/// What calls of the JetStream API begin with where everybody shares one NATS account.
const OPEN_API: &str = "$JS.API";
/// The same in a merchant's own NATS account (`docs/nats.md`).
const MERCHANT_API: &str = "skinbus.js";
/// How long one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// How to connect, and as whom. It prints no secret: keys are named by their files.
#[derive(Debug, Clone)]
pub struct Options {
    pub(crate) url: String,
    pub(crate) merchant: String,
    pub(crate) identity: Option<Identity>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) certificate_files: Option<(PathBuf, PathBuf)>,
    pub(crate) jetstream_prefix: String,
    pub(crate) inbox_prefix: Option<String>,
    pub(crate) request_timeout: Duration,
    pub(crate) may_read_streams: bool,
}

/// How the NATS user is proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The file with the nkey seed, as `skinbus nats-users` writes it (`merchant-<name>.nk`).
    NkeySeedFile(PathBuf),
    /// A `.creds` file, where NATS users are JWTs.
    CredentialsFile(PathBuf),
}

impl Options {
    /// A server without users, as `skinbus dev` starts it. `url` may name several servers, with commas.
    #[must_use]
    pub fn open(url: impl Into<String>, merchant: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            merchant: merchant.into(),
            identity: None,
            ca_file: None,
            certificate_files: None,
            jetstream_prefix: OPEN_API.to_owned(),
            inbox_prefix: None,
            request_timeout: REQUEST_TIMEOUT,
            may_read_streams: true,
        }
    }

    /// A server on which the merchant has a NATS account of its own, as `docs/nats.md` says.
    #[must_use]
    pub fn secured(url: impl Into<String>, merchant: impl Into<String>, identity: Identity) -> Self {
        Self {
            identity: Some(identity),
            jetstream_prefix: MERCHANT_API.to_owned(),
            may_read_streams: false,
            ..Self::open(url, merchant)
        }
    }

    /// The certificates of the authority that the servers are believed for, in place of the system's. Nothing is said without
    /// TLS then.
    #[must_use]
    pub fn ca_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(file.into());
        self
    }

    /// Your certificate and its private key, where the servers ask for one.
    #[must_use]
    pub fn certificate_files(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.certificate_files = Some((certificate.into(), key.into()));
        self
    }

    /// What calls of the JetStream API begin with, where it is neither `$JS.API` (open) nor `skinbus.js` (secured).
    #[must_use]
    pub fn jetstream_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.jetstream_prefix = prefix.into();
        self
    }

    /// What answers come on, where your NATS user may not hear `_INBOX.>`.
    #[must_use]
    pub fn inbox_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.inbox_prefix = Some(prefix.into());
        self
    }

    /// How long one request may take; 5 seconds where nothing is said.
    #[must_use]
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }
}
