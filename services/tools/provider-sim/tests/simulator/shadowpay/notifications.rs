//! IPN, and what becomes of links by themselves.

use std::time::Duration;

use serde_json::{Value, json};

use super::support::{SECRET_HASH, World, has_form, sha256};
use crate::client::{eventually, text};
use crate::merchant::{Merchant, Notification};

const ORDER: &str = "DEP-000417-x";
const ITEM_1: &str = "a9d207aba736592360c9ebd193e005f1b49f1f853f597487654655c5da687724";
const ITEM_2: &str = "436cbcc6bd861abbaad94a72bd20c6d7eda61d63ef8c5e2b5a25ff341b42e650";
const ITEM_1_REFORMATTED: &str = "3ec19a09d12885714cd110ce3273c83ec1232323f09c86778d9618a18f7a06ec";

async fn with_merchant(answer: &'static str) -> (World, Merchant, String) {
    let world = World::standing_still().await;
    let merchant = Merchant::answering(200, answer).await;
    world.set(json!({"ipn": {"url": merchant.url()}})).await;
    let link = world.link(ORDER, "25.00").await;
    (world, merchant, text(&link["token"]).to_owned())
}

/// The credits of the worked examples.
fn item_1() -> Value {
    json!({"reference": ORDER, "event": "credit", "amount": "7.40", "trade_id": "3c91ae07d2f4b865",
        "transaction_id": "5d0f6c1e-8a27-4b93-9e41-0c7db2a8f356"})
}

fn item_2() -> Value {
    json!({"reference": ORDER, "event": "credit", "amount": "12.15", "trade_id": "a8047be1c6593d2f"})
}

/// The hash that the fields of a notification make.
fn hash(ipn: &Notification) -> String {
    let signed = ["order_id", "amount", "currency", "trade_id"].map(|name| ipn.field(name)).concat();
    sha256(&format!("{signed}{SECRET_HASH}"))
}

async fn rows(world: &World, count: usize) -> Vec<Value> {
    eventually("notifications in the ledger", async || {
        let rows = world.ledger().await["notifications"].as_array().unwrap().clone();
        (rows.len() == count).then_some(rows)
    })
    .await
}

#[tokio::test]
async fn a_credit_is_told_by_get_as_in_the_worked_example() {
    let (world, mut merchant, token) = with_merchant("ok").await;
    world.set(json!({"deposits": [item_1()]})).await;
    let ipn = merchant.next().await;
    assert_eq!(ipn.method, "GET");
    let created = ipn.body.split("create_date=").nth(1).unwrap().split('&').next().unwrap();
    assert!(has_form(created, "0000-00-00+00%3A00%3A00"), "{created}");
    let expected = format!(
        "type=payment&amount=7.40&token={token}&account=90210&order_id={ORDER}&currency=USD\
         &trade_id=3c91ae07d2f4b865&create_date={created}&status=complete\
         &transaction_id=5d0f6c1e-8a27-4b93-9e41-0c7db2a8f356&ip=203.0.113.7&hash={ITEM_1}"
    );
    assert_eq!(ipn.body, expected);
    world.set(json!({"deposits": [item_2()]})).await;
    let second = merchant.next().await;
    assert_eq!((second.field("amount"), second.field("hash")), ("12.15".to_owned(), ITEM_2.to_owned()));
    let rows = rows(&world, 2).await;
    assert_eq!(
        (&rows[0]["kind"], &rows[0]["delivered"], &rows[0]["attempts"]),
        (&json!("credit"), &json!(true), &json!(1))
    );
    let row = world.ledger().await["deposits"][0].clone();
    assert_eq!((&row["phase"], &row["status"]), (&json!("created"), &json!("complete")));
    assert_eq!(row["credits"].as_array().unwrap().len(), 2);
    assert_eq!(world.balance().await, "1000000019.55");
}

