//! Every status change of a merchant as it comes out of NATS. Many orders are waited for at once without asking.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use skinbus_proto::v1::{TradeStatus, TradeStatusChanged};
use skinbus_proto::{Message, v1};
use tokio::sync::watch;

use crate::merchant::Merchant;
use crate::wait::LONGEST;

type Histories = BTreeMap<String, Vec<TradeStatusChanged>>;

/// What has come so far.
pub struct Changes {
    histories: watch::Receiver<Histories>,
}

impl Changes {
    /// Follows the merchant's orders from now on.
    pub async fn follow(merchant: &Merchant, name: &str) -> Self {
        let subscription = merchant.client().subscribe(format!("skinbus.v1.status.{name}.>")).await;
        let mut subscription = subscription.unwrap();
        // Answered only after the server has the subscription.
        merchant.client().flush().await.unwrap();
        let (sender, histories) = watch::channel(Histories::new());
        tokio::spawn(async move {
            while let Some(message) = subscription.next().await {
                let change = TradeStatusChanged::decode(message.payload).unwrap();
                sender.send_modify(|all| all.entry(change.order_id.clone()).or_default().push(change));
            }
        });
        Self { histories }
    }

    /// Every version of an order that has come.
    #[must_use]
    pub fn of(&self, order_id: &str) -> Vec<TradeStatusChanged> {
        self.histories.borrow().get(order_id).cloned().unwrap_or_default()
    }

    /// The statuses that an order went through, repeats left out.
    #[must_use]
    pub fn path(&self, order_id: &str) -> Vec<TradeStatus> {
        let mut path: Vec<_> = self.of(order_id).iter().map(TradeStatusChanged::to).collect();
        path.dedup();
        path
    }

    /// Waits until an order is in this status.
    ///
    /// # Panics
    ///
    /// Where it ends in another one, or nothing comes.
    pub async fn reaches(&self, order_id: &str, status: TradeStatus) -> v1::Trade {
        self.until(order_id, &format!("{status:?}"), |change| change.to() == status).await
    }

    /// Waits until the newest version of an order is as wanted, and gives the trade.
    ///
    /// # Panics
    ///
    /// Where it ends otherwise, or nothing comes.
    pub async fn until(
        &self,
        order_id: &str,
        what: &str,
        is_wanted: impl Fn(&TradeStatusChanged) -> bool,
    ) -> v1::Trade {
        let mut histories = self.histories.clone();
        let newest = async {
            loop {
                let newest = histories.borrow_and_update().get(order_id).and_then(|all| all.last()).cloned();
                if let Some(change) = newest {
                    if is_wanted(&change) {
                        return change.trade.unwrap();
                    }
                    let trade = change.trade.as_ref().unwrap();
                    assert!(
                        !has_ended(change.to()),
                        "{order_id} is no more {what}: {:?} {:?} {:?} {:?} after {:?}",
                        change.to(),
                        trade.reason,
                        trade.provider_reason,
                        trade.violations,
                        self.path(order_id)
                    );
                }
                histories.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(LONGEST, newest).await {
            Ok(trade) => trade,
            Err(_) => panic!("waited in vain for {order_id} to be {what}: {:?}", self.of(order_id)),
        }
    }
}

/// Whether nothing that a test waits for follows.
fn has_ended(status: TradeStatus) -> bool {
    match status {
        TradeStatus::Rejected
        | TradeStatus::Failed
        | TradeStatus::Canceled
        | TradeStatus::Reverted
        | TradeStatus::NeedsReview => true,
        // A completed trade may be reversed, and an expired one credited.
        TradeStatus::Completed
        | TradeStatus::Expired
        | TradeStatus::Unspecified
        | TradeStatus::Accepted
        | TradeStatus::Dispatching
        | TradeStatus::Uncertain
        | TradeStatus::Submitted
        | TradeStatus::OfferSent
        | TradeStatus::UserAccepted
        | TradeStatus::OnHold => false,
    }
}
