//! One order is one trace, from the merchant's publish to its final status.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "the merchant publishes by itself, with its own trace")]

mod spans;
mod together;
mod world;

use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::order;
use skinbus_tests::{System, SystemOptions};

use world::{publish, versions};

/// Nobody here keeps traces, and the merchant's is not sampled: what it sent is what it gets back, in every version, also in
/// those that came of looks.
#[tokio::test]
async fn without_a_collector_the_merchants_context_is_in_every_version_as_it_came() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    for (order_id, sampled) in [("sampled", "01"), ("not-sampled", "00")] {
        let traceparent = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{sampled}");
        publish(&merchant, &order(order_id, "88102"), &traceparent).await;
        let completed = merchant.reaches(order_id, TradeStatus::Completed).await;
        let versions = versions(&merchant, order_id).await;
        assert_eq!(versions.len(), usize::try_from(completed.version).unwrap());
        assert!(versions.iter().any(|(cause, _)| cause == "CAUSE_LOOKUP"), "{versions:?}");
        for (cause, told) in &versions {
            assert_eq!(told.as_ref(), Some(&traceparent), "{order_id}: {cause}");
        }
    }
}
