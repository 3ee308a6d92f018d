//! Info, history, prices and the ledger.

use serde_json::{Value, json};

use super::support::{TOKEN, TRADE_TOKEN, World, assert_error};
use crate::client::{eventually, fields, text};

#[tokio::test]
async fn info_has_the_documented_types() {
    let world = World::standing_still().await;
    world.buy("88102", "wd-1").await;
    let row = world.info("wd-1").await;
    let always =
        ["balance_debited_amount", "custom_id", "date", "purchase_id", "purchase_status", "skin", "steam_id"];
    assert_eq!(fields(&row), always);
    for (field, value) in [
        ("balance_debited_amount", "1.25"),
        ("custom_id", "wd-1"),
        ("purchase_id", "90551"),
        ("purchase_status", "processing"),
        ("steam_id", "76561198000000042"),
    ] {
        assert_eq!(row[field], value);
    }
    assert!(text(&row["date"]).parse::<u64>().is_ok());
    let skin = json!({"id": "88102", "name": "Protected | Sand Dune (Field-Tested)", "price": "1.25",
        "properties": {"classid": "310777000"}});
    assert_eq!(row["skin"], skin);
    world.control(r#"{"advance_ms": 2000000}"#).await;
    let accepted = world.info("wd-1").await;
    assert_eq!(accepted["purchase_status"], "accepted");
    for field in ["trade_offer_id", "settlement"] {
        assert!(text(&accepted[field]).parse::<u64>().is_ok(), "{accepted}");
    }
}

#[tokio::test]
async fn info_takes_ids_in_every_form_and_leaves_unknown_ones_out() {
    let world = World::standing_still().await;
    for custom_id in ["wd-1", "wd-2", "wd-3"] {
        world.buy("88101", custom_id).await;
    }
    let forms = [
        ("custom_ids=wd-2,wd-1", vec!["wd-2", "wd-1"]),
        ("custom_ids[]=wd-1&custom_ids[]=wd-3", vec!["wd-1", "wd-3"]),
        ("custom_ids[0]=wd-3", vec!["wd-3"]),
        ("purchase_ids=90552,1,99999,nonsense", vec!["wd-2"]),
        ("purchase_ids[]=90551&custom_ids=wd-3,nobody", vec!["wd-1", "wd-3"]),
        ("custom_ids=nobody", vec![]),
    ];
    for (query, expected) in forms {
        let answer = world.get(&format!("/withdraw/info?{query}")).await;
        assert_eq!(custom_ids(&answer), expected, "{query}");
    }
    assert_error(&world.get("/withdraw/info").await, "missing_one_of_required_params");
    assert_error(&world.get("/withdraw/info?custom_ids=").await, "missing_one_of_required_params");
}

#[tokio::test]
async fn history_comes_in_pages() {
    let world = World::standing_still().await;
    world.control(r#"{"skinify": {"page_size": 2}}"#).await;
    for (skin, custom_id) in [("88101", "a"), ("88112", "b"), ("88101", "c"), ("88112", "d"), ("88101", "e")]
    {
        world.buy(skin, custom_id).await;
    }
    let first = world.get("/withdraw/history?start_date=0&end_date=9999999999").await;
    assert_eq!(fields(&first), ["has_more", "items", "start_from", "status", "total_count"]);
    assert_eq!(
        (&first["total_count"], &first["has_more"], &first["start_from"]),
        (&json!("5"), &json!(true), &json!(2))
    );
    assert_eq!(custom_ids(&first), ["a", "b"]);
    let last = world.get("/withdraw/history?start_date=0&end_date=9999999999&start_from=4").await;
    assert_eq!(custom_ids(&last), ["e"]);
    assert_eq!(fields(&last), ["has_more", "items", "status", "total_count"]);
    assert_eq!(last["has_more"], false);
    let accepted = "/withdraw/history?start_date=0&end_date=9999999999&purchase_statuses=accepted,timeout";
    assert_eq!(custom_ids(&world.get(accepted).await), ["b", "d"]);
    let date: u64 = text(&first["items"][0]["date"]).parse().unwrap();
    let before = format!("/withdraw/history?start_date=0&end_date={}", date - 1);
    assert_eq!(world.get(&before).await["total_count"], "0");
    let from_the_second_itself = format!("/withdraw/history?start_date={date}&end_date=9999999999");
    assert_eq!(world.get(&from_the_second_itself).await["total_count"], "5");
    assert_error(&world.get("/withdraw/history?start_date=0").await, "missing_start_or_end_date");
}

#[tokio::test]
async fn look_ups_may_lag_behind() {
    let world = World::standing_still().await;
    world.control(r#"{"visibility_delay_ms": 600000}"#).await;
    world.buy("88101", "hidden").await;
    world.control(r#"{"visibility_delay_ms": 100}"#).await;
    world.buy("88101", "late").await;
    let history = "/withdraw/history?start_date=0&end_date=9999999999";
    eventually("visible", async || (custom_ids(&world.get(history).await) == ["late"]).then_some(())).await;
    let info = world.get("/withdraw/info?custom_ids=hidden,late").await;
    assert_eq!(custom_ids(&info), ["late"]);
    // Skinify itself knows at once.
    assert_error(&world.buy("88101", "hidden").await, "custom_id_already_exists");
    assert_eq!(world.purchases().await.len(), 2);
}

#[tokio::test]
async fn price_lists_show_what_can_be_bought() {
    let world = World::standing_still().await;
    world.control(r#"{"skinify": {"stock": {"88102": 7, "88109": 0}, "prices": {"88110": "3.80"}}}"#).await;
    let grouped = world.get("/withdraw/prices?game=csgo").await;
    let first = json!({"name": "Protected | Sand Dune (Field-Tested)", "price": "1.25", "count": 7,
        "properties": {"classid": "310777000"}});
    assert_eq!(grouped["skins"][0], first);
    let full = world.get("/withdraw/prices?game=csgo&full_list=1").await;
    assert_eq!(ids(&full), ["88102", "88110", "88114"]);
    assert_eq!(fields(&full["skins"][1]), ["id", "name", "price", "properties"]);
    assert_eq!(full["skins"][1]["price"], "3.80");
    let held = world.get("/withdraw/prices?game=csgo&full_list=1&include_hold=1").await;
    assert_eq!(ids(&held), ["88102", "88110", "88111", "88114"]);
    assert!(held["skins"][2]["properties"]["unhold_at"].is_u64());
    assert_error(&world.get("/withdraw/prices").await, "invalid_game");

    let one = world.get("/withdraw/price?id=88102").await;
    assert_eq!(one, json!({"status": "success", "skin": first}));
    assert_error(&world.get("/withdraw/price?id=88109").await, "skin_unavailable");
    assert_error(&world.get("/withdraw/price?id=88111").await, "skin_unavailable");
    assert_error(&world.get("/withdraw/price").await, "missing_skin_parameters");
    assert_eq!(world.get("/withdraw/price?id=88111&include_hold=1").await["status"], "success");
}

#[tokio::test]
async fn the_ledger_tells_what_was_executed_and_no_secret() {
    let world = World::standing_still().await;
    world.buy("88101", "wd-1").await;
    world.buy("88112", "wd-2").await;
    world.post("/withdraw/update-trade-token", &format!("partner=39734314&token={TRADE_TOKEN}")).await;
    let ledger = world.ledger().await;
    let row = &ledger["purchases"][0];
    assert_eq!(row["provider"], "skinify");
    assert_eq!(row["custom_id"], "wd-1");
    assert_eq!(row["purchase_id"], "90551");
    assert_eq!(row["skin_id"], "88101");
    assert_eq!(row["price"], "0.04");
    assert_eq!(row["status"], "processing");
    assert_eq!(row["partner"], "39734314");
    assert_eq!(row["history"], json!([{"status": "processing", "unix_ms": row["created_unix_ms"]}]));
    assert_eq!(ledger["counts"]["purchases"], 2);
    assert_eq!(ledger["counts"]["by_status"], json!({"accepted": 1, "processing": 1}));
    let control = world.own("/_control").await;
    let quota = world.own("/_quota").await;
    for page in [&ledger, &control, &quota] {
        let page = page.to_string();
        assert!(!page.contains(TRADE_TOKEN) && !page.contains(TOKEN), "{page}");
    }
    let counts = world.own("/_ledger?counts_only=1").await;
    assert_eq!(fields(&counts), ["counts"]);
}

fn custom_ids(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|row| text(&row["custom_id"])).collect()
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["skins"].as_array().unwrap().iter().map(|skin| text(&skin["id"])).collect()
}
