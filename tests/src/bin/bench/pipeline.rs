//! Published orders per second to `COMPLETED`.
//!
//! The pipeline's own figure, and what other parts compare with it.

use std::time::Instant;

use futures_util::{StreamExt, stream};
use skinbus_proto::{Message, v1};

use crate::world::{World, order, version_bytes};
use crate::yardstick::{self, IN_FLIGHT};

/// What came of a run.
pub(crate) struct Measured {
    /// Orders per second.
    pub(crate) rate: f64,
    /// Writes of an order to ledger and queues.
    pub(crate) writes: f64,
    /// Acknowledged publishes per second before and after it, each as large as a version.
    yardsticks: [f64; 2],
    /// The size of a version.
    bytes: usize,
}

impl Measured {
    /// Writes per second, as a part of what the machine does.
    pub(crate) fn ratio(&self) -> f64 {
        let [before, after] = self.yardsticks;
        self.rate * self.writes / f64::midpoint(before, after)
    }
}

pub(crate) async fn run(name: &str, sync_always: bool, orders: usize, goal: f64) {
    println!("\npipeline, {name}, {orders} orders");
    let world = World::start(sync_always).await;
    let yardstick_messages = if sync_always { 10_000 } else { 100_000 };
    let measured = measure(&world, orders, yardstick_messages).await;
    let Measured { rate, writes, yardsticks: [before, after], bytes } = measured;
    let yardstick = f64::midpoint(before, after);
    println!(
        "  yardstick: {yardstick:.0} publishes/s ({bytes} bytes, {IN_FLIGHT} in flight; before {before:.0}, after {after:.0})"
    );
    println!("  orders:    {rate:.0}/s, {writes:.2} ledger and queue writes per order");
    println!("  ratio:     {:.3} of the yardstick (goal {goal})", measured.ratio());
    for (service, ready) in &world.ready {
        println!("  start to ready: {service} {} ms", ready.as_millis());
    }
    for service in &world.services {
        println!("  resident memory: {} {:.1} MB", service.name, service.resident_bytes() as f64 / 1e6);
    }
}

/// Publishes so many orders and waits until all of them are completed.
pub(crate) async fn measure(world: &World, orders: usize, yardstick_messages: usize) -> Measured {
    // A first order shows the size of a version and warms every connection.
    world.merchant.publish_bytes(order("warm-0"), "application/x-protobuf").await;
    let completed = world.merchant.reaches("warm-0", v1::TradeStatus::Completed).await;
    let bytes = version_bytes(&completed);
    let before = yardstick::publishes(&world.merchant, yardstick_messages, bytes, IN_FLIGHT).await.rate;

    let writes_before = world.writes().await;
    let mut statuses = world.merchant.client().subscribe("skinbus.v1.status.acme.*").await.unwrap();
    let began = Instant::now();
    let publishing = stream::iter(0..orders).for_each_concurrent(IN_FLIGHT, |index| {
        let merchant = world.merchant.clone();
        async move { merchant.publish_bytes(order(&format!("b-{index}")), "application/x-protobuf").await }
    });
    let counting = async {
        let mut done = 0;
        while done < orders {
            let message = statuses.next().await.unwrap();
            let change = v1::TradeStatusChanged::decode(message.payload).unwrap();
            done += usize::from(change.to() == v1::TradeStatus::Completed);
        }
    };
    tokio::join!(publishing, counting);
    let rate = orders as f64 / began.elapsed().as_secs_f64();
    let writes = (world.writes().await - writes_before) as f64 / orders as f64;
    let after = yardstick::publishes(&world.merchant, yardstick_messages, bytes, IN_FLIGHT).await.rate;

    let arrivals = world.arrivals.lock().unwrap().clone();
    assert_eq!(arrivals.len(), orders + 1, "every order reached the provider");
    assert!(arrivals.values().all(|times| times.len() == 1), "an order was bought twice");
    Measured { rate, writes, yardsticks: [before, after], bytes }
}
