//! One order is one trace, from the merchant's publish to every version in the ledger.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "the merchant publishes by itself, with its own trace")]

use skinbus_proto::Message;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::order;
use skinbus_tests::{System, SystemOptions};

const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[tokio::test]
async fn the_merchants_trace_goes_on_into_the_ledger() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let mut headers = async_nats::HeaderMap::new();
    headers.insert("traceparent", format!("00-{TRACE_ID}-00f067aa0ba902b7-01"));
    let body = order("traced", "88112").encode_to_vec();
    let publish = merchant.jetstream().publish_with_headers("skinbus.v1.orders.acme", headers, body.into());
    publish.await.unwrap().await.unwrap();
    let completed = merchant.reaches("traced", TradeStatus::Completed).await;

    let stream = merchant.jetstream().get_stream("TRADES").await.unwrap();
    for sequence in 1..=completed.version {
        let message = stream.get_raw_message(sequence).await.unwrap();
        let traceparent = message.headers.get("traceparent").expect("a trace context").to_string();
        assert!(traceparent.contains(TRACE_ID), "version {sequence}: {traceparent}");
        assert_eq!(message.headers.get("Skinbus-Schema").unwrap().as_str(), "skinbus.v1.TradeStatusChanged");
    }
}