#[tokio::test]
async fn a_credit_can_be_told_by_post() {
    let (world, mut merchant, _) = with_merchant("ok").await;
    world.set(json!({"ipn_method": "post", "deposits": [item_1()]})).await;
    let ipn = merchant.next().await;
    assert_eq!(
        (ipn.method.as_str(), ipn.header("content-type")),
        ("POST", "application/x-www-form-urlencoded")
    );
    assert_eq!(ipn.field("hash"), ITEM_1);
    assert_eq!(ipn.pairs().len(), 12);
}

#[tokio::test]
async fn the_gaps_between_attempts_are_documented_and_divided_by_the_speed() {
    let (world, mut merchant, _) = with_merchant("error").await;
    let gaps = [60_000, 240_000, 720_000, 2_400_000, 7_200_000, 25_200_000, 86_400_000];
    assert_eq!(world.own("/_control").await["shadowpay"]["notifications"]["gaps_ms"], json!(gaps));
    world.control(r#"{"speed": 1000000}"#).await;
    world.set(json!({"deposits": [item_1()]})).await;
    let first = merchant.next().await.body;
    for _ in 0..7 {
        assert_eq!(merchant.next().await.body, first);
    }
    let rows = rows(&world, 1).await;
    assert_eq!(
        (&rows[0]["attempts"], &rows[0]["answer"], &rows[0]["delivered"]),
        (&json!(8), &json!(200), &json!(false))
    );
    assert!(merchant.received.try_recv().is_err());
}

#[tokio::test]
async fn the_receipt_is_ok_and_nothing_else() {
    for answer in ["OK", "ok\n", "", "okay"] {
        let (world, mut merchant, _) = with_merchant(answer).await;
        world.set(json!({"ipn": {"gaps_ms": [50, 300]}, "deposits": [item_1()]})).await;
        merchant.next().await;
        merchant.answer(200, "ok");
        merchant.next().await;
        let rows = rows(&world, 1).await;
        // The second attempt may have been answered before the answer was changed.
        assert!(rows[0]["attempts"].as_u64().unwrap() >= 2, "{answer:?}");
        assert_eq!(rows[0]["delivered"], true, "{answer:?}");
    }
}

#[tokio::test]
async fn amounts_can_be_written_otherwise() {
    let (world, mut merchant, _) = with_merchant("ok").await;
    world.set(json!({"ipn_amount": "shortest", "deposits": [item_1()]})).await;
    let shortest = merchant.next().await;
    assert_eq!(
        (shortest.field("amount"), shortest.field("hash")),
        ("7.4".to_owned(), ITEM_1_REFORMATTED.to_owned())
    );
    world.set(json!({"ipn_amount": "altered", "deposits": [item_1()]})).await;
    let altered = merchant.next().await;
    assert_eq!((altered.field("amount"), altered.field("hash")), ("7.4".to_owned(), ITEM_1.to_owned()));
}

#[tokio::test]
async fn notifications_can_be_duplicated_forged_lost_and_reordered() {
    let (world, mut merchant, _) = with_merchant("ok").await;
    let credit = |mode: &str| {
        let mut event = item_1();
        event["mode"] = json!(mode);
        json!({"deposits": [event]})
    };
    world.set(credit("duplicated")).await;
    assert_eq!(merchant.next().await.body, merchant.next().await.body);
    world.set(credit("forged")).await;
    let forged = merchant.next().await;
    assert!(forged.field("hash") != hash(&forged) && forged.field("hash").len() == 64);
    rows(&world, 3).await;
    world.set(credit("lost")).await;
    let lost = rows(&world, 4).await[3].clone();
    assert_eq!((&lost["attempts"], &lost["delivered"]), (&json!(0), &json!(false)));
    world.set(json!({"ipn": {"mode": "reordered"}, "deposits": [item_1(), item_2()]})).await;
    assert_eq!(merchant.next().await.field("hash"), ITEM_2);
    assert_eq!(merchant.next().await.field("hash"), ITEM_1);
}

#[tokio::test]
async fn replays_lies_and_orphans_are_rightly_signed() {
    let (world, mut merchant, token) = with_merchant("ok").await;
    let replay = json!({"reference": ORDER, "amount": "7.40", "trade_id": "3c91ae07d2f4b865", "payment_id": "another"});
    world.set(json!({"send_ipn": [replay]})).await;
    let ipn = merchant.next().await;
    assert_eq!((ipn.field("transaction_id"), ipn.field("hash")), ("another".to_owned(), ITEM_1.to_owned()));
    assert_eq!((ipn.field("token"), ipn.field("account")), (token, "90210".to_owned()));
    // Without a trade the hash is the signature of a link.
    world.set(json!({"send_ipn": [{"reference": ORDER, "amount": "25.00"}]})).await;
    let ipn = merchant.next().await;
    assert_eq!(ipn.field("trade_id"), "");
    assert_eq!(ipn.field("hash"), "71bc9e01976119e537770e72d24558cd263254f7ed9b97da3bac3655c7ec0fd2");
    world
        .set(json!({"ipn_fields": {"currency": "EUR", "status": "pending", "new": "1"},
        "ipn_omitted": ["type", "ip"], "deposits": [item_1()]}))
        .await;
    let ipn = merchant.next().await;
    assert_eq!(
        (ipn.field("currency"), ipn.field("status"), ipn.field("new")),
        ("EUR".to_owned(), "pending".to_owned(), "1".to_owned())
    );
    assert_eq!(ipn.field("hash"), hash(&ipn));
    assert!(!ipn.pairs().iter().any(|(name, _)| name == "type" || name == "ip"));
    // Only the credit that happened is in the balance.
    assert_eq!(world.balance().await, "1000000007.40");
}

#[tokio::test]
async fn links_live_by_their_fates() {
    for (fate, credits) in [("stays", 0), ("failed", 0), ("paid", 2), ("held_then_paid", 2), ("reverted", 2)]
    {
        let world = World::standing_still().await;
        let mut merchant = Merchant::answering(200, "ok").await;
        world.set(json!({"ipn": {"url": merchant.url()}, "deposit_fate": fate})).await;
        world.link(ORDER, "25.00").await;
        world.advance(100_000_000).await;
        let rows = rows(&world, credits).await;
        let row = world.ledger().await["deposits"][0].clone();
        assert_eq!(row["credits"].as_array().unwrap().len(), credits, "{fate}");
        assert_eq!(row["phase"], "created", "{fate}");
        assert_eq!(rows.len(), credits);
        let mut amounts = Vec::new();
        for _ in 0..credits {
            let ipn = merchant.next().await;
            assert_eq!(ipn.field("hash"), hash(&ipn));
            assert_eq!((ipn.field("trade_id").len(), ipn.field("transaction_id").len()), (16, 36));
            amounts.push(ipn.field("amount"));
        }
        amounts.sort();
        assert_eq!(amounts, ["12.15", "7.40"].get(..credits).unwrap(), "{fate}");
    }
}

#[tokio::test]
async fn nothing_is_told_of_purchases_listings_and_failures() {
    let (world, mut merchant, _) = with_merchant("ok").await;
    world
        .set(json!({"listing_fate": "sold", "ipn": {"purchase_url": merchant.url()},
        "deposits": [{"reference": ORDER, "event": "fail"}]}))
        .await;
    world.buy("88112", "wd-1").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(merchant.received.try_recv().is_err());
}

#[tokio::test]
async fn two_orders_can_have_one_hash_because_nothing_separates_the_values() {
    let (world, mut merchant, _) = with_merchant("ok").await;
    for (order_id, amount) in [("1234", "5.00"), ("12", "345.00")] {
        world.link(order_id, amount).await;
        let credit = json!({"reference": order_id, "event": "credit", "amount": amount, "trade_id": "3c91ae07d2f4b865"});
        world.set(json!({"deposits": [credit]})).await;
        let hash = merchant.next().await.field("hash");
        assert_eq!(hash, "10ab883eef9847f041a647ffe5b958676838b853c2b98a02a1ed8187958ca687");
    }
}
