//! webhook-ingress: takes the webhooks of providers, proves what can be proved, stores them, and only then answers.
//!
//! It may not change a trade, and it may not call providers; where the operator wants it, it listens to a provider's
//! real-time events (`feed`), which become webhooks that prove nothing. It holds what verifies webhooks, and no API
//! credential where the operator gives it the constants instead of the keys. Success is never answered for what was not
//! stored.
//!
//! The port is open to the internet, so everything a sender can do has a limit: the size of head and body, the time for
//! each, the time that an answer may wait to be read, and the number of connections. Neither a body nor the path, which
//! holds the account's secret, is ever logged.

mod accounts;
mod answer;
mod connection;
mod feed;
mod handler;
mod listener;
mod metrics;
mod read;
mod sampler;
mod settings;
mod socket;
mod store;
mod traced;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use skinbus_bus::{Bus, ConnectError};
use skinbus_runtime::{Config, Health, RunError, Shutdown};
use tokio::net::TcpListener;

pub use accounts::Prepared;
pub use settings::prepare;
pub use store::Store;

use handler::Ingress;
use listener::Limits;
use store::NatsStore;

/// The address for providers cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} for webhooks; set webhooks.listen to a free address")]
pub struct BindError {
    address: SocketAddr,
    #[source]
    source: io::Error,
}

/// Opens the port of `webhooks.listen` and takes webhooks until the shutdown.
///
/// # Errors
///
/// Where the port cannot be had, or NATS cannot be used at all. That NATS is away is no error: senders get 503 and the
/// service is not ready meanwhile.
pub async fn run(
    config: Config,
    prepared: Prepared,
    shutdown: Shutdown,
    health: Health,
) -> Result<(), RunError> {
    let address = config.webhooks.listen;
    let listener = TcpListener::bind(address).await.map_err(|source| BindError { address, source })?;
    run_on(listener, config, prepared, shutdown, health).await
}

/// [`run`] on a port that is open already, so that whoever opened it knows the address.
///
/// # Errors
///
/// As [`run`].
pub async fn run_on(
    listener: TcpListener,
    config: Config,
    mut prepared: Prepared,
    shutdown: Shutdown,
    health: Health,
) -> Result<(), RunError> {
    // Named here and not only where they are watched: otherwise an open port alone would already count as ready.
    let _named = (health.condition("nats"), health.condition("topology"));
    let store = NatsStore::default();
    let feeds = std::mem::take(&mut prepared.feeds);
    let connecting = async {
        match Bus::connect("webhook-ingress", &config, &shutdown, &health).await {
            Ok(bus) => {
                store.connected(bus.clone());
                // Without NATS there is nowhere to keep an event, and nobody who says which replica listens.
                feed::run(feeds, &bus, &store, config.nats.request_timeout, &shutdown).await;
            }
            Err(ConnectError::Shutdown) => {}
            Err(error) => return Err(RunError::from(error)),
        }
        Ok(())
    };
    // The port does not wait for NATS: a sender is told 503 and may come again, instead of finding nobody.
    let serving = serve(listener, &config, prepared, store.clone(), &shutdown, &health);
    tokio::try_join!(connecting, serving)?;
    store.close().await;
    Ok(())
}

/// Takes webhooks into any store until the shutdown, and finishes those in hand.
///
/// # Errors
///
/// Where the listener has no address.
pub async fn serve<S: Store>(
    listener: TcpListener,
    config: &Config,
    prepared: Prepared,
    store: S,
    shutdown: &Shutdown,
    health: &Health,
) -> Result<(), RunError> {
    let condition = health.condition("listener");
    let address = listener.local_addr()?;
    let limits = Limits::of(config);
    let ingress = Arc::new(Ingress::new(prepared, store, limits));
    tracing::info!(%address, port = "webhooks", accounts = ingress.accounts(), "listening");
    condition.up();
    listener::accept(listener, &ingress, limits, shutdown).await;
    condition.down("closed");
    Ok(())
}
