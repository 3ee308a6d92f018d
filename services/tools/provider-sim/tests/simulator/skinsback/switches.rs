//! Answers in their other forms.

use serde_json::{Value, json};

use super::support::{World, assert_error};
use crate::client::fields;

#[tokio::test]
async fn errors_can_look_otherwise() {
    let world = World::standing_still().await;
    let names = json!({"skin_unavailable": "skin_gone"});
    world.set(json!({"error_words": names, "error_code_as_string": true, "error_http_status": 400})).await;
    let answer = world.request("market_buy", super::support::order("1", "wd-1")).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    let expected = json!({"status": "error", "error_code": "5", "error_message": "skin_gone"});
    assert_eq!(crate::client::json(answer).await, expected);
}

#[tokio::test]
async fn types_can_be_turned_round() {
    let world = World::standing_still().await;
    world.set(json!({"types": "strings"})).await;
    let bought = world.buy("88102", "7").await;
    assert_eq!((&bought["buy_id"], &bought["item"]["price"]), (&json!("90551"), &json!("1.25")));
    world.create("7").await;
    assert!(world.order_status("7").await["date"].is_string());
    world.set(json!({"types": "numbers"})).await;
    let row = world.info("7").await;
    assert_eq!((&row["item"]["id"], &row["buy_id"]), (&json!(88_102), &json!(90_551)));
    let deposit = world.order_status("7").await;
    assert_eq!((&deposit["order_id"], &deposit["transaction_id"]), (&json!(7), &json!(700_412)));
    assert!(world.call("balance", json!({})).await["balance"].is_number());

    world.set(json!({"types": "mixed"})).await;
    let mut numbers = 0;
    for _ in 0..64 {
        let price = world.info("7").await["item"]["price"].clone();
        assert!(price == json!(1.25) || price == json!("1.25"), "{price}");
        numbers += usize::from(price.is_number());
    }
    assert!((8..56).contains(&numbers), "{numbers}");
}

#[tokio::test]
async fn fields_can_be_missing_null_or_new() {
    let world = World::standing_still().await;
    world.buy("88102", "wd-1").await;
    world.set(json!({"absent_fields": "null", "unknown_fields": true})).await;
    let row = world.info("wd-1").await;
    assert_eq!((&row["tradeofferid"], &row["added_later"]), (&Value::Null, &json!("unknown")));
    assert!(row.as_object().unwrap().contains_key("tradeofferid"));
    assert_eq!(row["item"]["added_later"], "unknown");
    world
        .set(json!({"omitted_fields": ["item", "steamid", "date", "balance_debited_sum", "added_later"]}))
        .await;
    let row = world.info("wd-1").await;
    assert_eq!(fields(&row)[..3], ["added_later", "buy_id", "custom_id"]);
    assert!(row.get("item").is_none() && row.get("date").is_none());
}

#[tokio::test]
async fn the_api_can_be_older() {
    let world = World::standing_still().await;
    world.set(json!({"age": "old"})).await;
    assert_error(&world.call("market_pricelist", json!({"game": "cs2"})).await, 100, "invalid_game");
    assert_eq!(world.call("market_pricelist", json!({"game": "csgo"})).await["status"], "success");
    assert_error(&world.call("market_search", json!({"game": "csgo"})).await, 1, "missing_name");
    let bought = world.buy("88102", "wd-1").await;
    assert_eq!(fields(&bought["item"]), ["id", "instanceid", "name", "price"]);
    world.create("dep-1").await;
    world.happens("dep-1", "hold", Some("5")).await;
    assert!(world.order_status("dep-1").await.get("amount").is_none());
    world.happens("dep-1", "pay", None).await;
    assert_eq!(world.order_status("dep-1").await["amount"], 5);
}

#[tokio::test]
async fn text_is_escaped_as_php_does_unless_set_otherwise() {
    let world = World::standing_still().await;
    let escaped = world.raw("create", json!({"order_id": "dep-1"})).await;
    assert!(escaped.contains(r#""url":"https:\/\/"#), "{escaped}");
    world.set(json!({"escaped_json": false})).await;
    let plain = world.raw("create", json!({"order_id": "dep-2"})).await;
    assert!(plain.contains(r#""url":"https://"#), "{plain}");
}

#[tokio::test]
async fn settings_are_shown_checked_and_forgotten() {
    let world = World::start().await;
    let shown =
        world.set(json!({"newest_first": true, "minimum_deposit": "1.10"})).await["skinsback"].clone();
    assert_eq!((&shown["newest_first"], &shown["minimum_deposit"]), (&json!(true), &json!("1.10")));
    let (status, words) = world.try_control(&json!({"skinsback": {"nonsense": 1}})).await;
    assert!(status == 400 && words.contains("unknown field `nonsense`"), "{words}");
    let shown = world.control(json!({"reset": true})).await["skinsback"].clone();
    assert_eq!((&shown["newest_first"], &shown["minimum_deposit"]), (&json!(false), &json!("0.50")));
}
