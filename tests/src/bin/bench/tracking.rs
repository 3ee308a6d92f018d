//! A hundred thousand open trades at one account, on faster time.

use std::time::{Duration, Instant};

use skinbus_tests::process::Process;
use skinbus_tests::{Merchant, NatsOptions, NatsServer, wait};

use crate::load::percentile;
use crate::open_trades::{self, ACCOUNT, Provider};

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
    let nats = NatsServer::start(NatsOptions::default()).await;
    let (address, provider) = Provider::start().await;
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("skinbus.toml");
    std::fs::write(directory.path().join("key"), "bench-key").unwrap();
    std::fs::write(directory.path().join("webhook_path"), "3f9c2b7a5d1e4c60").unwrap();
    let text = format!(
        r#"
[nats]
url = "{}"
[tracking]
speed = {SPEED}
[accounts.{ACCOUNT}]
provider = "skinout"
merchant = "acme"
base_url = "http://{address}/api"
api_key_file = {:?}
webhook_path_secret_file = {:?}
quota = {{ requests = {LIMIT}, per = "{}ms" }}
"#,
        nats.url(),
        directory.path().join("key"),
        directory.path().join("webhook_path"),
        fast(Duration::from_secs(60)).as_millis(),
    );
    std::fs::write(&config, text).unwrap();
    let mut dispatch = Process::start("provider-dispatch", &config, None);
    dispatch.ready().await;
    let merchant = Merchant::connect(&nats.url(), "acme").await;
    let began = Instant::now();
    open_trades::write(&merchant, TRADES, Duration::from_secs(4 * 3600)).await;
    println!("  written into the ledger after {:.1} s", began.elapsed().as_secs_f64());

    let mut tracker = Process::start("trade-tracker", &config, None);
    let looked_at = || provider.seen(|seen| seen.looks.len());
    wait::until_within("every trade to be looked at", Duration::from_secs(300), || async {
        (looked_at() == TRADES).then_some(())
    })
    .await;
    println!("  all looked at once, from nothing, after {:.1} s", began.elapsed().as_secs_f64());

    let requests = || provider.seen(|seen| seen.requests);
    let (before, from) = (requests(), Instant::now());
    let used = (tracker.processor_time(), dispatch.processor_time());
    tokio::time::sleep(fast(PAUSE) * ROUNDS).await;
    let (spent, measured) = (requests() - before, from.elapsed());
    let used = (tracker.processor_time() - used.0, dispatch.processor_time() - used.1);
    let needed = TRADES as f64 * measured.as_secs_f64() / fast(PAUSE + COMPANY).as_secs_f64() / BATCH as f64;
    println!("  requests: {spent}, {needed:.0} needed: {:.3} (goal 1.1)", spent as f64 / needed);

    let sweep = fast(Duration::from_secs(60)).as_secs_f64() * (TRADES / BATCH) as f64 / f64::from(LIMIT);
    let late = lateness(&provider, from, fast(PAUSE));
    for percent in [50, 99, 100] {
        let late = percentile(&late, percent).as_secs_f64();
        println!("  lateness p{percent}: {late:.2} s, {:.3} sweeps of {sweep:.0} s", late / sweep);
    }
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    println!("  resident: trade-tracker {:.0} MB (goal 150)", megabytes(tracker.resident_bytes()));
    println!("            provider-dispatch {:.0} MB", megabytes(dispatch.resident_bytes()));
    println!("            nats-server {:.0} MB", megabytes(nats.resident_bytes()));
    let part = |used: Duration| used.as_secs_f64() / measured.as_secs_f64() * 100.0;
    println!("  processors: trade-tracker {:.0} %, provider-dispatch {:.0} %", part(used.0), part(used.1));

    tracker.kill();
    tracker.ended().await;
    let before = requests();
    let began = Instant::now();
    let mut tracker = Process::start("trade-tracker", &config, None);
    wait::until("a look after the restart", || async { (requests() > before).then_some(()) }).await;
    println!("  kill -9, restart to the first look-up: {:.0} ms", began.elapsed().as_secs_f64() * 1e3);
    tracker.terminate();
    dispatch.terminate();
    tracker.ended().await;
    dispatch.ended().await;
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
