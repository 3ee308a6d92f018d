//! What nobody can read inside Skinbus itself is kept, and holds nothing up.

use skinbus_proto::v1::TradeStatus;
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
