//! Keepers of permits in one process, each with its own connection, killed at random: what the benchmark measures, in short.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use provider_dispatch::permits::Said;
use skinbus_bus::quota::QuotaStore;
use skinbus_domain::quota::{Lane, Limit};
use skinbus_runtime::clock;
use skinbus_tests::replicas::{self, Random, Record, Replica, Setting, worst_window};
use skinbus_tests::{NatsOptions, NatsServer, wait};

const REQUESTS: u32 = 40;

async fn world() -> (NatsServer, Setting) {
    let nats = NatsServer::start(NatsOptions::default()).await;
    replicas::prepare(&nats.url()).await;
    let setting = Setting {
        nats_url: nats.url(),
        account: "acme_main".parse().unwrap(),
        limit: Limit { requests: REQUESTS, per: Duration::from_millis(500) },
        call_timeout: Duration::from_millis(300),
        concurrency: 20,
        answer: (Duration::ZERO, Duration::from_millis(100)),
    };
    (nats, setting)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_replicas_keep_the_limit_and_leave_every_permit_to_the_others() {
    const WINDOWS: usize = 8;
    let (_nats, setting) = world().await;
    let (record, random) = (Arc::new(Record::default()), Arc::new(Random::new(11)));
    let mut all: Vec<Replica> = (0..3).map(|_| Replica::start(&setting, &record, &random)).collect();
    let limit = usize::try_from(REQUESTS).unwrap();
    // A kill after every half window's worth of requests, in any moment of the calls that are under way.
    for step in 1..=2 * WINDOWS {
        wait::until("the next requests", || async { (record.arrived() >= step * limit / 2).then_some(()) })
            .await;
        let index = usize::try_from(random.below(3)).unwrap();
        all[index].kill();
        all[index] = Replica::start(&setting, &record, &random);
    }
    // Nobody is killed any more: every wish is granted, and the whole limit is there again.
    let before = record.arrived();
    wait::until("three more windows", || async { (record.arrived() >= before + 3 * limit).then_some(()) })
        .await;
    drop(all);
    let arrivals = record.sorted_arrivals();
    let worst = worst_window(&arrivals, setting.limit.per);
    assert!(worst <= limit, "{worst} requests in one window");
    assert_eq!(record.lost_wishes.load(Ordering::SeqCst), 0);
}

/// The end of a probe is one write with what it says: no other replica ever sees the slot settled and the account open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_probe_of_all_replicas_reopens_a_closed_account() {
    const KEEPERS: usize = 3;
    const WISHES: usize = 5;
    let (_nats, setting) = world().await;
    let mut keepers = Vec::new();
    for _ in 0..KEEPERS {
        keepers.push(Arc::new(replicas::keeper(&setting).await));
    }
    let closing = keepers[0].take(Lane::Orders).await.unwrap();
    let before = keepers[1].take(Lane::Orders).await.unwrap();
    let until = clock::now() + Duration::from_millis(700);
    closing.settle(Said::Closed { until, reason: "maintenance" });
    // A call from before the closing proves nothing. Its end is written after the closing.
    closed(&setting).await;
    before.settle(Said::Open);

    let (granted, mut permits) = tokio::sync::mpsc::unbounded_channel();
    for keeper in &keepers {
        for _ in 0..WISHES {
            let (keeper, granted) = (Arc::clone(keeper), granted.clone());
            tokio::spawn(async move {
                if let Some(permit) = keeper.take(Lane::Orders).await {
                    granted.send(permit).ok();
                }
            });
        }
    }
    let probe = permits.recv().await.unwrap();
    assert!(clock::now() >= until, "a call before the closing's end");
    // Given back unused: the next one has its turn, and is alone as well.
    probe.give_back();
    let probe = permits.recv().await.unwrap();
    // Every keeper has looked since: its recheck is a quarter of the window.
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert!(permits.try_recv().is_err(), "two probes");
    probe.settle(Said::Open);
    for _ in 2..KEEPERS * WISHES {
        permits.recv().await.unwrap().give_back();
    }
}

/// Waits until the closing is stored.
async fn closed(setting: &Setting) {
    let bus = replicas::bus(setting).await;
    let store = QuotaStore::new(&bus, &setting.account).await.unwrap();
    wait::until("the closing to be stored", || async {
        store.read(&setting.account).await.unwrap().window.gate.closing.map(|_| ())
    })
    .await;
}
