//! What bare JetStream does on the same server.

use std::time::{Duration, Instant};

use async_nats::jetstream;
use futures_util::{StreamExt, stream};
use skinbus_tests::Merchant;

/// Publishes that wait for their acknowledgement at the same time.
pub(crate) const IN_FLIGHT: usize = 512;

/// Acknowledged publishes per second into one file stream.
pub(crate) async fn publishes_per_second(merchant: &Merchant, messages: usize, bytes: usize) -> f64 {
    let context = merchant.jetstream();
    create(context, "YARDSTICK").await;
    let payload = bytes::Bytes::from(vec![b'x'; bytes]);
    let began = Instant::now();
    stream::iter(0..messages)
        .for_each_concurrent(IN_FLIGHT, |index| {
            let payload = payload.clone();
            async move {
                let subject = format!("yardstick.{index}");
                context.publish(subject, payload).await.unwrap().await.unwrap();
            }
        })
        .await;
    let rate = messages as f64 / began.elapsed().as_secs_f64();
    context.delete_stream("YARDSTICK").await.unwrap();
    rate
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
