//! Buying: the wire, the refusals, and own ids that come again.

use serde_json::json;

use super::support::{TOKEN, TRADE_TOKEN, World, assert_error, order};
use crate::client::{fields, json, text};

#[tokio::test]
async fn the_answer_to_buy_has_the_documented_types() {
    let world = World::standing_still().await;
    let response = world.post_request("/withdraw/buy", &order("88101", "wd-1")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    let body = response.text().await.unwrap();
    // The digits themselves: a parsed number would not show a price written as 0.040000000000000001.
    assert!(
        body.contains(r#""price":0.04,"#) && body.contains(r#""balance_debited_amount":0.04,"#),
        "{body}"
    );
    let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
    let expected =
        ["balance_debited_amount", "custom_id", "date", "purchase_id", "purchase_status", "skin", "status"];
    assert_eq!(fields(&answer), expected);
    assert_eq!(answer["status"], "success");
    assert_eq!(answer["purchase_id"], 90_551);
    assert_eq!(answer["purchase_status"], "processing");
    assert_eq!(answer["custom_id"], "wd-1");
    assert!(text(&answer["date"]).parse::<u64>().unwrap() > 1_700_000_000);
    assert_eq!(fields(&answer["skin"]), ["id", "name", "price", "properties"]);
    assert_eq!(answer["skin"]["id"], "88101");
    assert_eq!(answer["skin"]["properties"], json!({"classid": "252490111"}));
}

#[tokio::test]
async fn a_reservation_says_until_when() {
    let world = World::standing_still().await;
    let answer = world.buy("88111", "wd-1").await;
    assert_eq!(answer["purchase_status"], "reserved");
    let date: u64 = text(&answer["date"]).parse().unwrap();
    let until = answer["reserved_until"].as_u64().unwrap();
    assert!((10_000..=10_001).contains(&(until - date)), "{answer}");
}

#[tokio::test]
async fn a_json_body_and_a_name_are_understood() {
    let world = World::standing_still().await;
    let body = json!({"partner": 39_734_314, "token": TRADE_TOKEN, "name": "Instant Rust Jacket", "game": "rust",
        "max_price": 0.5, "custom_id": "wd-1"});
    let request = world.post_request("/withdraw/buy", "").header("content-type", "x");
    let request = request.body(body.to_string()).build().unwrap();
    let mut request = request;
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    let answer = json(world.client.execute(request).await.unwrap()).await;
    assert_eq!(answer["purchase_status"], "accepted", "{answer}");
    assert_eq!(answer["skin"]["id"], "88112");
    assert_eq!(world.purchases().await[0]["partner"], "39734314");
}

#[tokio::test]
async fn what_cannot_be_bought_is_refused_and_not_executed() {
    let world = World::standing_still().await;
    world.control(r#"{"skinify": {"stock": {"88103": 0}}}"#).await;
    let cases = [
        ("token=x&id=88101", "missing_partner_or_token"),
        ("partner=1&id=88101", "missing_partner_or_token"),
        ("partner=someone&token=x&id=88101", "missing_partner_or_token"),
        ("partner=1&token=x", "missing_skin_parameters"),
        ("partner=1&token=x&name=Accepted+Rust+Door", "missing_skin_parameters"),
        ("partner=1&token=x&name=Ac&game=rust", "name_too_short"),
        ("partner=1&token=x&name=Accepted+Rust+Door&game=chess", "invalid_game"),
        ("partner=1&token=x&name=Accepted+Rust+Door&game=tf2", "skin_unavailable"),
        ("partner=1&token=x&id=1", "skin_unavailable"),
        ("partner=1&token=x&id=88103", "skin_unavailable"),
        ("partner=1&token=x&id=88113", "insufficient_funds"),
        ("partner=1&token=x&id=88101&max_price=0.03", "skin_not_found_by_price"),
        ("partner=1&token=x&id=88101&max_price=cheap", "invalid_max_price"),
    ];
    for (form, word) in cases {
        let answer = world.post("/withdraw/buy", form).await;
        assert_eq!(answer, json!({"status": "error", "error_message": word}), "{form}");
    }
    assert_eq!(world.purchases().await.len(), 0);
    assert_eq!(world.buy("88101&max_price=0.04", "wd-1").await["status"], "success");
}

#[tokio::test]
async fn the_balance_and_the_stock_run_out() {
    let world = World::standing_still().await;
    world.control(r#"{"skinify": {"balance": "0.09", "stock": {"88112": 1}}}"#).await;
    assert_eq!(world.buy("88101", "wd-1").await["status"], "success");
    assert_eq!(world.buy("88101", "wd-2").await["status"], "success");
    assert_error(&world.buy("88101", "wd-3").await, "insufficient_funds");
    assert_eq!(world.balance().await, "0.01");
    world.control(r#"{"skinify": {"balance": 10}}"#).await;
    assert_eq!(world.buy("88112", "wd-4").await["status"], "success");
    assert_error(&world.buy("88112", "wd-5").await, "skin_unavailable");
    assert_eq!(world.balance().await, "9.50");
}

#[tokio::test]
async fn a_repeated_custom_id_is_rejected_unless_set_otherwise() {
    let world = World::standing_still().await;
    let first = world.buy("88101", "wd-1").await;
    assert_error(&world.buy("88101", "wd-1").await, "custom_id_already_exists");
    assert_eq!(world.purchases().await.len(), 1);

    world.control(r#"{"skinify": {"repeated_custom_id": "return_first"}}"#).await;
    assert_eq!(world.buy("88112", "wd-1").await, first);
    assert_eq!(world.purchases().await.len(), 1);
    assert_eq!(world.ledger().await["counts"]["repeated_custom_ids"], 0);

    world.control(r#"{"skinify": {"repeated_custom_id": "buy_again"}}"#).await;
    assert_eq!(world.buy("88101", "wd-1").await["purchase_id"], 90_552);
    let rows = world.get("/withdraw/info?custom_ids=wd-1").await;
    assert_eq!(rows["items"].as_array().unwrap().len(), 2);
    assert_eq!(world.ledger().await["counts"]["repeated_custom_ids"], 1);
}

#[tokio::test]
async fn purchases_without_a_custom_id_do_not_clash() {
    let world = World::standing_still().await;
    for _ in 0..2 {
        let answer = world.post("/withdraw/buy", "partner=1&token=x&id=88101").await;
        assert_eq!(answer["status"], "success");
        assert!(answer.get("custom_id").is_none());
    }
    assert_eq!(world.ledger().await["counts"]["repeated_custom_ids"], 0);
}

#[tokio::test]
async fn the_token_is_checked_where_it_belongs() {
    let world = World::start().await;
    let balance = world.url("/skinify/api/project-balance");
    let ask = async |url: String| json(world.client.get(url).send().await.unwrap()).await;
    assert_eq!(ask(format!("{balance}?token={TOKEN}")).await["status"], "success");
    assert_error(&ask(balance.clone()).await, "invalid_token");
    assert_error(&ask(format!("{balance}?token=wrong")).await, "invalid_token");
    // On POST the query does not count, nor does the body's `token`, which is the user's.
    let buy = world.url(&format!("/skinify/api/withdraw/buy?token={TOKEN}"));
    let form = format!("partner=1&token={TOKEN}&id=88101");
    let request = world.client.post(buy).header("content-type", super::support::FORM).body(form);
    assert_error(&json(request.send().await.unwrap()).await, "invalid_token");
    assert_eq!(world.purchases().await.len(), 0);
}

#[tokio::test]
async fn unknown_paths_and_mixed_up_verbs_are_errors() {
    let world = World::start().await;
    let missing = world.get_request("/withdraw/sell").send().await.unwrap();
    assert_eq!(missing.status(), 404);
    assert_error(&json(missing).await, "method_not_found");
    let mixed_up = world.get_request("/withdraw/buy").send().await.unwrap();
    assert_eq!(mixed_up.status(), 405);
    assert_eq!(world.client.get(world.url("/elsewhere")).send().await.unwrap().status(), 404);
    assert_eq!(world.client.get(world.url("/skinify/apiary")).send().await.unwrap().status(), 404);
    assert_eq!(world.client.post(world.url("/_ledger")).send().await.unwrap().status(), 405);
}
