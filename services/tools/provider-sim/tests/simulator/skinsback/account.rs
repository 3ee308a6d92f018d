//! Balance, currencies and status.

use serde_json::json;

use super::support::World;
use crate::client::fields;

#[tokio::test]
async fn the_balance_is_a_string_with_three_decimals() {
    let world = World::standing_still().await;
    world.set(json!({"balance": "1520.115"})).await;
    let answer = world.call("balance", json!({})).await;
    let expected = [
        "balance",
        "balance_in_currencies",
        "deals_sum",
        "deals_sum_in_currencies",
        "status",
        "withdraw_sum",
        "withdraw_sum_in_currencies",
    ];
    assert_eq!(fields(&answer), expected);
    assert_eq!((&answer["status"], &answer["balance"]), (&json!("success"), &json!("1520.115")));
    assert_eq!(answer["balance_in_currencies"]["usd"], "1520.115");
    assert_eq!(answer["balance_in_currencies"]["eur"], "1398.510");
    assert_eq!(answer["balance_in_currencies"].as_object().unwrap().len(), 10);
    assert_eq!(answer["deals_sum"], "0.000");
    world.create("dep-1").await;
    world.happens("dep-1", "pay", Some("4.02")).await;
    assert_eq!(world.call("balance", json!({})).await["deals_sum"], "4.020");
    assert_eq!(world.balance().await, "1524.135");
}

#[tokio::test]
async fn the_balance_can_be_in_roubles() {
    let world = World::standing_still().await;
    world.set(json!({"balance": "10", "balance_currency": "rub"})).await;
    let answer = world.call("balance", json!({})).await;
    assert_eq!(
        (&answer["balance"], &answer["balance_in_currencies"]["usd"]),
        (&json!("800.000"), &json!("10.000"))
    );
    let bought = world.raw("market_buy", super::support::order("88112", "wd-1")).await;
    assert!(
        bought.contains(r#""price":0.5,"#) && bought.contains(r#""balance_debited_sum":40}"#),
        "{bought}"
    );
    let (status, words) = world.try_control(&json!({"skinsback": {"balance_currency": "gold"}})).await;
    assert!(status == 400 && words.contains("gold"), "{words}");
}

#[tokio::test]
async fn status_and_currencies_answer() {
    let world = World::start().await;
    assert_eq!(world.call("status", json!({})).await, json!({"status": "success", "available": true}));
    world.set(json!({"unavailable": "no_bots"})).await;
    let expected = json!({"status": "success", "available": false, "reason": "no_bots"});
    assert_eq!(world.call("status", json!({})).await, expected);
    let currencies = world.call("currencies", json!({})).await;
    assert_eq!((&currencies["status"], &currencies["currencies"]["usd"]), (&json!("success"), &json!(1)));
}
