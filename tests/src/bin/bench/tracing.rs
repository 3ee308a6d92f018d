//! What traces cost: the pipeline without a collector, and with one that is sent some or all of them.

use skinbus_tests::collector::Collector;

use crate::pipeline::{self, Measured};
use crate::world::World;

/// Acknowledged publishes of each yardstick.
const YARDSTICK_MESSAGES: usize = 50_000;

pub(crate) async fn run(orders: usize) {
    println!("\ntracing, {orders} orders in each run");
    let first = measure("no collector", None, orders).await;
    let some = measure("1 % sampled", Some("0.01"), orders).await;
    let all = measure("100 % sampled", Some("1"), orders).await;
    // How far two runs of the same differ: what is smaller than that is noise.
    let last = measure("no collector, again", None, orders).await;
    let without = f64::midpoint(first.ratio(), last.ratio());
    println!("  ratio to no tracing: 1 % {:.3}, 100 % {:.3}", some.ratio() / without, all.ratio() / without);
    println!("  of the two runs without: {:.3}", last.ratio() / first.ratio());
}

async fn measure(name: &str, sampled: Option<&str>, orders: usize) -> Measured {
    let collector = Collector::discarding().await;
    let endpoint = collector.endpoint();
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
        ("OTEL_TRACES_SAMPLER_ARG", sampled.unwrap_or("0")),
        // All of them are to be sent, or the figure would be that of a queue which is full.
        ("OTEL_BSP_MAX_QUEUE_SIZE", "500000"),
    ];
    let variables = if sampled.is_some() { variables.as_slice() } else { &[] };
    let mut world = World::start_with(false, variables).await;
    let measured = pipeline::measure(&world, orders, YARDSTICK_MESSAGES).await;
    for service in &mut world.services {
        service.terminate();
        service.ended().await;
    }
    println!(
        "  {name}: {:.0} orders/s, {:.2} writes each, {:.3} of the yardstick; {} bytes of traces for each order",
        measured.rate,
        measured.writes,
        measured.ratio(),
        collector.bytes() / orders
    );
    measured
}
