//! Bytes that are no order.

use skinbus_proto::{Message, v1};
use skinbus_tests::look::headers;
use skinbus_tests::merchant::order;
use skinbus_tests::{System, SystemOptions, wait};

use crate::{JSON, ORDERS, PROTOBUF, bytes};

/// The reason that is told, and the subject, headers and bytes that it is told of.
type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], Vec<u8>);

#[tokio::test]
async fn what_is_no_order_is_a_dead_letter_with_everything_it_had() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let good = bytes(&order("good", "88101"));
    let nameless = v1::OrderRequest { order_id: String::new(), ..order("", "88101") };
    let misnamed = v1::OrderRequest { order_id: "a.b c".to_owned(), ..order("", "88101") };
    let cases: [Case<'_>; 9] = [
        ("undecodable", ORDERS, &[("Content-Type", PROTOBUF), ("Shop", "b")], vec![0xff; 40]),
        ("undecodable", ORDERS, &[], good[..good.len() - 3].to_vec()),
        ("undecodable", ORDERS, &[("Content-Type", "text/plain")], good.clone()),
        ("undecodable", ORDERS, &[("Skinbus-Schema", "skinbus.v1.OrderReceipt")], good.clone()),
        ("undecodable", ORDERS, &[("Content-Type", JSON)], good.clone()),
        ("undecodable", ORDERS, &[("Content-Type", JSON)], br#"{"order_id": "j", "acct": "x"}"#.to_vec()),
        ("no_order_id", ORDERS, &[("Content-Type", PROTOBUF)], bytes(&nameless)),
        ("no_order_id", ORDERS, &[("Content-Type", PROTOBUF)], bytes(&misnamed)),
        ("no_merchant", "skinbus.v1.orders.Acme", &[("Content-Type", PROTOBUF)], good.clone()),
    ];
    let mut sequences = Vec::new();
    for (_, subject, given, payload) in &cases {
        sequences.push(merchant.publish_to(subject, headers(given), payload.clone()).await.unwrap());
    }
    let dead = merchant.dead_letters(cases.len()).await;
    assert_eq!(dead.len(), cases.len());
    for ((reason, subject, given, payload), sequence) in cases.iter().zip(sequences) {
        let letter = dead.iter().find(|letter| letter.sequence == sequence).unwrap();
        assert_eq!((letter.reason.as_str(), letter.subject.as_str()), (*reason, *subject), "{letter:?}");
        assert_eq!(letter.stream, "ORDERS");
        assert_eq!(letter.payload.as_ref(), payload.as_slice(), "{reason}");
        for (name, value) in *given {
            let kept = letter.headers.iter().find(|header| header.name == *name);
            assert_eq!(kept.map(|header| header.value.as_str()), Some(*value), "{letter:?}");
        }
    }
    wait::until("ORDERS to be empty", || async { (merchant.stored("ORDERS").await == 0).then_some(()) })
        .await;
    assert!(merchant.history().await.is_empty(), "nothing of it is an order");
    assert!(
        merchant.jetstream().get_stream("DISPATCH").await.unwrap().cached_info().state.last_sequence == 0
    );
}

#[tokio::test]
async fn a_caller_of_place_is_told_at_once() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let good = bytes(&order("good", "88101"));
    for (subject, given, payload) in [
        ("acme", headers(&[]), vec![0xff; 40]),
        ("acme", headers(&[("Content-Type", "text/plain")]), good.clone()),
        ("acme", headers(&[("Skinbus-Schema", "skinbus.v1.OrderReceipt")]), good.clone()),
        ("acme", headers(&[("Content-Type", JSON)]), b"{".to_vec()),
        ("Acme", headers(&[]), good.clone()),
    ] {
        let refusal = merchant.place_bytes(subject, given, payload).await.unwrap_err();
        assert!(refusal.starts_with("400 "), "{refusal}");
    }
    let nameless = v1::OrderRequest { order_id: "a.b".to_owned(), ..order("", "88101") };
    let receipt = merchant.place(&nameless).await.unwrap();
    assert_eq!((receipt.status(), receipt.version), (v1::TradeStatus::Rejected, 0));
    assert_eq!(receipt.violations[0].field, "order_id");
    assert_eq!(merchant.stored("TRADES").await, 0);
    assert!(merchant.dead().await.is_empty(), "whoever waits for an answer needs no dead letter");
}

#[tokio::test]
async fn fifty_bad_messages_do_not_hold_up_a_good_one() {
    // Fewer in hand than there are bad ones, so that one that stayed in hand would be noticed.
    let extra = "[intake]\nconcurrency = 4\n".to_owned();
    let system = System::start(SystemOptions { extra, ..SystemOptions::default() }).await;
    let merchant = system.merchant().await;
    for index in 0..50_u8 {
        merchant.publish_bytes(vec![0xff, index], PROTOBUF).await;
    }
    merchant.publish(&order("good", "88112")).await;
    merchant.reaches("good", v1::TradeStatus::Completed).await;
    let dead = merchant.dead_letters(50).await;
    assert!(dead.iter().all(|letter| letter.reason == "undecodable"));
    assert_eq!(dead.len(), 50);
    assert!(v1::OrderRequest::decode(dead[0].payload.clone()).is_err());
}
