//! The sections of the configuration, one struct each, with their defaults.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use skinbus_domain::ids::AccountId;
use skinbus_domain::rules::ByGame;

use super::parse;

/// `[nats]`: the connection, and who owns the streams.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NatsConfig {
    /// One or more servers, separated by commas.
    #[serde(deserialize_with = "parse::de_text")]
    pub url: NatsUrl,
    /// Whether the service creates and updates streams, only checks them, or leaves them alone.
    pub topology: Topology,
    /// Copies of every stream and bucket: 1, 3 or 5.
    pub replicas: u8,
    /// The `.creds` file of the service's NATS user.
    pub credentials_file: Option<PathBuf>,
    /// The file with the nkey seed of the service's NATS user, instead of credentials.
    pub nkey_seed_file: Option<PathBuf>,
    /// What the subjects begin with on which answers come; `_INBOX_<service>` where it is not set.
    pub inbox_prefix: Option<String>,
    /// What calls of the JetStream API begin with; `skinbus.js` for a merchant's user.
    pub jetstream_prefix: String,
    /// The certificates of the authority that the servers are believed for; those of the system where it is not set.
    pub tls_ca_file: Option<PathBuf>,
    /// The client's certificate, where the servers ask for one.
    pub tls_certificate_file: Option<PathBuf>,
    /// Its private key.
    pub tls_key_file: Option<PathBuf>,
    /// How long one request to NATS may take.
    #[serde(deserialize_with = "parse::de_duration")]
    pub request_timeout: Duration,
}

impl Default for NatsConfig {
    fn default() -> Self {
        Self {
            url: NatsUrl("nats://127.0.0.1:4222".to_owned()),
            topology: Topology::Manage,
            replicas: 1,
            credentials_file: None,
            nkey_seed_file: None,
            inbox_prefix: None,
            jetstream_prefix: "$JS.API".to_owned(),
            tls_ca_file: None,
            tls_certificate_file: None,
            tls_key_file: None,
            request_timeout: Duration::from_secs(5),
        }
    }
}

/// Where NATS is. It may hold a password, so only [`NatsUrl::expose`] shows all of it.
#[derive(Clone, PartialEq, Eq)]
pub struct NatsUrl(String);

impl NatsUrl {
    /// The whole text, with a password where it has one: for the client only, never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Each server of [`NatsUrl::expose`], for the client only.
    pub fn servers(&self) -> impl Iterator<Item = &str> {
        self.0.split(',').map(str::trim)
    }
}

impl std::str::FromStr for NatsUrl {
    type Err = std::convert::Infallible;

    /// Takes any text; [`super::Config::load`] checks it together with everything else.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for NatsUrl {
    /// The servers without user and password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, server) in self.servers().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            let (scheme, rest) = server.split_once("://").unwrap_or(("nats", server));
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            write!(formatter, "{separator}{scheme}://{host}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for NatsUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "NatsUrl({self})")
    }
}

/// What a service does with streams, consumers and buckets at start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Topology {
    /// Create what is missing and update what differs.
    Manage,
    /// Change nothing; be not ready where something is missing or differs.
    Verify,
    /// Do not look.
    Off,
}

impl NatsConfig {
    /// Every file that is named here.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let files = [
            &self.credentials_file,
            &self.nkey_seed_file,
            &self.tls_ca_file,
            &self.tls_certificate_file,
            &self.tls_key_file,
        ];
        files.into_iter().filter_map(Option::as_deref)
    }
}

/// `[http]`: health and metrics of every service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// The address to listen on; port 0 takes a free one, which the log line `listening` names.
    #[serde(deserialize_with = "parse::de_address")]
    pub listen: SocketAddr,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9100)) }
    }
}

/// `[webhooks]`: the listener for providers, and how they find it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhooksConfig {
    /// The address to listen on.
    #[serde(deserialize_with = "parse::de_address")]
    pub listen: SocketAddr,
    /// What providers are told: `<public_url>/webhooks/<account>/<path_secret>`. Without it none is told.
    pub public_url: Option<String>,
    /// Largest body that is read.
    pub body_limit_bytes: usize,
    /// How long a sender may take to send a whole request.
    #[serde(deserialize_with = "parse::de_duration")]
    pub read_timeout: Duration,
    /// Connections at the same time; further ones wait in the kernel.
    pub max_connections: usize,
}

impl Default for WebhooksConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            body_limit_bytes: 65_536,
            read_timeout: Duration::from_secs(10),
            max_connections: 1_024,
        }
    }
}

/// `[intake]`: order-intake.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IntakeConfig {
    /// Orders worked on at the same time.
    pub concurrency: usize,
}

impl Default for IntakeConfig {
    fn default() -> Self {
        Self { concurrency: 256 }
    }
}

/// `[dispatch]`: provider-dispatch.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DispatchConfig {
    /// The accounts that this process serves; empty means all that are configured.
    #[serde(deserialize_with = "parse::de_account_list")]
    pub accounts: Vec<AccountId>,
    /// Calls to one account's provider at the same time.
    pub concurrency: usize,
    /// How much longer than the call's own time-out an intent stays ours.
    #[serde(deserialize_with = "parse::de_duration")]
    pub lease_margin: Duration,
}

