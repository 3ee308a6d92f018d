//! What plain subscribers and followers see of the ledger.

use std::time::Duration;

use skinbus_bus::Ledger;
use skinbus_bus::ledger::{Advanced, JetStreamLedger};

use crate::given;
use crate::promises::{self, in_flight};
use crate::race::{self, Race};
use crate::world::{self, Listener, Nats, World};

/// The race again, and somebody listens: what is heard is what is stored, in its order, and nothing of the losers.
pub(crate) async fn race(nats: &Nats, news_each: usize) {
    let mut listener = Listener::start(nats).await;
    let mut race = Race::prepare(nats, news_each).await;
    let outcome = race.run().await;
    assert!(race.log.lost() > 0, "that was no race");
    race::check(nats, &race, &outcome).await;
    let last = given::key("last");
    in_flight(&*nats.ledger().await, &last).await;
    let mut stored = Vec::new();
    for key in &race.keys {
        stored.extend(nats.versions(key).await);
    }
    stored.sort_by_key(|version| version.sequence);
    assert_eq!(listener.heard_before(&last).await, stored);
}

/// Direct reads are answered by followers too, which may be behind. How often is for information; what matters is that
/// they are never ahead, and that whoever goes on from one ends with the right version.
pub(crate) async fn behind(nats: &Nats, rounds: usize) {
    let (log, key) = (crate::witness::Log::new(), given::key("behind"));
    let mut readers = Vec::new();
    for index in 0..nats.replicas {
        let bus = world::connect(&nats.server_url(index).await, Duration::from_secs(10)).await;
        readers.push(JetStreamLedger::new(&bus).await.unwrap());
    }
    let writer = promises::witness(nats, &log).await;
    let [_, _, mut newest] = in_flight(&writer, &key).await;
    let mut stale = 0;
    for round in 0..rounds {
        for reader in &readers {
            let read = reader.read(&key).await.unwrap();
            let version = read.as_ref().map_or(0, |read| read.change.version);
            assert!(version <= newest.change.version, "{read:?} after {newest:?}");
            stale += usize::from(version < newest.change.version);
            let news = given::news(&key, &format!("round {round}, after version {}", newest.change.version));
            let written = given::offer(&writer, &key, read.as_ref(), &news).await.unwrap();
            let Advanced::Written(recorded) = written else { panic!("{written:?}") };
            assert_eq!(recorded.change.version, newest.change.version + 1);
            newest = recorded;
        }
    }
    assert!(log.lost() <= stale, "being behind costs one append, and nothing else does");
    println!(
        "{stale} of {} direct reads were behind, {} appends were lost to it",
        rounds * nats.replicas,
        log.lost()
    );
    race::gapless(&key, &nats.versions(&key).await);
}
