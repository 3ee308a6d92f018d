//! What bare JetStream does on the same server.

use std::time::{Duration, Instant};

use async_nats::jetstream;
use async_nats::jetstream::message::PublishMessage;
use futures_util::{StreamExt, stream};
use skinbus_tests::Merchant;

use crate::load::Load;

/// Publishes that wait for their acknowledgement at the same time.
pub(crate) const IN_FLIGHT: usize = 512;

/// Acknowledged publishes of so many bytes into one file stream.
pub(crate) async fn publishes(merchant: &Merchant, messages: usize, bytes: usize, in_flight: usize) -> Load {
    let payload = bytes::Bytes::from(vec![b'x'; bytes]);
    publishes_of(merchant, messages, in_flight, |_| PublishMessage::build().payload(payload.clone())).await
}

/// Acknowledged publishes of these messages, each made from its number.
pub(crate) async fn publishes_of(
    merchant: &Merchant,
    messages: usize,
    in_flight: usize,
    message: impl Fn(usize) -> PublishMessage,
) -> Load {
    let context = merchant.jetstream();
    create(context, "YARDSTICK").await;
    let began = Instant::now();
    let times: Vec<Duration> = stream::iter(0..messages)
        .map(|index| {
            let message = message(index);
            async move {
                let began = Instant::now();
                context.send_publish(format!("yardstick.{index}"), message).await.unwrap().await.unwrap();
                began.elapsed()
            }
        })
        .buffer_unordered(in_flight)
        .collect()
        .await;
    let load = Load::since(began, times);
    context.delete_stream("YARDSTICK").await.unwrap();
    load
}

/// Times from a publish to its receipt by a waiting consumer, one every `pause`, sorted.
pub(crate) async fn round_trips(
    merchant: &Merchant,
    count: usize,
    pause: Duration,
    bytes: usize,
) -> Vec<Duration> {
    let context = merchant.jetstream();
    let stream = create(context, "YARDSTICK").await;
    let config =
        jetstream::consumer::pull::Config { durable_name: Some("y".to_owned()), ..Default::default() };
    let consumer = stream.create_consumer(config).await.unwrap();
    let mut messages = consumer.messages().await.unwrap();
    let mut times = Vec::new();
    let mut ticks = tokio::time::interval(pause);
    for index in 0..count {
        ticks.tick().await;
        let began = Instant::now();
        let publish = context.publish(format!("yardstick.{index}"), vec![b'x'; bytes].into());
        let (published, message) = tokio::join!(async { publish.await.unwrap().await }, messages.next());
        times.push(began.elapsed());
        published.unwrap();
        message.unwrap().unwrap().ack().await.unwrap();
    }
    context.delete_stream("YARDSTICK").await.unwrap();
    times.sort();
    times
}

async fn create(context: &jetstream::Context, name: &str) -> jetstream::stream::Stream {
    let config = jetstream::stream::Config {
        name: name.to_owned(),
        subjects: vec!["yardstick.>".to_owned()],
        ..Default::default()
    };
    context.create_stream(config).await.unwrap()
}
