//! Payment links.

use serde_json::{Value, json};

use super::support::{FORM, PUBLIC_HASH, TRADE_TOKEN, USER, World, assert_error, link_form, sha256};
use crate::client::{json, text};

const ORDER: &str = "DEP-000417-x";

/// A link with a signature of the documentation's worked examples.
fn signed(amount: Option<&str>, signature: &str) -> String {
    let amount = amount.map(|amount| format!("&amount={amount}")).unwrap_or_default();
    format!(
        "account=90210&order_id={ORDER}&security_steam_id={USER}&currency=USD&signature={signature}{amount}"
    )
}

#[tokio::test]
async fn the_worked_examples_of_signatures_are_right() {
    let world = World::standing_still().await;
    world.set(json!({"repeated_deposit": "buy_again"})).await;
    for (amount, signature) in [
        (Some("25.00"), "71bc9e01976119e537770e72d24558cd263254f7ed9b97da3bac3655c7ec0fd2"),
        (Some("25"), "dd94d454967b155af86699d8bd1591c78d0369260718e176b48c6b8d9ed6eec2"),
        (None, "d8fbd26eeed26f603678bf757d6b5bc7a82f7e293f7485f02f10d02b4a427001"),
    ] {
        let answer: Value =
            serde_json::from_str(&world.create_link(&signed(amount, signature)).await).unwrap();
        assert_eq!(answer["status"], "success", "{amount:?}");
        let other: Value =
            serde_json::from_str(&world.create_link(&signed(Some("25.0"), signature)).await).unwrap();
        assert_error(&other, "validation_error");
    }
    assert_eq!(world.ledger().await["counts"]["deposits"], 3);
}

#[tokio::test]
async fn the_answer_has_a_token_and_an_escaped_address() {
    let world = World::standing_still().await;
    let raw = world.create_link(&link_form(ORDER, "25.00")).await;
    let answer: Value = serde_json::from_str(&raw).unwrap();
    let token = text(&answer["token"]);
    assert!(token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
    let expected = format!(
        r#"{{"token":"{token}","url":"https:\/\/shadowpay.com\/en\/pay?token={token}","status":"success"}}"#
    );
    assert_eq!(raw, expected);
    world.set(json!({"escape_slashes": false})).await;
    assert!(world.create_link(&link_form("DEP-000418-x", "25.00")).await.contains("https://shadowpay.com/"));
    let ledger = world.ledger().await;
    let row = &ledger["deposits"][0];
    assert_eq!(
        (&row["deposit_id"], &row["kind"], &row["status"]),
        (&json!(ORDER), &json!("link"), &json!("open"))
    );
    assert_eq!(
        (&row["phase"], &row["currency"], &row["credits"]),
        (&json!("created"), &json!("USD"), &json!([]))
    );
    assert!(!ledger.to_string().contains(TRADE_TOKEN));
}

#[tokio::test]
async fn what_is_wrong_with_a_link_is_said() {
    let world = World::standing_still().await;
    let signature =
        |amount: &str, currency: &str| sha256(&format!("{ORDER}{amount}{currency}demo-secret-hash-7Q2x"));
    let form = |account: &str, steam_id: &str, currency: &str, amount: &str| {
        let signature = signature(amount, currency);
        format!(
            "account={account}&order_id={ORDER}&security_steam_id={steam_id}&currency={currency}&amount={amount}&signature={signature}"
        )
    };
    for (form, word) in [
        (String::new(), "wrong_params"),
        (form("", USER, "USD", "1.00"), "wrong_params"),
        (form("user", USER, "USD", "1.00"), "validation_error"),
        (form("1", "12", "USD", "1.00"), "validation_error"),
        (form("1", USER, "EUR", "1.00"), "validation_error"),
        (form("1", USER, "USD", "much"), "validation_error"),
        (signed(Some("1.00"), "00"), "validation_error"),
    ] {
        let answer: Value = serde_json::from_str(&world.create_link(&form).await).unwrap();
        assert_error(&answer, word);
    }
    let url = world.url("/shadowpay/en/pay/another-hash");
    let request = world.client.post(url).header("content-type", FORM).body(link_form(ORDER, "1.00"));
    assert_error(&json(request.send().await.unwrap()).await, "wrong_token");
    let url = world.url(&format!("/shadowpay/en/pay/{PUBLIC_HASH}"));
    let request = world.client.post(url).header("content-type", "application/json").body("{}");
    assert_error(&json(request.send().await.unwrap()).await, "wrong_params");
    assert_eq!(world.ledger().await["counts"]["deposits"], 0);
    world.set(json!({"situation_words": {"bad_signature": "wrong_signature"}})).await;
    let answer: Value = serde_json::from_str(&world.create_link(&signed(None, "00")).await).unwrap();
    assert_error(&answer, "wrong_signature");
}

#[tokio::test]
async fn a_repeated_order_is_rejected_returned_or_made_again() {
    let world = World::standing_still().await;
    let first = world.link(ORDER, "25.00").await;
    assert_error(&world.link(ORDER, "25.00").await, "validation_error");
    world.set(json!({"repeated_deposit": "return_first"})).await;
    assert_eq!(world.link(ORDER, "25.00").await, first);
    world.set(json!({"repeated_deposit": "buy_again"})).await;
    assert_ne!(world.link(ORDER, "25.00").await["token"], first["token"]);
    assert_eq!(world.ledger().await["counts"]["deposits"], 2);
}

#[tokio::test]
async fn a_link_whose_answer_was_lost_exists() {
    let world = World::standing_still().await;
    world.control(r#"{"faults": [{"path": "/en/pay", "custom_id": "DEP-000417-x", "kind": "status_500_executed"}]}"#).await;
    world.link("DEP-000416-x", "1.00").await;
    assert!(world.create_link(&link_form(ORDER, "1.00")).await.contains("500"));
    assert_eq!(world.ledger().await["deposits"][1]["deposit_id"], ORDER);
    assert_eq!(world.own("/_quota").await["shadowpay"]["paths"]["/en/pay"], 2);
}
