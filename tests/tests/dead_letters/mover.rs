//! Messages that the server delivers no more: moved once, whatever happens to the mover.

use skinbus_proto::Message;
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_tests::look::headers;
use skinbus_tests::merchant::{Merchant, order};
use skinbus_tests::{System, SystemOptions, wait};

use crate::{impatient, until_stored};

const OFF: (&str, &str) = ("SKINBUS_NATS__TOPOLOGY", "off");

/// Every stream and consumer, and none of the services: a tracker has made them and ended.
async fn streams_only() -> (System, Merchant) {
    let variables = vec![(OFF.0.to_owned(), OFF.1.to_owned())];
    let mut system =
        System::start_without_services(SystemOptions { variables, ..SystemOptions::default() }).await;
    let manage = [("SKINBUS_NATS__TOPOLOGY", "manage")];
    let mut maker =
        skinbus_tests::process::Process::start_with("trade-tracker", &system.config_file(), &manage);
    maker.ready().await;
    maker.terminate();
    maker.ended().await;
    system.forget_ended();
    let merchant = system.merchant().await;
    // What the mover had in hand when it died comes again after a moment.
    impatient(&merchant, "ADVISORIES", "mover", -1).await;
    (system, merchant)
}

/// Waits until the mover has acknowledged every advisory.
async fn until_all_heard(merchant: &Merchant) {
    let stream = merchant.jetstream().get_stream("ADVISORIES").await.unwrap();
    wait::until("the mover to be done", || async {
        let mover = stream.consumer_info("mover").await.unwrap();
        (mover.num_pending == 0 && mover.num_ack_pending == 0).then_some(())
    })
    .await;
}

fn abandoned(letters: &[v1::DeadLetter]) -> Vec<(u64, &[u8])> {
    assert!(letters.iter().all(|letter| letter.reason == "handler_crashed"), "{letters:?}");
    let mut all: Vec<(u64, &[u8])> =
        letters.iter().map(|letter| (letter.sequence, letter.payload.as_ref())).collect();
    all.sort_unstable();
    all
}

#[tokio::test]
async fn an_abandoned_message_is_moved_once_wherever_the_mover_dies() {
    let (mut system, merchant) = streams_only().await;
    impatient(&merchant, "ORDERS", "intake", 1).await;
    let orders = merchant.jetstream().get_stream("ORDERS").await.unwrap();
    let intake: async_nats::jetstream::consumer::PullConsumer = orders.get_consumer("intake").await.unwrap();
    let mut expected = Vec::new();
    for point in ["tracker.before_bury", "tracker.after_bury", "tracker.after_remove"] {
        let given = headers(&[("Shop", point)]);
        let body = point.as_bytes().to_vec();
        let sequence = merchant.publish_to("skinbus.v1.orders.acme", given, body.clone()).await.unwrap();
        expected.push((sequence, body));
        // A worker that takes it and is never heard of again.
        let mut taken = intake.fetch().max_messages(1).messages().await.unwrap();
        futures_util::StreamExt::next(&mut taken).await.unwrap().unwrap();
        system.launch("trade-tracker", Some(point));
        // The server says so when it is to deliver it once more.
        let stale = tokio::spawn({
            let intake = intake.clone();
            async move {
                let expires = std::time::Duration::from_secs(20);
                let messages = intake.fetch().max_messages(1).expires(expires).messages().await.unwrap();
                futures_util::StreamExt::collect::<Vec<_>>(messages).await
            }
        });
        system.service("trade-tracker").crashed().await;
        stale.abort();
        system.forget_ended();
    }
    system.launch("trade-tracker", None);
    system.ready().await;
    until_all_heard(&merchant).await;
    let letters = merchant.dead_letters(3).await;
    let moved = abandoned(&letters);
    let expected: Vec<(u64, &[u8])> =
        expected.iter().map(|(sequence, body)| (*sequence, body.as_slice())).collect();
    assert_eq!(moved, expected);
    assert!(letters.iter().all(|letter| letter.headers.iter().any(|header| header.name == "Shop")));
    until_stored(&merchant, "ORDERS", 0).await;
}

