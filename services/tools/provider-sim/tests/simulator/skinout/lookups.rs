//! Status and history of purchases, and the ledger.

use serde_json::{Value, json};

use super::support::{
    API_KEY, FAR_FUTURE, PARTNER, SIGNATURE, TRADE_TOKEN, World, assert_error, column, whole,
};
use crate::client::{eventually, fields};

fn payment_ids(answer: &Value) -> Vec<&str> {
    assert_eq!(answer["success"], true, "{answer}");
    column(&answer["items"], "payment_id")
}

async fn bought(count: usize) -> World {
    let world = World::standing_still().await;
    for payment_id in ["wd-1", "wd-2", "wd-3", "wd-4", "wd-5"].iter().take(count) {
        world.buy("88101", payment_id).await;
    }
    world
}

#[tokio::test]
async fn a_row_has_the_documented_types() {
    let world = World::standing_still().await;
    world.buy("88102", "wd-1").await;
    let row = world.status("wd-1").await;
    let expected = json!({"payment_id": "wd-1", "transaction_id": "90551", "steamid": "76561198000000042",
        "time": row["time"], "status": "pending", "amount": 1250,
        "skin": {"name": "Protected | Sand Dune (Field-Tested)", "price": 1250}});
    assert_eq!(row, expected);
    assert!(whole(&row["time"]) > 1_700_000_000);
    world.advance(2_000_000).await;
    let row = world.status("wd-1").await;
    assert_eq!((&row["status"], &row["trade_id"]), (&json!("accepted"), &json!("8123090551")));
    assert!(whole(&row["time_settlement"]) > whole(&row["time"]));
    let history = world.get(&format!("/withdraw/history?start_date=0&end_date={FAR_FUTURE}")).await;
    assert_eq!(history, json!({"success": true, "items": [row], "total_count": "1"}));
}

#[tokio::test]
async fn status_takes_comma_separated_ids_and_leaves_unknown_ones_out() {
    let world = bought(3).await;
    for (query, expected) in [
        ("payment_id=wd-2,wd-1", vec!["wd-2", "wd-1"]),
        ("payment_id=wd-2%2Cnobody%2Cwd-3", vec!["wd-2", "wd-3"]),
        ("transaction_id=90552,1,nonsense,90551", vec!["wd-2", "wd-1"]),
        ("payment_id=nobody", vec![]),
    ] {
        let answer = world.get(&format!("/withdraw/status?{query}")).await;
        assert_eq!(payment_ids(&answer), expected, "{query}");
        assert_eq!(fields(&answer), ["items", "success"]);
    }
    let sentence = "Field payment_id or transaction_id is required";
    assert_error(&world.get("/withdraw/status").await, sentence);
    assert_error(&world.get("/withdraw/status?payment_id=").await, sentence);
}

#[tokio::test]
async fn status_takes_only_so_many_ids() {
    let world = bought(1).await;
    let many = |count: usize| format!("/withdraw/status?payment_id={}", vec!["wd-1"; count].join(","));
    assert_eq!(payment_ids(&world.get(&many(50)).await).len(), 50);
    assert_error(&world.get(&many(51)).await, "Too many ids in one request");
    world.switch(&json!({"most_ids": 51})).await;
    assert_eq!(payment_ids(&world.get(&many(51)).await).len(), 51);
}

#[tokio::test]
async fn history_has_the_newest_first_and_comes_in_pages() {
    let world = bought(5).await;
    let all = format!("/withdraw/history?start_date=0&end_date={FAR_FUTURE}");
    let first = world.get(&format!("{all}&limit=2")).await;
    assert_eq!(payment_ids(&first), ["wd-5", "wd-4"]);
    assert_eq!(first["total_count"], "5");
    assert_eq!(payment_ids(&world.get(&format!("{all}&limit=2&offset=4")).await), ["wd-1"]);
    assert!(payment_ids(&world.get(&format!("{all}&offset=5")).await).is_empty());
    let time = whole(&world.status("wd-1").await["time"]);
    let before = world.get(&format!("/withdraw/history?start_date=0&end_date={}", time - 1)).await;
    assert_eq!(before["total_count"], "0");
    let since = world.get(&format!("/withdraw/history?start_date={time}&end_date={FAR_FUTURE}")).await;
    assert_eq!(since["total_count"], "5");
    for query in ["", "?start_date=0", "?end_date=0", "?start_date=yesterday&end_date=0"] {
        let answer = world.get(&format!("/withdraw/history{query}")).await;
        assert_error(&answer, "Fields start_date and end_date are required");
    }
    for query in ["limit=1001", "limit=0", "limit=x", "offset=-1"] {
        assert_error(&world.get(&format!("{all}&{query}")).await, "Invalid limit or offset");
    }
}

#[tokio::test]
async fn a_page_of_a_history_has_a_hundred_rows() {
    let world = World::standing_still().await;
    for number in 0..101 {
        world.buy("88101", &format!("wd-{number}")).await;
    }
    let all = format!("/withdraw/history?start_date=0&end_date={FAR_FUTURE}");
    assert_eq!(payment_ids(&world.get(&all).await).len(), 100);
    assert_eq!(payment_ids(&world.get(&format!("{all}&limit=1000")).await).len(), 101);
}

#[tokio::test]
async fn look_ups_may_lag_behind() {
    let world = World::standing_still().await;
    world.control(&json!({"visibility_delay_ms": 600_000})).await;
    world.buy("88101", "hidden").await;
    world.control(&json!({"visibility_delay_ms": 100})).await;
    world.buy("88101", "late").await;
    let history = format!("/withdraw/history?start_date=0&end_date={FAR_FUTURE}");
    eventually("visible", async || (payment_ids(&world.get(&history).await) == ["late"]).then_some(())).await;
    let status = world.get("/withdraw/status?payment_id=hidden,late").await;
    assert_eq!(payment_ids(&status), ["late"]);
    // Skinout itself knows at once.
    assert_error(&world.buy("88101", "hidden").await, "This payment_id already exists");
}

#[tokio::test]
async fn the_ledger_tells_what_was_executed_and_no_secret() {
    let world = bought(1).await;
    world.deposit("dep-1").await;
    let ledger = world.ledger().await;
    let row = &ledger["purchases"][0];
    for (name, value) in [
        ("provider", "skinout"),
        ("custom_id", "wd-1"),
        ("purchase_id", "90551"),
        ("skin_id", "88101"),
        ("price", "0.04"),
        ("status", "pending"),
        ("partner", PARTNER),
    ] {
        assert_eq!(row[name], value, "{row}");
    }
    for page in [&ledger, &world.own("/_control").await, &world.own("/_quota").await] {
        let page = page.to_string();
        for secret in [TRADE_TOKEN, API_KEY, SIGNATURE] {
            assert!(!page.contains(secret), "{page}");
        }
    }
}
