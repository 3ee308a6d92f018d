//! Order ids that were used before.

use skinbus_proto::v1;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::look::headers;
use skinbus_tests::merchant::{assert_gapless, order};
use skinbus_tests::{System, SystemOptions, wait};

use crate::{JSON, ORDERS, PROTOBUF, bytes, with_purchase};

/// The order of the tests as a person would type it.
const SNAKE: &str = r#"{
  "order_id": "wd-1",
  "account": "skinify_main",
  "purchase": {
    "recipient": {"steam_id": "76561198000000042", "trade_token": "AbCd_-12"},
    "game": "GAME_RUST",
    "offer_id": "88101",
    "max_price": {"currency": "USD", "amount": "10.00"}
  },
  "metadata": {"shop": "b"}
}"#;

fn camel() -> String {
    ["order_id", "steam_id", "trade_token", "offer_id", "max_price"].into_iter().fold(
        SNAKE.to_owned(),
        |text, name| {
            let (first, second) = name.split_once('_').unwrap();
            text.replace(name, &format!("{first}{}{}", second[..1].to_uppercase(), &second[1..]))
        },
    )
}

fn protobuf() -> v1::OrderRequest {
    let metadata = [("shop".to_owned(), "b".to_owned())].into();
    v1::OrderRequest { metadata, ..order("wd-1", "88101") }
}

#[tokio::test]
async fn the_same_order_in_every_form_is_one_order() {
    // Nobody places it yet, so that every receipt tells of the same version.
    let mut system = System::start_without_services(SystemOptions::default()).await;
    system.launch("order-intake", None);
    system.ready().await;
    let merchant = system.merchant().await;
    let first = merchant.place_bytes("acme", headers(&[("Content-Type", JSON)]), SNAKE.into()).await.unwrap();
    assert_eq!((first.status(), first.version), (TradeStatus::Accepted, 1), "{first:?}");
    assert!(first.violations.is_empty());
    let forms = [
        (JSON, SNAKE.as_bytes().to_vec()),
        ("application/json; charset=utf-8", camel().into_bytes()),
        (PROTOBUF, bytes(&protobuf())),
    ];
    for (content_type, payload) in forms {
        let given = headers(&[("Content-Type", content_type)]);
        merchant.publish_to(ORDERS, given.clone(), payload.clone()).await.unwrap();
        let receipt = merchant.place_bytes("acme", given, payload).await.unwrap();
        assert_eq!(receipt, first, "{content_type}");
    }
    wait::until("ORDERS to be empty", || async { (merchant.stored("ORDERS").await == 0).then_some(()) })
        .await;
    assert_eq!(merchant.history().await["wd-1"].len(), 1);
    assert_eq!(merchant.stored("DISPATCH").await, 1, "it is handed over once");

    system.launch("provider-dispatch", None);
    system.launch("trade-tracker", None);
    system.ready().await;
    let completed = merchant.reaches("wd-1", TradeStatus::Completed).await;
    assert_eq!(completed.trade.as_ref().unwrap().metadata["shop"], "b");
    // Once more, now that it is done: the order's state is the answer.
    let late = merchant.place(&protobuf()).await.unwrap();
    assert_eq!((late.status(), late.version), (TradeStatus::Completed, completed.version));
    merchant.publish(&protobuf()).await;
    wait::until("ORDERS to be empty", || async { (merchant.stored("ORDERS").await == 0).then_some(()) })
        .await;
    let history = merchant.history().await;
    assert_gapless(&history);
    assert_eq!(history["wd-1"].last().unwrap().version, completed.version);
    assert_eq!(system.bought().await["wd-1"], 1);
    assert!(merchant.dead().await.is_empty());
}

#[tokio::test]
async fn another_order_under_a_known_id_is_a_conflict_and_changes_nothing() {
    let mut system = System::start_without_services(SystemOptions::default()).await;
    system.launch("order-intake", None);
    system.ready().await;
    let merchant = system.merchant().await;
    merchant.publish(&protobuf()).await;
    let first = merchant.reaches("wd-1", TradeStatus::Accepted).await;

    let others = [
        with_purchase(protobuf(), |purchase| {
            purchase.max_price.as_mut().unwrap().amount = "10.01".to_owned()
        }),
        v1::OrderRequest { metadata: [("shop".to_owned(), "c".to_owned())].into(), ..protobuf() },
        // One that is not even an order does not get in either.
        v1::OrderRequest { operation: None, ..protobuf() },
    ];
    for other in &others {
        let receipt = merchant.place(other).await.unwrap();
        assert_eq!((receipt.status(), receipt.version), (TradeStatus::Rejected, 0));
        assert_eq!(receipt.order_id, "wd-1");
        let rules: Vec<_> = receipt.violations.iter().map(|violation| violation.rule.as_str()).collect();
        assert_eq!(rules, ["order_id_conflict"]);
        merchant.publish(other).await;
    }
    let dead = merchant.dead_letters(others.len()).await;
    for other in &others {
        let letter = dead.iter().find(|letter| letter.payload == bytes(other)).unwrap();
        assert_eq!(letter.reason, "order_id_conflict");
    }
    assert_eq!(merchant.last("wd-1").await.unwrap(), first);
    wait::until("ORDERS to be empty", || async { (merchant.stored("ORDERS").await == 0).then_some(()) })
        .await;

    system.launch("provider-dispatch", None);
    system.launch("trade-tracker", None);
    system.ready().await;
    let completed = merchant.reaches("wd-1", TradeStatus::Completed).await;
    assert_eq!(completed.trade.unwrap().metadata["shop"], "b");
    assert_eq!(system.bought().await["wd-1"], 1);
    assert_eq!(merchant.dead().await.len(), others.len());
}
