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
mod port;
mod read;
mod sampler;
mod settings;
mod socket;
mod store;
mod traced;

use std::process::ExitCode;
use std::sync::Arc;

use skinbus_bus::{Bus, ConnectError};
use skinbus_runtime::{Config, Health, RunError, Shutdown, service};
use tokio::net::TcpListener;
use tokio::sync::Notify;

pub use accounts::Prepared;
pub use port::{Port, PortError};
pub use settings::prepare;
pub use store::Store;

use handler::Ingress;
use listener::Limits;
use port::Opened;
use store::NatsStore;

/// The process, from its arguments to its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let port = Arc::new(Port::default());
    service::main("webhook-ingress", prepare, move |config, prepared, shutdown, health| {
        run(Arc::clone(&port), config, prepared, shutdown, health)
    })
}

/// Opens the port of `webhooks.listen` and takes webhooks until the shutdown. Where another generation of the service has
/// the port open, this one takes part in it, but only from when it can store what comes.
///
/// # Errors
///
/// Where the port cannot be had, or NATS cannot be used at all. That NATS is away is no error: senders get 503 and the
/// service is not ready meanwhile.
pub async fn run(
    port: Arc<Port>,
    config: Config,
    mut prepared: Prepared,
    shutdown: Shutdown,
    health: Health,
) -> Result<(), RunError> {
    // Named here and not only where they are watched: otherwise an open port alone would already count as ready.
    let _named = ["nats", "topology", "listener"].map(|name| health.condition(name));
    let Opened { listener, kept, is_shared } = port.open(config.webhooks.listen).await?;
    let store = NatsStore::default();
    let feeds = std::mem::take(&mut prepared.feeds);
    let is_connected = Notify::new();
    let connecting = async {
        match Bus::connect("webhook-ingress", &config, &shutdown, &health).await {
            Ok(bus) => {
                store.connected(bus.clone());
                is_connected.notify_one();
                // Without NATS there is nowhere to keep an event, and nobody who says which replica listens.
                feed::run(feeds, &bus, &store, config.nats.request_timeout, &shutdown).await;
            }
            Err(ConnectError::Shutdown) => {}
            Err(error) => return Err(RunError::from(error)),
        }
        Ok(())
    };
    let serving = async {
        // The first does not wait for NATS: a sender is told 503 and may come again, instead of finding nobody.
        if is_shared {
            tokio::select! {
                () = is_connected.notified() => {}
                () = shutdown.requested() => return Ok(()),
            }
        }
        // Let go at once at the end, so that the port is closed where no other generation has it.
        let keeping = async {
            shutdown.requested().await;
            drop(kept);
            Ok(())
        };
        let served = serve(listener, &config, prepared, store.clone(), &shutdown, &health);
        tokio::try_join!(served, keeping).map(|((), ())| ())
    };
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
