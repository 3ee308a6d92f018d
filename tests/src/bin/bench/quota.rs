//! How much of a rate limit is used, and how fast a permit is there, by replicas that share it and are killed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use skinbus_domain::quota::{Lane, Limit};
use skinbus_tests::replicas::{self, Random, Record, Replica, Setting, worst_window};
use skinbus_tests::{NatsOptions, NatsServer};

use crate::load::percentile;
use crate::quota_update;

/// Permits of the backlog's limit.
const REQUESTS: u32 = 500;
const SHORT: Duration = Duration::from_secs(6);
const LONG: Duration = Duration::from_secs(60);
/// Windows that are measured after the first.
const WINDOWS: usize = 2;
const FAST: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(20));
const SLOW: (Duration, Duration) = (Duration::ZERO, Duration::from_secs(1));
/// The longest that a permit may be in use: what a killed replica holds comes back one window after it.
const CALL_TIMEOUT: Duration = Duration::from_millis(1500);
/// On average; some replica at some moment.
const KILL_EVERY: Duration = Duration::from_secs(1);

struct Case {
    replicas: usize,
    per: Duration,
    answer: (Duration, Duration),
    kills: bool,
}

pub(crate) async fn run() {
    println!("\nquota, {REQUESTS} permits per window, a backlog that never ends");
    println!(
        "  window  replicas  answer   kills  permits/allowed  of the limit  worst window  conflicts/permit"
    );
    // The long windows fill their minutes beside the others: their load is next to nothing.
    let long = [FAST, SLOW]
        .map(|answer| tokio::spawn(backlog(Case { replicas: 4, per: LONG, answer, kills: false })));
    for kills in [false, true] {
        for answer in [FAST, SLOW] {
            for replicas in [1, 4, 16] {
                println!("{}", backlog(Case { replicas, per: SHORT, answer, kills }).await);
            }
        }
    }
    for line in long {
        println!("{}", line.await.unwrap());
    }
    run_without_backlog().await;
}

/// What takes seconds only.
pub(crate) async fn run_without_backlog() {
    waits().await;
    burst().await;
}

fn setting(nats: &NatsServer, case: &Case) -> Setting {
    Setting {
        nats_url: nats.url(),
        account: "bench".parse().unwrap(),
        limit: Limit { requests: REQUESTS, per: case.per },
        call_timeout: CALL_TIMEOUT,
        concurrency: usize::try_from(REQUESTS).unwrap() / case.replicas + 1,
        answer: case.answer,
    }
}

/// Runs one case, and gives its line of the table.
async fn backlog(case: Case) -> String {
    let nats = NatsServer::start(NatsOptions::default()).await;
    replicas::prepare(&nats.url()).await;
    let setting = setting(&nats, &case);
    let (record, random) = (Arc::new(Record::default()), Arc::new(Random::new(7)));
    let start = || Replica::start(&setting, &record, &random);
    let mut all: Vec<Replica> = (0..case.replicas).map(|_| start()).collect();
    let limit = usize::try_from(REQUESTS).unwrap();
    let mut next_kill = Instant::now() + KILL_EVERY;
    while record.arrived() < (WINDOWS + 1) * limit {
        tokio::time::sleep(Duration::from_millis(10)).await;
        if case.kills && Instant::now() >= next_kill {
            next_kill += random.between((Duration::ZERO, 2 * KILL_EVERY));
            let index = usize::try_from(random.below(u64::try_from(case.replicas).unwrap())).unwrap();
            all[index].kill();
            all[index] = start();
        }
    }
    drop(all);
    let arrivals = record.sorted_arrivals();
    let worst = worst_window(&arrivals, case.per);
    assert!(worst <= limit, "{worst} requests in one window");
    assert_eq!(record.lost_wishes.load(Ordering::SeqCst), 0);
    // Each request and the one so many windows of permits later: the time that a permit takes to come round.
    let rounds = arrivals[WINDOWS * limit..].iter().zip(&arrivals);
    let sum: Duration = rounds.clone().map(|(later, earlier)| later.duration_since(*earlier)).sum();
    let round = sum.as_secs_f64() / rounds.count() as f64 / WINDOWS as f64;
    let mean = (case.answer.0 + case.answer.1).as_secs_f64() / 2.0;
    let (_, conflicts) = record.writes_and_conflicts();
    format!(
        "  {:>4} s   {:>7}   {:<7}  {:<5}  {:>13.1} %  {:>10.1} %  {worst:>12}  {:>16.2}",
        case.per.as_secs(),
        case.replicas,
        if case.answer == FAST { "20 ms" } else { "0-1 s" },
        if case.kills { "yes" } else { "no" },
        100.0 * (case.per.as_secs_f64() + mean) / round,
        100.0 * case.per.as_secs_f64() / round,
        conflicts as f64 / arrivals.len() as f64,
    )
}

