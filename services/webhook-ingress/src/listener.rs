//! The open port: takes as many connections as are allowed, and lets them finish at the end.

use std::sync::Arc;
use std::time::Duration;

use skinbus_runtime::config::Config;
use skinbus_runtime::{Shutdown, clock};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::connection;
use crate::handler::Ingress;
use crate::sampler::Sampler;
use crate::store::Store;

/// The pause after the system could not give a connection, which is mostly for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a sender may ask of us.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) body_bytes: usize,
    /// For a head, idle time before it included, for a body, and for an answer that is not taken.
    pub(crate) read_timeout: Duration,
    pub(crate) store_timeout: Duration,
    /// How long a connection may go on after the shutdown was requested.
    pub(crate) finish_timeout: Duration,
    max_connections: usize,
}

impl Limits {
    pub(crate) fn of(config: &Config) -> Self {
        let (read_timeout, store_timeout) = (config.webhooks.read_timeout, config.nats.request_timeout);
        // A sender that stalls must not make an orderly end look like one that took too long.
        let drain = config.shutdown.drain_timeout / 2;
        Self {
            body_bytes: config.webhooks.body_limit_bytes,
            read_timeout,
            store_timeout,
            finish_timeout: read_timeout.saturating_add(store_timeout).min(drain),
            max_connections: config.webhooks.max_connections.min(Semaphore::MAX_PERMITS),
        }
    }
}

/// Takes connections until the shutdown, then waits until those that are open have finished.
pub(crate) async fn accept<S: Store>(
    listener: TcpListener,
    ingress: &Arc<Ingress<S>>,
    limits: Limits,
    shutdown: &Shutdown,
) {
    let places = Arc::new(Semaphore::new(limits.max_connections));
    let (connections, refusals) = (TaskTracker::new(), Sampler::default());
    loop {
        let next = async {
            // The place comes first: connections beyond the limit wait in the system's queue.
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            biased;
            () = shutdown.requested() => break,
            next = next => next,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (ingress, shutdown) = (Arc::clone(ingress), shutdown.clone());
                connections.spawn(async move {
                    connection::serve(stream, peer, ingress, limits, shutdown).await;
                    drop(place);
                });
            }
            Err(error) => {
                if let Some(skipped) = refusals.take(clock::monotonic_now()) {
                    tracing::warn!(%error, skipped, "cannot take a connection");
                }
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}
