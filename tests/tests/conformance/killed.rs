//! The race again, and in the middle of it the server that decides is killed with `kill -9`.

use crate::race::{self, Race};
use crate::world::Nats;
use skinbus_tests::wait;

pub(crate) async fn leader_killed_in_mid_race(nats: &Nats, news_each: usize) {
    let mut race = Race::prepare(nats, news_each).await;
    let (log, versions) = (race.log.clone(), race.versions());
    let disturb = async {
        log.wait_for(versions / 3).await;
        let killed = nats.kill_leader().await;
        let answered_before = log.written();
        assert!(answered_before < versions, "the race was over before the kill");
        if nats.replicas > 1 {
            // The others go on without it.
            wait::until("another leader", || async {
                nats.leader().await.filter(|leader| *leader != killed)
            })
            .await;
            log.wait_for((2 * versions / 3).max(answered_before + 1)).await;
        }
        nats.restart(&killed).await;
    };
    let (outcome, ()) = tokio::join!(race.run(), disturb);
    assert_eq!(log.written(), versions);
    race::check(nats, &race, &outcome).await;
}
