//! `get_steam_prices`, `get_item_by_id` and `get_items_on_sale`.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::support::{World, assert_error};
use crate::client::{fields, text};

#[tokio::test]
async fn steam_prices_are_numbers_without_a_status() {
    let world = World::standing_still().await;
    let raw = world.get_text("get_steam_prices", "project=dota2").await;
    assert_eq!(raw, r#"{"data":[{"steam_market_hash_name":"Unknown Status Dota Sword","price":0.49}]}"#);
    assert_error(&world.get("get_steam_prices", "").await, "wrong_params");
    assert_error(&world.get("get_steam_prices", "project=dota2&limit=x").await, "wrong_params");
    let page = world.get("get_steam_prices", "project=rust&limit=2&offset=1").await;
    let names: Vec<_> =
        page["data"].as_array().unwrap().iter().map(|row| text(&row["steam_market_hash_name"])).collect();
    assert_eq!(names, ["Canceled Rust Hatchet", "Timed Out Rust Torch"]);
}

#[tokio::test]
async fn an_item_has_a_price_that_is_a_number() {
    let world = World::standing_still().await;
    let raw = world.get_text("get_item_by_id", "id=88109").await;
    let expected = "{\"item\":{\"id\":\"88109\",\"steam_market_hash_name\":\"Rolled Back By User | Predator \
        (Field-Tested)\",\"price\":2.5,\"project\":\"csgo\",\"floatvalue\":\"0.8118\",\"paintindex\":null,\
        \"paintseed\":null,\"time_created\":\"2025-03-03 09:26:59\"},\"is_seller_online\":true,\"status\":\"success\"}";
    assert_eq!(raw, expected);
    world.set(json!({"offline_items": ["88109"], "stock": {"88102": 0}})).await;
    assert_eq!(world.get("get_item_by_id", "id=88109").await["is_seller_online"], false);
    assert_error(&world.get("get_item_by_id", "id=88102").await, "wrong_params");
    assert_error(&world.get("get_item_by_id", "").await, "wrong_params");
    assert_eq!(world.get("get_item_by_id", "id=88101").await["item"]["floatvalue"], Value::Null);
}

#[tokio::test]
async fn items_on_sale_have_prices_that_are_text() {
    let world = World::standing_still().await;
    let answer = world.get("get_items_on_sale", "").await;
    assert_eq!(fields(&answer), ["data"]);
    let rows = answer["data"].as_array().unwrap();
    assert_eq!(rows.len(), 5);
    let expected = [
        "floatvalue",
        "id",
        "paintindex",
        "paintseed",
        "price",
        "project",
        "steam_market_hash_name",
        "time_created",
    ];
    assert_eq!(fields(&rows[0]), expected);
    assert_eq!((&rows[0]["id"], &rows[0]["price"]), (&json!("88102"), &json!("1.25")));
    let rust = world.get("get_items_on_sale", "project=rust&limit=1&offset=2").await;
    assert_eq!(rust["data"][0]["id"], "88104");
    assert_eq!(rust["data"].as_array().unwrap().len(), 1);
    assert_eq!(world.get("get_items_on_sale", "offset=1000").await["data"], json!([]));
}

#[tokio::test]
async fn long_lists_come_quickly_and_in_pages() {
    let world = World::standing_still().await;
    world.set(json!({"catalogue_filler": 60_000})).await;
    let quickly = Duration::from_secs(10);
    let first = timeout(quickly, world.get("get_items_on_sale", "")).await.unwrap();
    let second = world.get("get_items_on_sale", "offset=15000").await;
    let third = world.get("get_items_on_sale", "offset=30000").await;
    let count = |answer: &Value| answer["data"].as_array().unwrap().len();
    assert_eq!((count(&first), count(&second), count(&third)), (15_000, 15_000, 5));
    let last = text(&second["data"][14_999]["id"]).to_owned();
    assert_eq!(world.buy(&last, "wd-1").await["status"], "success");
    let prices = timeout(quickly, world.get("get_steam_prices", "project=csgo")).await.unwrap();
    assert_eq!(count(&prices), 30_005);
}
