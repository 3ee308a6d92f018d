//! Orders that come in for as long as nobody says stop.

use std::time::Duration;

use skinbus_tests::Merchant;
use skinbus_tests::merchant::order;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::expected::Expected;

/// Every so manieth order asks for its receipt; the others are published.
const ASKED_EVERY: usize = 4;

/// What came in.
pub(crate) struct Came {
    /// Every order.
    pub(crate) orders: Vec<Expected>,
    /// Requests for a receipt that nobody answered; each was repeated until it was.
    pub(crate) unanswered: Vec<String>,
}

/// Somebody who places orders.
pub(crate) struct Load {
    stop: CancellationToken,
    placing: tokio::task::JoinHandle<Came>,
}

impl Load {
    /// Places an order every `pause`, of one kind and the other in turn.
    pub(crate) fn start(merchant: &Merchant, name: String, pause: Duration) -> Self {
        let stop = CancellationToken::new();
        let placing = tokio::spawn(place(merchant.clone(), name, pause, stop.clone()));
        Self { stop, placing }
    }

    /// Ends, and tells what came in.
    pub(crate) async fn stop(self) -> Came {
        self.stop.cancel();
        self.placing.await.unwrap()
    }
}

async fn place(merchant: Merchant, name: String, pause: Duration, stop: CancellationToken) -> Came {
    let (mut orders, mut receipts, mut unanswered) = (Vec::new(), JoinSet::new(), Vec::new());
    let mut turns = tokio::time::interval(pause);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !stop.is_cancelled() {
        turns.tick().await;
        let offer_id = if orders.len() % 2 == 0 { "88101" } else { "88112" };
        let id = format!("{name}-{}", orders.len());
        let request = order(&id, offer_id);
        orders.push(Expected::fate(id, offer_id));
        if orders.len() % ASKED_EVERY == 0 {
            let merchant = merchant.clone();
            receipts.spawn(async move {
                let mut unanswered = Vec::new();
                loop {
                    match merchant.place(&request).await {
                        Ok(receipt) => return (receipt, unanswered),
                        Err(problem) => unanswered.push(format!("{}: {problem}", request.order_id)),
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            });
        } else {
            merchant.publish(&request).await;
        }
    }
    while let Some(answered) = receipts.join_next().await {
        let (receipt, problems) = answered.unwrap();
        assert!(receipt.violations.is_empty(), "{receipt:?}");
        unanswered.extend(problems);
    }
    Came { orders, unanswered }
}
