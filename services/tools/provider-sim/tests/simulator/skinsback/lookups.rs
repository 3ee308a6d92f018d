//! `market_getinfo`.

use serde_json::json;

use super::support::{USER, World, assert_error};
use crate::client::text;

#[tokio::test]
async fn all_values_of_a_row_are_strings() {
    let world = World::standing_still().await;
    world.buy("88112", "wd-1").await;
    let mut row = world.info("wd-1").await;
    assert!(text(&row["date"]).parse::<u64>().unwrap() > 1_700_000_000);
    row["date"] = json!("then");
    let expected = json!({"item": {"id": "88112", "name": "Instant Rust Jacket", "price": "0.50",
            "classid": "252490111"},
        "buy_id": "90551", "offer_status": "accepted", "steamid": USER, "date": "then",
        "balance_debited_sum": "0.50", "tradeofferid": "8123090551", "custom_id": "wd-1"});
    assert_eq!(row, expected);
}

#[tokio::test]
async fn one_id_is_answered_flat() {
    let world = World::standing_still().await;
    world.buy("88101", "wd-1").await;
    let flat = world.call("market_getinfo", json!({"buy_id": 90_551})).await;
    assert_eq!((&flat["status"], &flat["buy_id"]), (&json!("success"), &json!("90551")));
    assert_eq!(flat["offer_status"], "creating_trade");
    assert!(flat.get("items").is_none() && flat.get("tradeofferid").is_none(), "{flat}");
    let listed = world.form("method=market_getinfo&buy_ids[]=90551&buy_ids[]=1").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    assert_error(&world.call("market_getinfo", json!({"buy_id": "1"})).await, 2, "offer_not_found");
    // There is no single own id, and no text with commas.
    for parameters in
        [json!({}), json!({"custom_id": "wd-1"}), json!({"custom_ids": "wd-1"}), json!({"buy_ids": []})]
    {
        assert_error(&world.call("market_getinfo", parameters).await, 1, "missing_buy_id");
    }
}

#[tokio::test]
async fn unknown_ids_are_left_out_or_an_error() {
    let world = World::standing_still().await;
    world.buy("88101", "wd-1").await;
    let both = json!({"custom_ids": ["nobody", "wd-1"]});
    let answer = world.call("market_getinfo", both.clone()).await;
    assert_eq!(answer["items"].as_array().unwrap().len(), 1);
    world.set(json!({"unknown_ids": "error"})).await;
    assert_error(&world.call("market_getinfo", both).await, 2, "offer_not_found");
}

#[tokio::test]
async fn a_new_purchase_can_be_invisible_for_a_while() {
    let world = World::standing_still().await;
    world.control(json!({"visibility_delay_ms": 600_000})).await;
    world.buy("88101", "wd-1").await;
    let nothing = json!({"status": "success", "items": []});
    assert_eq!(world.call("market_getinfo", json!({"custom_ids": ["wd-1"]})).await, nothing);
    assert_error(&world.buy("88101", "wd-1").await, 7, "custom_id_already_exists");
    world.create("dep-1").await;
    assert_error(&world.order_status("dep-1").await, 4, "transaction_not_found");
}

#[tokio::test]
async fn a_look_up_can_lie() {
    let world = World::standing_still().await;
    world.buy("88112", "wd-1").await;
    world
        .set(json!({"shown_offer_status": {"wd-1": "timeout"}, "shown_order_status": {"dep-1": "success"}}))
        .await;
    assert_eq!(world.info("wd-1").await["offer_status"], "timeout");
    assert_eq!(world.purchases().await[0]["status"], "accepted");
    world.create("dep-1").await;
    assert_eq!(world.order_status("dep-1").await["status"], "success");
    assert_eq!(world.ledger().await["deposits"][0]["status"], "pending");
}
