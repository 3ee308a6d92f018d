//! Notifications: what they say, when they come, and how they go wrong.

use serde_json::{Value, json};

use super::support::{SIGNATURE, World};
use crate::client::{eventually, with};
use crate::merchant::Merchant;

async fn happens(world: &World, event: &Value) {
    let event = with(event.clone(), &json!({"reference": "dep-1"}));
    world.switch(&json!({"deposits": [event]})).await;
}

async fn notifications(world: &World, count: usize) -> Vec<Value> {
    eventually("notifications in the ledger", async || {
        let rows = world.ledger().await["notifications"].as_array().unwrap().clone();
        (rows.len() == count).then_some(rows)
    })
    .await
}

#[tokio::test]
async fn a_purchase_is_told_of_at_every_change() {
    let (world, mut merchant) = World::with_merchant().await;
    let time = world.buy("88109", "wd-20431").await["time"].clone();
    let skin = json!({"name": "Rolled Back By User | Predator (Field-Tested)", "price": 2500});
    let mut expected = json!({"signature": SIGNATURE, "payment_id": "wd-20431", "transaction_id": "90551",
        "skin": skin, "time": time, "status": "sent", "amount": 2500, "trade_id": "8123090551"});
    world.advance(1_000_000).await;
    assert_eq!(merchant.next_json().await, expected);

    world.advance(1_000_000).await;
    let accepted = merchant.next_json().await;
    expected["status"] = json!("accepted");
    expected["time_settlement"] = accepted["time_settlement"].clone();
    assert_eq!(accepted, expected);
    assert!(accepted["time_settlement"].is_string(), "{accepted}");

    world.advance(1_000_000).await;
    assert_eq!(merchant.next_json().await["status"], "rollback_user");
    let rows = notifications(&world, 3).await;
    assert_eq!((&rows[0]["kind"], &rows[0]["delivered"]), (&json!("purchase"), &json!(true)));
    assert_eq!((&rows[0]["deposit_id"], &rows[0]["transaction_id"]), (&json!("wd-20431"), &json!("90551")));
}

#[tokio::test]
async fn each_life_tells_its_own_words() {
    for (skin, told) in [
        ("88101", &["sent", "accepted"][..]),
        ("88104", &["sent", "canceled"]),
        ("88105", &["error_invalid_token"]),
        ("88108", &["error_inventory_private"]),
        ("88111", &["sent", "accepted"]),
        ("88112", &["accepted"]),
        ("88116", &["manual_review"]),
    ] {
        let (world, mut merchant) = World::with_merchant().await;
        world.buy(skin, "wd-1").await;
        for duration in [1_000_000, 1_000_000, 9_000_000, 1_000_000, 1_000_000] {
            world.advance(duration).await;
        }
        notifications(&world, told.len()).await;
        let mut received = Vec::new();
        for _ in told {
            received.push(merchant.next_json().await["status"].as_str().unwrap().to_owned());
        }
        // Sent at almost the same time, so they may overtake each other.
        received.sort_unstable();
        let mut told = told.to_vec();
        told.sort_unstable();
        assert_eq!(received, told, "{skin}");
    }
}

#[tokio::test]
async fn a_deposit_is_told_of_at_its_end() {
    let (world, mut merchant) = World::with_merchant().await;
    world.deposit("dep-1").await;
    happens(&world, &json!({"event": "offer"})).await;
    happens(&world, &json!({"event": "hold", "amount": "12.5"})).await;
    happens(&world, &json!({"event": "pay"})).await;
    let paid = merchant.next_json().await;
    let status = world.deposit_status("dep-1").await;
    assert_eq!(paid, with(status, &json!({"success": null, "signature": SIGNATURE})));
    assert_eq!((&paid["status"], &paid["amount_usd"]), (&json!("success"), &json!(12_500)));

    happens(&world, &json!({"event": "return"})).await;
    let failed = merchant.next_json().await;
    let expected = json!({"signature": SIGNATURE, "payment_id": "dep-1", "transaction_id": "700412",
        "time": paid["time"], "status": "failed", "currency": "EUR", "currency_rate": "0.92"});
    assert_eq!(failed, expected, "without a steamid");

    world.switch(&json!({"notifications": {"send_pending": true}})).await;
    happens(&world, &json!({"event": "hold"})).await;
    let held = merchant.next_json().await;
    let status = world.deposit_status("dep-1").await;
    assert_eq!(held, with(status, &json!({"success": null, "signature": SIGNATURE})));
    assert_eq!(held["status"], "in_hold");
}

