//! Deposits from a user's inventory.

use serde_json::{Value, json};

use super::support::{TRADE_TOKEN, USER, World, assert_error};
use crate::client::{fields, text};

const CARBON: &str = "30117720401";
const HELD: &str = "30117720405";

async fn load(world: &World, more: Value) -> Value {
    let mut parameters = json!({"game": "cs2", "steam_id": USER, "trade_token": TRADE_TOKEN});
    parameters.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.call("user_inventory", parameters).await
}

fn wish(order_id: &str, assets: &[&str]) -> Value {
    json!({"game": "cs2", "steam_id": USER, "trade_token": TRADE_TOKEN, "order_id": order_id,
        "item_asset_ids": assets})
}

async fn give(world: &World, order_id: &str, assets: &[&str]) -> Value {
    world.call("create_from_user_inventory", wish(order_id, assets)).await
}

#[tokio::test]
async fn an_inventory_is_priced_in_any_currency() {
    let world = World::standing_still().await;
    let answer = load(&world, json!({"currency": "eur", "custom_multiplier": "2"})).await;
    assert_eq!((&answer["status"], &answer["data"]["currency_local"]), (&json!("success"), &json!("eur")));
    let rows = answer["data"]["items"].as_array().unwrap();
    let expected = json!({"item": {"asset_id": CARBON, "tradable": 1, "app_id": "730",
            "icon_url": "icon-30117720401", "class_id": "930117720401"},
        "name": "Deposited | Carbon Fiber (Field-Tested)", "price": 7.4, "price_local": 6.81,
        "multiplied_price_local": 13.62, "disabled": false});
    assert_eq!((rows.len(), &rows[0]), (5, &expected));
    assert_eq!((&rows[4]["item"]["tradable"], &rows[4]["disabled"]), (&json!(0), &json!(true)));

    let own = load(&world, json!({"custom_currency": "GEM", "custom_currency_rate": "10"})).await;
    assert_eq!(
        (&own["data"]["currency_local"], &own["data"]["items"][0]["price_local"]),
        (&json!("GEM"), &json!(74))
    );
    for (parameters, code, name) in [
        (json!({"game": "csgo"}), 1, "invalid_game"),
        (json!({"steam_id": "1"}), 2, "invalid_steam_id"),
        (json!({"trade_token": ""}), 3, "invalid_trade_token"),
        (json!({"currency": "gold"}), 7, "invalid_currency"),
        (json!({"custom_currency": "GEMSTONES", "custom_currency_rate": 1}), 16, "invalid_custom_currency"),
        (json!({"custom_currency_rate": 1}), 16, "invalid_custom_currency"),
        (json!({"custom_currency": "GEM"}), 17, "invalid_custom_currency_rate"),
        (json!({"custom_currency": "GEM", "custom_currency_rate": 0.09}), 17, "invalid_custom_currency_rate"),
        (json!({"custom_multiplier": 2.1}), 18, "invalid_custom_multiplier"),
    ] {
        assert_error(&load(&world, parameters).await, code, name);
    }
}

#[tokio::test]
async fn an_offer_is_in_the_answer() {
    let world = World::standing_still().await;
    load(&world, json!({})).await;
    let mut parameters = wish("dep-1", &[CARBON, "30117720402"]);
    parameters["currency"] = json!("eur");
    parameters["custom_multiplier"] = json!("1.5");
    let raw = world.raw("create_from_user_inventory", parameters).await;
    let start = r#"{"status":"success","data":{"transaction_id":700412,"sum":19.55,"local_sum":17.99,"local_sum_multiplied":26.98,"local_currency":"eur","trade_offer_id":"8124700412","trade_offer_expiry_at":""#;
    assert!(raw.starts_with(start), "{raw}");
    let answer: Value = serde_json::from_str(&raw).unwrap();
    let expected = [
        "bot_name",
        "bot_steam_id",
        "local_currency",
        "local_sum",
        "local_sum_multiplied",
        "sum",
        "trade_offer_expiry_at",
        "trade_offer_id",
        "transaction_id",
    ];
    assert_eq!(fields(&answer["data"]), expected);
    let expiry = text(&answer["data"]["trade_offer_expiry_at"]);
    assert!(expiry.len() == 27 && expiry.ends_with("000Z") && &expiry[10..11] == "T", "{expiry}");

    assert_eq!(world.order_status("dep-1").await["status"], "pending");
    world.happens("dep-1", "pay", None).await;
    let paid = world.order_status("dep-1").await;
    assert_eq!((&paid["amount"], &paid["user_amount"]), (&json!(19.55), &json!(29.32)));
    assert_eq!(paid["skins"].as_array().unwrap().len(), 2);
    assert!(!world.ledger().await.to_string().contains(TRADE_TOKEN));
}

