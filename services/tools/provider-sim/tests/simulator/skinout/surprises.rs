//! The switches: what the pages leave open, and ways in which Skinout may surprise.

use serde_json::{Value, json};

use super::support::{FAR_FUTURE, World, column};
use crate::client::fields;

async fn pay(world: &World, payment_id: &str, event: &str) {
    world.deposit(payment_id).await;
    world.switch(&json!({"deposits": [{"reference": payment_id, "event": event, "amount": "12.5"}]})).await;
}

#[tokio::test]
async fn the_older_age_knows_no_trade_protection() {
    let (world, mut merchant) = World::with_merchant().await;
    world.switch(&json!({"age": "older", "notifications": {"send_pending": true}})).await;
    pay(&world, "dep-1", "hold").await;
    let held = world.deposit_status("dep-1").await;
    assert_eq!((&held["status"], held.get("time_settlement")), (&json!("pending"), None));
    pay(&world, "dep-2", "pay").await;
    let paid = world.deposit_status("dep-2").await;
    assert!(paid["skins"].is_array() && paid.get("items").is_none(), "{paid}");
    assert!(merchant.next_json().await["skins"].is_array(), "and of the hold nobody was told");
    let history = world.get(&format!("/deposit/history?start_date=0&end_date={FAR_FUTURE}")).await;
    assert!(history["items"][0]["items"].is_array() && history["items"][0].get("skins").is_none());

    world.buy("88109", "wd-1").await;
    world.advance(3_000_000).await;
    let row = world.status("wd-1").await;
    assert_eq!((&row["status"], row.get("time_settlement")), (&json!("accepted"), None));
    assert_eq!(world.purchases().await[0]["status"], "rollback_user", "the ledger knows");
}

#[tokio::test]
async fn what_is_absent_is_written_in_four_ways() {
    let world = World::standing_still().await;
    pay(&world, "dep-1", "offer").await;
    world.buy("88101", "wd-1").await;
    for (absent, written) in
        [("omitted", None), ("null", Some(Value::Null)), ("empty", Some(json!(""))), ("zero", Some(json!(0)))]
    {
        world.switch(&json!({"absent": absent, "absent_settlement": absent})).await;
        let deposit = world.deposit_status("dep-1").await;
        for name in ["time_settlement", "amount_currency", "amount_usd", "items"] {
            assert_eq!(deposit.get(name), written.as_ref(), "{deposit}");
        }
        let row = world.status("wd-1").await;
        for name in ["trade_id", "time_settlement"] {
            assert_eq!(row.get(name), written.as_ref(), "{row}");
        }
    }
}

#[tokio::test]
async fn ids_and_settlements_may_be_numbers() {
    let world = World::standing_still().await;
    world.switch(&json!({"pending_numeric_ids": true, "settlement_type": "number"})).await;
    world.deposit("7781").await;
    let row = world.deposit_status("7781").await;
    assert_eq!((&row["payment_id"], &row["transaction_id"]), (&json!(7781), &json!(700_412)));
    world.deposit("dep-1").await;
    let row = world.deposit_status("dep-1").await;
    assert_eq!((&row["payment_id"], &row["transaction_id"]), (&json!("dep-1"), &json!(700_413)));
    pay(&world, "7782", "hold").await;
    let row = world.deposit_status("7782").await;
    assert_eq!((&row["payment_id"], &row["transaction_id"]), (&json!("7782"), &json!("700414")));
    assert!(row["time_settlement"].is_u64(), "{row}");
    world.buy("88102", "wd-1").await;
    world.advance(2_000_000).await;
    assert!(world.status("wd-1").await["time_settlement"].is_u64());
}

#[tokio::test]
async fn rows_may_come_in_another_order_or_not_at_all() {
    let world = World::standing_still().await;
    for payment_id in ["wd-1", "wd-2", "wd-3"] {
        world.buy("88101", payment_id).await;
    }
    world.switch(&json!({"status_order": "reversed", "hidden_payment_ids": ["wd-2"]})).await;
    let answer = world.get("/withdraw/status?payment_id=wd-1,wd-2,wd-3").await;
    assert_eq!(column(&answer["items"], "payment_id"), ["wd-3", "wd-1"]);
    let history = world.get(&format!("/withdraw/history?start_date=0&end_date={FAR_FUTURE}")).await;
    assert_eq!(history["total_count"], "3");
}

#[tokio::test]
async fn switches_are_shown_checked_and_reset() {
    let world = World::start().await;
    let before = world.own("/_control").await;
    for name in ["age", "strict", "absent", "payer_steamid", "hidden_payment_ids", "repeated_reference"] {
        assert!(fields(&before["skinout"]).contains(&name), "{before}");
    }
    assert!(before["skinout"].get("tell_purchases").is_none());
    let shown = world.switch(&json!({"age": "older", "strict": false, "most_ids": 3})).await;
    assert_eq!(
        (&shown["age"], &shown["strict"], &shown["most_ids"]),
        (&json!("older"), &json!(false), &json!(3))
    );
    for (change, problem) in [
        (json!({"nonsense": 1}), "unknown field `nonsense`"),
        (json!({"age": "oldest"}), "unknown variant `oldest`"),
        (json!({"auth_http_status": 1}), "1 is no HTTP status"),
    ] {
        let (status, text) = world.try_control(&json!({"skinout": change})).await;
        assert!(status == 400 && text.contains(problem), "{text}");
    }
    assert_eq!(world.control(&json!({"reset": true})).await, before);
}