impl Default for DispatchConfig {
    fn default() -> Self {
        Self { accounts: Vec::new(), concurrency: 10, lease_margin: Duration::from_secs(5) }
    }
}

/// `[tracking]`: trade-tracker.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrackingConfig {
    /// Divides every polling interval and hold, for tests and demos; 1 in production.
    pub speed: NonZeroU32,
    /// How long after a status change its poll schedule is written, so that quick trades write none.
    #[serde(deserialize_with = "parse::de_duration")]
    pub arm_delay: Duration,
    /// Most due polls of one account that are in hand, of each line.
    pub due_batch: usize,
    /// Most due polls in hand, over all accounts.
    pub max_ack_pending: u32,
    /// How long trades of a trade-protected game may be reversed by Steam: of Counter-Strike 2, and where nobody says which
    /// game it is.
    #[serde(deserialize_with = "parse::de_duration")]
    pub protection: Duration,
    /// The same for single games; zero where trades are not reversed.
    pub game_protection: GameProtectionConfig,
    /// How long a hosted deposit page is waited for that has no end of its own.
    #[serde(deserialize_with = "parse::de_duration")]
    pub link_lifetime: Duration,
    /// How often each account's records at its provider are compared with the ledger; zero for never. It costs quota of the
    /// lowest lane.
    #[serde(deserialize_with = "parse::de_duration")]
    pub reconcile_every: Duration,
    /// How far back such a comparison goes: longer than a hold, so that what is taken back late is seen.
    #[serde(deserialize_with = "parse::de_duration")]
    pub reconcile_period: Duration,
}

/// `[tracking.game_protection]`: how long Steam may reverse trades of a game.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GameProtectionConfig {
    /// Counter-Strike 2; `tracking.protection` unless it is set.
    #[serde(deserialize_with = "parse::de_optional_duration")]
    pub cs2: Option<Duration>,
    /// Dota 2.
    #[serde(deserialize_with = "parse::de_duration")]
    pub dota2: Duration,
    /// Rust.
    #[serde(deserialize_with = "parse::de_duration")]
    pub rust: Duration,
    /// Team Fortress 2.
    #[serde(deserialize_with = "parse::de_duration")]
    pub tf2: Duration,
}

impl TrackingConfig {
    /// How long trades may be reversed, by game, at the configured speed.
    #[must_use]
    pub fn protection_by_game(&self) -> ByGame<Duration> {
        let games = &self.game_protection;
        ByGame {
            cs2: self.scaled(games.cs2.unwrap_or(self.protection)),
            dota2: self.scaled(games.dota2),
            rust: self.scaled(games.rust),
            tf2: self.scaled(games.tf2),
            unknown: self.scaled(self.protection),
        }
    }

    /// A polling interval or hold at the configured speed.
    #[must_use]
    pub fn scaled(&self, duration: Duration) -> Duration {
        // Not zero by its type, so the division cannot panic.
        duration / self.speed.get()
    }
}

impl Default for TrackingConfig {
    fn default() -> Self {
        Self {
            speed: NonZeroU32::MIN,
            arm_delay: Duration::from_secs(1),
            due_batch: 1000,
            max_ack_pending: 20_000,
            protection: Duration::from_secs(8 * 24 * 60 * 60),
            game_protection: GameProtectionConfig::default(),
            link_lifetime: Duration::from_secs(7 * 24 * 60 * 60),
            reconcile_every: Duration::from_secs(24 * 60 * 60),
            reconcile_period: Duration::from_secs(10 * 24 * 60 * 60),
        }
    }
}

/// `[queries]`: what is asked of providers besides orders.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueriesConfig {
    /// How old a price list may become before the provider is asked again. One replica asks, for all.
    #[serde(deserialize_with = "parse::de_duration")]
    pub price_list_age: Duration,
    /// How old any other answer may become that is given again to the same question; most callers ask the same.
    #[serde(deserialize_with = "parse::de_duration")]
    pub answer_age: Duration,
    /// Largest price list that is read from a provider.
    pub price_list_max_bytes: usize,
}

impl Default for QueriesConfig {
    fn default() -> Self {
        Self {
            price_list_age: Duration::from_secs(300),
            answer_age: Duration::from_secs(2),
            price_list_max_bytes: 64 * 1024 * 1024,
        }
    }
}

/// `[shutdown]`: how a service ends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShutdownConfig {
    /// How long work in hand may take after the request to end. A call to a provider may take its `total_timeout`, so this
    /// is longer.
    #[serde(deserialize_with = "parse::de_duration")]
    pub drain_timeout: Duration,
}

impl Default for ShutdownConfig {
    fn default() -> Self {
        Self { drain_timeout: Duration::from_secs(75) }
    }
}

/// `[reload]`: how a service notices and takes a changed configuration while it runs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReloadConfig {
    /// How often the configuration file and the secrets are looked at. What has changed is taken once it was found the same
    /// twice, so within twice this time; at once on SIGHUP.
    #[serde(deserialize_with = "parse::de_duration")]
    pub every: Duration,
    /// How long a service may take to be ready with what was reloaded; after it the old configuration stays.
    #[serde(deserialize_with = "parse::de_duration")]
    pub ready_timeout: Duration,
}

impl Default for ReloadConfig {
    fn default() -> Self {
        Self { every: Duration::from_secs(5), ready_timeout: Duration::from_secs(30) }
    }
}
