//! Credentials, verbs, bodies and the generic errors.

use serde_json::{Value, json};

use super::support::{FORM, PUBLIC_HASH, TOKEN, World, assert_error, link_form};
use crate::client::json;

const POST_METHODS: [&str; 11] = [
    "get_balance",
    "buy_item",
    "list_buy_info_by_custom_id",
    "operation_history",
    "search_item",
    "search_items_by_list_names",
    "search_similar_items",
    "inventory",
    "sell_items",
    "cancel_items",
    "change_item_price",
];
const GET_METHODS: [&str; 3] = ["get_steam_prices", "get_item_by_id", "get_items_on_sale"];

async fn answer(request: reqwest::RequestBuilder) -> Value {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    json(response).await
}

#[tokio::test]
async fn the_token_counts_in_the_form_or_in_the_query_of_get_only() {
    let world = World::standing_still().await;
    for method in POST_METHODS {
        let post = |query: &str, body: String| {
            let url = world.url(&format!("/shadowpay/api/v1/{method}{query}"));
            world.client.post(url).header("content-type", FORM).body(body)
        };
        assert_error(&answer(post("", String::new())).await, "wrong_token");
        assert_error(&answer(post("", "token=other".to_owned())).await, "wrong_token");
        assert_error(&answer(post(&format!("?token={TOKEN}"), String::new())).await, "wrong_token");
        let right = answer(post("", format!("token={TOKEN}"))).await;
        assert_ne!(right["error_message"], "wrong_token", "{method}");
    }
    for method in GET_METHODS {
        let get = |query: &str| world.client.get(world.url(&format!("/shadowpay/api/v1/{method}{query}")));
        assert_error(&answer(get("")).await, "wrong_token");
        assert_error(&answer(get("?token=other")).await, "wrong_token");
        assert_ne!(answer(get(&format!("?token={TOKEN}"))).await["error_message"], "wrong_token");
    }
    // A header is none of the ways.
    let header = world.client.get(world.url("/shadowpay/api/v1/get_steam_prices?project=csgo"));
    assert_error(&answer(header.header("Token", TOKEN)).await, "wrong_token");
    let quota = world.own("/_quota").await;
    assert_eq!(quota["shadowpay"]["paths"]["/buy_item"], 1);
    assert_eq!(quota["shadowpay_unknown_token"]["paths"]["/buy_item"], 3);
}

#[tokio::test]
async fn unknown_methods_and_wrong_verbs_are_wrong_methods() {
    let world = World::standing_still().await;
    for method in ["nonsense", "get_item_by_id", "en/pay"] {
        assert_error(&world.post(method, "id=88101").await, "wrong_method");
    }
    assert_error(&world.get("get_balance", "").await, "wrong_method");
    let url = world.url(&format!("/shadowpay/en/pay/{PUBLIC_HASH}?{}", link_form("DEP-1-x", "1.00")));
    assert_error(&answer(world.client.get(url)).await, "wrong_method");
}

#[tokio::test]
async fn json_bodies_are_not_read_unless_they_are_switched_on() {
    let world = World::standing_still().await;
    let body = json!({"token": TOKEN}).to_string();
    let url = world.url("/shadowpay/api/v1/get_balance");
    let request = || world.client.post(&url).header("content-type", "application/json").body(body.clone());
    assert_error(&answer(request()).await, "wrong_token");
    world.set(json!({"json_bodies": true})).await;
    assert_eq!(answer(request()).await["currency"], "USD");
}

#[tokio::test]
async fn every_generic_error_can_be_had_from_every_method() {
    let world = World::standing_still().await;
    for word in ["internal_error", "wrong_params", "disabled", "no_access", "validation_error"] {
        world.set(json!({"method_errors": {"sell_items": word, "get_balance": word, "en/pay": word}})).await;
        assert_error(&world.post("get_balance", "").await, word);
        assert_error(&world.post("sell_items", "").await, word);
        assert_error(&world.link("DEP-1-x", "1.00").await, word);
    }
    world.set(json!({"method_errors": {"get_balance": null}})).await;
    assert_eq!(world.post("get_balance", "").await["status"], "success");
}

#[tokio::test]
async fn limit_and_maintenance_have_their_own_answers() {
    let world = World::standing_still().await;
    world.control(r#"{"maintenance": true}"#).await;
    assert_error(&world.post("get_balance", "").await, "disabled");
    world.control(r#"{"maintenance": false, "shadowpay": {"limit": {"requests": 0}}}"#).await;
    let response = world.post_request("get_balance", "").send().await.unwrap();
    assert_eq!(response.status(), 429);
    assert_error(&json(response).await, "disabled");
}

#[tokio::test]
async fn errors_can_have_another_http_status_and_other_words() {
    let world = World::standing_still().await;
    world.set(json!({"error_http_status": 403, "error_words": {"wrong_params": "other"}})).await;
    let response = world.post_request("buy_item", "").send().await.unwrap();
    assert_eq!(response.status(), 403);
    assert_error(&json(response).await, "other");
}
