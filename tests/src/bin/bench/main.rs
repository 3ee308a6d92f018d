//! The benchmarks. Every figure is a ratio to a yardstick that is measured in the same run, on the same servers: machines
//! differ, ratios less so. `docs/benchmarks.md` keeps the figures and says how to read them.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a benchmark prints figures, and one that cannot set up its world has failed"
)]

mod catalogue;
mod idle;
mod ingress;
mod latency;
mod load;
mod news;
mod nothing;
mod open_trades;
mod open_world;
mod pipeline;
mod price_lists;
mod provider;
mod quota;
mod quota_update;
mod recovery;
mod senders;
mod storm;
mod tracing;
mod tracking;
mod world;
mod yardstick;

/// Orders of the long run, after which the services' memory is read.
const ORDERS: usize = 20_000;
/// Orders of the run in which every write waits for the disk.
const ORDERS_SYNC_ALWAYS: usize = 3_000;
/// Webhooks of the run at full speed, and of the one in which every write waits for the disk.
const WEBHOOKS: usize = 100_000;
const WEBHOOKS_SYNC_ALWAYS: usize = 20_000;

#[tokio::main]
async fn main() {
    let only = std::env::args().nth(1);
    if only.as_deref() == Some(nothing::ARGUMENT) {
        return nothing::serve().await;
    }
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    if wanted("idle") {
        idle::run().await;
    }
    if wanted("pipeline") {
        pipeline::run("default sync", false, ORDERS, 0.15).await;
    }
    if wanted("sync-always") {
        pipeline::run("sync_interval: always", true, ORDERS_SYNC_ALWAYS, 0.6).await;
    }
    if wanted("tracing") {
        let orders = std::env::args().nth(2).map_or(ORDERS, |orders| orders.parse().unwrap());
        tracing::run(orders).await;
    }
    if wanted("latency") {
        latency::run().await;
    }
    if wanted("quota") {
        quota::run().await;
    }
    if only.as_deref() == Some("quota-waits") {
        quota::run_without_backlog().await;
    }
    if wanted("price-lists") {
        price_lists::run();
    }
    if wanted("catalogue") {
        catalogue::run().await;
    }
    if wanted("ingress") {
        ingress::run("default sync", false, WEBHOOKS, 0.6).await;
    }
    if wanted("tracking") {
        tracking::run().await;
    }
    if wanted("news") {
        news::run().await;
    }
    if wanted("storm") {
        storm::run().await;
    }
    if wanted("recovery") {
        recovery::run().await;
    }
    if wanted("ingress-sync-always") {
        ingress::run("sync_interval: always", true, WEBHOOKS_SYNC_ALWAYS, 0.6).await;
    }
}
