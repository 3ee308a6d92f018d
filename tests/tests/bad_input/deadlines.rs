//! Orders whose deadline passes before they are sent.

use skinbus_proto::v1;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::{assert_gapless, order};
use skinbus_tests::{System, SystemOptions, wait};

fn until(order_id: &str, from_now: jiff::SignedDuration) -> v1::OrderRequest {
    let expires_at = skinbus_proto::timestamp(skinbus_runtime::clock::now() + from_now);
    v1::OrderRequest { expires_at: Some(expires_at), ..order(order_id, "88101") }
}

#[tokio::test]
async fn an_order_that_comes_too_late_is_never_sent() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let receipt = merchant.place(&until("placed", jiff::SignedDuration::from_secs(-1))).await.unwrap();
    assert_eq!(receipt.version, 1);
    merchant.publish(&until("published", jiff::SignedDuration::from_hours(-9000))).await;
    for order_id in ["placed", "published"] {
        let expired = merchant.reaches(order_id, TradeStatus::Expired).await;
        assert_eq!(expired.trade.unwrap().reason, "deadline_passed");
    }
    assert_gapless(&merchant.history().await);
    wait::until("DISPATCH to be empty", || async { (merchant.stored("DISPATCH").await == 0).then_some(()) })
        .await;
    assert_eq!(system.quota().await["arrivals"], 0, "the provider was called");
}

#[tokio::test]
async fn an_order_that_waits_too_long_is_never_sent() {
    // Nobody places orders while the deadline passes.
    let mut system = System::start_without_services(SystemOptions::default()).await;
    system.launch("order-intake", None);
    system.launch("trade-tracker", None);
    system.ready().await;
    let merchant = system.merchant().await;
    merchant.publish(&until("wd-1", jiff::SignedDuration::from_millis(600))).await;
    merchant.publish(&until("wd-2", jiff::SignedDuration::from_hours(1))).await;
    let expired = merchant.reaches("wd-1", TradeStatus::Expired).await;
    let (recorded, deadline) =
        (expired.recorded_at.unwrap(), expired.trade.unwrap().order.unwrap().expires_at);
    let deadline = deadline.unwrap();
    assert!((recorded.seconds, recorded.nanos) >= (deadline.seconds, deadline.nanos), "expired too early");

    system.launch("provider-dispatch", None);
    system.ready().await;
    merchant.reaches("wd-2", TradeStatus::Completed).await;
    wait::until("DISPATCH to be empty", || async { (merchant.stored("DISPATCH").await == 0).then_some(()) })
        .await;
    assert_eq!(system.arrivals("/withdraw/buy").await, 1, "only the other one");
    assert!(!system.bought().await.contains_key("wd-1"));
    assert_eq!(merchant.last("wd-1").await.unwrap().to(), TradeStatus::Expired);
}
