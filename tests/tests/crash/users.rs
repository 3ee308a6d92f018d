//! Users of hosted pages, who act as soon as the merchant was told what they wait for.

use std::convert::Infallible;
use std::net::SocketAddr;

use skinbus_tests::users::{Visit, happens};
use tokio::sync::watch;

use crate::watch::Versions;

/// Lets every user do what is next, as soon as the merchant was told what the user waits for.
pub(crate) async fn act(
    simulator: SocketAddr,
    mut visits: Vec<Visit>,
    mut told: watch::Receiver<Versions>,
) -> Infallible {
    loop {
        let due: Vec<_> = {
            let versions = told.borrow_and_update();
            let due = visits
                .iter_mut()
                .filter_map(|visit| Some((visit.provider, visit.next(versions.get(&visit.order_id)?)?)));
            due.collect()
        };
        for (provider, events) in due {
            happens(simulator, provider, events).await;
        }
        told.changed().await.unwrap();
    }
}
