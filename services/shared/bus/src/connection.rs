//! The connection of a service to NATS.

use async_nats::connection::State;
use async_nats::jetstream;
use async_nats::{Auth, AuthError, Client, ConnectOptions, Event, ServerError};
use skinbus_runtime::config::{Config, NatsConfig, Topology as Mode};
use skinbus_runtime::{Condition, Health, Shutdown};
use std::path::PathBuf;
use std::time::Duration;

use crate::permissions::{GUEST_API, KeyError, Role, read_seed};
use crate::refusals::Refusals;
use crate::topology::{self, Change, Topology, TopologyError, TopologySettings};

/// Oldest server with message schedules that can be trusted.
const SERVER_MIN: (u16, u16) = (2, 12);
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Why a service has no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The options are unusable.
    #[error("preparing the connection to NATS at {url}")]
    Options {
        /// Where, without user and password.
        url: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The key of the user is unusable.
    #[error("preparing the connection to NATS at {url}")]
    Key {
        /// Where, without user and password.
        url: String,
        /// Why.
        #[source]
        source: KeyError,
    },
    /// The first connection failed for a reason that will not pass.
    #[error("connecting to NATS at {url}")]
    Connect {
        /// Where, without user and password.
        url: String,
        /// Why.
        #[source]
        source: async_nats::ConnectError,
    },
    /// The service was asked to end before NATS was there.
    #[error("asked to end while waiting for NATS")]
    Shutdown,
}

/// A connection with JetStream. Clones share it.
#[derive(Clone)]
pub struct Bus {
    client: Client,
    jetstream: jetstream::Context,
    is_guest: bool,
}

impl Bus {
    /// Connects, waits for the server, and applies the topology. The service stays up and is not ready meanwhile: NATS
    /// may come later, and go and come back.
    ///
    /// # Errors
    ///
    /// [`ConnectError`] where no waiting helps, or where the service is asked to end first.
    pub async fn connect(
        service: &'static str,
        config: &Config,
        shutdown: &Shutdown,
        health: &Health,
    ) -> Result<Self, ConnectError> {
        let (nats, topology) = (health.condition("nats"), health.condition("topology"));
        let client = tokio::select! {
            client = connect(service, config, nats.clone()) => client?,
            () = shutdown.requested() => return Err(ConnectError::Shutdown),
        };
        let is_guest = config.nats.jetstream_prefix == GUEST_API;
        let mut builder = jetstream::context::ContextBuilder::new()
            .timeout(config.nats.request_timeout)
            .ack_timeout(config.nats.request_timeout);
        builder = builder.max_ack_inflight(100_000);
        let builder = builder.api_prefix(config.nats.jetstream_prefix.clone());
        let bus = Self { jetstream: builder.build(client.clone()), client, is_guest };
        tokio::select! {
            () = bus.prepare(service, config, &nats, &topology) => Ok(bus),
            () = shutdown.requested() => Err(ConnectError::Shutdown),
        }
    }

    /// Waits until the server is there, new enough, and has what Skinbus needs.
    async fn prepare(&self, service: &'static str, config: &Config, nats: &Condition, condition: &Condition) {
        let whole = Topology::new(&TopologySettings::of(config));
        // Whoever only checks may not even look at what it has no part in.
        let wanted = match (config.nats.topology, Role::of_service(service)) {
            (Mode::Verify, Some(role)) => whole.needed_by(&role),
            (Mode::Verify | Mode::Manage | Mode::Off, _) => whole,
        };
        // Who would make the follower, and who would send orders.
        let is_guard = config.ledger.restored_at.is_none()
            && match config.nats.topology {
                Mode::Manage => true,
                Mode::Verify => Role::of_service(service) == Some(Role::ProviderDispatch),
                Mode::Off => false,
            };
        loop {
            let version = self.client.server_info().version;
            if version.is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
            if !is_new_enough(&version) {
                let (major, minor) = SERVER_MIN;
                nats.down(format!("nats-server {version} is too old: {major}.{minor} or newer is needed"));
                tokio::time::sleep(RETRY_PAUSE).await;
                continue;
            }
            if is_guard && topology::is_unfollowed(&self.jetstream).await {
                condition.down(topology::UNFOLLOWED);
                tokio::time::sleep(RETRY_PAUSE).await;
                continue;
            }
            match topology::apply(&self.jetstream, &wanted, config.nats.topology).await {
                Ok(_changes) => return condition.up(),
                Err(error) => condition.down(chain(&error)),
            }
            tokio::time::sleep(RETRY_PAUSE).await;
        }
    }

    /// Makes all streams and consumers as they must be, and tells what was changed.
    ///
    /// # Errors
    ///
    /// [`TopologyError`] at the first that cannot be; doing it again is safe.
    pub async fn apply_topology(&self, topology: &Topology) -> Result<Vec<Change>, TopologyError> {
        topology::apply(&self.jetstream, topology, Mode::Manage).await
    }

    /// Whether the ledger has versions and nobody follows it: see [`topology::UNFOLLOWED`].
    pub async fn is_unfollowed(&self) -> bool {
        topology::is_unfollowed(&self.jetstream).await
    }

    /// Everything that is missing or differs; nothing is changed.
    pub async fn check_topology(&self, topology: &Topology) -> Vec<TopologyError> {
        topology::check(&self.jetstream, topology).await
    }

