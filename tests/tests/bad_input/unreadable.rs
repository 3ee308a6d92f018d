//! What nobody can read inside Skinbus itself is kept, and holds nothing up.

use skinbus_proto::v1::TradeStatus;
use skinbus_proto::{Message, v1};
use skinbus_tests::merchant::order;
use skinbus_tests::{System, SystemOptions, wait};

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "nothing of ours would write such bytes")]
async fn the_tracker_buries_what_it_cannot_read() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    for subject in ["skinbus.v1.append.acme.junk", "skinbus.v1.poll.due.skinify_main"] {
        let publish = merchant.jetstream().publish(subject, "\u{ff}\u{ff}junk".into());
        publish.await.unwrap().await.unwrap();
    }
    let dead = wait::until("both to be dead letters", || async {
        let dead = merchant.dead().await;
        (dead.len() == 2).then_some(dead)
    })
    .await;
    for letter in &dead {
        assert_eq!(letter.reason, "undecodable");
        assert_eq!(letter.payload.as_ref(), "\u{ff}\u{ff}junk".as_bytes());
    }
    let mut streams: Vec<&str> = dead.iter().map(|letter| letter.stream.as_str()).collect();
    streams.sort_unstable();
    assert_eq!(streams, ["POLLS", "TRADES"]);
    // A trade after them is followed as ever.
    merchant.publish(&order("wd-1", "88101")).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;
}

/// While a newer release is rolled out, its processes read what it writes. What an older tracker buries would have no schedule.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "nothing of this release would write such a version")]
async fn a_version_of_a_newer_release_is_left_to_that_release() {
    const UNKNOWN: i32 = 999;
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let newer = v1::TradeStatusChanged {
        merchant: "acme".to_owned(),
        order_id: "newer".to_owned(),
        version: 1,
        to: UNKNOWN,
        ..v1::TradeStatusChanged::default()
    };
    let handed_over = v1::DispatchOrder { accepted: Some(newer.clone()), sequence: 1 };
    for (subject, bytes) in [
        ("skinbus.v1.append.acme.newer", newer.encode_to_vec()),
        ("skinbus.v1.dispatch.skinify_main", handed_over.encode_to_vec()),
    ] {
        merchant.jetstream().publish(subject, bytes.into()).await.unwrap().await.unwrap();
    }
    for (stream, consumer) in [("TRADES", "tracker_trades"), ("DISPATCH", "dispatch_skinify_main")] {
        wait::until(&format!("{consumer} to have it again"), || async {
            let stream = merchant.jetstream().get_stream(stream).await.unwrap();
            let consumer = stream.consumer_info(consumer).await.unwrap();
            (consumer.num_redelivered == 1).then_some(())
        })
        .await;
    }
    // Others are followed meanwhile.
    merchant.publish(&order("wd-1", "88101")).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;
    assert!(merchant.dead().await.is_empty());
}
