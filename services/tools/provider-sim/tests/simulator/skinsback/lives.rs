//! What becomes of purchases.

use serde_json::{Value, json};

use super::support::World;
use crate::client::text;

const LIVES: [(&str, &[&str], bool); 16] = [
    ("88101", &["creating_trade", "waiting_accept", "accepted"], false),
    ("88102", &["creating_trade", "waiting_accept", "accepted"], false),
    ("88103", &["creating_trade", "waiting_accept", "canceled"], true),
    ("88104", &["creating_trade", "waiting_accept", "timeout"], true),
    ("88105", &["creating_trade", "invalid_trade_token"], true),
    ("88106", &["creating_trade", "user_not_tradable"], true),
    ("88107", &["creating_trade", "trade_create_error"], true),
    ("88108", &["creating_trade", "trade_create_error"], true),
    ("88109", &["creating_trade", "waiting_accept", "accepted", "rollback_user"], true),
    ("88110", &["creating_trade", "waiting_accept", "accepted", "rollback_supplier"], true),
    ("88111", &["creating_trade", "creating_trade", "waiting_accept", "accepted"], false),
    ("88112", &["accepted"], false),
    ("88114", &["creating_trade", "waiting_accept", "accepted"], false),
    ("88115", &["creating_trade"], false),
    ("88116", &["creating_trade", "manual_review"], false),
    ("88117", &["creating_trade", "waiting_accept", "timeout", "accepted"], false),
];

async fn ledger_row(world: &World, custom_id: &str) -> Value {
    let ledger = world.own(&format!("/_ledger?custom_id={custom_id}")).await;
    ledger["purchases"][0].clone()
}

#[tokio::test]
async fn every_skin_has_the_life_that_its_name_says() {
    let world = World::standing_still().await;
    for (skin, history, refunded) in LIVES {
        world.set(json!({"balance": "10000"})).await;
        assert_eq!(world.buy(skin, skin).await["offer_status"], history[0]);
        world.advance(100_000_000).await;
        assert_eq!(world.info(skin).await["offer_status"], *history.last().unwrap(), "{skin}");
        let row = ledger_row(&world, skin).await;
        let words: Vec<_> =
            row["history"].as_array().unwrap().iter().map(|step| text(&step["status"])).collect();
        assert_eq!((words.as_slice(), &row["refunded"]), (history, &json!(refunded)), "{skin}");
        assert_eq!(world.balance().await == "10000.000", refunded, "{skin}");
    }
}

#[tokio::test]
async fn the_offer_is_known_once_it_is_sent_and_a_rollback_comes_late() {
    let world = World::standing_still().await;
    world.set(json!({"refund_rollbacks": false, "balance": "100"})).await;
    world.buy("88109", "wd-1").await;
    for (advance_ms, status, has_offer) in [
        (900_000, "creating_trade", false),
        (100_000, "waiting_accept", true),
        (1_000_000, "accepted", true),
        (900_000, "accepted", true),
        (100_000, "rollback_user", true),
    ] {
        world.advance(advance_ms).await;
        let row = world.info("wd-1").await;
        assert_eq!((text(&row["offer_status"]), row.get("tradeofferid").is_some()), (status, has_offer));
    }
    assert_eq!(world.balance().await, "97.500");
}
