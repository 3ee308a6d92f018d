//! Orders whose deadline passes while they wait: over at once, and out of the way of others.

use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::{assert_gapless, order};
use skinbus_tests::{System, SystemOptions, wait};

use crate::{CONSUMER, assert_each_once, close_for, expiring, queue, until_bought, until_waiting, window};

#[tokio::test]
async fn an_order_that_is_over_leaves_its_place_and_takes_no_permit() {
    const CONCURRENCY: usize = 2;

    // The tracker, which ends expired orders as well, is not there: dispatch alone must see it.
    let options = SystemOptions { concurrency: CONCURRENCY, ..SystemOptions::default() };
    let mut system = System::start_without_services(options).await;
    system.launch("order-intake", None);
    system.launch("provider-dispatch", None);
    system.ready().await;
    let merchant = system.merchant().await;
    close_for(&merchant, 3_600_000).await;
    for index in 0..4 {
        merchant.publish(&expiring(order(&format!("soon-{index}"), "88112"), 2_500)).await;
    }
    until_waiting(&merchant, 4).await;
    for index in 0..3 {
        merchant.publish(&order(&format!("wd-{index}"), "88112")).await;
    }
    for index in 0..4 {
        let expired = merchant.reaches(&format!("soon-{index}"), TradeStatus::Expired).await;
        assert_eq!(expired.trade.unwrap().reason, "deadline_passed");
    }
    // Their places are taken by those behind them, of which one still waits in the stream.
    until_waiting(&merchant, 3).await;
    wait::until("two others to be in hand", || async {
        let queue = queue(&merchant, CONSUMER).await;
        (queue.num_ack_pending == CONCURRENCY && queue.num_pending == 1).then_some(())
    })
    .await;
    assert_eq!(system.quota().await["arrivals"], 0);
    assert!(window(&merchant).await.unwrap().slots.is_empty(), "somebody took a permit");

    close_for(&merchant, 0).await;
    let bought = until_bought(&system, 3).await;
    assert!(bought.iter().all(|id| id.starts_with("wd-")), "{bought:?}");
    until_waiting(&merchant, 0).await;
    assert_each_once(&merchant, CONSUMER, 7).await;
    assert_gapless(&merchant.history().await);
}
