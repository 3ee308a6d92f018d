//! Buying: the wire, the refusals, and own ids that come again.

use serde_json::json;

use super::support::{TRADE_TOKEN, World, assert_error, order};
use crate::client::fields;

#[tokio::test]
async fn the_answer_to_buy_has_the_documented_types() {
    let world = World::standing_still().await;
    let response = world.request("market_buy", order("88102", "wd-1")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    let body = response.text().await.unwrap();
    // Byte for byte: the order of fields, and the digits of numbers.
    assert_eq!(
        body,
        r#"{"status":"success","item":{"id":88102,"name":"Protected | Sand Dune (Field-Tested)","price":1.25,"classid":"310777000"},"buy_id":90551,"offer_status":"creating_trade","balance_debited_sum":1.25}"#
    );
    let purchase = world.purchases().await[0].clone();
    assert_eq!((&purchase["custom_id"], &purchase["partner"]), (&json!("wd-1"), &json!("204781133")));
    assert!(!world.ledger().await.to_string().contains(TRADE_TOKEN));
}

#[tokio::test]
async fn a_form_and_a_name_are_understood() {
    let world = World::standing_still().await;
    let form =
        "method=market_buy&partner=204781133&token=Zx9_pQ2a&name=Instant+Rust+Jacket&game=rust&max_price=0.5";
    let answer = world.form(form).await;
    assert_eq!((&answer["offer_status"], &answer["item"]["id"]), (&json!("accepted"), &json!(88_112)));
    // Without a game it is the one of old clients.
    let named = |name: &str| json!({"partner": "1", "token": TRADE_TOKEN, "name": name});
    let answer = world.call("market_buy", named("Protected | Sand Dune (Field-Tested)")).await;
    assert_eq!(answer["item"]["id"], 88_102);
    assert_error(&world.call("market_buy", named("Accepted Rust Door")).await, 5, "skin_unavailable");
}

#[tokio::test]
async fn what_cannot_be_bought_is_refused_and_not_executed() {
    let world = World::standing_still().await;
    world.set(json!({"stock": {"88103": 0}})).await;
    let cases = [
        (json!({"partner": "1", "token": "x"}), 1, "missing_name_and_id"),
        (json!({"partner": "1", "token": "x", "name": "Ac", "game": "rust"}), 2, "name_min_length_3"),
        (json!({"token": "x", "id": "88101"}), 3, "missing_partner_or_token"),
        (json!({"partner": "1", "id": "88101"}), 3, "missing_partner_or_token"),
        (json!({"partner": "me", "token": "x", "id": "88101"}), 8, "invalid_partner_value"),
        (json!({"partner": "1", "token": "x", "id": "88113"}), 4, "insufficient_funds"),
        (json!({"partner": "1", "token": "x", "id": "88103"}), 5, "skin_unavailable"),
        (json!({"partner": "1", "token": "x", "id": "1"}), 5, "skin_unavailable"),
        (
            json!({"partner": "1", "token": "x", "name": "Accepted Rust Door", "game": "tf2"}),
            5,
            "skin_unavailable",
        ),
        (
            json!({"partner": "1", "token": "x", "id": "88101", "max_price": "0.03"}),
            6,
            "skins_not_found_at_specified_price",
        ),
        (
            json!({"partner": "1", "token": "x", "id": "88101", "max_price": "cheap"}),
            6,
            "skins_not_found_at_specified_price",
        ),
    ];
    for (parameters, code, name) in cases {
        assert_error(&world.call("market_buy", parameters).await, code, name);
    }
    assert_eq!(world.purchases().await.len(), 0);
}

#[tokio::test]
async fn a_repeated_custom_id_is_rejected_unless_set_otherwise() {
    let world = World::standing_still().await;
    let first = world.buy("88101", "wd-1").await;
    assert_error(&world.buy("88101", "wd-1").await, 7, "custom_id_already_exists");
    // The own id is looked at before the skin, so that a sold-out skin does not hide the purchase.
    world.set(json!({"stock": {"88101": 0}, "balance": "0"})).await;
    assert_error(&world.buy("88101", "wd-1").await, 7, "custom_id_already_exists");
    world.set(json!({"custom_id_checked_last": true, "balance": "100"})).await;
    assert_error(&world.buy("88101", "wd-1").await, 5, "skin_unavailable");
    assert_error(&world.buy("88112", "wd-1").await, 7, "custom_id_already_exists");
    assert_eq!(world.purchases().await.len(), 1);

    world.set(json!({"repeated_reference": "return_first", "custom_id_checked_last": false})).await;
    assert_eq!(world.buy("88112", "wd-1").await, first);
    assert_eq!(world.purchases().await.len(), 1);

    world.set(json!({"repeated_reference": "buy_again"})).await;
    assert_eq!(world.buy("88112", "wd-1").await["buy_id"], 90_552);
    assert_eq!(world.ledger().await["counts"]["repeated_custom_ids"], 1);
    let rows = world.call("market_getinfo", json!({"custom_ids": ["wd-1"]})).await;
    assert_eq!(rows["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_refused_request_can_use_its_custom_id_up() {
    let world = World::standing_still().await;
    assert_error(&world.buy("88113", "wd-1").await, 4, "insufficient_funds");
    assert_eq!(world.buy("88101", "wd-1").await["status"], "success");
    world.set(json!({"refused_ids_are_used": true})).await;
    assert_error(&world.buy("88113", "wd-2").await, 4, "insufficient_funds");
    assert_error(&world.buy("88101", "wd-2").await, 7, "custom_id_already_exists");
    let nothing = json!({"status": "success", "items": []});
    assert_eq!(world.call("market_getinfo", json!({"custom_ids": ["wd-2"]})).await, nothing);
}

#[tokio::test]
async fn purchases_without_a_custom_id_do_not_clash() {
    let world = World::standing_still().await;
    world.set(json!({"echo_custom_id": true})).await;
    for _ in 0..2 {
        let answer = world.call("market_buy", json!({"partner": "1", "token": "x", "id": 88_101})).await;
        assert_eq!(fields(&answer), ["balance_debited_sum", "buy_id", "item", "offer_status", "status"]);
    }
    assert_eq!(world.buy("88101", "wd-1").await["custom_id"], "wd-1");
    assert_eq!(world.ledger().await["counts"]["repeated_custom_ids"], 0);
}

#[tokio::test]
async fn a_purchase_can_be_executed_without_an_answer() {
    let world = World::standing_still().await;
    let faults = json!([{"path": "/market_buy", "custom_id": "wd-1", "kind": "cut_after_execution"}]);
    world.control(json!({"faults": faults})).await;
    assert_eq!(world.buy("88101", "wd-0").await["status"], "success");
    assert!(world.request("market_buy", order("88101", "wd-1")).send().await.is_err());
    assert_error(&world.buy("88101", "wd-1").await, 7, "custom_id_already_exists");
    assert_eq!(world.info("wd-1").await["offer_status"], "creating_trade");
}

#[tokio::test]
async fn an_error_can_hide_a_purchase() {
    let world = World::standing_still().await;
    let faults = json!([{"custom_id": "wd-1", "kind": "error_executed"}, {"kind": "limit_exceeded"}]);
    world.control(json!({"faults": faults})).await;
    assert_error(&world.buy("88101", "wd-1").await, 15, "internal_error");
    assert_error(&world.buy("88101", "wd-2").await, -7, "request_limit_reached");
    assert_eq!(world.info("wd-1").await["offer_status"], "creating_trade");
    assert_eq!(world.purchases().await.len(), 1);
}
