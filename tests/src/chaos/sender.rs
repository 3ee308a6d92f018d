//! Merchants: they ask until they are answered, always under the same id, and remember what was acknowledged.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::context::ContextBuilder;
use skinbus_domain::rules::after;
use skinbus_proto::{Message, json, timestamp, v1};
use skinbus_runtime::clock;
use tokio::task::JoinSet;

use super::orders::{CONTENT, Means, Plan, Sending};
use crate::dice::Dice;
use crate::merchant::Merchant;
use crate::system::MERCHANT;

/// What a merchant was promised.
#[derive(Debug, Clone, PartialEq)]
pub struct Acknowledged {
    /// Empty where the message names none.
    pub order_id: String,
    /// Which of several contents.
    pub content: String,
    /// By whom.
    pub by: By,
}

/// Who acknowledged.
#[derive(Debug, Clone, PartialEq)]
pub enum By {
    /// The stream `ORDERS`, under this sequence.
    Stream(u64),
    /// order-intake.
    Receipt(v1::OrderReceipt),
}

/// How long one answer is waited for.
const ANSWER: Duration = Duration::from_secs(3);

/// Sends everything, each message at its time; done when all are acknowledged.
pub async fn send_all(nats_url: String, plan: Plan, mut dice: Dice) -> Vec<Acknowledged> {
    let merchant = Merchant::connect(&nats_url, MERCHANT).await;
    let (start, began) = (clock::now(), tokio::time::Instant::from_std(clock::monotonic_now()));
    let mut tasks = JoinSet::new();
    for mut sending in plan.sendings {
        sending.request.expires_at = sending.expires.map(|expires| timestamp(after(start, expires)));
        let merchant = merchant.clone();
        let pause = dice.pause(100, 400);
        tasks.spawn(async move {
            tokio::time::sleep_until(began + sending.at).await;
            let by = until_acknowledged(&merchant, &sending, pause).await;
            let content = sending.request.metadata[CONTENT].clone();
            Acknowledged { order_id: sending.request.order_id, content, by }
        });
    }
    tasks.join_all().await
}

async fn until_acknowledged(merchant: &Merchant, sending: &Sending, pause: Duration) -> By {
    loop {
        let answer = match sending.means {
            Means::Place => place(merchant, &sending.request).await.map(By::Receipt),
            Means::Publish => {
                publish(merchant, sending.request.encode_to_vec(), PROTOBUF).await.map(By::Stream)
            }
            Means::PublishJson => {
                let text = json::write(&sending.request).unwrap();
                publish(merchant, text.into_bytes(), JSON).await.map(By::Stream)
            }
            Means::Garbage => publish(merchant, garbage(&sending.request), PROTOBUF).await.map(By::Stream),
        };
        match answer {
            Some(by) => return by,
            None => tokio::time::sleep(pause).await,
        }
    }
}

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// Bytes that are no message, and still tell which they were.
#[must_use]
pub fn garbage(request: &v1::OrderRequest) -> Vec<u8> {
    [&[0xff, 0xff, 0xff], request.metadata[CONTENT].as_bytes()].concat()
}

async fn publish(merchant: &Merchant, bytes: Vec<u8>, content_type: &str) -> Option<u64> {
    let mut headers = HeaderMap::new();
    headers.insert("Content-Type", content_type);
    let context = ContextBuilder::new().timeout(ANSWER).ack_timeout(ANSWER).build(merchant.client().clone());
    let subject = format!("skinbus.v1.orders.{MERCHANT}");
    let stored = context.publish_with_headers(subject, headers, bytes.into()).await.ok()?;
    stored.await.ok().map(|stored| stored.sequence)
}

async fn place(merchant: &Merchant, order: &v1::OrderRequest) -> Option<v1::OrderReceipt> {
    tokio::time::timeout(ANSWER, merchant.place(order)).await.ok()?.ok()
}
