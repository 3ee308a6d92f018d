//! `list_buy_info_by_custom_id` and `operation_history`.

use serde_json::{Value, json};

use super::support::{TRADE_TOKEN, USER, World, assert_error};
use crate::client::fields;

const TRADE_FIELDS: [&str; 11] = [
    "causer",
    "custom_id",
    "items",
    "price",
    "state",
    "steam_from_steamid",
    "steam_to_steamid",
    "steam_trade_offer_state",
    "steam_trade_token",
    "steam_tradeofferid",
    "time_created",
];

#[tokio::test]
async fn a_purchase_is_looked_up_without_its_id_and_with_its_seller() {
    let world = World::standing_still().await;
    world.buy("88102", "wd-1").await;
    world.advance(1_000_001).await;
    let trade = world.trade("wd-1").await;
    assert_eq!(fields(&trade), TRADE_FIELDS);
    assert_eq!(trade["steam_trade_offer_state"], "2");
    assert_eq!(trade["steam_tradeofferid"], "7120090551");
    assert_eq!(trade["steam_to_steamid"], USER);
    assert_eq!(trade["steam_from_steamid"], "76561198240011552");
    assert_eq!(trade["steam_trade_token"], TRADE_TOKEN);
    assert_eq!(trade["price"], "1.25");
}

#[tokio::test]
async fn own_ids_are_read_in_all_three_forms() {
    let world = World::standing_still().await;
    world.buy("88101", "a").await;
    world.buy("88101", "b").await;
    for form in ["custom_id=a,b", "custom_id[]=a&custom_id[]=b", "custom_id[0]=a&custom_id[1]=b"] {
        let answer = world.post("list_buy_info_by_custom_id", form).await;
        assert_eq!(fields(&answer), ["data", "status"], "{form}");
        assert_eq!(fields(&answer["data"]), ["a", "b"], "{form}");
    }
    assert_error(&world.post("list_buy_info_by_custom_id", "").await, "wrong_params");
}

#[tokio::test]
async fn nothing_found_has_four_forms() {
    let world = World::standing_still().await;
    let found_nothing = async || world.post_text("list_buy_info_by_custom_id", "custom_id=nobody").await;
    assert_eq!(found_nothing().await, r#"{"data":[],"status":"success"}"#);
    world.set(json!({"empty_map": "object"})).await;
    assert_eq!(found_nothing().await, r#"{"data":{},"status":"success"}"#);
    world.set(json!({"empty_map": "missing"})).await;
    assert_eq!(found_nothing().await, r#"{"status":"success"}"#);
    world.set(json!({"empty_map": "error"})).await;
    assert_eq!(found_nothing().await, r#"{"status":"error","error_message":"wrong_params"}"#);
}

#[tokio::test]
async fn new_purchases_can_be_seen_late() {
    let world = World::standing_still().await;
    world.control(r#"{"visibility_delay_ms": 600000}"#).await;
    world.buy("88101", "wd-1").await;
    let answer = world.post("list_buy_info_by_custom_id", "custom_id=wd-1").await;
    assert_eq!(answer["data"], json!([]));
    assert_eq!(world.post("operation_history", "").await["data"], json!([]));
    assert_error(&world.buy("88101", "wd-1").await, "custom_id_exist");
}

#[tokio::test]
async fn the_history_is_newest_first_with_ids_and_without_sellers() {
    let world = World::standing_still().await;
    world.buy("88101", "wd-1").await;
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    world.buy("88103", "wd-2").await;
    world.advance(2_000_001).await;
    let answer = world.post("operation_history", "").await;
    assert_eq!(fields(&answer), ["data", "status"]);
    let rows = answer["data"].as_array().unwrap();
    assert_eq!((&rows[0]["id"], &rows[1]["id"]), (&json!("90552"), &json!("90551")));
    assert!(rows[0].get("steam_from_steamid").is_none());
    assert_eq!((&rows[0]["state"], &rows[0]["causer"]), (&json!("cancelled"), &json!("buyer")));
    assert_eq!(rows[0]["items"][0]["state"], "cancelled");
    world.set(json!({"page_size": 1})).await;
    assert_eq!(world.post("operation_history", "").await["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_wire_can_be_written_otherwise() {
    let world = World::standing_still().await;
    world
        .set(json!({"ids": "number", "money": "number", "offer_states": "number", "nulls": "absent",
        "success_status": "never", "lookup_with_id": true}))
        .await;
    let answer = world.buy("88102", "wd-1").await;
    assert_eq!(fields(&answer), ["id", "success", "trade_data"]);
    assert_eq!(answer["id"], 90_551);
    assert_eq!(answer["trade_data"].get("causer"), None);
    world.advance(1_000_001).await;
    let trade = world.trade("wd-1").await;
    assert_eq!(trade["id"], 90_551);
    assert_eq!(trade["steam_trade_offer_state"], 2);
    assert_eq!(trade["steam_to_steamid"], 76_561_198_015_389_178_u64);
    let raw = world.post_text("list_buy_info_by_custom_id", "custom_id=wd-1").await;
    assert!(raw.contains(r#""price":1.25"#), "{raw}");
    world.set(json!({"success_status": "always", "nulls": "null"})).await;
    assert_eq!(world.get("get_steam_prices", "project=csgo").await["status"], "success");
    assert_eq!(world.trade("wd-1").await["causer"], Value::Null);
}
