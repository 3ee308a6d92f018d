//! Deposits and their notifications.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::net::TcpSocket;

use super::support::{World, assert_error};
use crate::client::{eventually, fields, text};
use crate::merchant::Merchant;

/// MD5 of the token of these tests, computed by another program.
const TOKEN_MD5: &str = "c1277afcde939d111e7f9efdd4eb2528";

fn field<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
}

async fn with_merchant(status: u16) -> (World, Merchant) {
    let world = World::standing_still().await;
    let merchant = Merchant::start(status).await;
    world
        .control(&format!(r#"{{"skinify": {{"ipn": {{"url": "{}", "spacing_ms": 1}}}}}}"#, merchant.url()))
        .await;
    world.post("/create-deposit", "deposit_id=dep-1&steam_id=76561198000000077&currency=usd").await;
    (world, merchant)
}

async fn happens(world: &World, event: &str) {
    world.control(&format!(r#"{{"skinify": {{"deposits": [{{"deposit_id": "dep-1", {event}}}]}}}}"#)).await;
}

async fn notifications(world: &World, count: usize) -> Vec<Value> {
    eventually("notifications in the ledger", async || {
        let rows = world.ledger().await["notifications"].as_array().unwrap().clone();
        (rows.len() == count).then_some(rows)
    })
    .await
}

#[tokio::test]
async fn a_deposit_is_created_once() {
    let world = World::standing_still().await;
    let answer = world.post("/create-deposit", "deposit_id=dep-1&priority_game=csgo").await;
    assert_eq!(fields(&answer), ["status", "transaction_id", "url"]);
    assert_eq!(answer["transaction_id"], 700_412);
    let hash = text(&answer["url"]).strip_prefix("https://skinify.io/pay?hash=").unwrap();
    assert!(hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
    for (form, word) in [
        ("deposit_id=dep-1", "deposit_id_already_exists"),
        ("", "invalid_deposit_id"),
        ("deposit_id=dep-2&steam_id=12", "invalid_steam_id"),
        ("deposit_id=dep-2&priority_game=chess", "invalid_priority_game"),
    ] {
        assert_eq!(world.post("/create-deposit", form).await["error_message"], word, "{form}");
    }
    assert_eq!(world.ledger().await["counts"]["deposits"], 1);
}

#[tokio::test]
async fn a_deposit_goes_from_pending_over_hold_to_success() {
    let (world, mut merchant) = with_merchant(200).await;
    let status = "/deposit-status?deposit_id=dep-1";
    let created = world.get(status).await["deposit"].clone();
    let bare = ["date", "deposit_id", "settlement", "status", "steam_id", "trade_offer_id", "transaction_id"];
    assert_eq!(fields(&created), bare);
    assert_eq!(created["status"], "pending");
    assert_eq!(created["transaction_id"], "700412");
    assert_eq!((&created["trade_offer_id"], &created["settlement"]), (&Value::Null, &Value::Null));

    happens(&world, r#""event": "offer""#).await;
    assert!(world.get(status).await["deposit"]["trade_offer_id"].is_string());

    happens(&world, r#""event": "hold", "amount": "12.50""#).await;
    let held = world.get("/deposit-status?transaction_id=700412").await["deposit"].clone();
    assert_eq!(held["status"], "pending");
    assert_eq!(held["amount"], "12.50");
    assert_eq!(held["amount_currency"], "usd");
    assert_eq!(held["amount_converted"]["eur"], "11.50");
    assert_eq!(held["multiplied_amount"], "13.12");
    assert!(text(&held["settlement"]).parse::<u64>().is_ok());
    assert_eq!(world.balance().await, "1000000000");

    happens(&world, r#""event": "pay""#).await;
    assert_eq!(world.get(status).await["deposit"]["status"], "success");
    assert_eq!(world.balance().await, "1000000012.50");
    let form = merchant.next_form().await;
    assert_eq!(field(&form, "status"), Some("success"), "the hold sends none by default");

    happens(&world, r#""event": "fail""#).await;
    let failed = world.get(status).await["deposit"].clone();
    assert_eq!(failed["status"], "failed");
    assert!(failed.get("amount").is_none());
    assert_eq!(world.balance().await, "1000000000.00");
    assert_eq!(field(&merchant.next_form().await, "status"), Some("failed"));
}

#[tokio::test]
async fn an_ipn_has_the_documented_fields_in_both_encodings() {
    let (world, mut merchant) = with_merchant(200).await;
    happens(&world, r#""event": "pay", "amount": 12.5"#).await;
    let form = merchant.next_form().await;
    for (name, value) in [
        ("token_md5", TOKEN_MD5),
        ("status", "success"),
        ("transaction_id", "700412"),
        ("deposit_id", "dep-1"),
        ("steam_id", "76561198000000077"),
        ("amount", "12.5"),
        ("amount_currency", "usd"),
        ("amount_converted[usd]", "12.5"),
        ("multiplied_amount_converted[eur]", "12.07"),
    ] {
        assert_eq!(field(&form, name), Some(value), "{name} {form:?}");
    }
    assert_eq!(field(&form, "settlement"), None);

    world.control(r#"{"skinify": {"ipn": {"encoding": "json", "send_pending": true}}}"#).await;
    happens(&world, r#""event": "hold""#).await;
    let ipn = merchant.next().await;
    assert_eq!(ipn.header("content-type"), "application/json");
    assert!(ipn.body.contains(r#""amount":12.5,"#), "{}", ipn.body);
    let body: Value = serde_json::from_str(&ipn.body).unwrap();
    assert_eq!(body["status"], "pending");
    assert_eq!(body["token_md5"], TOKEN_MD5);
    assert!(body["date"].is_u64() && body["settlement"].is_u64(), "{body}");
    assert!(body["transaction_id"].is_string() && body["trade_offer_id"].is_string(), "{body}");
}

#[tokio::test]
async fn an_ipn_is_tried_again_and_then_listed_as_failed() {
    let (world, mut merchant) = with_merchant(503).await;
    happens(&world, r#""event": "pay", "amount": "1""#).await;
    let rows = notifications(&world, 1).await;
    assert_eq!((&rows[0]["attempts"], &rows[0]["answer"]), (&json!(4), &json!(503)));
    assert_eq!(rows[0]["delivered"], false);
    let listed = json!({"status": "success", "items":
        [{"transaction_id": "700412", "deposit_id": "dep-1", "ipn_status": "503"}]});
    assert_eq!(world.get("/failed-ipn").await, listed);
    let first = merchant.next().await.body;
    for _ in 0..3 {
        assert_eq!(merchant.next().await.body, first);
    }

    // A later one that arrives takes it off the list.
    merchant.answer(200, "");
    happens(&world, r#""event": "pay""#).await;
    assert_eq!(notifications(&world, 2).await[1]["attempts"], 1);
    assert_eq!(world.get("/failed-ipn").await["items"], json!([]));
}

#[tokio::test]
async fn an_ipn_that_reaches_nobody_has_no_status() {
    let world = World::standing_still().await;
    // Bound and not listening: connections are refused, and nobody else can take the port.
    let bound = TcpSocket::new_v4().unwrap();
    bound.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let nobody = format!("http://{}/", bound.local_addr().unwrap());
    world.control(r#"{"skinify": {"ipn": {"retries": 0}}}"#).await;
    world.post("/create-deposit", &format!("deposit_id=dep-1&result_url={nobody}")).await;
    happens(&world, r#""event": "fail""#).await;
    let rows = notifications(&world, 1).await;
    assert_eq!((&rows[0]["attempts"], &rows[0]["answer"]), (&json!(1), &Value::Null));
    assert_eq!(world.get("/failed-ipn").await["items"][0]["ipn_status"], "0");
}

#[tokio::test]
async fn ipn_can_be_duplicated_forged_and_lost() {
    let (world, mut merchant) = with_merchant(200).await;
    happens(&world, r#""event": "pay", "amount": "1", "ipn": "duplicated""#).await;
    assert_eq!(merchant.next().await.body, merchant.next().await.body);

    happens(&world, r#""event": "pay", "ipn": "forged""#).await;
    let forged = merchant.next_form().await;
    let signature = field(&forged, "token_md5").unwrap();
    assert!(signature != TOKEN_MD5 && signature.len() == 32, "{signature}");

    notifications(&world, 3).await;
    world.control(r#"{"skinify": {"ipn": {"mode": "lost"}}}"#).await;
    happens(&world, r#""event": "pay""#).await;
    let lost = notifications(&world, 4).await[3].clone();
    assert_eq!((&lost["attempts"], &lost["delivered"]), (&json!(0), &json!(false)));
    assert_eq!(world.get("/failed-ipn").await["items"], json!([]), "a lost IPN is not known to be lost");
    assert!(merchant.received.try_recv().is_err());
}

#[tokio::test]
async fn an_ipn_can_be_invented_and_changes_nothing() {
    let (world, mut merchant) = with_merchant(200).await;
    let invented =
        r#"{"skinify": {"send_ipn": [{"deposit_id": "nobody", "transaction_id": 5, "amount": "9.99"}]}}"#;
    world.control(invented).await;
    let form = merchant.next_form().await;
    assert_eq!(field(&form, "deposit_id"), Some("nobody"));
    assert_eq!(field(&form, "transaction_id"), Some("5"));
    assert_eq!(field(&form, "amount"), Some("9.99"));
    assert_eq!(field(&form, "token_md5"), Some(TOKEN_MD5));
    let lie = r#"{"skinify": {"send_ipn": [{"deposit_id": "dep-1", "amount": "9.99", "forged": true}]}}"#;
    world.control(lie).await;
    assert_ne!(field(&merchant.next_form().await, "token_md5"), Some(TOKEN_MD5));
    assert_error(&world.get("/deposit-status?deposit_id=nobody").await, "deposit_not_found");
    assert_eq!(world.get("/deposit-status?deposit_id=dep-1").await["deposit"]["status"], "pending");
}

#[tokio::test]
async fn deposits_are_listed_in_pages() {
    let world = World::standing_still().await;
    world.control(r#"{"skinify": {"page_size": 2}}"#).await;
    for deposit_id in ["a", "b", "c"] {
        world.post("/create-deposit", &format!("deposit_id={deposit_id}")).await;
    }
    let first = world.get("/get-deposits?starting=0&ending=9999999999").await;
    assert_eq!(first["deposits"].as_array().unwrap().len(), 2);
    assert_eq!((&first["has_more"], &first["start_from"]), (&json!(true), &json!(2)));
    let last = world.get("/get-deposits?starting=0&ending=9999999999&start_from=2").await;
    assert_eq!(last["deposits"][0]["deposit_id"], "c");
    assert!(last.get("start_from").is_none());
    assert_error(&world.get("/get-deposits?starting=0").await, "missing_starting_or_ending");
    assert_error(&world.get("/deposit-status").await, "deposit_id_or_transaction_id_missing");
    assert_error(&world.get("/deposit-status?transaction_id=x").await, "invalid_transaction_id");
    assert_error(&world.get("/deposit-status?transaction_id=1").await, "deposit_not_found");
}
