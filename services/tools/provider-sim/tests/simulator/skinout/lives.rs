//! What becomes of each skin.

use serde_json::{Value, json};

use super::support::{World, column, whole};
use crate::client::text;

struct Life {
    skin: &'static str,
    history: &'static [&'static str],
    has_trade: bool,
    has_settlement: bool,
    refunded: bool,
}

const fn life(skin: &'static str, history: &'static [&'static str]) -> Life {
    Life { skin, history, has_trade: true, has_settlement: false, refunded: false }
}

const fn unsent(skin: &'static str, history: &'static [&'static str], refunded: bool) -> Life {
    Life { skin, history, has_trade: false, has_settlement: false, refunded }
}

const fn protected(skin: &'static str, history: &'static [&'static str], refunded: bool) -> Life {
    Life { skin, history, has_trade: true, has_settlement: true, refunded }
}

const LIVES: [Life; 16] = [
    life("88101", &["pending", "sent", "accepted"]),
    protected("88102", &["pending", "sent", "accepted"], false),
    Life { refunded: true, ..life("88103", &["pending", "sent", "canceled"]) },
    Life { refunded: true, ..life("88104", &["pending", "sent", "canceled"]) },
    unsent("88105", &["pending", "error_invalid_token"], true),
    unsent("88106", &["pending", "error_user_not_tradable"], true),
    unsent("88107", &["pending", "error"], true),
    unsent("88108", &["pending", "error_inventory_private"], true),
    protected("88109", &["pending", "sent", "accepted", "rollback_user"], true),
    protected("88110", &["pending", "sent", "accepted", "rollback_provider"], true),
    protected("88111", &["pending", "pending", "sent", "accepted"], false),
    Life { has_trade: true, ..life("88112", &["accepted"]) },
    protected("88114", &["pending", "sent", "accepted"], false),
    unsent("88115", &["pending"], false),
    unsent("88116", &["pending", "manual_review"], false),
    life("88117", &["pending", "sent", "canceled", "accepted"]),
];

async fn ledger_row(world: &World, payment_id: &str) -> Value {
    let ledger = world.own(&format!("/_ledger?custom_id={payment_id}")).await;
    ledger["purchases"][0].clone()
}

#[tokio::test]
async fn every_skin_has_the_life_that_its_name_says() {
    let world = World::standing_still().await;
    for life in &LIVES {
        world.switch(&json!({"balance": "10000"})).await;
        let answer = world.buy(life.skin, life.skin).await;
        assert_eq!(answer["status"], life.history[0], "{answer}");
        assert_ne!(world.balance().await, 10_000_000);
        world.advance(100_000_000).await;

        let row = world.status(life.skin).await;
        assert_eq!(row["status"], *life.history.last().unwrap(), "{row}");
        assert_eq!(row.get("trade_id").is_some(), life.has_trade, "{row}");
        assert_eq!(row.get("time_settlement").is_some(), life.has_settlement, "{row}");

        let ledger = ledger_row(&world, life.skin).await;
        assert_eq!(column(&ledger["history"], "status"), life.history, "{ledger}");
        assert_eq!(ledger["refunded"], life.refunded, "{ledger}");
        assert_eq!(world.balance().await == 10_000_000, life.refunded, "{}", life.skin);
    }
}

#[tokio::test]
async fn each_step_takes_its_time() {
    let world = World::standing_still().await;
    let bought = whole(&world.buy("88109", "wd-1").await["time"]);
    // Just short of each border, then over it; "just" leaves a slow machine a hundred seconds.
    let steps = [
        (900_000, "pending", false, false),
        (100_000, "sent", true, false),
        (900_000, "sent", true, false),
        (100_000, "accepted", true, true),
        (1_000_000, "rollback_user", true, true),
    ];
    for (advance_ms, status, has_trade, has_settlement) in steps {
        world.advance(advance_ms).await;
        let row = world.status("wd-1").await;
        assert_eq!(row["status"], status);
        assert_eq!(row.get("trade_id").is_some(), has_trade, "{row}");
        assert_eq!(row.get("time_settlement").is_some(), has_settlement, "{row}");
        if status == "accepted" {
            let left = whole(&row["time_settlement"]) - bought;
            assert!((20_000..=20_001).contains(&left), "{row}");
        }
    }
}

#[tokio::test]
async fn fates_are_set_by_payment_id() {
    let world = World::standing_still().await;
    world.switch(&json!({"fates": {"by_reference": {"wd-1": "user_not_tradable"}}})).await;
    world.control(&json!({"instant": true})).await;
    assert_eq!(world.buy("88101", "wd-2").await["status"], "accepted");
    assert_eq!(world.buy("88101", "wd-1").await["status"], "pending");
    world.advance(1_000_000).await;
    assert_eq!(world.status("wd-1").await["status"], "error_user_not_tradable");
}

#[tokio::test]
async fn rollbacks_can_be_kept_without_a_refund() {
    let world = World::standing_still().await;
    world.switch(&json!({"balance": "100", "refund_rollbacks": false})).await;
    world.buy("88110", "wd-1").await;
    world.advance(100_000_000).await;
    assert_eq!(text(&world.status("wd-1").await["status"]), "rollback_provider");
    assert_eq!(world.balance().await, 96_250);
}
