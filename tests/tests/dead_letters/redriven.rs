//! Orders that are placed after all.

use skinbus_proto::{Message, v1};
use skinbus_tests::look::headers;
use skinbus_tests::merchant::{Merchant, assert_gapless, order};
use skinbus_tests::{System, SystemOptions, wait};

use crate::{dead, listed, told, until_stored};

/// Redrives the only letter, by two operators at once and once more, and sees its order bought exactly once.
pub(crate) async fn place_by_redriving(system: &System, merchant: &Merchant, order_id: &str) {
    let letters = listed(system, &[]).await;
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    let handle = letter["handle"].to_string();
    let redrive = ["redrive", handle.as_str()];
    let (one, other) = tokio::join!(dead(system, &redrive), dead(system, &redrive));
    assert!(one.status.success() && other.status.success(), "{one:?} {other:?}");
    assert_eq!(told(system, &["redrive", &handle]).await, format!("{handle}: is gone already\n"));
    wait::until("the order to be bought", || async {
        (!system.purchases(order_id).await.is_empty()).then_some(())
    })
    .await;
    until_stored(merchant, "DISPATCH", 0).await;
    assert_eq!(system.purchases(order_id).await.len(), 1);
    assert!(listed(system, &[]).await.is_empty());
    assert_gapless(&merchant.history().await);
}

/// An order that was dead-lettered although nothing is wrong with it, and that was placed meanwhile: nothing happens twice.
#[tokio::test]
async fn an_order_that_was_placed_meanwhile_is_not_placed_again() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    merchant.publish(&order("wd-1", "88112")).await;
    merchant.reaches("wd-1", v1::TradeStatus::Completed).await;
    // As intake and dispatch would have kept their messages.
    let accepted = merchant.history().await["wd-1"][0].clone();
    let dispatch = v1::DispatchOrder { accepted: Some(accepted), sequence: 1 }.encode_to_vec();
    for (stage, stream, subject, payload) in [
        ("intake", "ORDERS", "skinbus.v1.orders.acme", order("wd-1", "88112").encode_to_vec()),
        ("dispatch", "DISPATCH", "skinbus.v1.dispatch.skinify_main", dispatch),
    ] {
        let letter = v1::DeadLetter {
            reason: "too_many_deliveries".to_owned(),
            stream: stream.to_owned(),
            sequence: 1,
            subject: subject.to_owned(),
            payload: payload.into(),
            ..v1::DeadLetter::default()
        };
        let subject = format!("skinbus.v1.dead.{stage}");
        merchant.publish_to(&subject, headers(&[]), letter.encode_to_vec()).await.unwrap();
    }
    let versions = merchant.history().await["wd-1"].len();
    assert_eq!(told(&system, &["redrive", "--all"]).await.matches("published again").count(), 2);
    for stream in ["ORDERS", "DISPATCH"] {
        until_stored(&merchant, stream, 0).await;
    }
    assert_eq!(system.purchases("wd-1").await.len(), 1);
    assert_eq!(merchant.history().await["wd-1"].len(), versions);
    assert!(listed(&system, &[]).await.is_empty());
}