#[tokio::test]
async fn notifications_go_to_their_own_addresses() {
    let (world, mut purchases) = World::with_merchant().await;
    let mut deposits = Merchant::start(200).await;
    world.switch(&json!({"notifications": {"url": deposits.url()}})).await;
    world.deposit("dep-1").await;
    happens(&world, &json!({"event": "pay", "amount": "1"})).await;
    world.buy("88112", "wd-1").await;
    assert_eq!(deposits.next_json().await["payment_id"], "dep-1");
    assert_eq!(purchases.next_json().await["payment_id"], "wd-1");
}

#[tokio::test]
async fn nothing_is_tried_again_unless_that_is_set() {
    let (world, mut merchant) = World::with_merchant().await;
    merchant.answer(500, "");
    world.deposit("dep-1").await;
    happens(&world, &json!({"event": "pay", "amount": "1"})).await;
    let row = notifications(&world, 1).await[0].clone();
    assert_eq!(
        (&row["attempts"], &row["answer"], &row["delivered"]),
        (&json!(1), &json!(500), &json!(false))
    );
    world.switch(&json!({"notifications": {"gaps_ms": [1, 1]}})).await;
    happens(&world, &json!({"event": "pay"})).await;
    assert_eq!(notifications(&world, 2).await[1]["attempts"], 3);
    let first = merchant.next().await.body;
    assert_eq!(merchant.next().await.body, first);
}

#[tokio::test]
async fn notifications_can_be_duplicated_forged_lost_and_overtaken() {
    let (world, mut merchant) = World::with_merchant().await;
    let mode = async |mode: &str| world.switch(&json!({"notifications": {"mode": mode}})).await;
    mode("duplicated").await;
    world.buy("88112", "wd-1").await;
    assert_eq!(merchant.next().await.body, merchant.next().await.body);
    notifications(&world, 2).await;

    mode("forged").await;
    world.buy("88112", "wd-2").await;
    let forged = merchant.next_json().await;
    let signature = forged["signature"].as_str().unwrap();
    assert!(signature != SIGNATURE && signature.len() == 32, "{forged}");
    notifications(&world, 3).await;

    mode("lost").await;
    world.buy("88112", "wd-3").await;
    let lost = notifications(&world, 4).await[3].clone();
    assert_eq!((&lost["attempts"], &lost["delivered"]), (&json!(0), &json!(false)));

    mode("reordered").await;
    world.buy("88103", "wd-4").await;
    world.advance(2_000_000).await;
    assert_eq!(merchant.next_json().await["status"], "canceled");
    assert_eq!(merchant.next_json().await["status"], "sent");
}

#[tokio::test]
async fn lies_can_have_the_right_signature() {
    let (world, mut merchant) = World::with_merchant().await;
    world.buy("88101", "wd-1").await;
    world.switch(&json!({"tell_purchases": [{"payment_id": "wd-1", "status": "rollback_user"}]})).await;
    let lie = merchant.next_json().await;
    assert_eq!((&lie["status"], &lie["signature"]), (&json!("rollback_user"), &json!(SIGNATURE)));
    assert_eq!(world.status("wd-1").await["status"], "pending");

    world
        .switch(
            &json!({"send_notifications": [{"reference": "nobody", "transaction_id": 5, "amount": "9.99"}]}),
        )
        .await;
    let lie = merchant.next_json().await;
    assert_eq!((&lie["payment_id"], &lie["transaction_id"]), (&json!("nobody"), &json!("5")));
    assert_eq!((&lie["amount_usd"], &lie["signature"]), (&json!(9_990), &json!(SIGNATURE)));
    assert_eq!(world.deposit_status("nobody").await["success"], false);

    let (status, text) = world
        .try_control(&json!({"skinout": {"tell_purchases": [{"payment_id": "wd-9", "status": "sent"}]}}))
        .await;
    assert!(status == 400 && text.contains("no purchase \"wd-9\""), "{text}");
}
