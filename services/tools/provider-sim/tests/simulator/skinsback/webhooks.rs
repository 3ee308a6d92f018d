//! Notifications about deposits.

use serde_json::{Value, json};

use super::signing::sign;
use super::support::{USER, World};
use crate::client::{fields, text};
use crate::merchant::Merchant;

/// The `sign` that the scalars of a JSON body should have.
fn right_sign(body: &Value) -> String {
    let fields = body.as_object().unwrap().iter().filter(|(name, _)| name.as_str() != "sign");
    let scalars = fields.filter_map(|(name, value)| match value {
        Value::String(text) => Some((name.clone(), text.clone())),
        Value::Number(number) => Some((name.clone(), number.to_string())),
        Value::Null => Some((name.clone(), String::new())),
        Value::Bool(flag) => Some((name.clone(), if *flag { "1" } else { "" }.to_owned())),
        Value::Array(_) | Value::Object(_) => None,
    });
    let scalars: Vec<_> = scalars.collect();
    sign(&scalars.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>())
}

async fn next(merchant: &mut Merchant) -> Value {
    let body = merchant.next_json().await;
    assert_eq!(body["sign"], right_sign(&body), "{body}");
    body
}

#[tokio::test]
async fn every_change_is_told_with_a_right_signature() {
    let (world, mut merchant) = World::with_merchant(200).await;
    world.create("dep-1").await;
    world.happens("dep-1", "offer", None).await;
    world.happens("dep-1", "hold", Some("18.40")).await;
    let notice = merchant.next().await;
    assert_eq!(notice.header("x-sign"), super::support::X_SIGN);
    assert!(notice.body.starts_with(r#"{"sign":""#), "{}", notice.body);
    let held: Value = serde_json::from_str(&notice.body).unwrap();
    assert_eq!(held["sign"], right_sign(&held));
    assert_eq!((&held["status"], &held["transaction_id"]), (&json!("in_hold"), &json!("700412")));
    assert_eq!((&held["order_id"], &held["steam_id"]), (&json!("dep-1"), &json!(USER)));
    assert_eq!((&held["amount"], &held["amount_currency"]), (&json!("18.4"), &json!("usd")));
    assert_eq!(held["amount_in_currencies"]["usd"], "18.4");
    assert!(held["date"].is_string() && held["user_amount"] == "18.4");
    let risk = &held["user_risk"];
    let expected = [
        "joined_at",
        "last_deposit_at",
        "total_deposits_count",
        "total_deposits_sum",
        "total_rollback_deposits_count",
        "total_rollback_deposits_sum",
        "user_inventory",
    ];
    assert_eq!(fields(risk), expected);
    assert_eq!(
        (&risk["total_deposits_count"], &risk["joined_at"]),
        (&json!(0), &json!("2025-02-01 09:00:00"))
    );
    assert_eq!(fields(&risk["user_inventory"]), ["cs2", "dota2", "rust"]);
    assert!(text(&risk["user_inventory"]["cs2"]["last_updated_at"]).ends_with('Z'));

    world.call("offer_approve", json!({"order_id": "dep-1"})).await;
    let approved = next(&mut merchant).await;
    assert!(approved["status"] == "hold_approved" && approved.get("user_risk").is_none(), "{approved}");
    world.happens("dep-1", "pay", None).await;
    assert_eq!(next(&mut merchant).await["status"], "success");

    world.create("dep-2").await;
    world.happens("dep-2", "hold", Some("1")).await;
    assert_eq!(next(&mut merchant).await["user_risk"]["total_deposits_sum"], 18.4);
    world.happens("dep-2", "return", None).await;
    assert_eq!(next(&mut merchant).await["status"], "fail");
    world.set(json!({"notifications": {"send_pending": true}})).await;
    world.create("dep-3").await;
    world.happens("dep-3", "offer", None).await;
    assert_eq!(next(&mut merchant).await["status"], "pending");
}

#[tokio::test]
async fn a_form_has_the_same_signature() {
    let (world, mut merchant) = World::with_merchant(200).await;
    world.set(json!({"notifications": {"encoding": "form"}, "absent_fields": "null"})).await;
    world.create("dep-1").await;
    world.happens("dep-1", "hold", Some("18.40")).await;
    let notice = merchant.next().await;
    assert_eq!(notice.header("content-type"), "application/x-www-form-urlencoded");
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&notice.body).unwrap();
    let field = |name: &str| pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str());
    assert_eq!((field("status"), field("amount")), (Some("in_hold"), Some("18.4")));
    assert_eq!(field("amount_in_currencies[usd]"), Some("18.4"));
    assert_eq!(field("user_risk[total_deposits_count]"), Some("0"));
    let scalars = pairs.iter().filter(|(name, _)| name != "sign" && !name.contains('['));
    let scalars: Vec<_> = scalars.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(field("sign"), Some(sign(&scalars).as_str()));
}

