//! `buy_item`: the wire, the refusals, and own ids that come again.

use serde_json::{Value, json};

use super::support::{TRADE_TOKEN, USER, World, assert_error, has_form, order};
use crate::client::{fields, text};

#[tokio::test]
async fn the_answer_has_the_documented_fields_types_and_order() {
    let world = World::standing_still().await;
    let body = world.post_text("buy_item", &order("88102", "WD-000093-a1")).await;
    let created = body.split(r#""time_created":""#).nth(1).unwrap().get(..19).unwrap();
    assert!(has_form(created, "0000-00-00 00:00:00"), "{created}");
    let expected = format!(
        "{{\"id\":\"90551\",\"trade_data\":{{\"id\":\"90551\",\"state\":\"active\",\"price\":\"1.25\",\
         \"steam_trade_token\":\"{TRADE_TOKEN}\",\"steam_trade_offer_state\":null,\"steam_tradeofferid\":null,\
         \"steam_to_steamid\":\"{USER}\",\"causer\":null,\"time_created\":\"{created}\",\
         \"custom_id\":\"WD-000093-a1\",\"items\":[{{\"state\":\"pending\",\"project\":\"csgo\",\
         \"steam_market_hash_name\":\"Protected | Sand Dune (Field-Tested)\",\
         \"steam_asset_id\":\"28800088102\",\"price\":\"1.25\"}}]}},\"success\":true,\"status\":\"success\"}}"
    );
    assert_eq!(body, expected);
    assert_eq!(world.balance().await, "999999998.75");
    let ledger = world.ledger().await;
    assert_eq!(ledger["purchases"][0]["custom_id"], "WD-000093-a1");
    assert_eq!(ledger["purchases"][0]["status"], "active");
    assert!(!ledger.to_string().contains(TRADE_TOKEN));
}

#[tokio::test]
async fn the_own_id_is_optional_and_the_price_is_no_ceiling() {
    let world = World::standing_still().await;
    let form = format!("id=88101&steamid={USER}&trade_token={TRADE_TOKEN}&price=0.01");
    let answer = world.post("buy_item", &form).await;
    assert_eq!(answer["trade_data"]["price"], "0.04");
    assert_eq!(answer["trade_data"]["custom_id"], Value::Null);
}

#[tokio::test]
async fn what_is_wrong_with_the_parameters_is_said_and_nothing_is_bought() {
    let world = World::standing_still().await;
    let seller = "76561198240011552";
    for (number, (form, word)) in [
        (format!("id=&steamid={USER}&trade_token={TRADE_TOKEN}"), "wrong_params"),
        (format!("id=88101&trade_token={TRADE_TOKEN}"), "wrong_params"),
        (format!("id=88101&steamid={USER}"), "wrong_params"),
        (format!("id=88101&steamid=12&trade_token={TRADE_TOKEN}"), "empty_user_data"),
        (format!("id=88101&steamid={USER}&trade_token=short"), "invalid_tradelink"),
        (format!("id=1&steamid={USER}&trade_token={TRADE_TOKEN}"), "no_item"),
        (format!("id=88113&steamid={USER}&trade_token={TRADE_TOKEN}"), "need_sum"),
        (format!("id=88101&steamid={seller}&trade_token={TRADE_TOKEN}"), "trade_yourself"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_error(&world.post("buy_item", &format!("{form}&custom_id=wd-{number}")).await, word);
    }
    assert_error(&world.buy("88101", "a,b").await, "validation_error");
    assert_error(&world.buy("88101", &"a".repeat(65)).await, "validation_error");
    world.set(json!({"offline_items": ["88101"], "stock": {"88102": 0}, "balance": "1"})).await;
    assert_error(&world.buy("88101", "wd-10").await, "seller_offline_error");
    assert_error(&world.buy("88102", "wd-11").await, "no_item");
    assert_error(&world.buy("88109", "wd-12").await, "need_sum");
    assert_eq!(world.purchases().await.len(), 0);
}

#[tokio::test]
async fn every_documented_error_can_be_asked_for() {
    let world = World::standing_still().await;
    for word in [
        "buy_items_disabled",
        "wrong_params",
        "no_item",
        "need_sum",
        "internal_error",
        "no_item_in_inventory",
        "trade_yourself",
        "seller_offline_error",
        "need_apikey",
        "invalid_trade_seller_link",
        "invalid_tradelink",
        "empty_user_data",
        "error_steam_or_bot",
    ] {
        let refusals = json!({"refusals": {"by_item_id": {"88101": word}}});
        world.set(refusals).await;
        assert_error(&world.buy("88101", &format!("wd-{word}")).await, word);
    }
    world.set(json!({"refusals": {"by_item_id": {"88101": null, "*": "buy_items_disabled"}}})).await;
    assert_error(&world.buy("88101", "wd-1").await, "buy_items_disabled");
    assert_error(&world.buy("88102", "wd-2").await, "buy_items_disabled");
    world.set(json!({"refusals": {"by_item_id": {"*": null}}})).await;
    assert_eq!(world.buy("88101", "wd-3").await["status"], "success");
    assert_eq!(world.purchases().await.len(), 1);
}

#[tokio::test]
async fn a_ban_says_how_long_and_why() {
    let world = World::standing_still().await;
    let ban =
        json!({"error": "buyer_has_buy_items_ban", "ban_until": "2030-01-01 00:00:00", "ban_reason": "scam"});
    world.set(json!({"refusals": {"by_reference": {"wd-1": ban, "wd-2": "buyer_has_buy_items_ban"}}})).await;
    let answer = world.buy("88101", "wd-1").await;
    assert_eq!(
        answer,
        json!({"status": "error", "error_message": "buyer_has_buy_items_ban",
            "ban_until": "2030-01-01 00:00:00", "ban_reason": "scam"})
    );
    let answer = world.buy("88101", "wd-2").await;
    assert_eq!(fields(&answer), ["ban_reason", "ban_until", "error_message", "status"]);
    assert!(has_form(text(&answer["ban_until"]), "0000-00-00 00:00:00"), "{answer}");
}

#[tokio::test]
async fn an_error_can_come_of_a_purchase_that_was_made() {
    let world = World::standing_still().await;
    let executed = json!({"error": "error_steam_or_bot", "executed": true});
    world.set(json!({"refusals": {"by_custom_id": {"wd-1": executed}}})).await;
    assert_error(&world.buy("88101", "wd-1").await, "error_steam_or_bot");
    assert_eq!(world.trade("wd-1").await["state"], "active");
    assert_eq!(world.trade("wd-1").await["steam_trade_token"], TRADE_TOKEN);
    assert_error(&world.buy("88101", "wd-1").await, "custom_id_exist");
    assert_eq!(world.purchases().await.len(), 1);
}

#[tokio::test]
async fn a_purchase_whose_answer_was_lost_is_found() {
    let world = World::standing_still().await;
    world
        .control(r#"{"faults": [{"path": "/buy_item", "custom_id": "wd-1", "kind": "cut_after_execution"}]}"#)
        .await;
    assert!(world.post_request("buy_item", &order("88101", "wd-1")).send().await.is_err());
    assert_eq!(world.trade("wd-1").await["state"], "active");
    world.control(r#"{"faults": [{"path": "/buy_item", "kind": "error_executed"}]}"#).await;
    assert_error(&world.buy("88101", "wd-2").await, "internal_error");
    assert_eq!(world.trade("wd-2").await["state"], "active");
}

#[tokio::test]
async fn a_repeated_own_id_is_rejected_returned_or_bought_again() {
    let world = World::standing_still().await;
    let first = world.buy("88101", "wd-1").await;
    assert_error(&world.buy("88101", "wd-1").await, "custom_id_exist");
    assert_error(&world.buy("88103", "wd-1").await, "custom_id_exist");
    world.set(json!({"repeated_reference": "return_first"})).await;
    assert_eq!(world.buy("88103", "wd-1").await, first);
    assert_eq!(world.purchases().await.len(), 1);
    world.set(json!({"repeated_reference": "buy_again"})).await;
    assert_ne!(world.buy("88101", "wd-1").await["id"], first["id"]);
    assert_eq!(world.ledger().await["counts"]["repeated_custom_ids"], 1);
    assert_eq!(world.trade("wd-1").await["custom_id"], "wd-1");
    world.set(json!({"lookup_key": "trade_id"})).await;
    let both = world.post("list_buy_info_by_custom_id", "custom_id=wd-1").await;
    assert_eq!(fields(&both["data"]), ["90551", "90552"]);
}

#[tokio::test]
async fn a_used_own_id_is_seen_first_or_last() {
    let world = World::standing_still().await;
    world.set(json!({"stock": {"88101": 1}})).await;
    world.buy("88101", "wd-1").await;
    assert_error(&world.buy("88101", "wd-1").await, "custom_id_exist");
    world.set(json!({"custom_id_checked": "last"})).await;
    assert_error(&world.buy("88101", "wd-1").await, "no_item");
    assert_error(&world.buy("88102", "wd-1").await, "custom_id_exist");
}

#[tokio::test]
async fn a_refused_purchase_uses_its_own_id_up_unless_it_does_not() {
    let world = World::standing_still().await;
    assert_error(&world.buy("1", "wd-1").await, "no_item");
    assert_error(&world.buy("88101", "wd-1").await, "custom_id_exist");
    assert_error(&world.buy("88101", "wd-1").await, "custom_id_exist");
    world.set(json!({"refused_consumes_custom_id": false})).await;
    assert_error(&world.buy("1", "wd-2").await, "no_item");
    assert_eq!(world.buy("88101", "wd-2").await["status"], "success");
}

#[tokio::test]
async fn the_price_that_is_charged_can_differ_from_the_one_that_was_shown() {
    let world = World::standing_still().await;
    world.set(json!({"shown_prices": {"88102": "1.00"}})).await;
    let shown = world.get_text("get_item_by_id", "id=88102").await;
    assert!(shown.contains(r#""price":1,"#), "{shown}");
    assert_eq!(world.buy("88102", "wd-1").await["trade_data"]["price"], "1.25");
}

#[tokio::test]
async fn both_balances_must_suffice() {
    let world = World::standing_still().await;
    world.set(json!({"balance": "1204.75", "other_balance": "1.2"})).await;
    let answer = world.post_text("get_balance", "").await;
    let expected = r#"{"currency":"USD","balance":"1.20","deposit_balance":"1204.75","status":"success"}"#;
    assert_eq!(answer, expected);
    assert_error(&world.buy("88102", "wd-1").await, "need_sum");
    world.set(json!({"paying_balance": "balance"})).await;
    assert_eq!(world.buy("88102", "wd-2").await["status"], "success");
    let answer = world.post("get_balance", "").await;
    assert_eq!((&answer["balance"], &answer["deposit_balance"]), (&json!("1203.50"), &json!("1.20")));
}
