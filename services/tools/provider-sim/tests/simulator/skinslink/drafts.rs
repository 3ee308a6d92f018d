//! Deposits by name.

use serde_json::{Value, json};

use super::support::{PARTNER, TRADE_TOKEN, World, assert_error, assert_problem};
use crate::client::{fields, with};

const NAME: &str = "Deposited | Carbon Fiber (Field-Tested)";

fn names(names: &[&str]) -> Value {
    json!({"game": "csgo", "marketHashNames": names})
}

fn commit(id: &Value, reference: &str) -> Value {
    json!({"id": id, "merchant_tx_id": reference, "game": "csgo", "partner": PARTNER, "token": TRADE_TOKEN,
        "items": [{"asset_id": "30117720401", "name": NAME}]})
}

const PATH: &str = "/create-deposit-by-hash-name";

#[tokio::test]
async fn prices_make_a_draft_unless_they_are_not_to() {
    let world = World::standing_still().await;
    let quotes = world.post("/get-prices", &names(&[NAME, "Nobody's Thing"])).await;
    assert_eq!(fields(&quotes), ["id", "items", "sum", "total"]);
    assert_eq!((&quotes["total"], quotes["sum"].to_string()), (&json!(1), "7.4".to_owned()));
    assert_eq!(fields(&quotes["items"][0]), ["name", "originalPrice", "price"]);
    assert_eq!(quotes["items"][0]["originalPrice"].to_string(), "7.622");
    let status = world.get(&format!("/deposit/status?id={}", quotes["id"])).await;
    assert_eq!(status["status"], "new");
    assert_ne!(status["merchant_tx_id"], "");
    let bare = world.post("/get-prices", &with(names(&[NAME]), &json!({"no_deposit_intent": true}))).await;
    assert_eq!(fields(&bare), ["items", "sum", "total"]);
    let too_many = names(&vec![NAME; 2_001]);
    assert_problem(world.try_post("/get-prices", &too_many).await, "GetPricesRequest.marketHashNames", "max");
    assert_eq!(world.ledger().await["counts"]["deposits"], 0);
}

#[tokio::test]
async fn a_draft_becomes_a_deposit_with_the_same_id() {
    let world = World::standing_still().await;
    world.set(json!({"deposit_fate": "held_then_paid"})).await;
    let id = world.post("/get-prices", &names(&[NAME])).await["id"].clone();
    let deposit = world.post(PATH, &commit(&id, "SKD-54")).await;
    let expected = [
        "amount",
        "bot_name",
        "bot_steam_id",
        "id",
        "merchant_tx_id",
        "status",
        "trade_offer_expiry_at",
        "trade_offer_id",
    ];
    assert_eq!(fields(&deposit), expected);
    assert_eq!((&deposit["id"], &deposit["status"]), (&id, &json!("active")));
    assert_eq!(deposit["amount"].to_string(), "7.4");
    let by_id = world.get(&format!("/deposit/status?id={id}")).await;
    assert_eq!(by_id, world.deposit_status("SKD-54").await);
    assert_eq!(world.ledger().await["deposits"][0]["transaction_id"], id.to_string());
    world.advance(1_000_000).await;
    assert_eq!(world.deposit_status("SKD-54").await["custom_currency"], Value::Null);
    world.advance(30_000_000).await;
    assert_eq!(world.deposit_status("SKD-54").await["status"], "completed");

    assert_error(world.try_post(PATH, &commit(&id, "SKD-54")).await, 409, "already exist error");
    assert_error(world.try_post(PATH, &commit(&id, "SKD-55")).await, 409, "already exist error");
    world.set(json!({"repeated_deposit": "return_first"})).await;
    assert_eq!(world.post(PATH, &commit(&id, "SKD-54")).await["id"], id);
    world.set(json!({"repeated_deposit": "buy_again"})).await;
    assert_ne!(world.post(PATH, &commit(&id, "SKD-54")).await["id"], id);
    // An ordinary deposit still is found by its own id.
    let intent = world.post("/create-intent", &json!({"merchant_tx_id": "SKD-60"})).await;
    let found = world.get(&format!("/deposit/status?id={}", intent["id"])).await;
    assert_eq!(found["merchant_tx_id"], "SKD-60");
}

#[tokio::test]
async fn a_draft_lapses() {
    let world = World::standing_still().await;
    let id = world.post("/get-prices", &names(&[NAME])).await["id"].clone();
    world.advance(299_000).await;
    assert_eq!(world.get(&format!("/deposit/status?id={id}")).await["status"], "new");
    world.advance(1_000).await;
    assert_error(world.try_post(PATH, &commit(&id, "SKD-1")).await, 404, "not found error");
    assert_error(world.try_get(&format!("/deposit/status?id={id}")).await, 404, "not found error");
}

#[tokio::test]
async fn what_does_not_fit_the_draft_is_refused() {
    let world = World::standing_still().await;
    let id = world.post("/get-prices", &names(&[NAME])).await["id"].clone();
    let request = "CreateDepositByHashNameRequest";
    for (change, field, code) in [
        (json!({"id": 0}), "id", "required"),
        (json!({"items": []}), "items", "required"),
        (json!({"items": [{"asset_id": "x1", "name": NAME}]}), "items[0].asset_id", "numeric"),
        (json!({"items": [{"asset_id": "1"}]}), "items[0].name", "required"),
        (json!({"items": [{"asset_id": "1", "name": "Other"}]}), "items[0].name", "not_quoted"),
        (json!({"game": "rust"}), "game", "game"),
    ] {
        let answer = world.try_post(PATH, &with(commit(&id, "SKD-1"), &change)).await;
        assert_problem(answer, &format!("{request}.{field}"), code);
    }
    let dear = json!([{"asset_id": "30117720401", "name": NAME, "min_price": 7.41}]);
    let failed = world.post(PATH, &with(commit(&id, "SKD-1"), &json!({"items": dear}))).await;
    assert_eq!(failed["status"], "failed");
    assert_eq!((&failed["fail_reason"], &failed["id"]), (&json!("item_specified_price_not_found"), &id));
    // Nothing or less is no lowest price.
    let id = world.post("/get-prices", &names(&[NAME])).await["id"].clone();
    let free = json!([{"asset_id": "30117720401", "name": NAME, "min_price": -1}]);
    let active = world.post(PATH, &with(commit(&id, "SKD-2"), &json!({"items": free}))).await;
    assert_eq!(active["status"], "active");
}
