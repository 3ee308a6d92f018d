//! Publish to first byte at the provider, at 50 orders a second.

use std::time::{Duration, Instant};

use skinbus_proto::v1;

use crate::load::percentile;
use crate::world::{World, order};
use crate::yardstick;

const ORDERS: usize = 500;
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) async fn run() {
    println!("\nlatency, {ORDERS} orders, one every {} ms", PAUSE.as_millis());
    let world = World::start(false).await;
    world.merchant.publish_bytes(order("warm-0"), "application/x-protobuf").await;
    world.merchant.reaches("warm-0", v1::TradeStatus::Completed).await;

    let before = yardstick::round_trips(&world.merchant, ORDERS, PAUSE, 600).await;
    let mut published = Vec::new();
    let mut ticks = tokio::time::interval(PAUSE);
    for index in 0..ORDERS {
        ticks.tick().await;
        let order_id = format!("l-{index}");
        published.push((order_id.clone(), Instant::now()));
        world.merchant.publish_bytes(order(&order_id), "application/x-protobuf").await;
    }
    for (order_id, _) in &published {
        world.merchant.reaches(order_id, v1::TradeStatus::Completed).await;
    }
    let after = yardstick::round_trips(&world.merchant, ORDERS, PAUSE, 600).await;

    let arrivals = world.arrivals.lock().unwrap().clone();
    let mut times: Vec<Duration> =
        published.iter().map(|(order_id, began)| arrivals[order_id][0].duration_since(*began)).collect();
    times.sort();
    for percent in [50, 99] {
        let took = percentile(&times, percent).as_secs_f64() * 1e3;
        let round_trip =
            (percentile(&before, percent) + percentile(&after, percent)).as_secs_f64() * 1e3 / 2.0;
        let goal = if percent == 50 { " (goal 8)" } else { "" };
        println!(
            "  p{percent}: {took:.2} ms, {:.1} times a publish-and-consume round trip of {round_trip:.2} ms{goal}",
            took / round_trip
        );
    }
}
