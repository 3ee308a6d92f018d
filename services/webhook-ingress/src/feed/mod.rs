//! Real-time events: one task per account that listens to its provider, where that is switched on.
//!
//! What comes in is a hint, whatever it says, and goes the way of a webhook that proves nothing. A missed event costs nothing,
//! because trades are polled; so nothing here waits for anything, and what cannot be stored is counted and forgotten. A feed
//! that is down makes the service neither unready nor unhealthy.
//!
//! The address that is connected to holds the account's constant, and is never shown: errors are told in words of our own.

mod allowance;
mod backoff;
mod connect;
mod hold;
mod keep;
mod link;
mod listen;
mod metrics;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use skinbus_bus::Bus;
use skinbus_bus::claims::Claims;
use skinbus_domain::ids::AccountId;
use skinbus_providers::EventFeed;
use skinbus_runtime::Shutdown;
use tokio_util::task::TaskTracker;

use crate::store::Store;
use hold::Hold;
use keep::Keeper;
use link::Link;
use metrics::Metrics;

pub(crate) use settings::feed_account;

/// How long NATS may take to show the bucket of claims before it is asked again.
const OPEN_AGAIN: Duration = Duration::from_secs(5);

/// An account whose provider's events are listened to.
pub(crate) struct FeedAccount {
    pub(crate) id: AccountId,
    pub(crate) feed: Box<dyn EventFeed>,
    /// For the connection with TLS and handshake.
    pub(crate) connect_timeout: Duration,
}

/// Listens to every account's events until the shutdown.
pub(crate) async fn run<S: Store + Clone>(
    accounts: Vec<FeedAccount>,
    bus: &Bus,
    store: &S,
    store_timeout: Duration,
    shutdown: &Shutdown,
) {
    if accounts.is_empty() {
        return;
    }
    let Some(claims) = open(bus, shutdown).await else { return };
    let (metrics, tasks) = (Arc::new(Metrics::new()), TaskTracker::new());
    for account in accounts {
        let (hints, keeper) =
            Keeper::new(account.id.clone(), store.clone(), store_timeout, Arc::clone(&metrics));
        let link = Link::new(account, hints, Arc::clone(&metrics));
        let (claims, ending) = (claims.clone(), shutdown.clone());
        tasks.spawn(async move {
            tokio::join!(keeper.run(&ending), one(link, claims, &ending));
        });
    }
    tasks.close();
    tasks.wait().await;
}

async fn open(bus: &Bus, shutdown: &Shutdown) -> Option<Claims> {
    while !shutdown.is_requested() {
        match Claims::new(bus).await {
            Ok(claims) => return Some(claims),
            Err(error) => {
                let error = skinbus_bus::chain(&error);
                tracing::warn!(error, "the providers' events wait for the bucket of claims");
            }
        }
        tokio::select! {
            () = shutdown.requested() => {}
            () = tokio::time::sleep(OPEN_AGAIN) => {}
        }
    }
    None
}

/// One account: whichever replica has the claim listens, for no provider says that it takes several connections.
async fn one(mut link: Link, claims: Claims, shutdown: &Shutdown) {
    let account = link.account().clone();
    let mut hold = Hold::new(claims, &account);
    while !shutdown.is_requested() {
        tokio::select! {
            biased;
            () = shutdown.requested() => return,
            () = hold.take() => {}
        }
        tracing::info!(%account, "this replica listens to the provider's events");
        let ending = shutdown.child();
        let holding = async {
            tokio::select! {
                () = ending.requested() => {}
                () = hold.keep() => tracing::warn!(%account, "another replica may listen to the provider's events now"),
            }
            ending.trigger();
        };
        tokio::join!(holding, link.run(&ending));
        hold.release().await;
    }
}
