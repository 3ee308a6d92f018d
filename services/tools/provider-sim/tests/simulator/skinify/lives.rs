//! What becomes of each skin.

use serde_json::Value;

use super::support::{World, assert_error};
use crate::client::text;

struct Life {
    skin: &'static str,
    history: &'static [&'static str],
    has_offer: bool,
    has_settlement: bool,
    refunded: bool,
}

const fn life(skin: &'static str, history: &'static [&'static str]) -> Life {
    Life { skin, history, has_offer: true, has_settlement: false, refunded: false }
}

const fn failed(skin: &'static str, history: &'static [&'static str], has_offer: bool) -> Life {
    Life { skin, history, has_offer, has_settlement: false, refunded: true }
}

const LIVES: [Life; 16] = [
    life("88101", &["processing", "waiting_accept", "accepted"]),
    Life { has_settlement: true, ..life("88102", &["processing", "waiting_accept", "accepted"]) },
    failed("88103", &["processing", "waiting_accept", "canceled"], true),
    failed("88104", &["processing", "waiting_accept", "timeout"], true),
    failed("88105", &["processing", "error_invalid_token"], false),
    failed("88106", &["processing", "error_user_not_tradable"], false),
    failed("88107", &["processing", "error_create_failed"], false),
    failed("88108", &["processing", "error_item_unavailable"], false),
    Life {
        has_settlement: true,
        ..failed("88109", &["processing", "waiting_accept", "accepted", "rollback_user"], true)
    },
    Life {
        has_settlement: true,
        ..failed("88110", &["processing", "waiting_accept", "accepted", "rollback_provider"], true)
    },
    Life { has_settlement: true, ..life("88111", &["reserved", "processing", "waiting_accept", "accepted"]) },
    life("88112", &["accepted"]),
    Life { has_settlement: true, ..life("88114", &["processing", "waiting_accept", "accepted"]) },
    Life { has_offer: false, ..life("88115", &["processing"]) },
    Life { has_offer: false, ..life("88116", &["processing", "manual_review"]) },
    life("88117", &["processing", "waiting_accept", "timeout", "accepted"]),
];

#[tokio::test]
async fn every_skin_has_the_life_that_its_name_says() {
    let world = World::standing_still().await;
    for life in &LIVES {
        world.control(r#"{"skinify": {"balance": "10000"}}"#).await;
        let answer = world.buy(life.skin, life.skin).await;
        assert_eq!(answer["purchase_status"], life.history[0], "{answer}");
        assert_ne!(world.balance().await, "10000");
        world.control(r#"{"advance_ms": 100000000}"#).await;

        let row = world.info(life.skin).await;
        assert_eq!(row["purchase_status"], *life.history.last().unwrap(), "{row}");
        assert_eq!(row.get("trade_offer_id").is_some(), life.has_offer, "{row}");
        assert_eq!(row.get("settlement").is_some(), life.has_settlement, "{row}");

        let ledger = ledger_row(&world, life.skin).await;
        assert_eq!(words(&ledger), life.history, "{ledger}");
        assert_eq!(ledger["refunded"], life.refunded, "{ledger}");
        let balance = world.balance().await;
        assert_eq!(balance == "10000.00", life.refunded, "{} {balance}", life.skin);
    }
}

#[tokio::test]
async fn each_step_takes_its_time() {
    let world = World::standing_still().await;
    world.buy("88109", "wd-1").await;
    // Just short of each border, then over it; "just" leaves a slow machine a hundred seconds.
    let steps = [
        (900_000, "processing", false, false),
        (100_000, "waiting_accept", true, false),
        (900_000, "waiting_accept", true, false),
        (100_000, "accepted", true, true),
        (1_000_000, "rollback_user", true, true),
    ];
    for (advance_ms, status, has_offer, has_settlement) in steps {
        world.control(&format!(r#"{{"advance_ms": {advance_ms}}}"#)).await;
        let row = world.info("wd-1").await;
        assert_eq!(row["purchase_status"], status);
        assert_eq!(row.get("trade_offer_id").is_some(), has_offer, "{row}");
        assert_eq!(row.get("settlement").is_some(), has_settlement, "{row}");
    }
}

#[tokio::test]
async fn the_settlement_comes_nearer_as_time_is_advanced() {
    let world = World::standing_still().await;
    let date: u64 = text(&world.buy("88102", "wd-1").await["date"]).parse().unwrap();
    world.control(r#"{"advance_ms": 2000000}"#).await;
    let settlement = text(&world.info("wd-1").await["settlement"]).parse::<u64>().unwrap();
    assert!((20_000..=20_001).contains(&(settlement - date)), "{settlement} {date}");
    world.control(r#"{"advance_ms": 19000000}"#).await;
    let nearer = text(&world.info("wd-1").await["settlement"]).parse::<u64>().unwrap();
    assert_eq!(settlement - nearer, 19_000);
    assert_eq!(world.info("wd-1").await["purchase_status"], "accepted");
}

#[tokio::test]
async fn speed_divides_every_duration_of_later_purchases() {
    let world = World::standing_still().await;
    world.buy("88101", "slow").await;
    world.control(r#"{"speed": 100000}"#).await;
    world.buy("88101", "fast").await;
    let fast = crate::client::eventually("accepted", async || {
        let row = ledger_row(&world, "fast").await;
        (row["status"] == "accepted").then_some(row)
    })
    .await;
    let begun = fast["created_unix_ms"].as_u64().unwrap();
    let times: Vec<u64> = fast["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["unix_ms"].as_u64().unwrap() - begun)
        .collect();
    assert_eq!(times, [0, 10, 20]);
    assert_eq!(world.info("slow").await["purchase_status"], "processing");
}

#[tokio::test]
async fn fates_are_set_by_own_id_before_instant_before_skin() {
    let world = World::standing_still().await;
    let fates = r#"{"skinify": {"fates": {"by_skin_id": {"88101": "reserved"}, "by_custom_id": {"wd-2": "canceled"}}}}"#;
    world.control(fates).await;
    assert_eq!(world.buy("88101", "wd-1").await["purchase_status"], "reserved");
    assert_eq!(world.buy("88101", "wd-2").await["purchase_status"], "processing");
    world.control(r#"{"instant": true}"#).await;
    assert_eq!(world.buy("88101", "wd-3").await["purchase_status"], "accepted");
    assert_eq!(world.buy("88103", "wd-4").await["purchase_status"], "accepted");
    world.control(r#"{"skinify": {"fates": {"by_custom_id": {"wd-5": "insufficient_funds"}}}}"#).await;
    assert_error(&world.buy("88101", "wd-5").await, "insufficient_funds");
    world.control(r#"{"instant": false, "skinify": {"fates": {"by_skin_id": {"88101": null}}}}"#).await;
    assert_eq!(world.buy("88101", "wd-6").await["purchase_status"], "processing");
}

#[tokio::test]
async fn a_reservation_can_be_canceled_once_and_is_paid_back() {
    let world = World::standing_still().await;
    world.control(r#"{"skinify": {"balance": "100"}}"#).await;
    world.buy("88111", "wd-1").await;
    world.buy("88101", "wd-2").await;
    assert_eq!(world.balance().await, "95.76");
    let cancel = "/withdraw/cancel-reservation";
    assert_error(&world.post(cancel, "").await, "missing_one_of_required_params");
    assert_error(&world.post(cancel, "custom_id=wd-2").await, "reservation_not_found");
    assert_error(&world.post(cancel, "purchase_id=1").await, "reservation_not_found");
    let answer = world.post(cancel, "purchase_id=90551").await;
    let expected = serde_json::json!({"status": "success", "skin": {"id": "88111"}, "purchase_id": 90_551,
        "purchase_status": "reservation_canceled"});
    assert_eq!(answer, expected);
    assert_error(&world.post(cancel, "custom_id=wd-1").await, "reservation_not_found");
    assert_eq!(world.balance().await, "99.96");
    world.control(r#"{"advance_ms": 100000000}"#).await;
    assert_eq!(words(&ledger_row(&world, "wd-1").await), ["reserved", "reservation_canceled"]);
    assert_eq!(world.balance().await, "99.96");
}

#[tokio::test]
async fn a_trade_token_is_replaced_for_reservations_of_one_user() {
    let world = World::standing_still().await;
    world.buy("88111", "wd-1").await;
    world.buy("88101", "wd-2").await;
    let update = "/withdraw/update-trade-token";
    assert_error(&world.post(update, "partner=39734314").await, "missing_partner_or_token");
    assert_error(&world.post(update, "partner=39734314&token=short").await, "invalid_trade_token");
    let done = serde_json::json!({"status": "success"});
    assert_eq!(world.post(update, "partner=39734314&token=NewTok99").await, done);
    assert_eq!(world.post(update, "partner=7&token=NewTok99").await, done);
    assert_eq!(ledger_row(&world, "wd-1").await["trade_token_updates"], 1);
    assert_eq!(ledger_row(&world, "wd-2").await["trade_token_updates"], 0);
}

#[tokio::test]
async fn rollbacks_can_be_kept_without_a_refund() {
    let world = World::standing_still().await;
    world.control(r#"{"skinify": {"balance": "100", "refund_rollbacks": false}}"#).await;
    world.buy("88110", "wd-1").await;
    world.control(r#"{"advance_ms": 100000000}"#).await;
    assert_eq!(world.info("wd-1").await["purchase_status"], "rollback_provider");
    assert_eq!(world.balance().await, "96.25");
}

async fn ledger_row(world: &World, custom_id: &str) -> Value {
    let ledger = world.own(&format!("/_ledger?custom_id={custom_id}")).await;
    let rows = ledger["purchases"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{ledger}");
    rows[0].clone()
}

fn words(row: &Value) -> Vec<&str> {
    row["history"].as_array().unwrap().iter().map(|step| text(&step["status"])).collect()
}
