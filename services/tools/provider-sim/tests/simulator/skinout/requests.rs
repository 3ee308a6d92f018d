//! Credentials, paths, content types and JSON types.

use serde_json::json;

use super::support::{API_KEY, FAR_FUTURE, PROJECT_ID, World, assert_error, deposit, order};
use crate::client::{json, with};

#[tokio::test]
async fn the_key_is_checked_on_every_call() {
    let world = World::start().await;
    for path in [
        "/deposit/status",
        "/deposit/history",
        "/withdraw/list",
        "/withdraw/status",
        "/withdraw/history",
        "/balance",
        "/currencies",
        "/nowhere",
    ] {
        let url = world.url(&format!("/skinout/api/v1{path}"));
        for key in [None, Some("wrong"), Some("")] {
            let mut request = world.client.get(&url);
            if let Some(key) = key {
                request = request.header("Api-Key", key);
            }
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 200);
            assert_error(&json(answer).await, "Invalid Api-Key");
        }
    }
    let url = world.url("/skinout/api/v1/withdraw/buy");
    let buy = world.client.post(url).header("content-type", "application/json");
    let answer = buy.body(order("88101", "wd-1").to_string()).send().await.unwrap();
    assert_error(&json(answer).await, "Invalid Api-Key");
    assert_eq!(world.purchases().await.len(), 0);
    assert_eq!(world.own("/_quota").await["skinout_unknown_token"]["arrivals"], 25);
}

#[tokio::test]
async fn errors_can_have_other_words_and_another_http_status() {
    let world = World::start().await;
    world
        .switch(&json!({"auth_http_status": 401, "error_http_status": 422, "limit_http_status": 200,
            "error_words": {"Deposit not found": "No such deposit"}}))
        .await;
    let unknown = world.client.get(world.url("/skinout/api/v1/balance")).send().await.unwrap();
    assert_eq!(unknown.status(), 401);
    assert_error(&json(unknown).await, "Invalid Api-Key");
    let missing = world.get_request("/deposit/status?payment_id=nobody").send().await.unwrap();
    assert_eq!(missing.status(), 422);
    assert_error(&json(missing).await, "No such deposit");
    world.switch(&json!({"limit": {"requests": 1, "window_ms": 600_000, "block_ms": 600_000}})).await;
    world.get("/balance").await;
    let limited = world.get_request("/balance").send().await.unwrap();
    assert_eq!(limited.status(), 200);
    assert_error(&json(limited).await, "Too many requests");
}

#[tokio::test]
async fn maintenance_and_unknown_paths_are_errors() {
    let world = World::start().await;
    let missing = world.get_request("/withdraw/sell").send().await.unwrap();
    assert_eq!(missing.status(), 404);
    assert_error(&json(missing).await, "Method not found");
    let mixed_up = world.get_request("/withdraw/buy").send().await.unwrap();
    assert_eq!(mixed_up.status(), 405);
    assert_error(&json(mixed_up).await, "Method not allowed");
    assert_eq!(world.client.get(world.url("/skinout/api/v2/balance")).send().await.unwrap().status(), 404);
    world.control(&json!({"maintenance": true})).await;
    assert_error(&world.get("/balance").await, "Service is temporarily unavailable");
}

#[tokio::test]
async fn the_documented_json_types_are_demanded() {
    let world = World::start().await;
    let wrong = [
        ("/withdraw/buy", with(order("88101", "a"), &json!({"project_id": PROJECT_ID}))),
        ("/withdraw/buy", with(order("88101", "a"), &json!({"max_price": 1250}))),
        ("/withdraw/buy", with(order("88101", "a"), &json!({"partner": 39_734_314}))),
        ("/withdraw/buy", with(order("88101", "a"), &json!({"skin_id": 88101}))),
        ("/withdraw/buy", json!([1])),
        ("/deposit/create", with(deposit("a"), &json!({"project_id": PROJECT_ID.to_string()}))),
        ("/deposit/create", with(deposit("a"), &json!({"min_amount": 5}))),
        ("/withdraw/search", json!({"name": 5})),
    ];
    for (path, body) in &wrong {
        assert_error(&world.post(path, body).await, "Invalid request body");
    }
    // A null counts as not sent, and the number of decimals may have either type.
    let body = json!({"project_id": PROJECT_ID, "payment_id": "a", "currency": "CUSTOM", "min_amount": null,
        "custom_currency_name": "Coins", "custom_currency_rate": "100", "custom_currency_decimals": 0});
    assert_eq!(world.post("/deposit/create", &body).await["success"], true);

    world.switch(&json!({"strict": false})).await;
    assert_eq!(world.post(wrong[0].0, &wrong[0].1).await["success"], true);
    assert_eq!(world.purchases().await.len(), 1);
}

#[tokio::test]
async fn the_content_type_is_demanded_where_the_pages_do() {
    let world = World::start().await;
    let sentence = "Content-Type must be application/json";
    for path in ["/deposit/history", "/withdraw/history"] {
        let path = format!("{path}?start_date=0&end_date={FAR_FUTURE}");
        let url = world.url(&format!("/skinout/api/v1{path}"));
        let bare = world.client.get(url).header("Api-Key", API_KEY);
        assert_error(&json(bare.send().await.unwrap()).await, sentence);
        assert_eq!(world.get(&path).await["success"], true);
    }
    let url = world.url("/skinout/api/v1/withdraw/buy");
    let form = || {
        let request = world.client.post(&url).header("Api-Key", API_KEY);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(format!("project_id={PROJECT_ID}&payment_id=a&skin_id=88101&partner=1&token=x")).send()
    };
    assert_error(&json(form().await.unwrap()).await, sentence);
    world.switch(&json!({"strict": false})).await;
    assert_eq!(json(form().await.unwrap()).await["success"], true);
}
