//! Webhooks, and what they are signed with.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::support::{SECRET, STEAM_ID, World, offer};
use crate::client::{eventually, fields, text, with};
use crate::merchant::{Merchant, Notification};

/// From the documentation's worked example.
const SIGN_OF_50213: &str = "ro5931VuD7+H/rqCsAtv3oUhETlNVkreUs6mUlMjmIE=";
const SIGN_OF_9077: &str = "fBpSweHsfIM3XodpP/dgccPMWpaMgH5Nfyq7SDXUbBs=";

fn sign(id: &Value) -> String {
    BASE64_STANDARD.encode(Sha256::digest(format!("{id}{SECRET}")))
}

async fn with_merchant() -> (World, Merchant) {
    let world = World::standing_still().await;
    let merchant = Merchant::start(200).await;
    let notifications = json!({"url": merchant.url(), "purchase_url": merchant.url()});
    world.set(json!({"notifications": notifications})).await;
    (world, merchant)
}

#[track_caller]
fn assert_told(webhook: &Notification, status: &str) {
    assert_eq!(webhook.json()["status"], status, "{}", webhook.body);
}

#[tokio::test]
async fn a_signature_is_that_of_the_worked_example() {
    let (world, mut merchant) = with_merchant().await;
    assert_eq!(sign(&json!(50_213)), SIGN_OF_50213);
    let trade =
        json!({"reference": "SKD-000052", "transaction_id": 50_213, "amount": "18.47", "status": "pending"});
    let purchase = json!({"reference": "SKP-1", "transaction_id": 9_077, "trade_id": "purchase"});
    world.set(json!({"send_notifications": [trade]})).await;
    let hold = merchant.next().await;
    assert_eq!((&hold.json()["sign"], &hold.json()["trade_id"]), (&json!(SIGN_OF_50213), &json!(50_213)));
    assert_told(&hold, "hold");
    assert!(hold.body.contains(r#""amount":18.47,"amount_currency":"usd""#), "{}", hold.body);
    world.set(json!({"send_notifications": [purchase]})).await;
    let completed = merchant.next().await;
    let expected = json!({"sign": SIGN_OF_9077, "status": "completed", "purchase_id": 9_077});
    assert_eq!(completed.json(), expected);
    assert_eq!(completed.header("content-type"), "application/json");
}

#[tokio::test]
async fn a_deposit_tells_of_five_statuses_and_always_with_one_signature() {
    let (world, mut merchant) = with_merchant().await;
    let created = world.deposit("SKD-1").await;
    for (event, status) in
        [("hold", "hold"), ("pay", "completed"), ("return", "reverted"), ("fail", "canceled")]
    {
        world.happens("SKD-1", event).await;
        let webhook = merchant.next().await;
        assert_told(&webhook, status);
        assert_eq!(webhook.json()["sign"], sign(&created["id"]));
        assert_eq!(webhook.json()["trade_id"], created["id"]);
        let mut names = vec![
            "amount",
            "amount_currency",
            "merchant_tx_id",
            "offer_id",
            "sign",
            "status",
            "steam_id",
            "trade_date",
            "trade_id",
        ];
        names.extend((status == "hold").then_some("hold_end_date"));
        names.extend((status == "canceled").then_some("fail_reason"));
        names.sort_unstable();
        assert_eq!(fields(&webhook.json()), names);
        assert_eq!(
            (&webhook.json()["steam_id"], &webhook.json()["offer_id"]),
            (&json!(STEAM_ID), &created["trade_offer_id"])
        );
        assert!(webhook.body.contains(r#""amount":19.55,"#), "{}", webhook.body);
    }
    // Offers and acceptance are not told of.
    world.happens("SKD-1", "offer").await;
    world.happens("SKD-1", "approve").await;
    let event = json!({"reference": "SKD-1", "event": "fail", "reason": "price_changed"});
    world.set(json!({"deposits": [event]})).await;
    let failed = merchant.next().await;
    assert_told(&failed, "failed");
    assert_eq!(failed.json()["fail_reason"], "price_changed");
}

#[tokio::test]
async fn a_deposit_has_an_address_of_its_own_and_a_purchase_has_not() {
    let (world, mut merchant) = with_merchant().await;
    let mut own = Merchant::start(200).await;
    world.load_inventory().await;
    let body = with(offer("SKD-1"), &json!({"result_url": own.url()}));
    world.post("/create-deposit", &body).await;
    world.happens("SKD-1", "pay").await;
    assert_told(&own.next().await, "completed");
    assert!(merchant.received.try_recv().is_err());

    let bought = world.buy("88102", "SKP-1").await;
    world.advance(1_000_000).await;
    world.advance(1_000_000).await;
    let hold = merchant.next().await;
    assert_eq!(
        hold.json(),
        json!({"sign": sign(&bought["id"]), "status": "hold", "purchase_id": bought["id"]})
    );
    world.set(json!({"purchase_webhook": "full"})).await;
    world.advance(20_000_000).await;
    let completed = merchant.next().await;
    assert_told(&completed, "completed");
    let names = [
        "amount",
        "amount_currency",
        "merchant_tx_id",
        "offer_id",
        "purchase_id",
        "sign",
        "status",
        "steam_id",
        "trade_date",
    ];
    assert_eq!(fields(&completed.json()), names);
    assert_eq!(completed.json()["merchant_tx_id"], "SKP-1");
    world.buy("88103", "SKP-2").await;
    world.buy("88109", "SKP-3").await;
    world.advance(2_000_000).await;
    let mut told =
        [merchant.next().await, merchant.next().await].map(|one| text(&one.json()["status"]).to_owned());
    told.sort();
    assert_eq!(told, ["canceled", "hold"]);
    world.advance(1_000_000).await;
    assert_told(&merchant.next().await, "reverted");
}

#[tokio::test]
async fn the_older_field_set_and_ids_as_text() {
    let (world, mut merchant) = with_merchant().await;
    world.set(json!({"webhook_fields": "older", "webhook_id": "string"})).await;
    world.set(json!({"refusals": {"SKD-1": "provider_unavailable"}})).await;
    let refused = world.deposit("SKD-1").await;
    let failed = merchant.next().await;
    assert_told(&failed, "failed");
    assert_eq!(failed.json()["trade_id"], refused["id"].to_string());
    assert_eq!(failed.json()["offer_id"], "");
    world.deposit("SKD-2").await;
    world.happens("SKD-2", "hold").await;
    let hold = merchant.next().await;
    assert_told(&hold, "hold");
    assert!(hold.body.contains(r#""custom_currency_sum":19.55"#), "{}", hold.body);
    assert!(hold.body.contains(r#""custom_currency":"USD""#) && hold.json().get("hold_end_date").is_none());
    world.set(json!({"webhook_fields": "newer", "refusals": {"*": "provider_unavailable"}})).await;
    world.load_inventory().await;
    world.post("/create-deposit", &offer("SKD-3")).await;
    assert!(merchant.next().await.json().get("offer_id").is_none());
}

#[tokio::test]
async fn webhooks_can_be_duplicated_forged_lost_and_overtaken() {
    let (world, mut merchant) = with_merchant().await;
    let created = world.deposit("SKD-1").await;
    let event = async |event: &str, mode: &str| {
        let event = json!({"reference": "SKD-1", "event": event, "mode": mode});
        world.set(json!({"deposits": [event]})).await;
    };
    event("hold", "duplicated").await;
    assert_eq!(merchant.next().await.body, merchant.next().await.body);
    event("hold", "forged").await;
    let forged = text(&merchant.next().await.json()["sign"]).to_owned();
    assert_ne!(forged, sign(&created["id"]));
    assert_eq!(BASE64_STANDARD.decode(forged).unwrap().len(), 32);
    event("hold", "lost").await;
    event("hold", "reordered").await;
    event("pay", "reordered").await;
    assert_told(&merchant.next().await, "completed");
    assert_told(&merchant.next().await, "hold");

    // The right signature says nothing about the status and the amount.
    let lie =
        json!({"reference": "SKD-1", "transaction_id": created["id"], "amount": "9999", "status": "success"});
    world.set(json!({"send_notifications": [lie]})).await;
    let lie = merchant.next().await;
    assert_eq!((&lie.json()["sign"], &lie.json()["amount"]), (&json!(sign(&created["id"])), &json!(9999)));
}

#[tokio::test]
async fn a_webhook_is_sent_at_most_once_unless_it_is_set() {
    let world = World::standing_still().await;
    let mut merchant = Merchant::start(500).await;
    world.set(json!({"notifications": {"url": merchant.url()}})).await;
    world.deposit("SKD-1").await;
    let attempts = async |count: usize| {
        eventually("a row in the ledger", async || {
            let rows = world.ledger().await["notifications"].as_array().unwrap().clone();
            (rows.len() == count).then(|| rows.last().unwrap()["attempts"].clone())
        })
        .await
    };
    world.happens("SKD-1", "hold").await;
    merchant.next().await;
    assert_eq!(attempts(1).await, 1);
    world.set(json!({"notifications": {"gaps_ms": [1, 1]}})).await;
    world.happens("SKD-1", "pay").await;
    assert_eq!(attempts(2).await, 3);
}