/// From asking, while there is room, to having the permit.
async fn waits() {
    const ASKS: usize = 600;
    let nats = NatsServer::start(NatsOptions::default()).await;
    replicas::prepare(&nats.url()).await;
    let update = quota_update::measure(&nats.url()).await;
    println!("  one update of a key with compare-and-set: p50 {:.2} ms", update.as_secs_f64() * 1e3);
    println!("  replicas  permit p50           p99");
    for replicas in [1_usize, 4, 16] {
        let case = Case { replicas, per: SHORT, answer: FAST, kills: false };
        let limit = Limit { requests: 100_000, per: SHORT };
        let account = format!("waits_{replicas}").parse().unwrap();
        let setting = Setting { account, limit, ..setting(&nats, &case) };
        // The rate of the backlog, in all.
        let pause = SHORT * u32::try_from(replicas).unwrap() / REQUESTS;
        let mut asking = tokio::task::JoinSet::new();
        for seed in 0..replicas {
            let setting = setting.clone();
            asking.spawn(async move {
                let (random, record) = (Random::new(u64::try_from(seed).unwrap()), Record::default());
                let keeper = replicas::keeper(&setting).await;
                let mut waited = Vec::new();
                // A replica learns the server's time when it starts.
                keeper.take(Lane::Orders).await.unwrap().give_back();
                tokio::time::sleep(Duration::from_millis(300)).await;
                for _ in 0..ASKS / replicas {
                    tokio::time::sleep(random.between((Duration::ZERO, 2 * pause))).await;
                    let began = Instant::now();
                    let permit = keeper.take(Lane::Orders).await.unwrap();
                    waited.push(began.elapsed());
                    replicas::call(permit, &setting, &record, &random, &AtomicBool::new(false)).await;
                }
                keeper.close().await;
                waited
            });
        }
        let mut waited: Vec<Duration> = asking.join_all().await.into_iter().flatten().collect();
        waited.sort();
        let shown = |percent| {
            let took = percentile(&waited, percent);
            format!(
                "{:5.1} ms = {:4.1} ×",
                took.as_secs_f64() * 1e3,
                took.as_secs_f64() / update.as_secs_f64()
            )
        };
        println!("  {replicas:>8}  {}   {}", shown(50), shown(99));
    }
}

/// A burst after an idle time: nothing is paced below what the window allows.
async fn burst() {
    const ORDERS: usize = 200;
    let nats = NatsServer::start(NatsOptions::default()).await;
    replicas::prepare(&nats.url()).await;
    println!("  a burst of {ORDERS} after idle, calls of 20 ms, 500 per 6 s");
    println!("  calls at the same time  first to last arrival  {ORDERS} such calls alone");
    for concurrency in [10, 50, 200] {
        let case = Case { replicas: 1, per: SHORT, answer: FAST, kills: false };
        let account = format!("burst_{concurrency}").parse().unwrap();
        let setting = Arc::new(Setting { account, concurrency, ..setting(&nats, &case) });
        let (record, random) = (Arc::new(Record::default()), Arc::new(Random::new(7)));
        let keeper = Arc::new(replicas::keeper(&setting).await);
        tokio::time::sleep(Duration::from_millis(200)).await;
        let left = Arc::new(std::sync::atomic::AtomicUsize::new(ORDERS));
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..concurrency {
            let (keeper, record, random) = (Arc::clone(&keeper), Arc::clone(&record), Arc::clone(&random));
            let (setting, left) = (Arc::clone(&setting), Arc::clone(&left));
            workers.spawn(async move {
                let take_one = |left: usize| left.checked_sub(1);
                while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take_one).is_ok() {
                    let permit = keeper.take(Lane::Orders).await.unwrap();
                    replicas::call(permit, &setting, &record, &random, &AtomicBool::new(false)).await;
                }
            });
        }
        workers.join_all().await;
        keeper.close().await;
        let arrivals = record.sorted_arrivals();
        let took = arrivals[ORDERS - 1].duration_since(arrivals[0]);
        let alone = FAST.0 * u32::try_from(ORDERS.div_ceil(concurrency)).unwrap();
        println!("  {concurrency:>22}  {:>18} ms  {:>20} ms", took.as_millis(), alone.as_millis());
    }
}