/// Only queues lose a message, and only what our own consumers gave up on is a dead letter.
#[tokio::test]
async fn streams_that_keep_their_messages_lose_none() {
    let (mut system, merchant) = streams_only().await;
    // A hint without a reference: the tracker has nothing to do with it.
    let hint = v1::WebhookReceived { account: "skinify_main".to_owned(), ..v1::WebhookReceived::default() };
    let webhooks = "skinbus.v1.webhooks.skinify_main";
    let webhook = merchant.publish_to(webhooks, headers(&[]), hint.encode_to_vec()).await.unwrap();
    // The tracker buries this one by itself, and the server gives it up as well.
    let both = merchant.publish_to(webhooks, headers(&[]), vec![1]).await.unwrap();
    let version = merchant.publish_to("skinbus.v1.append.acme.wd-1", headers(&[]), vec![2]).await.unwrap();
    let order = merchant.publish_to("skinbus.v1.orders.acme", headers(&[]), vec![3]).await.unwrap();
    let say = async |stream: &str, consumer: &str, sequence: u64| {
        let subject = format!("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.{stream}.{consumer}");
        let text = format!(
            r#"{{"stream": "{stream}", "consumer": "{consumer}", "stream_seq": {sequence}, "deliveries": 9}}"#
        );
        merchant.publish_to(&subject, headers(&[]), text.into_bytes()).await.unwrap();
    };
    for sequence in [webhook, webhook, both] {
        say("WEBHOOKS", "tracker_webhooks", sequence).await;
    }
    say("TRADES", "tracker_trades", version).await;
    say("ORDERS", "somebody", order).await;
    say("ORDERS", "intake", 1_000).await;
    system.launch("trade-tracker", None);
    system.ready().await;
    until_all_heard(&merchant).await;
    let letters: Vec<_> = merchant.dead_letters(3).await;
    let origins: Vec<(&str, u64)> =
        letters.iter().map(|letter| (letter.stream.as_str(), letter.sequence)).collect();
    let times = |origin: (&str, u64)| origins.iter().filter(|known| **known == origin).count();
    assert_eq!((times(("WEBHOOKS", webhook)), times(("WEBHOOKS", both))), (1, 1), "{letters:?}");
    let of_the_ledger: Vec<_> = letters.iter().filter(|letter| letter.stream == "TRADES").collect();
    assert!(of_the_ledger.iter().all(|letter| letter.reason == "undecodable"), "{letters:?}");
    assert_eq!(letters.len(), 2 + of_the_ledger.len(), "{letters:?}");
    for (stream, kept) in [("WEBHOOKS", 2), ("TRADES", 1), ("ORDERS", 1)] {
        assert_eq!(merchant.stored(stream).await, kept, "{stream}");
    }
}

/// The whole way: an order that kills every process, given up by the server, moved, and placed once it is harmless.
#[tokio::test]
async fn an_order_that_kills_its_process_is_moved_and_can_be_redriven() {
    let variables = vec![(OFF.0.to_owned(), OFF.1.to_owned())];
    // At the usual pace: the tracker must not hand the order over again while this test looks on.
    let options = SystemOptions { speed: 1, concurrency: 1, variables, ..SystemOptions::default() };
    let mut system = System::start_without_services(options).await;
    let manage = [("SKINBUS_NATS__TOPOLOGY", "manage")];
    let intake = skinbus_tests::process::Process::start_with("order-intake", &system.config_file(), &manage);
    system.services.push(intake);
    system.launch("trade-tracker", None);
    system.ready().await;
    let merchant = system.merchant().await;
    impatient(&merchant, "DISPATCH", "dispatch_skinify_main", 2).await;
    merchant.publish(&order("poison", "88112")).await;
    until_stored(&merchant, "DISPATCH", 1).await;
    merchant.publish(&order("good", "88112")).await;
    let armed = Some("dispatch.in_hand@acme/poison");
    for _ in 0..2 {
        system.launch("provider-dispatch", armed);
        system.service("provider-dispatch").crashed().await;
        system.forget_ended();
    }
    // Poison still, but nobody is given it any more.
    system.launch("provider-dispatch", armed);
    let letters = merchant.dead_letters(1).await;
    assert_eq!((letters[0].reason.as_str(), letters[0].stream.as_str()), ("handler_crashed", "DISPATCH"));
    wait::until("the good order to be bought", || async {
        (system.purchases("good").await.len() == 1).then_some(())
    })
    .await;
    until_stored(&merchant, "DISPATCH", 0).await;
    assert_eq!(merchant.last("poison").await.unwrap().to(), TradeStatus::Accepted);

    // Repaired.
    system.service("provider-dispatch").kill();
    system.forget_ended();
    system.launch("provider-dispatch", None);
    system.ready().await;
    crate::redriven::place_by_redriving(&system, &merchant, "poison").await;
}
