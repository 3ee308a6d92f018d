//! Many replicas that share one account's quota: each with its own runtime, connection to NATS and keeper of permits, and
//! a backlog that never ends. Killed ones vanish with everything that they had. The provider is a record of arrivals.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use provider_dispatch::permits::{Counts, Keeper, Permit, Said, Terms};
use skinbus_bus::Bus;
use skinbus_domain::ids::AccountId;
use skinbus_domain::quota::{Lane, Limit};
use skinbus_runtime::config::Topology;
use skinbus_runtime::{Config, Health, Shutdown};
use tokio::runtime::Runtime;

/// How the replicas work.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Where NATS is.
    pub nats_url: String,
    /// Whose quota.
    pub account: AccountId,
    /// Its limit.
    pub limit: Limit,
    /// The longest that a permit may be in use.
    pub call_timeout: Duration,
    /// Calls of one replica at the same time.
    pub concurrency: usize,
    /// How long a call takes, from and to.
    pub answer: (Duration, Duration),
}

/// What the provider and the callers saw.
#[derive(Debug, Default)]
pub struct Record {
    /// When requests reached the provider.
    pub arrivals: Mutex<Vec<Instant>>,
    /// Calls that were answered.
    pub answered: AtomicU64,
    /// Wishes that ended without a permit although their replica lived.
    pub lost_wishes: AtomicU64,
    /// What the keepers did, of all lives of all replicas.
    pub counts: Mutex<Vec<Arc<Counts>>>,
}

impl Record {
    /// Requests that have reached the provider.
    #[must_use]
    pub fn arrived(&self) -> usize {
        self.arrivals.lock().unwrap().len()
    }

    /// Arrivals, the first first.
    #[must_use]
    pub fn sorted_arrivals(&self) -> Vec<Instant> {
        let mut arrivals = self.arrivals.lock().unwrap().clone();
        arrivals.sort();
        arrivals
    }

    /// Writes and conflicts of all keepers.
    #[must_use]
    pub fn writes_and_conflicts(&self) -> (u64, u64) {
        let counts = self.counts.lock().unwrap();
        let sum =
            |of: fn(&Counts) -> &AtomicU64| counts.iter().map(|one| of(one).load(Ordering::Relaxed)).sum();
        (sum(|one| &one.writes), sum(|one| &one.conflicts))
    }
}

/// The most requests that any window of this length held.
#[must_use]
pub fn worst_window(sorted: &[Instant], per: Duration) -> usize {
    let (mut worst, mut first) = (0, 0);
    for (last, arrival) in sorted.iter().enumerate() {
        while arrival.duration_since(sorted[first]) >= per {
            first += 1;
        }
        worst = worst.max(last + 1 - first);
    }
    worst
}

/// Numbers without a pattern.
#[derive(Debug)]
pub struct Random(AtomicU64);

impl Random {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A number below `end`, which is not 0.
    pub fn below(&self, end: u64) -> u64 {
        let next = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mut mixed = (next ^ (next >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// A duration from the first to the second.
    pub fn between(&self, (from, to): (Duration, Duration)) -> Duration {
        let range = u64::try_from(to.saturating_sub(from).as_micros()).unwrap();
        from + Duration::from_micros(self.below(range + 1))
    }
}

/// Makes the streams and buckets.
pub async fn prepare(nats_url: &str) {
    connect(nats_url, Topology::Manage).await;
}

async fn connect(nats_url: &str, topology: Topology) -> Bus {
    let mut config = Config::default();
    config.nats.url = nats_url.parse().unwrap();
    config.nats.topology = topology;
    Bus::connect("replica", &config, &Shutdown::new(), &Health::detached()).await.unwrap()
}

/// A connection of its own.
pub async fn bus(setting: &Setting) -> Bus {
    connect(&setting.nats_url, Topology::Off).await
}

/// A replica's own connection and keeper.
pub async fn keeper(setting: &Setting) -> Keeper {
    let bus = bus(setting).await;
    let (account, limit, call_timeout) = (setting.account.clone(), setting.limit, setting.call_timeout);
    Keeper::start(&bus, Terms { account, limit, call_timeout }).await.unwrap()
}

/// One life of a replica.
pub struct Replica {
    runtime: Option<Runtime>,
    is_killed: Arc<AtomicBool>,
}

impl Replica {
    /// Starts it; its workers begin as soon as it has its connection.
    #[must_use]
    pub fn start(setting: &Setting, record: &Arc<Record>, random: &Arc<Random>) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let is_killed = Arc::new(AtomicBool::new(false));
        runtime.spawn(live(setting.clone(), Arc::clone(record), Arc::clone(random), Arc::clone(&is_killed)));
        Self { runtime: Some(runtime), is_killed }
    }

    /// Everything of it is gone at once: tasks, calls under way, permits in hand, the connection.
    pub fn kill(&mut self) {
        self.is_killed.store(true, Ordering::SeqCst);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn live(setting: Setting, record: Arc<Record>, random: Arc<Random>, is_killed: Arc<AtomicBool>) {
    let keeper = Arc::new(keeper(&setting).await);
    record.counts.lock().unwrap().push(keeper.counts());
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..setting.concurrency {
        let (keeper, record, random) = (Arc::clone(&keeper), Arc::clone(&record), Arc::clone(&random));
        let (setting, is_killed) = (setting.clone(), Arc::clone(&is_killed));
        workers.spawn(async move {
            while !is_killed.load(Ordering::SeqCst) {
                match keeper.take(Lane::Orders).await {
                    Some(permit) => call(permit, &setting, &record, &random, &is_killed).await,
                    None if is_killed.load(Ordering::SeqCst) => {}
                    None => {
                        record.lost_wishes.fetch_add(1, Ordering::SeqCst);
                    }
                }
            }
        });
    }
    while workers.join_next().await.is_some() {}
}

/// A call whose request reaches the provider at a random moment of it.
pub async fn call(
    permit: Permit,
    setting: &Setting,
    record: &Record,
    random: &Random,
    is_killed: &AtomicBool,
) {
    if !permit.covers(setting.answer.1) {
        return permit.give_back();
    }
    let took = random.between(setting.answer);
    let there = random.between((Duration::ZERO, took));
    // On its way: it arrives also where the replica is killed meanwhile.
    let began = Instant::now();
    record.arrivals.lock().unwrap().push(began + there);
    tokio::time::sleep_until((began + took).into()).await;
    if is_killed.load(Ordering::SeqCst) {
        return;
    }
    record.answered.fetch_add(1, Ordering::Relaxed);
    permit.settle(Said::Open);
}
