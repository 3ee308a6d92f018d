//! Following some orders live.

mod progress;

use std::collections::BTreeSet;
use std::time::Duration;

use async_nats::Subscriber;
use futures_util::stream::SelectAll;
use futures_util::{FutureExt, StreamExt};
use skinbus_proto::v1;
use tokio::sync::watch;
use tokio::time::Interval;

use crate::connection::Client;
use crate::read::{ReadError, decode, is_settled};
use progress::Progress;

/// How long the ledger may be away while its server comes back.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(250);
/// On a NATS cluster a read may be older than what is stored, by moments. So whatever was read to catch up is read once more.
const RECHECK_AFTER: Duration = Duration::from_secs(2);

/// News of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// The version, with the whole trade in it.
    pub change: v1::TradeStatusChanged,
    /// How many versions between this and the last one were not seen, since they came while this program was away. It is 0 where
    /// the NATS user may read the stream, as on an open server. A merchant's user may only read the newest version of an order,
    /// which loses nothing that still holds; [`Client::watch_all`] brings every single one.
    pub missed: u64,
}

/// Some orders, as they change. Of each the versions only grow, none comes twice, and the newest always comes, also after the
/// connection was away.
pub struct Watch {
    client: Client,
    live: SelectAll<Subscriber>,
    progress: Progress,
    /// Orders of which there may be news that was not received.
    behind: BTreeSet<String>,
    /// Orders that were read, and are to be read once more.
    recheck: BTreeSet<String>,
    recheck_timer: Interval,
    interruptions: watch::Receiver<u64>,
}

impl Client {
    /// Watches one order from after a version: 0 for all that there is, the last one that you know to go on from it. The order
    /// need not exist yet.
    ///
    /// # Errors
    ///
    /// [`ReadError`] where the id can be none, or NATS does not take the subscription.
    pub async fn watch(&self, order_id: &str, after: u64) -> Result<Watch, ReadError> {
        self.watch_many([(order_id, after)]).await
    }

    /// Waits until an order is settled ([`is_settled`]), and gives its newest version. `since` is the version of its receipt, or 0:
    /// what was before it does not count.
    ///
    /// # Errors
    ///
    /// As [`Watch::next`].
    pub async fn until_settled(
        &self,
        order_id: &str,
        since: u64,
    ) -> Result<v1::TradeStatusChanged, ReadError> {
        let mut watch = self.watch(order_id, since.saturating_sub(1)).await?;
        loop {
            let change = watch.next().await?.change;
            // A refused order may have been corrected since.
            if is_settled(change.to())
                && self.current(order_id).await?.is_none_or(|newest| newest.version <= change.version)
            {
                return Ok(change);
            }
        }
    }

    /// Watches orders, each from after a version.
    ///
    /// # Errors
    ///
    /// [`ReadError`] where an id can be none, or NATS does not take a subscription.
    pub async fn watch_many<OrderId: AsRef<str>>(
        &self,
        orders: impl IntoIterator<Item = (OrderId, u64)>,
    ) -> Result<Watch, ReadError> {
        let mut watch = Watch {
            client: self.clone(),
            live: SelectAll::new(),
            progress: Progress::default(),
            behind: BTreeSet::new(),
            recheck: BTreeSet::new(),
            recheck_timer: tokio::time::interval(RECHECK_AFTER),
            interruptions: self.interruptions.clone(),
        };
        for (order_id, after) in orders {
            watch.add(order_id.as_ref(), after).await?;
        }
        Ok(watch)
    }
}

impl Watch {
    /// Watches one more order, from after a version. One that is watched already goes on as it is.
    ///
    /// # Errors
    ///
    /// [`ReadError`] where the id can be none, or NATS does not take the subscription.
    pub async fn add(&mut self, order_id: &str, after: u64) -> Result<(), ReadError> {
        let subject = self.client.status_subject(order_id)?;
        let live = self.client.nats.subscribe(subject.clone()).await;
        let live = live.map_err(|error| ReadError::failed(&subject, error))?;
        if self.progress.begin(order_id, after) {
            self.live.push(live);
            // Read after subscribing: what is stored meanwhile comes twice, and is told once.
            self.behind.insert(order_id.to_owned());
        }
        Ok(())
    }

    /// The next news, whenever it comes. Safe to drop and call again, also after an error.
    ///
    /// # Errors
    ///
    /// [`ReadError`] where the ledger was away for a minute, or something came that is no status change.
    pub async fn next(&mut self) -> Result<Update, ReadError> {
        loop {
            if let Some(update) = self.progress.next() {
                return Ok(update);
            }
            if self.interruptions.has_changed().unwrap_or(false) {
                self.interruptions.mark_unchanged();
                self.behind.extend(self.progress.orders().cloned());
            }
            if let Some(order_id) = self.behind.first().cloned() {
                self.catch_up(&order_id).await?;
                self.behind.remove(&order_id);
                self.recheck.insert(order_id);
                self.recheck_timer.reset();
                continue;
            }
            tokio::select! {
                message = self.live.next() => {
                    let message = message.ok_or(ReadError::Nothing)?;
                    let change = decode(&message.subject, &message.payload)?;
                    self.take_live(change);
                }
                Ok(()) = self.interruptions.changed() => {
                    self.behind.extend(self.progress.orders().cloned());
                }
                _ = self.recheck_timer.tick(), if !self.recheck.is_empty() => self.read_again().await?,
            }
        }
    }

    async fn read_again(&mut self) -> Result<(), ReadError> {
        while let Some(order_id) = self.recheck.first().cloned() {
            self.catch_up(&order_id).await?;
            self.recheck.remove(&order_id);
        }
        Ok(())
    }

    async fn catch_up(&mut self, order_id: &str) -> Result<(), ReadError> {
        let known = self.progress.version(order_id);
        let mut latest = None;
        let client = &self.client;
        let reading = async {
            loop {
                match client.after(order_id, known).await {
                    Ok(changes) => return Ok(changes),
                    Err(failed @ ReadError::Failed { .. }) => latest = Some(failed),
                    Err(
                        error @ (ReadError::OrderId(_) | ReadError::Unreadable { .. } | ReadError::Nothing),
                    ) => {
                        return Err(error);
                    }
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let read = tokio::time::timeout(PATIENCE, reading).await;
        let changes =
            read.unwrap_or_else(|late| Err(latest.unwrap_or_else(|| ReadError::failed(order_id, late))))?;
        // Who may read the newest version alone would pass over older ones that came live meanwhile.
        while !self.client.may_read_streams
            && let Some(Some(message)) = self.live.next().now_or_never()
        {
            let change = decode(&message.subject, &message.payload)?;
            self.take_live(change);
        }
        changes.into_iter().for_each(|change| self.progress.take(change));
        Ok(())
    }

    fn take_live(&mut self, change: v1::TradeStatusChanged) {
        if self.client.may_read_streams && self.progress.has_gap_before(&change) {
            self.behind.insert(change.order_id);
        } else {
            self.progress.take(change);
        }
    }
}
