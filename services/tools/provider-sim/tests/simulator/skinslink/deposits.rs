//! Deposits: hosted, and of chosen items.

use serde_json::{Value, json};

use super::support::{ASSETS, PARTNER, STEAM_ID, World, assert_error, assert_problem, offer};
use crate::client::{fields, text, with};

const CUSTOM: [&str; 4] =
    ["custom_currency", "custom_currency_multiplier", "custom_currency_rate", "custom_currency_sum"];

#[tokio::test]
async fn an_intent_is_a_page_and_nothing_else() {
    let world = World::standing_still().await;
    let body = json!({"merchant_tx_id": "SKD-51", "success_url": "https://shop.example/ok"});
    let (_, answer) = world.try_post("/create-intent", &body).await;
    assert_eq!(answer["message"], "Deposit intent created successfully");
    let intent = &answer["data"];
    assert_eq!(fields(intent), ["id", "merchant_tx_id", "url"]);
    assert!(intent["id"].is_u64() && intent["merchant_tx_id"] == "SKD-51");
    let slug = text(&intent["url"]).strip_prefix("https://skinslink.com/deposit/").unwrap();
    assert!(slug.len() == 20 && slug.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{slug}");
    let status = world.deposit_status("SKD-51").await;
    let expected = json!({"id": intent["id"], "merchant_tx_id": "SKD-51", "status": "new",
        "bot_name": null, "bot_steam_id": null, "trade_offer_id": null, "trade_offer_expiry_at": null,
        "success_url": "https://shop.example/ok"});
    assert_eq!(status, expected);

    world.set(json!({"intent_ids_differ": true})).await;
    let other = world.post("/create-intent", &json!({"merchant_tx_id": "SKD-52"})).await;
    assert_ne!(other["id"], world.deposit_status("SKD-52").await["id"]);
    let by_id = world.try_get(&format!("/deposit/status?id={}", other["id"])).await;
    assert_error(by_id, 404, "not found error");
}

#[tokio::test]
async fn the_inventory_has_the_documented_fields() {
    let world = World::standing_still().await;
    let inventory = world.load_inventory().await;
    assert_eq!(fields(&inventory), ["game", "items", "max_items", "sum", "total"]);
    assert_eq!((&inventory["total"], &inventory["game"]), (&json!(4), &json!("csgo")));
    let item = &inventory["items"][1];
    let names = ["exterior", "id", "image_url", "name", "price", "rarity", "rarity_color"];
    assert_eq!(fields(item), names);
    assert_eq!((&item["id"], &item["exterior"]), (&json!(ASSETS[1]), &json!("Minimal Wear")));
    let body = json!({"game": "dota2", "partner": PARTNER, "token": "TrdTok42"});
    let text = world.text_of(world.post_request("/inventory", body.to_string())).await;
    // The digits themselves, without a zero at the end.
    assert!(text.contains(r#""price":2.6,"#) && text.contains(r#""sum":3.48,"#), "{text}");
    assert!(text.contains(r#""exterior":null,"rarity":null,"rarity_color":null"#), "{text}");
    world.set(json!({"age": "older"})).await;
    assert!(world.load_inventory().await.get("max_items").is_none());
}

#[tokio::test]
async fn an_offer_goes_out_with_the_answer() {
    let world = World::standing_still().await;
    let created = world.deposit("SKD-1").await;
    let mut names = vec!["amount", "bot_name", "bot_steam_id"];
    names.extend(CUSTOM);
    names.extend(["id", "merchant_tx_id", "status", "trade_offer_expiry_at", "trade_offer_id"]);
    assert_eq!(fields(&created), names);
    assert_eq!(created["status"], "active");
    assert_eq!(created["bot_steam_id"], 76_561_199_100_000_017_u64);
    assert!(created["id"].is_u64() && created["trade_offer_id"].is_string());
    assert_eq!(text(&created["trade_offer_expiry_at"]).len(), "2026-03-02T10:45:00Z".len());
    let row = world.ledger().await["deposits"][0].clone();
    assert_eq!((&row["kind"], &row["asset_ids"]), (&json!("from_inventory"), &json!(ASSETS)));

    // What is given away is not shown any more, and cannot be given again.
    assert_eq!(world.load_inventory().await["total"], 2);
    let again = world.post("/create-deposit", &offer("SKD-2")).await;
    let refused = json!({"id": created["id"].as_u64().unwrap() + 1, "merchant_tx_id": "SKD-2",
        "status": "failed", "fail_reason": "item_not_available", "amount": 0, "bot_name": null,
        "bot_steam_id": null, "trade_offer_id": null, "trade_offer_expiry_at": null});
    assert_eq!(again, refused);
    assert_eq!(world.deposit_status("SKD-2").await["status"], "failed");
}

#[tokio::test]
async fn the_status_shows_the_amount_only_in_the_custom_currency() {
    let world = World::standing_still().await;
    world.load_inventory().await;
    let custom = json!({"custom_currency": "EUR", "custom_currency_rate": 0.92,
        "custom_currency_multiplier": 1.5});
    let text =
        world.text_of(world.post_request("/create-deposit", with(offer("SKD-1"), &custom).to_string())).await;
    // 19.55 * 0.92 * 1.5 = 26.979
    assert!(text.contains(r#""amount":19.55,"#), "{text}");
    assert!(text.contains(r#""custom_currency_sum":26.979"#), "{text}");
    let active = world.deposit_status("SKD-1").await;
    assert!(active.get("amount").is_none() && CUSTOM.iter().all(|name| active.get(name).is_none()));

    world.happens("SKD-1", "hold").await;
    let held = world.deposit_status("SKD-1").await;
    assert_eq!((&held["status"], &held["custom_currency"]), (&json!("hold"), &json!("EUR")));
    assert_eq!(held["custom_currency_sum"].to_string(), "26.979");
    assert!(held.get("amount").is_none() && held["hold_end_date"].is_string());
    world.happens("SKD-1", "pay").await;
    let paid = world.deposit_status("SKD-1").await;
    assert_eq!((&paid["status"], paid.get("hold_end_date")), (&json!("completed"), None));
    assert_eq!(world.available().await, "1000000019.55");
    // After completion, too.
    world.happens("SKD-1", "return").await;
    assert_eq!(world.deposit_status("SKD-1").await["status"], "reverted");
    assert_eq!(world.available().await, "1000000000");

    world.post("/create-intent", &json!({"merchant_tx_id": "SKD-2"})).await;
    let event = json!({"reference": "SKD-2", "event": "pay", "amount": "5"});
    world.set(json!({"deposits": [event]})).await;
    let bare = world.deposit_status("SKD-2").await;
    assert!(CUSTOM.iter().all(|name| bare.get(name) == Some(&Value::Null)), "{bare}");
}

#[tokio::test]
async fn prices_of_an_inventory_do_not_last() {
    let world = World::standing_still().await;
    let reload = async || {
        let answer = world.try_post("/create-deposit", &offer("SKD-1")).await;
        assert_problem(answer, "inventory", "inventory_reload");
    };
    reload().await;
    world.load_inventory().await;
    world.advance(300_000).await;
    reload().await;
    world.load_inventory().await;
    let lowest = with(offer("SKD-1"), &json!({"min_prices": {"30117720401": 7.41}}));
    let answer = world.try_post("/create-deposit", &lowest).await;
    assert_error(answer, 400, "item_specified_price_not_found");
    world.set(json!({"minimum_deposit": "19.56"})).await;
    assert_problem(world.try_post("/create-deposit", &offer("SKD-1")).await, "amount", "min");
    assert_eq!(world.ledger().await["counts"]["deposits"], 0);
    world.set(json!({"age": "older"})).await;
    world.advance(300_000).await;
    assert_eq!(world.post("/create-deposit", &lowest).await["status"], "active");
}

#[tokio::test]
async fn a_repeated_id_of_a_deposit() {
    let world = World::standing_still().await;
    let first = world.deposit("SKD-1").await;
    let again = async || world.try_post("/create-deposit", &offer("SKD-1")).await;
    assert_error(again().await, 409, "already exist error");
    let intent = json!({"merchant_tx_id": "SKD-1"});
    assert_error(world.try_post("/create-intent", &intent).await, 409, "already exist error");
    // Validation comes first.
    let bad = with(offer("SKD-1"), &json!({"asset_ids": []}));
    assert_eq!(world.try_post("/create-deposit", &bad).await.0, 400);

    world.set(json!({"repeated_deposit": "return_first"})).await;
    assert_eq!(again().await.1["data"], first);
    assert_eq!(world.ledger().await["counts"]["deposits"], 1);

    world.set(json!({"repeated_deposit": "buy_again"})).await;
    let other = with(offer("SKD-1"), &json!({"asset_ids": ["30117720403"]}));
    let second = world.post("/create-deposit", &other).await;
    assert_ne!(second["id"], first["id"]);
    assert_eq!(world.ledger().await["counts"]["deposits"], 2);

    let purchase = world.try_post("/purchase", &super::support::order("88101", "SKD-1")).await;
    assert_error(purchase, 409, "already exist error");
    world.set(json!({"shared_ids": false})).await;
    assert_eq!(world.buy("88101", "SKD-1").await["status"], "pending");
}

#[tokio::test]
async fn every_reason_can_refuse_a_deposit() {
    let world = World::standing_still().await;
    world.load_inventory().await;
    for (number, reason) in
        ["provider_unavailable", "insufficient_balance", "price_changed"].iter().enumerate()
    {
        let reference = format!("SKD-{number}");
        world.set(json!({"refusals": {&reference: reason}})).await;
        let refused = world.post("/create-deposit", &offer(&reference)).await;
        assert_eq!((&refused["status"], &refused["fail_reason"]), (&json!("failed"), &json!(reason)));
    }
    world.set(json!({"refusals": {"*": "canceled_by_provider"}})).await;
    let refused = world.post("/create-deposit", &offer("SKD-9")).await;
    assert_eq!(refused["status"], "canceled");
    world.set(json!({"failed_as": "failed", "nulls": true, "refusals": {}})).await;
    assert_eq!(world.deposit_status("SKD-9").await["status"], "failed");
    let bare = with(
        offer("SKD-10"),
        &json!({"custom_currency": null, "custom_currency_rate": null,
        "custom_currency_multiplier": null}),
    );
    let nulls = world.post("/create-deposit", &bare).await;
    assert!(nulls["custom_currency"].is_null() && nulls["fail_reason"].is_null());
    assert!(CUSTOM.iter().all(|name| nulls.get(name) == Some(&Value::Null)), "{nulls}");
}

#[tokio::test]
async fn an_answer_can_be_pending_and_both_readings_are_there() {
    let world = World::standing_still().await;
    world.set(json!({"deposit_answer": "pending", "deposit_fate": "paid"})).await;
    let pending = world.deposit("SKD-1").await;
    assert_eq!((&pending["status"], &pending["trade_offer_id"]), (&json!("pending"), &Value::Null));
    world.advance(1_000_000).await;
    let active = world.deposit_status("SKD-1").await;
    assert!(active["status"] == "active" && active["trade_offer_id"].is_string());
    world.set(json!({"reading": "seed"})).await;
    let seed = world.deposit_status("SKD-1").await;
    assert!(seed["status"] == "pending" && seed["trade_offer_id"].is_string());
    world.happens("SKD-1", "approve").await;
    assert_eq!(world.deposit_status("SKD-1").await["status"], "active");
    assert_eq!(world.ledger().await["deposits"][0]["status"], "active");
    assert_eq!(STEAM_ID, "76561198338314767");
}
