//! The connection of a service to NATS.

use async_nats::connection::State;
use async_nats::jetstream;
use async_nats::{Client, ConnectOptions, Event, ServerError};
use skinbus_domain::ids::AccountId;
use skinbus_runtime::config::Config;
use skinbus_runtime::{Condition, Health, Shutdown};
use std::time::Duration;

use crate::topology::{self, Topology, TopologySettings};

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
        let mut builder = jetstream::context::ContextBuilder::new()
            .timeout(config.nats.request_timeout)
            .ack_timeout(config.nats.request_timeout);
        builder = builder.max_ack_inflight(100_000);
        let bus = Self { jetstream: builder.build(client.clone()), client };
        tokio::select! {
            () = bus.prepare(config, &nats, &topology) => Ok(bus),
            () = shutdown.requested() => Err(ConnectError::Shutdown),
        }
    }

    /// Waits until the server is there, new enough, and has what Skinbus needs.
    async fn prepare(&self, config: &Config, nats: &Condition, condition: &Condition) {
        let accounts: Vec<AccountId> = config.accounts.keys().cloned().collect();
        let wanted = Topology::new(&TopologySettings {
            replicas: usize::from(config.nats.replicas),
            accounts,
            tracker_max_ack_pending: i64::from(config.tracking.max_ack_pending),
        });
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
            match topology::apply(&self.jetstream, &wanted, config.nats.topology).await {
                Ok(()) => return condition.up(),
                Err(error) => condition.down(chain(&error)),
            }
            tokio::time::sleep(RETRY_PAUSE).await;
        }
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
    let mut options = ConnectOptions::new();
    if let Some(file) = &config.nats.credentials_file {
        options = ConnectOptions::with_credentials_file(file)
            .await
            .map_err(|source| ConnectError::Options { url: url.clone(), source })?;
    }
    let shown_url = url.clone();
    let options = options
        .name(service)
        // Replies to one service cannot be read by another that may only read its own inbox.
        .custom_inbox_prefix(format!("_INBOX_{}", service.replace('-', "_")))
        .request_timeout(Some(config.nats.request_timeout))
        .retry_on_initial_connect()
        .max_reconnects(None)
        .reconnect_delay_callback(|attempts| {
            let failed = u64::try_from(attempts).unwrap_or(u64::MAX).saturating_sub(1);
            Duration::from_millis(failed.saturating_mul(50).min(2000))
        })
        .event_callback(move |event| {
            report(&event, &condition, &shown_url);
            std::future::ready(())
        });
    let servers: Vec<&str> = config.nats.url.servers().collect();
    options.connect(servers).await.map_err(|source| ConnectError::Connect { url, source })
}

/// A refused publish does not fail at once, it only never gets an answer: this line says why.
fn report(event: &Event, condition: &Condition, url: &str) {
    match event {
        Event::Connected => {
            condition.up();
            tracing::info!(url, "connected to NATS");
        }
        Event::Disconnected | Event::Closed => condition.down("not connected"),
        Event::ServerError(ServerError::Other(error)) => tracing::error!(error, "NATS refused something"),
        Event::ServerError(error) => tracing::error!(%error, "NATS refused something"),
        Event::ClientError(error) => tracing::warn!(%error, "NATS client"),
        Event::SlowConsumer(subscription) => {
            tracing::warn!(subscription, "NATS delivers faster than is read")
        }
        Event::LameDuckMode | Event::Draining => tracing::info!(%event, "NATS connection"),
    }
}

fn is_new_enough(version: &str) -> bool {
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
