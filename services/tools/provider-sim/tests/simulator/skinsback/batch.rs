//! Buying several skins at once.

use serde_json::{Value, json};

use super::support::{TRADE_TOKEN, World, assert_error};

async fn buy(world: &World, items: Value) -> Value {
    world.call("market_batch_buy", json!({"partner": "1", "token": TRADE_TOKEN, "items": items})).await
}

#[tokio::test]
async fn each_row_succeeds_or_fails_for_itself() {
    let world = World::standing_still().await;
    world.buy("88112", "used").await;
    let items = json!([
        {"id": "88101", "max_price": "0.04", "custom_id": "wd-1"},
        {"id": 88_112, "max_price": 0.49, "custom_id": "wd-2"},
        {"id": 5, "custom_id": "wd-3"},
        {"id": 88_113, "custom_id": "wd-4"},
        {"id": 88_101, "custom_id": "used"}]);
    let answer = buy(&world, items.clone()).await;
    let expected = json!({"status": "success",
        "purchased": [{"item": {"id": 88_101, "name": "Accepted Rust Door", "price": 0.04, "classid": "252490111"},
            "buy_id": 90_552, "offer_status": "creating_trade", "balance_debited_sum": 0.04, "custom_id": "wd-1"}],
        "unavailable": [
            {"id": 88_112, "custom_id": "wd-2", "error_code": 6, "error_message": "skins_not_found_at_specified_price"},
            {"id": 5, "custom_id": "wd-3", "error_code": 5, "error_message": "skin_unavailable"},
            {"id": 88_113, "custom_id": "wd-4", "error_code": 4, "error_message": "insufficient_funds"},
            {"id": 88_101, "custom_id": "used", "error_code": 7, "error_message": "custom_id_already_exists"}]});
    assert_eq!(answer, expected);
    // Sent again, what was bought is a repetition.
    let again = buy(&world, items).await;
    assert_eq!(again["purchased"], json!([]));
    assert_eq!(again["unavailable"][0]["error_message"], "custom_id_already_exists");
    assert_eq!(world.purchases().await.len(), 2);
}

#[tokio::test]
async fn a_batch_as_a_form_is_the_same() {
    let world = World::standing_still().await;
    let form = "method=market_batch_buy&partner=1&token=Zx9_pQ2a&items[0][id]=88101&items[0][custom_id]=wd-1&\
        items[1][id]=88112&items[1][custom_id]=wd-2";
    let answer = world.form(form).await;
    assert_eq!(answer["purchased"].as_array().unwrap().len(), 2, "{answer}");
    assert_error(&world.form("method=market_batch_buy&partner=1&token=x").await, 1, "missing_name_and_id");
    let without = world.call("market_batch_buy", json!({"partner": "1", "items": [{"id": 1}]})).await;
    assert_error(&without, 3, "missing_partner_or_token");
}
