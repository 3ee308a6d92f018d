//! Orders that must wait do so in their stream, in their order, and cost nothing meanwhile.
#![cfg(test)]

mod alone;
mod deadlines;
mod handed_over;
mod one_away;
mod poison;
mod waiting;

use async_nats::jetstream::consumer::{Info, PullConsumer};
use skinbus_proto::v1::{self, QuotaWindow};
use skinbus_proto::{Message, timestamp};
use skinbus_tests::merchant::Merchant;
use skinbus_tests::{System, wait};

const WINDOW: &str = "$KV.skinbus_quota.skinify_main";
const CONSUMER: &str = "dispatch_skinify_main";

/// What the server knows of an account's queue.
async fn queue(merchant: &Merchant, consumer: &str) -> Info {
    let stream = merchant.jetstream().get_stream("DISPATCH").await.unwrap();
    let consumer: PullConsumer = stream.get_consumer(consumer).await.unwrap();
    consumer.cached_info().clone()
}

/// Nothing was delivered twice, and nothing was handed over twice.
async fn assert_each_once(merchant: &Merchant, consumer: &str, orders: usize) {
    let queue = queue(merchant, consumer).await;
    assert_eq!(queue.num_redelivered, 0, "{queue:?}");
    assert_eq!(usize::try_from(queue.delivered.consumer_sequence), Ok(orders), "{queue:?}");
}

/// The account's window, as it is stored.
async fn window(merchant: &Merchant) -> Option<QuotaWindow> {
    let stream = merchant.jetstream().get_stream("KV_skinbus_quota").await.unwrap();
    let message = stream.get_last_raw_message_by_subject(WINDOW).await.ok()?;
    Some(QuotaWindow::decode(message.payload).unwrap())
}

/// Closes the account for so long from now, or opens it, as an operator may.
async fn close_for(merchant: &Merchant, pause_ms: i64) {
    let stream = merchant.jetstream().get_stream("KV_skinbus_quota").await.unwrap();
    let until_ms = skinbus_runtime::clock::now().as_millisecond() + pause_ms;
    wait::until("the end of the pause to be written", || async {
        let (sequence, mut window) = match stream.get_last_raw_message_by_subject(WINDOW).await {
            Ok(message) => (message.sequence, QuotaWindow::decode(message.payload).unwrap()),
            Err(_) => (0, QuotaWindow::default()),
        };
        window.closed_until_ms = until_ms;
        window.epoch += 1;
        window.closed_reason = "maintenance".to_owned();
        let expected = sequence.to_string();
        let headers = skinbus_tests::look::headers(&[("Nats-Expected-Last-Subject-Sequence", &expected)]);
        merchant.publish_to(WINDOW, headers, window.encode_to_vec()).await.ok()
    })
    .await;
}

/// The orders that wait, in their order in the stream.
async fn waiting_orders(merchant: &Merchant) -> Vec<String> {
    let messages = merchant.messages("DISPATCH").await;
    let ids = messages.into_iter().map(|message| {
        let order = v1::DispatchOrder::decode(message.payload).unwrap();
        order.accepted.unwrap().order_id
    });
    ids.collect()
}

async fn until_waiting(merchant: &Merchant, orders: usize) {
    wait::until(&format!("{orders} orders to wait"), || async {
        (usize::try_from(merchant.stored("DISPATCH").await) == Ok(orders)).then_some(())
    })
    .await;
}

/// The references that were truly bought, in the order in which they were.
async fn until_bought(system: &System, orders: usize) -> Vec<String> {
    wait::until(&format!("{orders} purchases"), || async {
        let ledger = system.record("_ledger").await;
        let purchases = ledger["purchases"].as_array().unwrap();
        let bought = purchases.iter().map(|purchase| purchase["custom_id"].as_str().unwrap().to_owned());
        Some(bought.collect::<Vec<_>>()).filter(|bought| bought.len() >= orders)
    })
    .await
}

fn expiring(order: v1::OrderRequest, in_ms: i64) -> v1::OrderRequest {
    let at = skinbus_runtime::clock::now() + jiff::SignedDuration::from_millis(in_ms);
    v1::OrderRequest { expires_at: Some(timestamp(at)), ..order }
}
