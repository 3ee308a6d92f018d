//! Notifications about purchases.

use serde_json::{Value, json};

use super::signing::sha256;
use super::support::{World, X_SIGN, order};
use crate::merchant::Merchant;

/// The documented example, by this other hand.
#[test]
fn the_documented_event_has_its_signature() {
    let body = r#"{"event":"status_change","data":{"item":{"id":"5518"},"buy_id":"880021","offer_status":"waiting_accept","error_reason":null,"tradeofferid":"7700112233","custom_id":"wd-7f3a-1"}}"#;
    assert_eq!(sha256(body), "c659cd713f2fdf1ba2161b4c17d1fe8218d59c3d290e48a5d319e4c8dc6196ec");
}

async fn next(merchant: &mut Merchant) -> String {
    let notice = merchant.next().await;
    assert_eq!(notice.header("content-type"), "application/json");
    assert_eq!(notice.header("signature"), sha256(&notice.body));
    assert_eq!(notice.header("x-sign"), X_SIGN);
    notice.body
}

#[tokio::test]
async fn a_purchase_tells_of_every_step() {
    let (world, mut merchant) = World::with_merchant(200).await;
    world.buy("88109", "wd-1").await;
    let bought = r#"{"event":"buy_item","data":{"item":{"id":"88109","name":"Rolled Back By User | Predator (Field-Tested)","price":"2.50","classid":"310777000"},"buy_id":"90551","offer_status":"creating_trade","balance_debited_sum":"2.50","custom_id":"wd-1"}}"#;
    assert_eq!(next(&mut merchant).await, bought);
    for status in ["waiting_accept", "accepted", "rollback_user"] {
        world.advance(1_000_000).await;
        let changed = format!(
            r#"{{"event":"status_change","data":{{"item":{{"id":"88109"}},"buy_id":"90551","offer_status":"{status}","error_reason":null,"tradeofferid":"8123090551","custom_id":"wd-1"}}}}"#
        );
        assert_eq!(next(&mut merchant).await, changed);
    }
}

#[tokio::test]
async fn a_failure_has_a_reason_and_no_offer() {
    let (world, mut merchant) = World::with_merchant(200).await;
    world.buy("88105", "wd-1").await;
    world.advance(1_000_000).await;
    next(&mut merchant).await;
    let failed: Value = serde_json::from_str(&next(&mut merchant).await).unwrap();
    let data = &failed["data"];
    assert_eq!((&data["offer_status"], &data["tradeofferid"]), (&json!("invalid_trade_token"), &Value::Null));
    assert!(data["error_reason"].is_string());
}

#[tokio::test]
async fn an_event_can_come_before_the_answer() {
    let (world, mut merchant) = World::with_merchant(200).await;
    let faults = json!([{"path": "/market_buy", "kind": {"delay_answer_ms": 600_000}}]);
    world.control(json!({"faults": faults})).await;
    let request = world.request("market_buy", order("88112", "wd-1"));
    let waiting = tokio::spawn(request.send());
    let event: Value = serde_json::from_str(&next(&mut merchant).await).unwrap();
    assert_eq!((&event["event"], &event["data"]["offer_status"]), (&json!("buy_item"), &json!("accepted")));
    assert!(!waiting.is_finished());
    waiting.abort();
}

#[tokio::test]
async fn an_event_can_be_forged_and_signed_in_another_header() {
    let (world, mut merchant) = World::with_merchant(200).await;
    world.set(json!({"event_signature_header": "authorization"})).await;
    world.buy("88112", "wd-1").await;
    let notice = merchant.next().await;
    assert_eq!(
        (notice.header("authorization"), notice.header("signature")),
        (sha256(&notice.body).as_str(), "")
    );
    world.set(json!({"event_signature_header": "signature", "notifications": {"mode": "forged"}})).await;
    world.buy("88112", "wd-2").await;
    let forged = merchant.next().await;
    assert_ne!(forged.header("signature"), sha256(&forged.body));
    assert_eq!((forged.header("signature").len(), forged.header("x-sign")), (64, X_SIGN));
}

#[tokio::test]
async fn nothing_is_told_without_an_address() {
    let world = World::standing_still().await;
    world.buy("88112", "wd-1").await;
    world.create("dep-1").await;
    world.happens("dep-1", "pay", Some("1")).await;
    let rows = world.notifications(1).await;
    assert_eq!((&rows[0]["kind"], &rows[0]["attempts"]), (&json!("deposit"), &json!(0)));
}
