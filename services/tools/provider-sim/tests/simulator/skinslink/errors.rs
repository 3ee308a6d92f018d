//! Bodies and queries that are wrong.

use serde_json::json;

use super::support::{ASSETS, PARTNER, TRADE_TOKEN, World, assert_error, assert_problem, offer, order};
use crate::client::with;

#[tokio::test]
async fn a_body_is_json_of_the_documented_types() {
    let world = World::start().await;
    let send = async |path: &str, body: String| {
        super::support::answered(world.post_request(path, body).send().await.unwrap()).await
    };
    for body in ["", "{", "[]", "partner=1"] {
        assert_error(send("/purchase", body.to_owned()).await, 400, "invalid request body");
    }
    for wrong in [
        json!({"partner": "378049039"}),
        json!({"partner": 1.5}),
        json!({"merchant_tx_id": 5}),
        json!({"max_price": "18.47"}),
        json!({"game": 730}),
    ] {
        let answer = world.try_post("/purchase", &with(order("88101", "SKP-1"), &wrong)).await;
        assert_error(answer, 400, "invalid request body");
    }
    let typeless = world
        .client
        .post(world.url("/skinslink/api/v1/merchant/purchase"))
        .header("x-api-key", super::support::KEY)
        .body(order("88101", "SKP-1").to_string());
    let answer = super::support::answered(typeless.send().await.unwrap()).await;
    assert_error(answer, 400, "invalid request body");
    assert_eq!(world.ledger().await["counts"]["purchases"], 0);
}

#[tokio::test]
async fn fields_are_checked_and_all_problems_are_told() {
    let world = World::standing_still().await;
    let (status, answer) = world.try_post("/inventory", &json!({})).await;
    let required = |field: &str| {
        json!({"field": format!("InventoryRequest.{field}"), "code": "required",
            "message": format!("{field} is required")})
    };
    let all = json!([required("game"), required("partner"), required("token")]);
    assert_eq!(answer, json!({"success": false, "message": "validation error", "data": all}));
    assert_eq!(status, 400);
    let whole = json!({"game": "csgo", "partner": PARTNER, "token": TRADE_TOKEN});
    let check = async |path: &str, body: serde_json::Value| world.try_post(path, &body).await;
    assert_error(
        check("/inventory", with(whole.clone(), &json!({"game": "chess"}))).await,
        400,
        "invalid game code",
    );
    let short = with(whole, &json!({"token": "short"}));
    assert_problem(check("/inventory", short).await, "InventoryRequest.token", "len");
    for (change, field, code) in [
        (json!({"merchant_tx_id": null}), "merchant_tx_id", "required"),
        (json!({"merchant_tx_id": "x".repeat(65)}), "merchant_tx_id", "max"),
        (json!({"merchant_tx_id": "a b"}), "merchant_tx_id", "alphanum"),
        (json!({"asset_ids": []}), "asset_ids", "required"),
        (json!({"asset_ids": [ASSETS[0], ASSETS[0]]}), "asset_ids", "unique"),
        (json!({"asset_ids": vec!["1"; 51]}), "asset_ids", "max"),
        (json!({"result_url": "nowhere"}), "result_url", "url"),
        (json!({"custom_currency_rate": null}), "custom_currency_rate", "required_with"),
        (json!({"custom_currency_rate": 0.09}), "custom_currency_rate", "min"),
        (json!({"custom_currency_multiplier": 2.01}), "custom_currency_multiplier", "max"),
        (json!({"custom_currency": "DOLLAR"}), "custom_currency", "max"),
    ] {
        let answer = check("/create-deposit", with(offer("SKD-1"), &change)).await;
        assert_problem(answer, &format!("CreateDepositRequest.{field}"), code);
    }
    for (change, field, code) in [
        (json!({"partner": 7}), "partner", "min"),
        (json!({"asset_id": null}), "name", "required_without"),
        (json!({"max_price": -1}), "max_price", "min"),
    ] {
        let answer = check("/purchase", with(order("88101", "SKP-1"), &change)).await;
        assert_problem(answer, &format!("PurchaseRequest.{field}"), code);
    }
    let half = json!({"merchant_tx_id": "SKD-1", "partner": PARTNER});
    assert_problem(check("/create-intent", half).await, "CreateIntentRequest.token", "required_with");
    assert_eq!(world.ledger().await["counts"]["deposits"], 0);
}

#[tokio::test]
async fn queries_are_checked() {
    let world = World::start().await;
    for (path, request) in
        [("/deposit/status", "DepositStatusRequest"), ("/purchase/status", "PurchaseStatusRequest")]
    {
        let field = format!("{request}.id");
        assert_problem(world.try_get(path).await, &field, "required_without");
        assert_problem(world.try_get(&format!("{path}?id=x")).await, &field, "number");
        assert_error(world.try_get(&format!("{path}?id=1")).await, 404, "not found error");
        assert_error(world.try_get(&format!("{path}?merchant_tx_id=x")).await, 404, "not found error");
    }
    assert_error(world.try_get("/purchase/available").await, 400, "invalid game code");
    assert_error(world.try_get("/purchase/search?game=chess&names=x").await, 400, "invalid game code");
    let nothing = world.try_get("/purchase/search?game=rust&names[]=x").await;
    assert_problem(nothing, "SearchItemsRequest.names", "required");
    for (query, field, code) in [
        ("limit=0", "limit", "min"),
        ("limit=x", "limit", "number"),
        ("status=done", "status", "oneof"),
        ("date_range=8", "date_range", "oneof"),
        ("sort=price", "sort", "oneof"),
    ] {
        let answer = world.try_get(&format!("/purchase?{query}")).await;
        assert_problem(answer, &format!("PurchaseHistoryRequest.{field}"), code);
    }
}

#[tokio::test]
async fn a_steam_account_can_be_the_problem() {
    let world = World::standing_still().await;
    world.load_inventory().await;
    for code in ["trade_link_revoked", "trade_banned", "profile_private", "hold_and_permissions"] {
        world.set(json!({"accounts": {PARTNER.to_string(): code}})).await;
        let inventory = json!({"game": "csgo", "partner": PARTNER, "token": TRADE_TOKEN});
        assert_problem(world.try_post("/inventory", &inventory).await, "InventoryRequest.partner", code);
        let deposit = world.try_post("/create-deposit", &offer("SKD-1")).await;
        assert_problem(deposit, "CreateDepositRequest.partner", code);
        let purchase = world.try_post("/purchase", &order("88101", "SKP-1")).await;
        assert_problem(purchase, "PurchaseRequest.partner", code);
    }
    world.set(json!({"accounts": {}})).await;
    assert_eq!(world.buy("88101", "SKP-1").await["status"], "pending");
    assert_eq!(world.ledger().await["counts"]["deposits"], 0);
}
