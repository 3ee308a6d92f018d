//! What the tracker hands over again: what waits nowhere, and nothing else.

use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::{Merchant, order};
use skinbus_tests::{System, SystemOptions};

use crate::{until_waiting, waiting_orders};

/// Takes an order out of its queue, as a dead letter would, a moment after it was handed over.
async fn lose(merchant: &Merchant, order_id: &str) {
    let waiting = waiting_orders(merchant).await;
    let messages = merchant.messages("DISPATCH").await;
    let lost = messages.iter().zip(waiting).find(|(_, waiting)| waiting == order_id).unwrap().0;
    let stream = merchant.jetstream().get_stream("DISPATCH").await.unwrap();
    assert!(stream.delete_message(lost.sequence).await.unwrap());
}

#[tokio::test]
async fn an_order_that_waits_nowhere_comes_back_although_it_was_handed_over_a_moment_ago() {
    let mut system = System::start_without_services(SystemOptions::default()).await;
    for name in ["order-intake", "trade-tracker"] {
        system.launch(name, None);
    }
    system.ready().await;
    let merchant = system.merchant().await;
    merchant.publish(&order("lost", "88112")).await;
    until_waiting(&merchant, 1).await;
    lose(&merchant, "lost").await;
    // The stream still knows the id of the first hand-over.
    until_waiting(&merchant, 1).await;
    assert_eq!(waiting_orders(&merchant).await, ["lost"]);
    system.launch("provider-dispatch", None);
    system.ready().await;
    merchant.reaches("lost", TradeStatus::Completed).await;
    assert_eq!(system.purchases("lost").await.len(), 1);
}
