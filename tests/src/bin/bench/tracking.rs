//! A hundred thousand open trades at one account, on faster time.

use std::time::{Duration, Instant};

use skinbus_tests::wait;

use crate::load::percentile;
use crate::open_trades::Provider;
use crate::open_world::{OpenWorld, Setting};

const TRADES: usize = 100_000;
/// A minute is six seconds.
const SPEED: u32 = 10;
/// What a look-up takes, and what the account takes in a minute.
const BATCH: usize = 50;
const LIMIT: u32 = 500;
/// The pause of a trade whose offer has been out for hours.
const PAUSE: Duration = Duration::from_secs(600);
/// How late a look may be where its turn comes at once: a twentieth of the pause, and no more than half a minute.
const COMPANY: Duration = Duration::from_secs(30);
/// Pauses that are measured, after one in which everything is due at once.
const ROUNDS: u32 = 3;

pub(crate) async fn run() {
    let fast = |duration: Duration| duration / SPEED;
    println!(
        "\ntracking, {TRADES} open trades, {LIMIT} requests a minute, {BATCH} trades a request, {SPEED} times faster"
    );
    let began = Instant::now();
    let mut world = OpenWorld::start(Setting {
        trades: TRADES,
        age: Duration::from_secs(4 * 3600),
        requests: LIMIT,
        per: fast(Duration::from_secs(60)),
        speed: SPEED,
    })
    .await;
    let looked_at = || world.provider.seen(|seen| seen.looks.len());
    wait::until_within("every trade to be looked at", Duration::from_secs(300), || async {
        (looked_at() == TRADES).then_some(())
    })
    .await;
    println!("  all looked at once, from nothing, after {:.1} s", began.elapsed().as_secs_f64());

    let requests = || world.provider.seen(|seen| seen.requests);
    let (before, from) = (requests(), Instant::now());
    let used = (world.tracker.processor_time(), world.dispatch.processor_time());
    tokio::time::sleep(fast(PAUSE) * ROUNDS).await;
    let (spent, measured) = (requests() - before, from.elapsed());
    let used = (world.tracker.processor_time() - used.0, world.dispatch.processor_time() - used.1);
    let needed = TRADES as f64 * measured.as_secs_f64() / fast(PAUSE + COMPANY).as_secs_f64() / BATCH as f64;
    println!("  requests: {spent}, {needed:.0} needed: {:.3} (goal 1.1)", spent as f64 / needed);

    let sweep = fast(Duration::from_secs(60)).as_secs_f64() * (TRADES / BATCH) as f64 / f64::from(LIMIT);
    let late = lateness(&world.provider, from, fast(PAUSE));
    for percent in [50, 99, 100] {
        let late = percentile(&late, percent).as_secs_f64();
        println!("  lateness p{percent}: {late:.2} s, {:.3} sweeps of {sweep:.0} s", late / sweep);
    }
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    println!("  resident: trade-tracker {:.0} MB (goal 150)", megabytes(world.tracker.resident_bytes()));
    println!("            provider-dispatch {:.0} MB", megabytes(world.dispatch.resident_bytes()));
    println!("            nats-server {:.0} MB", megabytes(world.nats.resident_bytes()));
    let part = |used: Duration| used.as_secs_f64() / measured.as_secs_f64() * 100.0;
    println!("  processors: trade-tracker {:.0} %, provider-dispatch {:.0} %", part(used.0), part(used.1));

    world.tracker.kill();
    let before = requests();
    let began = Instant::now();
    let mut tracker = world.launch("trade-tracker");
    wait::until("a look after the restart", || async { (requests() > before).then_some(()) }).await;
    println!("  kill -9, restart to the first look-up: {:.0} ms", began.elapsed().as_secs_f64() * 1e3);
    tracker.terminate();
    tracker.ended().await;
    world.dispatch.terminate();
    world.dispatch.ended().await;
}

/// By how much each gap between two looks at a trade, the second since `from`, is longer than the pause; the shortest first.
fn lateness(provider: &Provider, from: Instant, pause: Duration) -> Vec<Duration> {
    let mut late: Vec<Duration> = provider.seen(|seen| {
        let gaps = seen.looks.values().flat_map(|looks| looks.windows(2));
        let gaps = gaps.filter(|looks| looks[1] >= from).map(|looks| looks[1].duration_since(looks[0]));
        gaps.map(|gap| gap.saturating_sub(pause)).collect()
    });
    late.sort();
    late
}
