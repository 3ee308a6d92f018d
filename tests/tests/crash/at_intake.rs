//! order-intake, killed at every one of its points, for both ways in.

use skinbus_proto::v1::{OrderReceipt, TradeStatus};
use skinbus_tests::merchant::order;
use skinbus_tests::{Merchant, System, SystemOptions};

use crate::expected::Expected;
use crate::watch::Versions;
use crate::{checks, points, stage};

const SERVICE: &str = "order-intake";
const INSTANT: &str = "88112";

#[tokio::test]
async fn intake_dies_at_every_point() {
    let (mut system, merchant, watch) = stage::start(SystemOptions::default()).await;
    let mut receipts = Vec::new();
    let mut orders = Vec::new();
    for point in points::of(SERVICE) {
        let order_id = point.replace('.', "-");
        if !point.contains("place_") {
            stage::arm(&mut system, SERVICE, point).await;
            merchant.publish(&order(&order_id, INSTANT)).await;
            stage::crashed_then_restarted(&mut system, SERVICE).await;
            orders.push(Expected::fate(order_id, INSTANT));
            continue;
        }
        die_placing(&mut system, &merchant, point, &order_id).await;
        receipts.push(merchant.place(&order(&order_id, INSTANT)).await.unwrap());
        receipts.push(merchant.place(&order(&order_id, INSTANT)).await.unwrap());
        orders.push(Expected::fate(order_id, INSTANT));
        // What is in the ledger goes its way although nobody asks again.
        if *point != "intake.place_before_append" {
            let abandoned = format!("{}-abandoned", point.replace('.', "-"));
            die_placing(&mut system, &merchant, point, &abandoned).await;
            orders.push(Expected::fate(abandoned, INSTANT));
        }
    }

    let books = checks::close_the_books(&system, &merchant, &watch, &orders).await;
    for receipt in &receipts {
        tells_of_the_ledger(receipt, &books.history);
    }
}

/// Places an order whose caller gets no answer, because intake dies on it.
async fn die_placing(system: &mut System, merchant: &Merchant, point: &str, order_id: &str) {
    stage::arm(system, SERVICE, point).await;
    // There is nobody to ask before it is ready, and nobody's request can take it to the point before.
    system.service(SERVICE).ready().await;
    let request = order(order_id, INSTANT);
    let asking = tokio::spawn({
        let merchant = merchant.clone();
        async move { merchant.place(&request).await }
    });
    stage::crashed_then_restarted(system, SERVICE).await;
    assert!(!asking.is_finished(), "{point}: answered by a process that died before");
    asking.abort();
}

/// The receipt names a version that exists, and the first acceptance at the earliest.
fn tells_of_the_ledger(receipt: &OrderReceipt, history: &Versions) {
    let index = usize::try_from(receipt.version).unwrap().checked_sub(1).unwrap();
    let version = &history[&receipt.order_id][index];
    assert_eq!(version.to(), receipt.status(), "{receipt:?}");
    assert_ne!(receipt.status(), TradeStatus::Rejected, "{receipt:?}");
    assert!(receipt.violations.is_empty(), "{receipt:?}");
}
