//! Orders as large as the server lets through.

use skinbus_proto::v1;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::order;
use skinbus_tests::{System, SystemOptions, wait};

use crate::{PROTOBUF, broken, bytes, violations};

/// What nats-server takes by default, headers included.
const PAYLOAD_MAX: usize = 1024 * 1024;

#[tokio::test]
async fn the_largest_garbage_is_a_dead_letter_too() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    for length in [PAYLOAD_MAX - 200, PAYLOAD_MAX / 2] {
        merchant.publish_bytes(vec![0xff; length], PROTOBUF).await;
    }
    merchant.publish(&order("good", "88112")).await;
    merchant.reaches("good", TradeStatus::Completed).await;
    let dead = merchant.dead_letters(2).await;
    assert!(dead.iter().all(|letter| letter.reason == "undecodable"));
    assert!(dead.iter().any(|letter| letter.payload.len() == PAYLOAD_MAX / 2), "kept whole where it fits");
    wait::until("ORDERS to be empty", || async { (merchant.stored("ORDERS").await == 0).then_some(()) })
        .await;
}

#[tokio::test]
async fn the_largest_order_is_refused_in_few_words() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let note = [("note".to_owned(), "x".repeat(900_000))].into();
    let names = "n".repeat(65);
    let crowd = (0..10_000).map(|index| (format!("{names}{index}"), String::new())).collect();
    for (order_id, metadata, rule) in [("note", note, "length"), ("crowd", crowd, "too_many")] {
        let order = v1::OrderRequest { metadata, ..order(order_id, "88101") };
        assert!(bytes(&order).len() > 700_000);
        merchant.publish(&order).await;
        let rejected = merchant.reaches(order_id, TradeStatus::Rejected).await;
        assert!(broken(violations(&rejected)).iter().any(|(_, broken)| broken == rule), "{rejected:?}");
        assert!(skinbus_proto::Message::encoded_len(&rejected) < 20_000, "{order_id}");
        let receipt = merchant.place(&order).await.unwrap();
        assert_eq!((receipt.status(), receipt.version), (TradeStatus::Rejected, 1));
    }
    assert!(merchant.dead().await.is_empty());
}
