//! The ledger's promises that hold on everything, memory included.

use order_intake::{Verdict, accept};
use skinbus_bus::ledger::Advanced;
use skinbus_bus::{Append, Ledger};
use skinbus_domain::ids::TradeKey;
use skinbus_domain::{Recorded, TradeStatus};
use tokio::task::JoinSet;

use crate::given;
use crate::race::{self, Race, gapless};
use crate::witness::{CrashAfterAppend, Log, Stale, Witness};
use crate::world::World;

pub(crate) async fn witness<W: World>(world: &W, log: &Log) -> Witness<W::Ledger> {
    Witness { ledger: world.ledger().await, log: log.clone() }
}

/// Sixteen writers on four orders, and nobody is disturbed.
pub(crate) async fn race(world: &impl World, news_each: usize) {
    let mut race = Race::prepare(world, news_each).await;
    let outcome = race.run().await;
    assert_eq!(race.log.written(), race.versions());
    assert!(race.log.lost() > 0, "that was no race");
    race::check(world, &race, &outcome).await;
}

/// A trade that is in flight, with one piece of news.
pub(crate) async fn in_flight(ledger: &impl Ledger, key: &TradeKey) -> [Recorded; 3] {
    let Ok(Verdict::Accepted(accepted)) = accept(ledger, given::request(key, 1)).await else { panic!() };
    let started = given::offer(ledger, key, Some(&accepted), &given::intent(key)).await;
    let Ok(Advanced::Written(started)) = started else { panic!("{started:?}") };
    let told = given::offer(ledger, key, Some(&started), &given::news(key, "first")).await;
    let Ok(Advanced::Written(told)) = told else { panic!("{told:?}") };
    [accepted, started, told]
}

/// A version is written after its predecessor and nowhere else, and is read back as it was written.
pub(crate) async fn compare_and_set(world: &impl World) {
    let (ledger, key) = (world.ledger().await, given::key("cas"));
    assert_eq!(ledger.read(&key).await.unwrap(), None);
    assert_eq!(ledger.read_latest(&key).await.unwrap(), None);
    let [accepted, started, told] = in_flight(&*ledger, &key).await;
    assert_eq!(ledger.read_latest(&key).await.unwrap(), Some(told.clone()));
    assert_eq!(world.versions(&key).await, [accepted.clone(), started.clone(), told.clone()]);
    let mut next = told.change.clone();
    next.version += 1;
    // The first, a middle one, and one that is not there yet.
    for expected in [0, accepted.sequence, started.sequence, told.sequence + 1] {
        assert_eq!(ledger.append(expected, &next).await.unwrap(), Append::Lost, "after {expected}");
    }
    // A conflict uses nothing up: the same writer may follow at the right place.
    let Append::Written { sequence } = ledger.append(told.sequence, &next).await.unwrap() else { panic!() };
    assert!(sequence > told.sequence);
    assert_eq!(ledger.read_latest(&key).await.unwrap(), Some(Recorded { change: next, sequence }));
    assert_eq!(world.versions(&key).await.len(), 4);
}

/// Whoever begins with an old version loses one append and nothing else.
pub(crate) async fn stale_read(world: &impl World) {
    let (log, key) = (Log::new(), given::key("stale"));
    let ledger = witness(world, &log).await;
    let [accepted, started, told] = in_flight(&ledger, &key).await;
    for (round, seen) in [None, Some(&accepted), Some(&started), Some(&told)].into_iter().enumerate() {
        let ledger = Stale { ledger: witness(world, &log).await, seen: seen.cloned() };
        let before = ledger.read_latest(&key).await.unwrap().unwrap();
        let known = ledger.read(&key).await.unwrap();
        // What changes nothing is not written, whatever the reader believes: it is said of the newest version.
        let repeated = accept(&ledger, given::request(&key, 1)).await.unwrap();
        assert_eq!(repeated, Verdict::Repeated(before.clone()), "round {round}");
        let intent = given::intent(&key);
        let late = given::offer(&ledger, &key, known.as_ref().or(Some(&accepted)), &intent).await.unwrap();
        assert_eq!(late, Advanced::Stale(before.clone()), "round {round}");
        // What is new is written after the newest version, and only once.
        let (news, known) = (given::news(&key, &format!("round {round}")), known.as_ref().or(Some(&started)));
        let written = given::offer(&ledger, &key, known, &news).await.unwrap();
        let Advanced::Written(recorded) = written else { panic!("{written:?}") };
        assert_eq!(recorded.change.version, before.change.version + 1);
        let repeated = given::offer(&ledger, &key, known, &news).await.unwrap();
        assert_eq!(repeated, Advanced::Stale(recorded));
    }
    let versions = world.versions(&key).await;
    gapless(&key, &versions);
    assert_eq!(versions.len(), 3 + 4, "nothing was written twice");
    assert!(log.lost() >= 4, "every stale reader loses: {}", log.lost());
}

/// The same request again, at the same time and later, by many: one version, one verdict.
pub(crate) async fn same_request(world: &impl World) {
    let (log, key) = (Log::new(), given::key("again"));
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let ledger = witness(world, &log).await;
        let request = given::request(&key, 1);
        tasks.spawn(async move { accept(&ledger, request).await.unwrap() });
    }
    let verdicts = tasks.join_all().await;
    let first = world.versions(&key).await.remove(0);
    let accepted = verdicts.iter().filter(|verdict| **verdict == Verdict::Accepted(first.clone())).count();
    let repeated = verdicts.iter().filter(|verdict| **verdict == Verdict::Repeated(first.clone())).count();
    assert_eq!((accepted, repeated), (1, 7), "{verdicts:?}");
    let ledger = witness(world, &log).await;
    for _ in 0..3 {
        assert_eq!(accept(&ledger, given::request(&key, 1)).await.unwrap(), Verdict::Repeated(first.clone()));
        assert_eq!(accept(&ledger, given::request(&key, 2)).await.unwrap(), Verdict::Conflict(first.clone()));
    }
    assert_eq!(world.versions(&key).await, [first]);
}

/// A writer ends after its append and before it knows. Whoever does its work again finds it done.
pub(crate) async fn crash_after_append(world: &impl World) {
    let (log, key) = (Log::new(), given::key("crash"));
    let crashing = CrashAfterAppend { ledger: witness(world, &log).await };
    let ledger = witness(world, &log).await;

    accept(&crashing, given::request(&key, 1)).await.unwrap_err();
    let accepted = world.versions(&key).await.remove(0);
    let verdict = accept(&ledger, given::request(&key, 1)).await.unwrap();
    assert_eq!(verdict, Verdict::Repeated(accepted.clone()));

    // An intent of which nobody knows whose it is: nobody may call for it.
    let intent = given::intent(&key);
    given::offer(&crashing, &key, Some(&accepted), &intent).await.unwrap_err();
    let again = given::offer(&ledger, &key, Some(&accepted), &intent).await.unwrap();
    let Advanced::Stale(started) = again else { panic!("{again:?}") };
    assert_eq!(started.trade().status(), TradeStatus::Dispatching);

    let news = given::news(&key, "told");
    given::offer(&crashing, &key, Some(&started), &news).await.unwrap_err();
    let again = given::offer(&ledger, &key, Some(&started), &news).await.unwrap();
    let Advanced::Stale(told) = again else { panic!("{again:?}") };
    assert_eq!(world.versions(&key).await, [accepted, started, told]);
}

pub(crate) async fn all(world: &impl World) {
    compare_and_set(world).await;
    stale_read(world).await;
    same_request(world).await;
    crash_after_append(world).await;
}
