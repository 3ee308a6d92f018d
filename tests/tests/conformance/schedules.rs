//! The looks that are set for later.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use skinbus_bus::topology::{POLLS, due_consumer};
use skinbus_domain::order::OrderKind;
use skinbus_domain::planning::{Look, Planned, Urgency};
use skinbus_domain::rules::after;
use skinbus_proto::{Message, moment, v1};
use skinbus_runtime::clock;

use crate::given;
use crate::world::{Nats, account, whole_topology};

/// A look is due once, not before its time; one that replaces another is due instead of it.
pub(crate) async fn due_once() {
    let nats = Nats::single().await;
    due_in(&nats, Urgency::Now, "skinbus.v1.poll.due.skinify_main").await;
    due_in(&nats, Urgency::Later, "skinbus.v1.poll.due.skinify_main.later").await;
}

async fn due_in(nats: &Nats, urgency: Urgency, subject: &str) {
    let (name, consumers) = (due_consumer(&account(), urgency), whole_topology(1).consumers);
    let consumer =
        consumers.into_iter().find(|(_, config)| config.durable_name.as_ref() == Some(&name)).unwrap().1;
    let consumer = nats.jetstream.get_stream(POLLS).await.unwrap().create_consumer(consumer).await.unwrap();
    let (bus, account, now) = (nats.bus().await, account(), clock::now());
    let in_ms = |millis| after(now, Duration::from_millis(millis));
    let wanted = [
        ("simple", vec![in_ms(800)]),
        ("later", vec![in_ms(600), in_ms(1_600)]),
        ("earlier", vec![in_ms(3_600_000), in_ms(1_000)]),
        ("same", vec![in_ms(1_200), in_ms(1_200), in_ms(1_200)]),
        ("past", vec![in_ms(0)]),
        ("last", vec![in_ms(2_400)]),
    ];
    for (order_id, times) in &wanted {
        for at in times {
            let planned = Planned { at: *at, pause: Duration::from_secs(7) };
            let look = Look { kind: OrderKind::Purchase, urgency, planned };
            bus.schedule_look(&account, &given::key(order_id), &look).await.unwrap();
        }
    }
    let times_of = |order_id: &str| &wanted.iter().find(|(wanted, _)| *wanted == order_id).unwrap().1;
    let mut due: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    let mut messages = consumer.messages().await.unwrap();
    while !due.contains_key("last") {
        let message = messages.next().await.unwrap().unwrap();
        assert_eq!(message.subject.as_str(), subject);
        let stored_at = message.info().unwrap().published.unix_timestamp_nanos();
        let look = v1::PollDue::decode(message.payload.clone()).unwrap();
        assert_eq!((look.merchant.as_str(), look.pause_ms, look.hinted), ("acme", 7000, false));
        let due_at = moment(look.due_at.as_ref().unwrap()).unwrap();
        assert!(times_of(&look.order_id).contains(&due_at), "{} {due_at}", look.order_id);
        due.entry(look.order_id).or_default().push(Timestamp::from_nanosecond(stored_at).unwrap());
        message.ack().await.unwrap();
    }
    for (order_id, times) in &wanted {
        let fired = &due[*order_id];
        assert_eq!(fired.len(), 1, "{order_id}: {fired:?}");
        // The time is sent in whole milliseconds.
        assert!(after(fired[0], Duration::from_millis(1)) >= *times.last().unwrap(), "{order_id}: {fired:?}");
    }
    skinbus_tests::wait::until("no schedule to be left", || async {
        (nats.message_count(POLLS).await == 0).then_some(())
    })
    .await;
}