#[tokio::test]
async fn signatures_hold_whatever_the_types() {
    let (world, mut merchant) = World::with_merchant(200).await;
    world.create("dep-1").await;
    for types in ["numbers", "strings", "mixed"] {
        let settings = json!({"types": types, "unknown_fields": true, "absent_fields": "null"});
        world.set(settings).await;
        world.happens("dep-1", "pay", Some("18.4")).await;
        let body = next(&mut merchant).await;
        assert_eq!((&body["added_later"], &body["offer_date"]), (&json!("unknown"), &Value::Null));
        assert!(types == "mixed" || body["amount"].is_number() == (types == "numbers"), "{body}");
    }
    world.set(json!({"types": "usual", "padded_webhook_amounts": true})).await;
    world.happens("dep-1", "pay", Some("18.4")).await;
    let mut padded = merchant.next_json().await;
    assert_eq!((&padded["amount"], &padded["user_amount"]), (&json!("18.40"), &json!("18.40")));
    assert_ne!(padded["sign"], right_sign(&padded));
    padded["amount"] = json!("18.4");
    padded["user_amount"] = json!("18.4");
    assert_eq!(padded["sign"], right_sign(&padded));
}

#[tokio::test]
async fn a_notification_goes_to_the_deposits_own_address() {
    let (world, mut merchant) = World::with_merchant(200).await;
    let mut other = Merchant::start(200).await;
    world.call("create", json!({"order_id": "dep-1", "result_url": other.url()})).await;
    world.happens("dep-1", "pay", Some("1")).await;
    assert_eq!(next(&mut other).await["order_id"], "dep-1");
    world.notifications(1).await;
    assert!(merchant.received.try_recv().is_err());
}

#[tokio::test]
async fn notifications_can_be_duplicated_reordered_lost_and_forged() {
    let (world, mut merchant) = World::with_merchant(200).await;
    world.create("dep-1").await;
    let mode = async |mode: &str| world.set(json!({"notifications": {"mode": mode}})).await;
    mode("duplicated").await;
    world.happens("dep-1", "hold", Some("1")).await;
    assert_eq!(merchant.next().await.body, merchant.next().await.body);
    mode("reordered").await;
    world.happens("dep-1", "approve", None).await;
    world.happens("dep-1", "pay", None).await;
    assert_eq!(next(&mut merchant).await["status"], "success");
    assert_eq!(next(&mut merchant).await["status"], "hold_approved");
    world.notifications(4).await;
    mode("lost").await;
    world.happens("dep-1", "pay", None).await;
    assert_eq!(world.notifications(5).await[4]["attempts"], 0);
    assert!(merchant.received.try_recv().is_err());

    mode("forged").await;
    world.happens("dep-1", "pay", None).await;
    let forged = merchant.next().await;
    let body: Value = serde_json::from_str(&forged.body).unwrap();
    assert_ne!(body["sign"], right_sign(&body));
    // The constant header is no secret once it was seen.
    assert_eq!(forged.header("x-sign"), super::support::X_SIGN);
    world.set(json!({"forged_keeps_x_sign": false})).await;
    world.happens("dep-1", "pay", None).await;
    assert_ne!(merchant.next().await.header("x-sign"), super::support::X_SIGN);
}

#[tokio::test]
async fn a_notification_can_be_invented_and_tried_again() {
    let (world, mut merchant) = World::with_merchant(500).await;
    let invented = json!([{"reference": "nobody", "transaction_id": 5, "amount": "9.99"}]);
    world.set(json!({"notifications": {"gaps_ms": [1, 1]}, "send_notifications": invented})).await;
    for _ in 0..3 {
        let body = next(&mut merchant).await;
        assert_eq!((&body["order_id"], &body["transaction_id"]), (&json!("nobody"), &json!("5")));
        assert_eq!((&body["status"], &body["amount"]), (&json!("success"), &json!("9.99")));
    }
    assert_eq!(world.notifications(1).await[0]["attempts"], 3);
    assert_eq!(world.order_status("nobody").await["error_message"], "transaction_not_found");
}
