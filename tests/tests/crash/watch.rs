//! A subscriber, as a merchant has one: what it is told is what the ledger holds.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use skinbus_proto::{Message, v1};
use skinbus_tests::Merchant;
use skinbus_tests::system::MERCHANT;
use tokio::sync::watch;

use crate::expected::Expected;

/// Every version of every order.
pub(crate) type Versions = BTreeMap<String, Vec<v1::TradeStatusChanged>>;

/// More than the ack wait of a killed process, its lease, the settle time and the look after that.
const LONGEST: Duration = Duration::from_secs(75);

/// The subscriber.
pub(crate) struct Watch {
    told: watch::Receiver<Versions>,
}

impl Watch {
    /// Subscribes; everything that is stored from now on is seen.
    pub(crate) async fn start(merchant: &Merchant) -> Self {
        let subject = format!("skinbus.v1.status.{MERCHANT}.>");
        let mut messages = merchant.client().subscribe(subject).await.unwrap();
        merchant.client().flush().await.unwrap();
        let (tell, told) = watch::channel(Versions::new());
        tokio::spawn(async move {
            while let Some(message) = messages.next().await {
                let change = v1::TradeStatusChanged::decode(message.payload).unwrap();
                tell.send_modify(|versions| {
                    versions.entry(change.order_id.clone()).or_default().push(change)
                });
            }
        });
        Self { told }
    }

    /// Everything that was told so far.
    pub(crate) fn versions(&self) -> Versions {
        self.told.borrow().clone()
    }

    /// The same, for whoever acts on what is told.
    pub(crate) fn follow(&self) -> watch::Receiver<Versions> {
        self.told.clone()
    }

    /// Waits until each of these orders is where it stays.
    pub(crate) async fn all_settled(&self, orders: &[Expected]) {
        let open = |versions: &Versions| -> Vec<String> {
            let settled =
                |order: &&Expected| versions.get(&order.id).is_some_and(|all| order.is_settled(all));
            orders.iter().filter(|order| !settled(order)).map(|order| order.id.clone()).collect()
        };
        let mut told = self.told.clone();
        let waiting = tokio::time::timeout(LONGEST, told.wait_for(|versions| open(versions).is_empty()));
        if let Ok(versions) = waiting.await {
            drop(versions.unwrap());
            return;
        }
        let versions = self.versions();
        for id in open(&versions) {
            eprintln!("{id} is not settled: {}", path(versions.get(&id).map_or(&[], Vec::as_slice)));
        }
        panic!("orders are not settled after {LONGEST:?}");
    }
}

/// An order's way in one line.
pub(crate) fn path(changes: &[v1::TradeStatusChanged]) -> String {
    let steps = changes.iter().map(|change| {
        let reason = change.trade.as_ref().map_or("", |trade| &trade.reason);
        format!("{} {:?} ({:?} {reason})", change.version, change.to(), change.cause())
    });
    steps.collect::<Vec<_>>().join(" → ")
}
