//! Deposits on the hosted page: creating, looking up, approving, and the lives they have by themselves.

use serde_json::{Value, json};

use super::support::{TRADE_TOKEN, USER, World, assert_error};
use crate::client::{fields, text};

#[tokio::test]
async fn a_deposit_is_created_once() {
    let world = World::standing_still().await;
    let answer = world
        .call("create", json!({"order_id": "dep-1", "steam_id": USER, "trade_token": TRADE_TOKEN}))
        .await;
    assert_eq!(fields(&answer), ["status", "transaction_id", "url"]);
    assert_eq!((&answer["status"], &answer["transaction_id"]), (&json!("success"), &json!(700_412)));
    assert!(text(&answer["url"]).starts_with("https://"));
    assert_error(&world.create("dep-1").await, 5, "order_id_already_exists");
    let too_long = "x".repeat(37);
    let limited = |least: Value, most: Value, currency: Value| {
        let mut parameters = json!({"order_id": "dep-2"});
        for (name, value) in [("min_amount", least), ("max_amount", most), ("currency", currency)] {
            if !value.is_null() {
                parameters[name] = value;
            }
        }
        parameters
    };
    let cases = [
        (json!({}), 1, "invalid_order_id"),
        (json!({"order_id": "dep 2"}), 1, "invalid_order_id"),
        (json!({"order_id": too_long}), 1, "invalid_order_id"),
        (json!({"order_id": "dep-2", "steam_id": "12"}), 2, "invalid_steam_id"),
        (json!({"order_id": "dep-2", "trade_token": "short"}), 3, "invalid_trade_token"),
        (limited(json!("5"), Value::Null, Value::Null), 4, "min_amount_requires_currency"),
        (limited(json!("-5"), Value::Null, json!("usd")), 6, "invalid_min_amount"),
        (limited(json!(5), json!(4), json!("usd")), 7, "invalid_max_amount"),
        (limited(json!(5), json!(6), json!("gold")), 8, "invalid_currency"),
    ];
    for (parameters, code, name) in cases {
        assert_error(&world.call("create", parameters).await, code, name);
    }
    assert_eq!(world.ledger().await["counts"]["deposits"], 1);
    assert_eq!(world.call("create", limited(json!(5), json!(6), json!("eur"))).await["status"], "success");
}

#[tokio::test]
async fn a_repeated_order_id_can_be_answered_otherwise() {
    let world = World::standing_still().await;
    let first = world.create("dep-1").await;
    world.set(json!({"repeated_deposit": "return_first"})).await;
    assert_eq!(world.create("dep-1").await, first);
    assert_eq!(world.ledger().await["counts"]["deposits"], 1);
    world.set(json!({"repeated_deposit": "buy_again"})).await;
    assert_eq!(world.create("dep-1").await["transaction_id"], 700_413);
}