#[tokio::test]
async fn what_cannot_be_given_is_refused() {
    let world = World::standing_still().await;
    assert_error(&give(&world, "dep-1", &[CARBON]).await, 10, "inventory_is_outdated");
    load(&world, json!({})).await;
    world.set(json!({"minimum_deposit": "8"})).await;
    let changed = |name: &str, value: Value| {
        let mut parameters = wish("dep-1", &[CARBON]);
        parameters[name] = value;
        parameters
    };
    for (parameters, code, name) in [
        (changed("game", json!("tf2")), 1, "invalid_game"),
        (changed("steam_id", json!("")), 2, "invalid_steam_id"),
        (changed("trade_token", json!("1")), 3, "invalid_trade_token"),
        (changed("item_asset_ids", json!([])), 4, "invalid_item_asset_ids"),
        (changed("item_asset_ids", json!(CARBON)), 4, "invalid_item_asset_ids"),
        (changed("item_asset_ids", json!([CARBON, CARBON])), 4, "invalid_item_asset_ids"),
        (changed("order_id", json!("")), 5, "invalid_order_id"),
        (changed("result_url", json!("ftp://x")), 6, "invalid_result_url"),
        (changed("currency", json!("gold")), 7, "invalid_currency"),
        (wish("dep-1", &[CARBON]), 9, "deposit_amount_less_minimum"),
        (wish("dep-1", &["1"]), 13, "some_item_not_found"),
        (wish("dep-1", &[CARBON, HELD]), 14, "one_of_selected_items_is_not_acceptable"),
        (changed("custom_currency", json!("LABEL")), 16, "invalid_custom_currency"),
        (changed("custom_currency", json!("GEM")), 17, "invalid_custom_currency_rate"),
        (changed("custom_multiplier", json!("0.4")), 18, "invalid_custom_multiplier"),
    ] {
        assert_error(&world.call("create_from_user_inventory", parameters).await, code, name);
    }
    assert_eq!(world.ledger().await["counts"]["deposits"], 0);
    // Four hours later the inventory is too old.
    world.set(json!({"minimum_deposit": "1"})).await;
    world.advance(4 * 3_600_000 + 1).await;
    assert_error(&give(&world, "dep-1", &[CARBON]).await, 10, "inventory_is_outdated");
}

#[tokio::test]
async fn a_repetition_is_seen_before_the_assets_are_missed() {
    let world = World::standing_still().await;
    load(&world, json!({})).await;
    let first = give(&world, "dep-1", &[CARBON]).await;
    assert_error(&give(&world, "dep-1", &[CARBON]).await, 8, "order_id_already_exists");
    assert_error(&give(&world, "dep-2", &[CARBON]).await, 13, "some_item_not_found");
    assert_error(&world.create("dep-1").await, 5, "order_id_already_exists");
    world.set(json!({"error_codes": {"order_id_already_exists": 7}})).await;
    assert_error(&give(&world, "dep-1", &[CARBON]).await, 7, "order_id_already_exists");

    world.set(json!({"repeated_deposit": "return_first"})).await;
    assert_eq!(give(&world, "dep-1", &[CARBON]).await, first);
    world.set(json!({"repeated_deposit": "buy_again"})).await;
    assert_eq!(give(&world, "dep-1", &["30117720402"]).await["data"]["transaction_id"], 700_413);
}

#[tokio::test]
async fn a_refused_request_can_use_its_order_id_up() {
    let world = World::standing_still().await;
    load(&world, json!({})).await;
    world.set(json!({"refused_ids_are_used": true})).await;
    assert_error(&give(&world, "dep-1", &["1"]).await, 13, "some_item_not_found");
    assert_error(&give(&world, "dep-1", &[CARBON]).await, 8, "order_id_already_exists");
    assert_error(&world.create("dep-1").await, 5, "order_id_already_exists");
    assert_error(&world.order_status("dep-1").await, 4, "transaction_not_found");
}

#[tokio::test]
async fn an_error_can_be_forced_with_and_without_effect() {
    let world = World::standing_still().await;
    load(&world, json!({})).await;
    let forced = |executed: bool| {
        json!({"forced_errors": [{"method": "create_from_user_inventory", "error_code": 15,
            "error_message": "internal_error", "executed": executed}]})
    };
    world.set(forced(false)).await;
    assert_error(&give(&world, "dep-1", &[CARBON]).await, 15, "internal_error");
    assert_error(&world.order_status("dep-1").await, 4, "transaction_not_found");
    world.set(forced(true)).await;
    assert_error(&give(&world, "dep-1", &[CARBON]).await, 15, "internal_error");
    assert_eq!(world.order_status("dep-1").await["status"], "pending");
    assert_error(&give(&world, "dep-1", &[CARBON]).await, 8, "order_id_already_exists");
    let unknown =
        json!({"skinsback": {"forced_errors": [{"method": "x", "error_code": 1, "error_message": "y"}]}});
    assert_eq!(world.try_control(&unknown).await.0, 400);
}