    /// Whether this is a user of an account of its own, who may neither make consumers nor read whole streams.
    pub(crate) fn is_guest(&self) -> bool {
        self.is_guest
    }

    /// The client underneath.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// JetStream underneath.
    pub(crate) fn jetstream(&self) -> &jetstream::Context {
        &self.jetstream
    }

    /// Sends what is still queued, the last acknowledgements above all, and closes.
    pub async fn close(&self) {
        // Without a connection nothing can leave any more, and waiting for one would hold the process.
        if self.client.connection_state() != State::Connected {
            return tracing::warn!(
                "ending without a connection to NATS; what was not acknowledged comes again"
            );
        }
        // Everything that is queued leaves the process before the connection begins to close.
        if let Err(error) = self.client.flush().await {
            tracing::warn!(%error, "flushing the connection to NATS");
        }
        if let Err(error) = self.client.drain().await {
            tracing::debug!(%error, "draining the connection to NATS");
        }
    }
}

async fn connect(
    service: &'static str,
    config: &Config,
    condition: Condition,
) -> Result<Client, ConnectError> {
    let url = config.nats.url.to_string();
    let (shown_url, refusals) = (url.clone(), Refusals::default());
    let inbox_prefix = config.nats.inbox_prefix.clone();
    let options = secured(authenticated(&config.nats).await?, &config.nats)
        .name(service)
        // Replies to one service cannot be read by another that may only read its own inbox.
        .custom_inbox_prefix(inbox_prefix.unwrap_or_else(|| format!("_INBOX_{}", service.replace('-', "_"))))
        .request_timeout(Some(config.nats.request_timeout))
        .retry_on_initial_connect()
        .max_reconnects(None)
        .reconnect_delay_callback(|attempts| {
            let failed = u64::try_from(attempts).unwrap_or(u64::MAX).saturating_sub(1);
            Duration::from_millis(failed.saturating_mul(50).min(2000))
        })
        .event_callback(move |event| {
            report(&event, &condition, &shown_url, &refusals);
            std::future::ready(())
        });
    let servers: Vec<&str> = config.nats.url.servers().collect();
    options.connect(servers).await.map_err(|source| ConnectError::Connect { url, source })
}

/// Who we are.
async fn authenticated(nats: &NatsConfig) -> Result<ConnectOptions, ConnectError> {
    let url = nats.url.to_string();
    if let Some(file) = &nats.nkey_seed_file {
        // Read here as well, so that a wrong file is told at once.
        read_seed(file).map_err(|source| ConnectError::Key { url, source })?;
        let file = file.clone();
        return Ok(ConnectOptions::with_auth_callback(move |nonce| sign(file.clone(), nonce)));
    }
    match &nats.credentials_file {
        Some(file) => ConnectOptions::with_credentials_file(file)
            .await
            .map_err(|source| ConnectError::Options { url, source }),
        None => Ok(ConnectOptions::new()),
    }
}

/// Proves to the server that we have the key. The file is read at every connection, so that a new key needs no restart.
async fn sign(file: PathBuf, nonce: Vec<u8>) -> Result<Auth, AuthError> {
    let pair = read_seed(&file).map_err(|error| AuthError::new(chain(&error)))?;
    let mut auth = Auth::new();
    auth.signature = Some(pair.sign(&nonce).map_err(|_| AuthError::new("the key does not sign"))?);
    auth.nkey = Some(pair.public_key());
    Ok(auth)
}

/// Whom we believe to be the server. Where its authority is named, nothing is said without TLS.
fn secured(options: ConnectOptions, nats: &NatsConfig) -> ConnectOptions {
    let options = match &nats.tls_ca_file {
        Some(file) => options.add_root_certificates(file.clone()).require_tls(true),
        None => options,
    };
    match (&nats.tls_certificate_file, &nats.tls_key_file) {
        (Some(certificate), Some(key)) => {
            options.add_client_certificate(certificate.clone(), key.clone()).require_tls(true)
        }
        (None, _) | (_, None) => options,
    }
}

/// A refused publish does not fail at once, it only never gets an answer: its line in the log says why.
fn report(event: &Event, condition: &Condition, url: &str, refusals: &Refusals) {
    match event {
        Event::Connected => {
            condition.up();
            tracing::info!(url, "connected to NATS");
        }
        Event::Disconnected | Event::Closed => condition.down("not connected"),
        Event::ServerError(ServerError::Other(error)) => refusals.tell(error),
        Event::ServerError(error) => tracing::error!(%error, "NATS refused something"),
        Event::ClientError(error) => tracing::warn!(%error, "NATS client"),
        Event::SlowConsumer(subscription) => {
            tracing::warn!(subscription, "NATS delivers faster than is read")
        }
        Event::LameDuckMode | Event::Draining => tracing::info!(%event, "NATS connection"),
    }
}

pub(crate) fn is_new_enough(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u16>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= SERVER_MIN
}

/// An error with all its causes, in one line, for the log where it is handled.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.ends_with(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn old_servers_are_told_apart() {
        for (version, new_enough) in [
            ("2.9.10", false),
            ("2.11.9", false),
            ("2.12.0", true),
            ("2.15.1", true),
            ("3.0.0", true),
            ("", false),
        ] {
            assert_eq!(is_new_enough(version), new_enough, "{version}");
        }
    }
}
