//! Statuses that no service of ours wrote.

use skinbus_proto::v1::TradeStatus;
use skinbus_proto::{Message, v1};
use skinbus_tests::look::headers;
use skinbus_tests::merchant::order;
use skinbus_tests::{System, SystemOptions};

use crate::PROTOBUF;

#[tokio::test]
async fn a_status_that_a_merchant_publishes_is_not_stored() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    merchant.publish(&order("wd-1", "88103")).await;
    let canceled = merchant.reaches("wd-1", TradeStatus::Canceled).await;
    let before = merchant.stored("TRADES").await;

    let mut forged = v1::TradeStatusChanged { version: canceled.version + 1, ..canceled.clone() };
    forged.set_to(TradeStatus::Completed);
    for order_id in ["wd-1", "wd-2"] {
        let subject = format!("skinbus.v1.status.acme.{order_id}");
        let given = headers(&[
            ("Content-Type", PROTOBUF),
            ("Skinbus-Schema", "skinbus.v1.TradeStatusChanged"),
            ("Nats-Msg-Id", "forged"),
        ]);
        // No stream takes the subject, so nobody answers.
        merchant.publish_to(&subject, given, forged.encode_to_vec()).await.unwrap_err();
    }
    merchant.client().flush().await.unwrap();
    assert_eq!(merchant.stored("TRADES").await, before);
    assert_eq!(merchant.last("wd-1").await.unwrap(), canceled);
    assert!(merchant.last("wd-2").await.is_none());
}
