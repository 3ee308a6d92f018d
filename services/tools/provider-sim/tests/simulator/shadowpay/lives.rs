//! What becomes of each trade.

use serde_json::{Value, json};

use super::support::World;
use crate::client::text;

struct Life {
    item: &'static str,
    /// In the ledger's words.
    history: &'static [&'static str],
    offer_state: Option<&'static str>,
    causer: Option<&'static str>,
    refunded: bool,
}

const fn kept(item: &'static str, history: &'static [&'static str]) -> Life {
    Life { item, history, offer_state: Some("3"), causer: None, refunded: false }
}

const fn lost(
    item: &'static str,
    history: &'static [&'static str],
    offer_state: Option<&'static str>,
    causer: &'static str,
) -> Life {
    Life { item, history, offer_state, causer: Some(causer), refunded: true }
}

const LIVES: [Life; 16] = [
    kept("88101", &["active", "active/2", "finished/3"]),
    kept("88102", &["active", "active/2", "finished/3"]),
    lost("88103", &["active", "active/2", "cancelled/7"], Some("7"), "buyer"),
    lost("88104", &["active", "active/2", "cancelled/5"], Some("5"), "buyer"),
    lost("88105", &["active", "cancelled"], None, "buyer"),
    lost("88106", &["active", "cancelled"], None, "buyer"),
    lost("88107", &["active", "cancelled"], None, "seller"),
    lost("88108", &["active", "cancelled/8"], Some("8"), "seller"),
    lost("88109", &["active", "active/2", "finished/3", "cancelled/3"], Some("3"), "buyer"),
    lost("88110", &["active", "active/2", "finished/3", "cancelled/3"], Some("3"), "seller"),
    kept("88111", &["active/11", "active", "active/2", "finished/3"]),
    kept("88112", &["finished/3"]),
    kept("88114", &["active", "active/2", "finished/3"]),
    Life { offer_state: None, ..kept("88115", &["active"]) },
    Life { offer_state: None, ..kept("88116", &["active", "manual_review"]) },
    kept("88117", &["active", "active/2", "cancelled/5", "finished/3"]),
];

#[tokio::test]
async fn every_item_has_the_life_that_its_name_says() {
    let world = World::standing_still().await;
    for life in &LIVES {
        world.set(json!({"balance": "10000"})).await;
        world.buy(life.item, life.item).await;
        assert_ne!(world.balance().await, "10000.00");
        world.advance(100_000_000).await;
        let trade = world.trade(life.item).await;
        let last = life.history.last().unwrap().split('/').next().unwrap();
        assert_eq!(trade["state"], last, "{trade}");
        assert_eq!(trade["steam_trade_offer_state"], json!(life.offer_state), "{trade}");
        assert_eq!(trade["steam_tradeofferid"].is_string(), life.offer_state.is_some(), "{trade}");
        assert_eq!(trade["causer"], json!(life.causer), "{trade}");
        let item_state = if last == "active" || last == "manual_review" { "pending" } else { last };
        assert_eq!(trade["items"][0]["state"], item_state, "{trade}");
        assert_eq!(world.balance().await == "10000.00", life.refunded, "{trade}");
        let purchases = world.purchases().await;
        let row = purchases.last().unwrap();
        let history: Vec<_> =
            row["history"].as_array().unwrap().iter().map(|step| text(&step["status"])).collect();
        assert_eq!(history, life.history, "{row}");
    }
}

#[tokio::test]
async fn a_trade_is_active_then_offered_then_finished_then_taken_back() {
    let world = World::standing_still().await;
    world.set(json!({"finish_delay_ms": 500_000})).await;
    world.buy("88109", "wd-1").await;
    let mut seen = vec![world.state("wd-1").await];
    for by_ms in [1_000_001, 1_000_000, 600_000, 1_000_000] {
        world.advance(by_ms).await;
        seen.push(world.state("wd-1").await);
    }
    let expected = [
        json!(["active", null, null]),
        json!(["active", "2", null]),
        json!(["active", "3", null]),
        json!(["finished", "3", null]),
        json!(["cancelled", "3", "buyer"]),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_reserved_item_is_held_by_steam() {
    let world = World::standing_still().await;
    world.buy("88111", "wd-1").await;
    let mut seen = vec![world.state("wd-1").await];
    for by_ms in [1_000_001, 1_000_000, 8_500_000, 1_000_000, 1_000_000] {
        world.advance(by_ms).await;
        seen.push(world.state("wd-1").await);
    }
    let held = json!(["active", "11", null]);
    let expected = [
        json!(["active", null, null]),
        json!(["active", "2", null]),
        held.clone(),
        held.clone(),
        held,
        json!(["finished", "3", null]),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn fates_can_be_set_and_instant_trades_are_finished_in_the_answer() {
    let world = World::standing_still().await;
    world.set(json!({"fates": {"by_reference": {"wd-1": "canceled"}}})).await;
    world.buy("88102", "wd-1").await;
    world.advance(100_000_000).await;
    assert_eq!(world.state("wd-1").await, json!(["cancelled", "7", "buyer"]));
    world.control(r#"{"instant": true}"#).await;
    let trade = world.buy("88103", "wd-2").await["trade_data"].clone();
    assert_eq!((&trade["state"], &trade["steam_trade_offer_state"]), (&json!("finished"), &json!("3")));
    assert_eq!(trade["items"][0]["state"], "finished");
}

#[tokio::test]
async fn every_pair_of_states_can_be_scripted() {
    let world = World::standing_still().await;
    world.buy("88115", "wd-1").await;
    for state in ["active", "finished", "cancelled", "hold", "unheard_of"] {
        for offer_state in [None, Some("0"), Some("1"), Some("5"), Some("9"), Some("11"), Some("99")] {
            let step = json!({"state": state, "offer_state": offer_state, "causer": "seller"});
            world.set(json!({"trades": {"wd-1": [step]}})).await;
            assert_eq!(world.state("wd-1").await, json!([state, offer_state, "seller"]));
        }
    }
    world.set(json!({"trades": {"wd-1": null}})).await;
    assert_eq!(world.state("wd-1").await, json!(["active", null, null]));
}

#[tokio::test]
async fn a_script_has_steps_and_may_contradict_itself() {
    let world = World::standing_still().await;
    let steps = json!([{"after_ms": 1_000_000, "state": "finished", "offer_state": "5", "item_state": "pending"},
        {"after_ms": 2_000_000, "state": "finished", "offer_state": "3"},
        {"after_ms": 3_000_000, "state": "cancelled", "offer_state": "6", "causer": "seller"}]);
    world.set(json!({"trades": {"88101": steps}})).await;
    world.buy("88101", "wd-1").await;
    assert_eq!(world.state("wd-1").await, json!(["active", null, null]));
    world.advance(1_000_001).await;
    let trade = world.trade("wd-1").await;
    assert_eq!((&trade["state"], &trade["steam_trade_offer_state"]), (&json!("finished"), &json!("5")));
    assert_eq!(trade["items"][0]["state"], "pending");
    world.advance(1_000_000).await;
    assert_eq!(world.state("wd-1").await, json!(["finished", "3", Value::Null]));
    world.advance(1_000_000).await;
    assert_eq!(world.state("wd-1").await, json!(["cancelled", "6", "seller"]));
}
