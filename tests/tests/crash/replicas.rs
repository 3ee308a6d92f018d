//! Two processes of every service at once: nothing is done twice, and the quota is one.

use futures_util::future::join_all;
use skinbus_tests::SystemOptions;
use skinbus_tests::merchant::order;
use skinbus_tests::system::SERVICES;

use crate::expected::Expected;
use crate::{checks, stage};

const ORDERS: usize = 100;
const LIMIT: u32 = 60;
const OFFERS: [&str; 6] = ["88112", "88101", "88102", "88103", "88108", "88113"];

#[tokio::test]
async fn two_replicas_share_the_work_and_the_quota() {
    let options = SystemOptions { requests: LIMIT, window: "1s".to_owned(), ..SystemOptions::default() };
    let (mut system, merchant, watch) = stage::start(options).await;
    for name in SERVICES {
        system.launch(name, None);
    }
    system.ready().await;
    let mut orders = Vec::new();
    let mut requests = Vec::new();
    for number in 0..ORDERS {
        let offer_id = OFFERS[number % OFFERS.len()];
        let id = format!("t{number:02}-{offer_id}");
        requests.push(order(&id, offer_id));
        orders.push(Expected::fate(id, offer_id));
    }
    // Each comes in both ways at once, so that both replicas of intake have it in hand.
    let published = join_all(requests.iter().map(|request| merchant.publish(request)));
    let placed = join_all(requests.iter().map(|request| merchant.place(request)));
    let (_, receipts) = tokio::join!(published, placed);
    for receipt in receipts {
        let receipt = receipt.unwrap();
        assert!(receipt.version > 0 && receipt.violations.is_empty(), "{receipt:?}");
    }
    let books = checks::close_the_books(&system, &merchant, &watch, &orders).await;
    let worst = checks::quota_was_kept(&system, u64::from(LIMIT)).await;
    assert!(worst > u64::from(LIMIT) / 2, "the quota was never needed: {worst} of {LIMIT}");
    println!("{ORDERS} orders, fullest window {worst} of {LIMIT}, {} reviews", books.reviews.len());
}
