//! Buying: the wire, the refusals, and own ids that come again.

use serde_json::json;

use super::support::{World, assert_error, order, whole};
use crate::client::{fields, json, text, with};

const FUNDS: &str = "Not enough funds on project balance to buy this skin";

#[tokio::test]
async fn the_answer_to_buy_has_the_documented_types() {
    let world = World::standing_still().await;
    let response = world.post_request("/withdraw/buy", &order("88102", "wd-20431")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    let body = response.text().await.unwrap();
    // The digits themselves: whole thousandths without a point.
    assert!(body.contains(r#""price":1250}"#) && body.contains(r#""amount":1250}"#), "{body}");
    let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
    let expected = json!({"success": true, "payment_id": "wd-20431", "transaction_id": "90551",
        "skin": {"name": "Protected | Sand Dune (Field-Tested)", "price": 1250},
        "time": answer["time"], "status": "pending", "amount": 1250});
    assert_eq!(answer, expected);
    assert!(whole(&answer["time"]) > 1_700_000_000);
}

#[tokio::test]
async fn a_skin_is_found_by_its_whole_name_or_its_id() {
    let world = World::standing_still().await;
    let by_name = |name: &str, id: &str| with(order("", id), &json!({"skin_id": null, "skin_name": name}));
    let answer = world.post("/withdraw/buy", &by_name("Accepted Rust Door", "wd-1")).await;
    assert_eq!((&answer["amount"], &answer["skin"]["price"]), (&json!(40), &json!(40)), "{answer}");
    assert_error(&world.post("/withdraw/buy", &by_name("Rust Door", "wd-2")).await, "Skin is not available");
    world.switch(&json!({"name_match": "cheapest"})).await;
    let answer = world.post("/withdraw/buy", &by_name("rust", "wd-2")).await;
    assert_eq!(answer["skin"]["name"], "Accepted Rust Door");
}

#[tokio::test]
async fn the_ceiling_is_in_thousandths() {
    let world = World::standing_still().await;
    let ceiling = |max_price: &str| with(order("88102", "wd-1"), &json!({"max_price": max_price}));
    for (max_price, sentence) in [
        ("1249", "Skin price is higher than max_price"),
        // USD are not thousandths: one is read as far too little, the other not at all.
        ("1", "Skin price is higher than max_price"),
        ("1.25", "Invalid max_price"),
        ("-1", "Invalid max_price"),
    ] {
        assert_error(&world.post("/withdraw/buy", &ceiling(max_price)).await, sentence);
    }
    assert_eq!(world.purchases().await.len(), 0);
    assert_eq!(world.post("/withdraw/buy", &ceiling("1250")).await["success"], true);
}

#[tokio::test]
async fn what_cannot_be_bought_is_refused_and_not_executed() {
    let world = World::standing_still().await;
    world.switch(&json!({"stock": {"88103": 0}})).await;
    let cases = [
        (json!({"project_id": null}), "Field project_id is required"),
        (json!({"project_id": "4712"}), "Project not found"),
        (json!({"payment_id": null}), "Field payment_id is required"),
        (json!({"payment_id": ""}), "Field payment_id is required"),
        (json!({"payment_id": "wd,1"}), "Invalid payment_id"),
        (json!({"payment_id": "x".repeat(65)}), "Invalid payment_id"),
        (json!({"skin_id": null}), "Field skin_name or skin_id is required"),
        (json!({"skin_id": "1"}), "Skin is not available"),
        (json!({"skin_id": "88103"}), "Skin is not available"),
        (json!({"skin_id": "88113"}), FUNDS),
        (json!({"partner": null}), "Fields partner and token are required"),
        (json!({"token": null}), "Fields partner and token are required"),
        (json!({"partner": "someone"}), "Invalid partner"),
    ];
    for (changes, sentence) in cases {
        let answer = world.post("/withdraw/buy", &with(order("88101", "wd-1"), &changes)).await;
        assert_eq!(answer, json!({"success": false, "error": sentence}), "{changes}");
    }
    assert_eq!(world.purchases().await.len(), 0);
}

#[tokio::test]
async fn the_balance_runs_out_in_the_documented_words() {
    let world = World::standing_still().await;
    world.switch(&json!({"balance": "0.09"})).await;
    assert_eq!(world.balance().await, 90);
    world.buy("88101", "wd-1").await;
    world.buy("88101", "wd-2").await;
    assert_error(&world.buy("88101", "wd-3").await, FUNDS);
    assert_eq!(world.balance().await, 10);
}

#[tokio::test]
async fn a_repeated_payment_id_is_rejected_unless_set_otherwise() {
    let world = World::standing_still().await;
    let first = world.buy("88101", "wd-1").await;
    assert_error(&world.buy("88112", "wd-1").await, "This payment_id already exists");
    assert_eq!(world.purchases().await.len(), 1);

    world.switch(&json!({"repeated_reference": "return_first"})).await;
    assert_eq!(world.buy("88112", "wd-1").await, first);
    assert_eq!(world.purchases().await.len(), 1);

    world.switch(&json!({"repeated_reference": "buy_again"})).await;
    let second = world.buy("88112", "wd-1").await;
    assert_eq!((text(&first["transaction_id"]), text(&second["transaction_id"])), ("90551", "90552"));
    let rows = world.get("/withdraw/status?payment_id=wd-1").await;
    assert_eq!(rows["items"].as_array().unwrap().len(), 2, "{rows}");
    assert_eq!(world.ledger().await["counts"]["repeated_custom_ids"], 1);
}

#[tokio::test]
async fn a_purchase_may_be_sent_in_the_very_answer() {
    let world = World::standing_still().await;
    world.switch(&json!({"sent_at_once": true, "fee_thousandths": 3})).await;
    let answer = world.buy("88101", "wd-1").await;
    assert_eq!(answer["status"], "sent");
    assert_eq!((&answer["amount"], &answer["skin"]["price"]), (&json!(40), &json!(37)));
    assert!(!fields(&answer).contains(&"trade_id"), "{answer}");
    assert_eq!(text(&world.status("wd-1").await["trade_id"]).len(), 10);
}

#[tokio::test]
async fn answers_and_effects_may_part() {
    let world = World::standing_still().await;
    let rule = |kind: &str| json!({"faults": [{"path": "/withdraw/buy", "custom_id": "wd-1", "kind": kind}]});
    world.control(&rule("cut_after_execution")).await;
    assert!(world.post_request("/withdraw/buy", &order("88101", "wd-1")).send().await.is_err());
    assert_eq!(world.status("wd-1").await["status"], "pending");

    let world = World::standing_still().await;
    world.control(&rule("error_executed")).await;
    assert_eq!(world.buy("88101", "wd-2").await["success"], true);
    assert_error(&world.buy("88101", "wd-1").await, "Internal error");
    assert_eq!(world.status("wd-1").await["amount"], 40);

    let world = World::standing_still().await;
    world.control(&rule("limit_exceeded")).await;
    let limited = world.post_request("/withdraw/buy", &order("88101", "wd-1")).send().await.unwrap();
    assert_eq!(limited.status(), 429);
    assert_error(&json(limited).await, "Too many requests");
    assert_eq!(world.purchases().await.len(), 0);
}
