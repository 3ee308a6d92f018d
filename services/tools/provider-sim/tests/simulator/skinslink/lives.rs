//! What becomes of purchases and deposits.

use serde_json::{Value, json};

use super::support::{World, offer, order};
use crate::client::{text, with};

struct Life {
    asset: &'static str,
    history: &'static [&'static str],
    fail_reason: Option<&'static str>,
    refunded: bool,
}

const fn life(asset: &'static str, history: &'static [&'static str]) -> Life {
    Life { asset, history, fail_reason: None, refunded: false }
}

const fn failed(
    asset: &'static str,
    history: &'static [&'static str],
    fail_reason: Option<&'static str>,
) -> Life {
    Life { asset, history, fail_reason, refunded: true }
}

const LIVES: [Life; 16] = [
    life("88101", &["pending", "active", "completed"]),
    life("88102", &["pending", "active", "hold", "completed"]),
    failed("88103", &["pending", "active", "canceled"], None),
    failed("88104", &["pending", "active", "canceled"], None),
    failed("88105", &["pending", "failed"], Some("trade_link_invalid")),
    failed("88106", &["pending", "failed"], Some("trade_banned")),
    failed("88107", &["pending", "failed"], Some("provider_unavailable")),
    failed("88108", &["pending", "failed"], Some("item_not_available")),
    failed("88109", &["pending", "active", "hold", "reverted"], None),
    failed("88110", &["pending", "active", "hold", "reverted"], None),
    life("88111", &["new", "pending", "active", "hold", "completed"]),
    life("88112", &["completed"]),
    life("88114", &["pending", "active", "hold", "completed"]),
    life("88115", &["pending"]),
    life("88116", &["pending", "manual_review"]),
    life("88117", &["pending", "active", "canceled", "completed"]),
];

#[tokio::test]
async fn every_item_has_the_life_that_its_name_says() {
    let world = World::standing_still().await;
    for life in &LIVES {
        world.set(json!({"balance": "10000"})).await;
        assert_eq!(world.buy(life.asset, life.asset).await["status"], life.history[0]);
        world.advance(100_000_000).await;
        let status = world.purchase_status(life.asset).await;
        assert_eq!(status["status"], *life.history.last().unwrap(), "{status}");
        assert_eq!(status.get("fail_reason").map(text), life.fail_reason, "{status}");
        let ledger = world.ledger().await;
        let row = ledger["purchases"].as_array().unwrap().last().unwrap();
        let words: Vec<&str> =
            row["history"].as_array().unwrap().iter().map(|entry| text(&entry["status"])).collect();
        assert_eq!((words.as_slice(), &row["refunded"]), (life.history, &json!(life.refunded)));
        assert_eq!(world.available().await == "10000", life.refunded, "{}", life.asset);
    }
}

#[tokio::test]
async fn a_purchase_on_hold_says_until_when() {
    let world = World::standing_still().await;
    world.buy("88102", "SKP-1").await;
    world.advance(2_000_000).await;
    let held = world.purchase_status("SKP-1").await;
    assert!(held["status"] == "hold" && held["hold_end_date"].is_string(), "{held}");
    world.set(json!({"age": "older"})).await;
    assert!(world.purchase_status("SKP-1").await.get("hold_end_date").is_none());
    world.set(json!({"purchase_holds": false})).await;
    assert_eq!(world.purchase_status("SKP-1").await["status"], "completed");
    let lost = with(order("88109", "SKP-2"), &json!({}));
    world.post("/purchase", &lost).await;
    world.advance(4_000_000).await;
    world.set(json!({"reverted_as": "failed"})).await;
    let undone = world.purchase_status("SKP-2").await;
    assert_eq!((&undone["status"], &undone["fail_reason"]), (&json!("failed"), &json!("user_reverted")));
    world.set(json!({"reverted_as": "reverted", "reason_with_reverted": true})).await;
    let undone = world.purchase_status("SKP-2").await;
    assert_eq!((&undone["status"], &undone["fail_reason"]), (&json!("reverted"), &json!("user_reverted")));
    world.set(json!({"reading": "seed", "failed_as": "failed"})).await;
    world.buy("88103", "SKP-3").await;
    assert_eq!(world.purchase_status("SKP-3").await["status"], "new");
    world.advance(1_000_000).await;
    assert_eq!(world.purchase_status("SKP-3").await["status"], "pending");
    world.advance(1_000_000).await;
    let refused = world.purchase_status("SKP-3").await;
    assert_eq!((&refused["status"], &refused["fail_reason"]), (&json!("failed"), &json!("canceled_by_user")));
}

const FATES: [(&str, &[&str], &str); 5] = [
    ("stays", &["offer_sent"], "active"),
    ("paid", &["offer_sent", "paid"], "completed"),
    ("held_then_paid", &["offer_sent", "held", "paid"], "completed"),
    ("failed", &["offer_sent", "failed"], "canceled"),
    ("reverted", &["offer_sent", "held", "returned"], "reverted"),
];

#[tokio::test]
async fn deposits_live_by_their_fates() {
    for (fate, phases, last) in FATES {
        let world = World::standing_still().await;
        world.set(json!({"deposit_fates": {"SKD-1": fate, "SKD-2": fate}})).await;
        assert_eq!(world.deposit("SKD-1").await["status"], "active");
        world.post("/create-intent", &json!({"merchant_tx_id": "SKD-2"})).await;
        world.advance(100_000_000).await;
        let status = world.deposit_status("SKD-1").await;
        assert_eq!(status["status"], last, "{status}");
        let reason = (last == "canceled").then_some("canceled_by_user");
        assert_eq!(status.get("fail_reason").map(text), reason, "{status}");
        let rows = world.ledger().await["deposits"].clone();
        let had = |row: &Value| -> Vec<String> {
            row["history"].as_array().unwrap().iter().map(|entry| text(&entry["phase"]).to_owned()).collect()
        };
        assert_eq!(had(&rows[0]), phases);
        let hosted = if fate == "stays" { "new" } else { last };
        assert_eq!((&had(&rows[1])[0], &rows[1]["status"]), (&"created".to_owned(), &json!(hosted)));
    }
}

#[tokio::test]
async fn a_failure_has_the_reason_that_is_told() {
    let world = World::standing_still().await;
    world.load_inventory().await;
    world.post("/create-deposit", &offer("SKD-1")).await;
    for (reason, word, shown) in [
        (json!("price_changed"), "failed", json!("price_changed")),
        (json!("canceled_by_provider"), "canceled", json!("canceled_by_provider")),
        (json!(""), "canceled", Value::Null),
    ] {
        let event = json!({"reference": "SKD-1", "event": "fail", "reason": reason});
        world.set(json!({"deposits": [event]})).await;
        let status = world.deposit_status("SKD-1").await;
        assert_eq!((&status["status"], &status["fail_reason"]), (&json!(word), &shown));
        assert!(status["trade_offer_id"].is_string(), "the offer was out: {status}");
    }
}
