//! The key, the account and the address; trouble; the limit.

use serde_json::json;

use super::support::{KEY, World, answered, assert_error, assert_problem, order};
use crate::client::fields;

#[tokio::test]
async fn the_key_then_the_account_then_the_address() {
    let world = World::start().await;
    let balance = world.url("/skinslink/api/v1/merchant/balance");
    let ask = async |header: &str, key: &str| {
        answered(world.client.get(&balance).header(header, key).send().await.unwrap()).await
    };
    assert_error(ask("authorization", &format!("Bearer {KEY}")).await, 401, "missing authorization header");
    assert_error(ask("x-api-key", "").await, 401, "missing authorization header");
    assert_error(ask("x-api-key", "wrong").await, 401, "invalid API key");
    assert_eq!(ask("x-api-key", KEY).await.0, 200);
    world.set(json!({"disabled": true, "forbidden_ip": "203.0.113.9"})).await;
    assert_error(ask("x-api-key", "wrong").await, 401, "invalid API key");
    assert_error(world.try_get("/deposit/status").await, 403, "merchant account is disabled");
    world.set(json!({"disabled": false})).await;
    assert_error(world.try_get("/deposit/status").await, 403, "IP not whitelisted: 203.0.113.9");
    world.set(json!({"age": "older"})).await;
    assert_error(world.try_get("/deposit/status").await, 403, "invalid IP: 203.0.113.9");
    // The key is on every call, also where there is nothing.
    let nowhere = world.client.get(world.url("/skinslink/api/v1/elsewhere")).send().await.unwrap();
    assert_eq!(nowhere.status(), 401);
}

#[tokio::test]
async fn paths_and_verbs_are_the_documented_ones() {
    let world = World::start().await;
    assert_error(world.try_get("/elsewhere").await, 404, "not found error");
    assert_error(world.try_get("/create-intent").await, 405, "method not allowed");
    assert_error(world.try_post("/deposit/status", &json!({})).await, 405, "method not allowed");
    assert_eq!(world.get("/purchase").await, json!({"data": [], "total": 0}));
    world.set(json!({"age": "older"})).await;
    assert_error(world.try_get("/balance").await, 404, "not found error");
    assert_error(world.try_get("/purchase/events").await, 404, "not found error");
}

#[tokio::test]
async fn trouble_has_its_own_http_statuses() {
    let world = World::standing_still().await;
    world.control(json!({"maintenance": true})).await;
    assert_error(world.try_get("/balance").await, 503, "internal error");
    let faults = json!([{"kind": "limit_exceeded", "path": "/purchase"},
        {"kind": "error_executed", "custom_id": "SKP-1"}]);
    world.control(json!({"maintenance": false, "faults": faults})).await;
    let limited = world.post_request("/purchase", order("88101", "SKP-1").to_string()).send().await.unwrap();
    assert_eq!((limited.status().as_u16(), limited.headers()["retry-after"].to_str().unwrap()), (429, "1"));
    assert_eq!(world.ledger().await["counts"]["purchases"], 0);
    world.set(json!({"internal_status": 502})).await;
    assert_error(world.try_post("/purchase", &order("88101", "SKP-1")).await, 502, "internal error");
    assert_eq!(world.purchase_status("SKP-1").await["status"], "pending");
}

#[tokio::test]
async fn errors_can_have_other_words_and_other_http_statuses() {
    let world = World::start().await;
    world
        .set(json!({"error_words": {"not found error": "gone"}, "error_statuses": {"not found error": 410}}))
        .await;
    assert_error(world.try_get("/deposit/status?id=1").await, 410, "gone");
    world.set(json!({"error_http_status": 422, "error_statuses": {}})).await;
    assert_error(world.try_get("/deposit/status?id=1").await, 422, "gone");
    for (switches, problem) in [
        (json!({"nonsense": 1}), "unknown field `nonsense`"),
        (json!({"age": "oldest"}), "unknown variant `oldest`"),
        (json!({"internal_status": 7}), "7 is no HTTP status"),
    ] {
        let (status, text) = world.try_control(json!({"skinslink": switches})).await;
        assert!(status == 400 && text.contains(problem), "{text}");
    }
}

#[tokio::test]
async fn too_many_look_ups_can_be_throttled() {
    let world = World::standing_still().await;
    world.deposit("SKD-1").await;
    world.deposit_status("SKD-1").await;
    world.deposit_status("SKD-1").await;
    world.set(json!({"throttle": true})).await;
    world.deposit_status("SKD-1").await;
    let path = "/deposit/status?merchant_tx_id=SKD-1";
    assert_error(world.try_get(path).await, 429, "too many requests");
    world.load_inventory().await;
    let again = json!({"game": "csgo", "partner": super::support::PARTNER, "token": "TrdTok42"});
    assert_error(world.try_post("/inventory", &again).await, 429, "too many requests");
}

#[tokio::test]
async fn credentials_are_not_shown_and_calls_are_counted() {
    let world = World::standing_still().await;
    world.buy("88101", "SKP-1").await;
    world.get("/purchase").await;
    let own =
        async |path: &str| world.client.get(world.url(path)).send().await.unwrap().text().await.unwrap();
    let quota: serde_json::Value = serde_json::from_str(&own("/_quota").await).unwrap();
    assert_eq!(fields(&quota), ["skinslink", "skinslink_unknown_token"]);
    assert_eq!(quota["skinslink"]["paths"], json!({"/merchant/purchase": 1, "GET /merchant/purchase": 1}));
    let options = provider_sim::skinslink::Options::with_credentials(KEY, super::support::SECRET);
    let shown = [own("/_ledger").await, own("/_control").await, format!("{options:?}")].concat();
    for secret in [KEY, super::support::SECRET, super::support::TRADE_TOKEN] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn a_reset_forgets_everything_but_the_ids() {
    let world = World::standing_still().await;
    let before = World::start().await.control(json!({})).await;
    let deposit = world.deposit("SKD-1").await;
    let purchase = world.buy("88101", "SKP-1").await;
    let refused = world.buy("88113", "SKP-2").await;
    let names = json!({"game": "rust", "marketHashNames": ["Deposited Rust Door"]});
    let draft = world.post("/get-prices", &names).await;
    world.set(json!({"age": "older", "refusals": {"*": "price_changed"}})).await;
    assert_eq!(world.control(json!({"reset": true})).await, before);
    assert_eq!(world.get("/purchase").await["total"], 0);
    let stale = world.try_post("/create-deposit", &super::support::offer("SKD-1")).await;
    assert_problem(stale, "inventory", "inventory_reload");
    for (id, again) in [
        (deposit, world.deposit("SKD-1").await),
        (purchase, world.buy("88101", "SKP-1").await),
        (refused, world.buy("88113", "SKP-2").await),
        (draft, world.post("/get-prices", &names).await),
    ] {
        assert_eq!(again["id"].as_u64().unwrap(), id["id"].as_u64().unwrap() + 1);
    }
}
