//! Finding the open trades by the looks that lie in the stream.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use skinbus_bus::Bus;
use skinbus_domain::ids::TradeKey;
use skinbus_domain::order::OrderKind;
use skinbus_domain::planning::{Look, Planned, Urgency};
use skinbus_domain::rules::after;
use skinbus_proto::v1;
use skinbus_runtime::clock;

use crate::given;
use crate::world::{Nats, account};

/// More than two answers of the server hold.
const TRADES: usize = 2_500;

async fn plan(bus: &Bus, number: usize, pause: Duration) {
    let planned = Planned { at: after(clock::now(), pause), pause };
    let look = Look { kind: OrderKind::Purchase, urgency: Urgency::Now, planned };
    bus.schedule_look(&account(), &given::key(&format!("wd-{number}")), &look).await.unwrap();
}

/// The trades that are shown after a place, and the place that follows.
async fn shown(bus: &Bus, place: u64) -> (BTreeSet<TradeKey>, u64) {
    let mut keys = BTreeSet::new();
    let place = bus
        .looks_after(place, |key| {
            keys.insert(key);
        })
        .await
        .unwrap();
    (keys, place)
}

/// Every look is found once, planned or due, and nothing is taken out; after that only what is new.
pub(crate) async fn every_look_is_found() {
    let nats = Nats::single().await;
    let bus = nats.bus().await;
    assert_eq!(shown(&bus, 0).await, (BTreeSet::new(), 0));
    let hour = Duration::from_secs(3600);
    stream::iter(0..TRADES).for_each_concurrent(64, |number| plan(&bus, number, hour)).await;
    // No look at a trade.
    let due = v1::ReconcileDue::default();
    bus.schedule_reconciliation(&account(), after(clock::now(), hour), &due).await.unwrap();

    let all: BTreeSet<TradeKey> = (0..TRADES).map(|number| given::key(&format!("wd-{number}"))).collect();
    let (found, place) = shown(&bus, 0).await;
    assert!(found == all, "{} of {TRADES} are found", found.len());
    assert_eq!(shown(&bus, place).await, (BTreeSet::new(), place));

    plan(&bus, 7, hour).await;
    plan(&bus, TRADES, Duration::ZERO).await;
    // Due by now, and in nobody's hands.
    skinbus_tests::wait::until("the look to fall due", || async {
        let due = "skinbus.v1.poll.due.skinify_main";
        let stream = nats.jetstream.get_stream("POLLS").await.unwrap();
        stream.get_last_raw_message_by_subject(due).await.ok()
    })
    .await;
    let (found, _) = shown(&bus, place).await;
    assert_eq!(found, [given::key("wd-7"), given::key(&format!("wd-{TRADES}"))].into());
    assert_eq!(shown(&bus, 0).await.0.len(), TRADES + 1, "nothing was taken out");
}