#[tokio::test]
async fn the_status_is_flat_and_is_the_deposits() {
    let world = World::standing_still().await;
    world.create("dep-1").await;
    let pending = world.order_status("dep-1").await;
    assert_eq!(fields(&pending), ["date", "order_id", "status", "steam_id", "transaction_id"]);
    assert_eq!((&pending["status"], &pending["transaction_id"]), (&json!("pending"), &json!("700412")));
    assert_eq!((&pending["order_id"], &pending["steam_id"]), (&json!("dep-1"), &json!(USER)));
    assert!(pending["date"].is_u64());

    world.happens("dep-1", "offer", None).await;
    assert!(world.order_status("dep-1").await["offer_date"].is_u64());
    world.happens("dep-1", "hold", Some("18.40")).await;
    let raw = world.raw("orderstatus", json!({"transaction_id": "700412"})).await;
    assert!(
        raw.contains(r#""amount":18.4,"amount_currency":"usd","amount_in_currencies":{"usd":18.4,"#),
        "{raw}"
    );
    let held: Value = serde_json::from_str(&raw).unwrap();
    assert_eq!((&held["status"], &held["user_amount"]), (&json!("in_hold"), &json!(18.4)));
    assert!(held["skins_send_date"].is_u64() && held["user_amount_in_currencies"]["eur"].is_number());

    world.happens("dep-1", "pay", None).await;
    assert_eq!(world.order_status("dep-1").await["status"], "success");
    assert_eq!(world.balance().await, "1000000018.400");
    world.happens("dep-1", "fail", None).await;
    let failed = world.order_status("dep-1").await;
    assert!(failed["status"] == "fail" && failed.get("amount").is_none(), "{failed}");

    let ask = async |parameters| world.call("orderstatus", parameters).await;
    assert_error(&ask(json!({})).await, 1, "order_id_or_transaction_id_missing");
    assert_error(&ask(json!({"order_id": "a b"})).await, 2, "invalid_order_id");
    assert_error(&ask(json!({"transaction_id": "x"})).await, 3, "invalid_transaction_id");
    assert_error(&ask(json!({"transaction_id": "1"})).await, 4, "transaction_not_found");
    assert_error(&ask(json!({"order_id": "nobody"})).await, 4, "transaction_not_found");
}

#[tokio::test]
async fn a_held_deposit_can_be_approved_once() {
    let world = World::standing_still().await;
    let approve = async |parameters| world.call("offer_approve", parameters).await;
    assert_error(&approve(json!({})).await, 1, "order_id_or_transaction_id_missing");
    assert_error(&approve(json!({"order_id": "a b"})).await, 2, "invalid_order_id");
    assert_error(&approve(json!({"transaction_id": "x"})).await, 3, "invalid_transaction_id");
    assert_error(&approve(json!({"order_id": "dep-1"})).await, 4, "transaction_not_found");
    world.create("dep-1").await;
    let already = "offer_already_approved_or_canceled";
    assert_error(&approve(json!({"order_id": "dep-1"})).await, 5, already);
    world.happens("dep-1", "hold", Some("5")).await;
    assert_eq!(approve(json!({"order_id": "dep-1"})).await, json!({"status": "success"}));
    assert_eq!(world.order_status("dep-1").await["status"], "hold_approved");
    assert_error(&approve(json!({"transaction_id": "700412"})).await, 5, already);
    assert_eq!(world.balance().await, "1000000000.000");
    world.happens("dep-1", "return", None).await;
    assert_eq!(world.order_status("dep-1").await["status"], "hold_returned");
}

#[tokio::test]
async fn deposits_live_by_their_fates() {
    let world = World::standing_still().await;
    let fates = json!({"paid": "paid", "held": "held_then_paid", "failed": "failed", "reverted": "reverted",
        "approved": "reverted", "stays": "stays"});
    world.set(json!({"deposit_fates": fates})).await;
    let ids = ["paid", "held", "failed", "reverted", "approved", "stays"];
    for (id, last) in ids.iter().zip(1..) {
        let steam_id = format!("7656119800000000{last}");
        world.call("create", json!({"order_id": id, "steam_id": steam_id})).await;
    }
    let statuses = async || {
        let mut all = Vec::new();
        for id in ids {
            all.push(text(&world.order_status(id).await["status"]).to_owned());
        }
        all
    };
    world.advance(1_000_000).await;
    assert_eq!(statuses().await, ["pending"; 6]);
    world.advance(1_000_000).await;
    assert_eq!(statuses().await, ["success", "in_hold", "fail", "in_hold", "in_hold", "pending"]);
    world.call("offer_approve", json!({"order_id": "approved"})).await;
    world.advance(1_000_000).await;
    assert_eq!(statuses().await, ["success", "in_hold", "fail", "fail", "hold_returned", "pending"]);
    world.advance(20_000_000).await;
    assert_eq!(statuses().await, ["success", "success", "fail", "fail", "hold_returned", "pending"]);
    // Every user has the same two things to give on the page.
    assert_eq!(world.order_status("held").await["amount"], 19.55);
    assert_eq!(world.order_status("held").await["skins"][0]["price"], 7.4);
    assert_eq!(world.balance().await, "1000000039.100");
}

#[tokio::test]
async fn a_limited_deposit_keeps_its_limits() {
    let world = World::standing_still().await;
    world.set(json!({"deposit_fate": "paid", "minimum_deposit": 2})).await;
    for (id, limits, amount) in [
        ("a", json!({"min_amount": "46", "max_amount": "92", "currency": "eur"}), 50.0),
        ("b", json!({"max_amount": "4.60", "currency": "eur"}), 5.0),
        ("c", json!({"min_amount": "0.10", "max_amount": "0.20", "currency": "usd"}), 2.0),
    ] {
        let mut parameters = limits;
        parameters["order_id"] = json!(id);
        world.call("create", parameters).await;
        world.advance(2_000_000).await;
        assert_eq!(world.order_status(id).await["amount"].as_f64(), Some(amount), "{id}");
    }
}

#[tokio::test]
async fn another_user_can_pay_and_in_another_currency() {
    let world = World::standing_still().await;
    let payer = "76561198000000099";
    world.set(json!({"depositor_steam_id": payer, "amount_currency": "rub"})).await;
    world.create("dep-1").await;
    assert_eq!(world.order_status("dep-1").await["steam_id"], USER);
    world.happens("dep-1", "pay", Some("1.50")).await;
    let paid = world.order_status("dep-1").await;
    assert_eq!((&paid["steam_id"], &paid["amount_currency"]), (&json!(payer), &json!("rub")));
    assert_eq!((&paid["amount"], &paid["amount_in_currencies"]["usd"]), (&json!(120), &json!(1.5)));
}
