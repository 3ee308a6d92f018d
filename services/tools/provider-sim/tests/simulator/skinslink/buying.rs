//! Buying.

use serde_json::{Value, json};

use super::support::{PARTNER, STEAM_ID, World, assert_error, order};
use crate::client::{fields, text, with};

#[tokio::test]
async fn the_answer_is_the_documented_one() {
    let world = World::standing_still().await;
    let body = with(order("88102", "SKP-11-a1"), &json!({"max_price": 1.25}));
    let raw = world.text_of(world.post_request("/purchase", body.to_string())).await;
    // The digits themselves: a parsed number would not show a price written as 1.2500000000000002.
    assert!(raw.contains(r#""amount":1.25,"#) && raw.contains(r#""price":1.25,"#), "{raw}");
    let answer: Value = serde_json::from_str(&raw).unwrap();
    assert_eq!(answer["message"], "Purchase created successfully");
    let bought = &answer["data"];
    assert_eq!(fields(bought), ["amount", "date", "id", "item", "merchant_tx_id", "status", "steam_id"]);
    assert_eq!((&bought["status"], &bought["steam_id"]), (&json!("pending"), &json!(STEAM_ID)));
    assert!(bought["id"].is_u64() && text(&bought["date"]).ends_with('Z'));
    assert_eq!(fields(&bought["item"]), ["id", "image_url", "name", "price"]);
    assert_eq!(bought["item"]["id"], "88102");

    world.advance(1_000_000).await;
    let status = world.purchase_status("SKP-11-a1").await;
    let names = [
        "amount",
        "date",
        "id",
        "item",
        "merchant_tx_id",
        "status",
        "steam_avatar_url",
        "steam_id",
        "steam_name",
        "trade_offer_id",
    ];
    assert_eq!(fields(&status), names);
    assert_eq!(status["status"], "active");
    assert!(status["trade_offer_id"].is_string());
    assert_eq!(world.get(&format!("/purchase/status?id={}", bought["id"])).await, status);
    world.set(json!({"purchase_fields": "bare"})).await;
    let bare = world.purchase_status("SKP-11-a1").await;
    assert_eq!(
        fields(&bare),
        ["amount", "date", "id", "merchant_tx_id", "status", "steam_id", "trade_offer_id"]
    );
}

#[tokio::test]
async fn a_name_is_enough_and_an_own_id_is_not_needed() {
    let world = World::standing_still().await;
    let by_name =
        json!({"partner": PARTNER, "token": "TrdTok42", "game": "rust", "name": "Instant Rust Jacket"});
    for _ in 0..2 {
        let bought = world.post("/purchase", &by_name).await;
        assert_eq!((&bought["status"], bought.get("merchant_tx_id")), (&json!("completed"), None));
    }
    assert_eq!(world.ledger().await["counts"]["purchases"], 2);
}

#[tokio::test]
async fn what_cannot_be_bought_is_a_failed_purchase() {
    let world = World::standing_still().await;
    world.set(json!({"stock": {"88103": 0}, "refusals": {"SKP-9": "provider_unavailable"}})).await;
    let by_name = |name: &str| json!({"asset_id": null, "name": name});
    let cases = [
        ("SKP-1", order("88113", "SKP-1"), "insufficient_balance"),
        ("SKP-2", order("88103", "SKP-2"), "item_sold"),
        ("SKP-3", with(order("88103", "SKP-3"), &by_name("Canceled Rust Hatchet")), "item_not_available"),
        ("SKP-4", with(order("88101", "SKP-4"), &json!({"max_price": 0.039})), "price_changed"),
        (
            "SKP-5",
            with(
                order("88101", "SKP-5"),
                &json!({"asset_id": null, "name": "Accepted Rust Door", "max_price": 0.039}),
            ),
            "item_specified_price_not_found",
        ),
        ("SKP-6", order("1", "SKP-6"), "item_not_available"),
        ("SKP-7", with(order("88101", "SKP-7"), &json!({"game": "tf2"})), "item_not_available"),
        ("SKP-9", order("88101", "SKP-9"), "provider_unavailable"),
    ];
    for (reference, body, reason) in cases {
        let refused = world.post("/purchase", &body).await;
        assert_eq!(
            fields(&refused),
            ["amount", "date", "fail_reason", "id", "merchant_tx_id", "status", "steam_id"]
        );
        assert_eq!((&refused["status"], &refused["fail_reason"]), (&json!("failed"), &json!(reason)));
        let status = world.purchase_status(reference).await;
        assert_eq!((&status["id"], &status["fail_reason"]), (&refused["id"], &json!(reason)));
        // It is kept under its own id.
        assert_error(world.try_post("/purchase", &body).await, 409, "already exist error");
    }
    assert_eq!(world.ledger().await["counts"]["purchases"], 0);
    assert_eq!(world.available().await, "1000000000");
    let dear = with(order("88101", "SKP-10"), &json!({"max_price": 0.040}));
    assert_eq!(world.post("/purchase", &dear).await["status"], "pending");
}

#[tokio::test]
async fn a_repeated_id_of_a_purchase() {
    let world = World::standing_still().await;
    let first = world.buy("88101", "SKP-1").await;
    let again = async |asset: &str| world.try_post("/purchase", &order(asset, "SKP-1")).await;
    assert_error(again("88101").await, 409, "already exist error");

    world.set(json!({"duplicate_as": "failed"})).await;
    let (status, duplicate) = again("88101").await;
    assert_eq!((status, &duplicate["data"]["fail_reason"]), (200, &json!("duplicate_purchase")));
    assert_eq!(world.purchase_status("SKP-1").await["id"], first["id"]);

    world.set(json!({"repeated_reference": "return_first"})).await;
    assert_eq!(again("88112").await.1["data"], first);
    assert_eq!(world.ledger().await["counts"]["purchases"], 1);
    let refused = world.buy("88113", "SKP-2").await;
    assert_eq!(world.buy("88101", "SKP-2").await, refused);

    world.set(json!({"repeated_reference": "buy_again"})).await;
    let second = again("88112").await.1["data"].clone();
    assert_ne!(second["id"], first["id"]);
    assert_eq!(world.purchase_status("SKP-1").await["id"], second["id"]);
    assert_eq!(world.ledger().await["counts"]["repeated_custom_ids"], 1);
    assert_eq!(world.buy("88101", "SKP-2").await["status"], "pending");
    let deposit = world.try_post("/create-intent", &json!({"merchant_tx_id": "SKP-1"})).await;
    assert_error(deposit, 409, "already exist error");
}

#[tokio::test]
async fn an_answer_can_be_lost_and_a_purchase_can_be_late_to_be_seen() {
    let world = World::standing_still().await;
    let faults = json!([{"kind": "cut_after_execution", "custom_id": "SKP-1"}]);
    world.control(json!({"faults": faults, "visibility_delay_ms": 600_000})).await;
    let lost = world.post_request("/purchase", order("88101", "SKP-1").to_string()).send().await;
    assert!(lost.is_err());
    assert_eq!(world.ledger().await["counts"]["purchases"], 1);
    let unseen = world.try_get("/purchase/status?merchant_tx_id=SKP-1").await;
    assert_error(unseen, 404, "not found error");
    world.control(json!({"visibility_delay_ms": 0})).await;
    world.buy("88101", "SKP-2").await;
    assert_eq!(world.get("/purchase").await["total"], 1);
}
