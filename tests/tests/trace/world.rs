//! A merchant who has traces of its own.

use skinbus_proto::Message;
use skinbus_proto::v1;
use skinbus_tests::Merchant;

/// Publishes an order in the merchant's own trace.
pub(crate) async fn publish(merchant: &Merchant, order: &v1::OrderRequest, traceparent: &str) {
    let mut headers = async_nats::HeaderMap::new();
    headers.insert("traceparent", traceparent);
    let body = order.encode_to_vec().into();
    let published = merchant.jetstream().publish_with_headers("skinbus.v1.orders.acme", headers, body);
    published.await.unwrap().await.unwrap();
}

/// What caused each version of an order, and the context that it carries.
pub(crate) async fn versions(merchant: &Merchant, order_id: &str) -> Vec<(String, Option<String>)> {
    let stored = merchant.messages("TRADES").await;
    let versions = stored.into_iter().filter_map(|message| {
        let change = v1::TradeStatusChanged::decode(message.payload).unwrap();
        let traceparent = message.headers.get("traceparent").map(ToString::to_string);
        (change.order_id == order_id).then(|| (change.cause().as_str_name().to_owned(), traceparent))
    });
    versions.collect()
}
