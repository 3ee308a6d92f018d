//! Deposits without Skinify's page: the inventory, and the offer that the API sends. And the search for skins.

use serde_json::{Value, json};

use super::support::{TRADE_TOKEN, World, assert_error};
use crate::client::{fields, text};
use crate::merchant::Merchant;

const STEAM_ID: &str = "76561198000000077";
const FIRST: &str = "30117720401";
const SECOND: &str = "30117720402";

async fn inventory(world: &World, changes: &str) -> Value {
    let form = format!("game=csgo&steam_id={STEAM_ID}&trade_token={TRADE_TOKEN}{changes}");
    world.post("/steam-inventory", &form).await
}

async fn create(world: &World, deposit_id: &str, more: &str) {
    let form = format!("deposit_id={deposit_id}&steam_id={STEAM_ID}&trade_url_token={TRADE_TOKEN}{more}");
    assert_eq!(world.post("/create-deposit", &form).await["status"], "success");
}

async fn offer(world: &World, form: &str) -> Value {
    world.post("/create-steam-offer", form).await
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["inventory"].as_array().unwrap().iter().map(|thing| text(&thing["id"])).collect()
}

#[tokio::test]
async fn an_inventory_has_the_documented_types() {
    let world = World::standing_still().await;
    let answer = inventory(&world, "").await;
    assert_eq!(fields(&answer), ["currency", "inventory", "success"], "there is no `status`");
    assert_eq!((&answer["success"], &answer["currency"]), (&json!(true), &json!("usd")));
    let first = json!({"id": FIRST, "name": "Deposited | Carbon Fiber (Field-Tested)", "type": "pistol",
        "quality": "consumer", "img": "-9a81dl30117720401", "tradable": 1, "short_type": "FT", "disabled": 0,
        "price": "7.40", "gid": "730"});
    assert_eq!(answer["inventory"][0], first);
    assert_eq!(ids(&answer).len(), 4);
    let all = inventory(&world, "&show_disabled=1").await;
    assert_eq!((&all["inventory"][4]["tradable"], &all["inventory"][4]["disabled"]), (&json!(0), &json!(1)));
    let euros = inventory(&world, "&currency=eur").await;
    assert_eq!((&euros["currency"], &euros["inventory"][0]["price"]), (&json!("eur"), &json!("6.81")));
}

#[tokio::test]
async fn what_is_wrong_with_an_inventory_is_said() {
    let world = World::standing_still().await;
    for (form, word) in [
        ("", "invalid_game"),
        ("game=chess", "invalid_game"),
        ("game=rust&currency=shells", "invalid_currency"),
        ("game=rust", "steam_id_missing"),
        ("game=rust&steam_id=76561198000000077", "trade_token_missing"),
        ("game=rust&steam_id=12&trade_token=TrdTok42", "invalid_tradeurl"),
        ("game=rust&steam_id=76561198000000077&trade_token=short", "invalid_tradeurl"),
    ] {
        assert_error(&world.post("/steam-inventory", form).await, word);
    }
    for word in ["request_timeout", "private_inventory", "unavaliable_inventory", "trade_unavailable"] {
        world.control(&json!({"skinify": {"inventory_errors": {STEAM_ID: word}}}).to_string()).await;
        assert_error(&inventory(&world, "").await, word);
    }
    world.control(&json!({"skinify": {"inventory_errors": {STEAM_ID: null}}}).to_string()).await;
    create(&world, "dep-1", "").await;
    let things = "game=tf2&deposit_id=dep-1&items[]=63447720401&items[]=63447720402";
    assert_eq!(offer(&world, things).await["success"], true);
    let form = format!("game=tf2&steam_id={STEAM_ID}&trade_token={TRADE_TOKEN}");
    assert_error(&world.post("/steam-inventory", &form).await, "empty_inventory");
    let unknown = json!({"skinify": {"offer_errors": {"dep-1": "bad_luck"}}}).to_string();
    let (status, problem) = world.try_control(&unknown).await;
    assert!(status == 400 && problem.contains("bad_luck"), "{problem}");
}

#[tokio::test]
async fn an_offer_is_sent_once() {
    let world = World::standing_still().await;
    create(&world, "dep-1", "").await;
    let form = format!("deposit_id=dep-1&game=csgo&items[]={FIRST}&items[]={SECOND}");
    let answer = offer(&world, &form).await;
    assert_eq!(answer, json!({"success": true, "currency": "usd", "tradeofferid": answer["tradeofferid"]}));
    assert_error(&offer(&world, &form).await, "order_changed_state");
    let deposit = world.get("/deposit-status?deposit_id=dep-1").await["deposit"].clone();
    assert_eq!(
        (&deposit["status"], &deposit["trade_offer_id"]),
        (&json!("pending"), &answer["tradeofferid"])
    );
    assert!(deposit.get("amount").is_none(), "{deposit}");
    let left = inventory(&world, "").await;
    assert!(!ids(&left).contains(&FIRST) && ids(&left).len() == 2, "{left}");
    let row = world.ledger().await["deposits"][0].clone();
    assert_eq!((&row["kind"], &row["asset_ids"]), (&json!("from_inventory"), &json!([FIRST, SECOND])));
    assert!(!world.ledger().await.to_string().contains(TRADE_TOKEN));
}

#[tokio::test]
async fn an_offer_can_be_asked_for_by_transaction_id_and_in_json() {
    let world = World::standing_still().await;
    create(&world, "dep-1", "&currency=rub").await;
    let body = json!({"transaction_id": 700_412, "game": "csgo", "items": [FIRST]}).to_string();
    let mut request = world.post_request("/create-steam-offer", &body).build().unwrap();
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    let answer = crate::client::json(world.client.execute(request).await.unwrap()).await;
    assert_eq!((&answer["success"], &answer["currency"]), (&json!(true), &json!("rub")));
    let pay = json!({"skinify": {"deposits": [{"reference": "dep-1", "event": "pay"}]}}).to_string();
    world.control(&pay).await;
    let deposit = world.get("/deposit-status?deposit_id=dep-1").await["deposit"].clone();
    assert_eq!((&deposit["amount"], &deposit["amount_currency"]), (&json!("592.00"), &json!("rub")));
}

#[tokio::test]
async fn what_is_wrong_with_an_offer_is_said_and_nothing_is_sent() {
    let world = World::standing_still().await;
    create(&world, "dep-1", "&min_amount=10").await;
    world.post("/create-deposit", &format!("deposit_id=hosted&steam_id={STEAM_ID}")).await;
    world.post("/create-deposit", &format!("deposit_id=nobody&trade_url_token={TRADE_TOKEN}")).await;
    for (form, word) in [
        ("deposit_id=dep-1", "invalid_game"),
        ("game=csgo", "deposit_id_or_transaction_id_missing"),
        ("game=csgo&transaction_id=x", "invalid_transaction_id"),
        ("game=csgo&deposit_id=dep-9", "deposit_not_found"),
        ("game=csgo&transaction_id=1", "deposit_not_found"),
        ("game=csgo&deposit_id=hosted&items[]=30117720401", "request_deposit_inventory"),
        ("game=csgo&deposit_id=nobody&items[]=30117720401", "request_deposit_inventory"),
        ("game=csgo&deposit_id=dep-1", "nothing_things_selected"),
        ("game=csgo&deposit_id=dep-1&items[]=", "nothing_things_selected"),
        ("game=csgo&deposit_id=dep-1&items[]=1", "inventory_updated"),
        ("game=rust&deposit_id=dep-1&items[]=30117720402", "inventory_updated"),
        // In a trade hold.
        ("game=csgo&deposit_id=dep-1&items[]=30117720405", "inventory_updated"),
        ("game=csgo&deposit_id=dep-1&items[]=30117720402&items[]=30117720402", "inventory_updated"),
        ("game=csgo&deposit_id=dep-1&items[]=30117720401", "min_deal_sum"),
    ] {
        assert_eq!(offer(&world, form).await, json!({"status": "error", "error_message": word}), "{form}");
    }
    let enough = "game=csgo&deposit_id=dep-1&items[]=30117720402";
    for word in ["account_cant_trading", "steam_error", "you_have_vac_ban", "required_params_missing"] {
        world.control(&json!({"skinify": {"offer_errors": {"dep-1": word}}}).to_string()).await;
        assert_error(&offer(&world, enough).await, word);
    }
    let private = json!({"skinify": {"offer_errors": {"dep-1": null},
        "inventory_errors": {STEAM_ID: "private_inventory"}}});
    world.control(&private.to_string()).await;
    assert_error(&offer(&world, enough).await, "private_inventory");
    assert_eq!(world.ledger().await["deposits"][0]["phase"], "created");
    world.control(&json!({"skinify": {"inventory_errors": {STEAM_ID: null}}}).to_string()).await;
    assert_eq!(offer(&world, enough).await["success"], true);
}

#[tokio::test]
async fn a_life_goes_on_from_the_offer() {
    let world = World::standing_still().await;
    let mut merchant = Merchant::start(200).await;
    let ipn = json!({"url": merchant.url(), "encoding": "json"});
    let fates = json!({"dep-1": "held_then_paid", "dep-2": "paid"});
    world.control(&json!({"skinify": {"ipn": ipn, "deposit_fates": fates}}).to_string()).await;
    create(&world, "dep-1", "").await;
    create(&world, "dep-2", "").await;
    // Past the time when a deposit on the page would have its offer.
    world.control(r#"{"advance_ms": 4000000}"#).await;
    let answer = offer(&world, &format!("deposit_id=dep-1&game=csgo&items[]={SECOND}")).await;
    assert_eq!(answer["success"], true, "{answer}");
    world.control(r#"{"advance_ms": 1500000}"#).await;
    let held = world.get("/deposit-status?deposit_id=dep-1").await["deposit"].clone();
    assert_eq!((&held["status"], &held["amount"]), (&json!("pending"), &json!("12.15")));
    assert!(held["settlement"].is_string(), "{held}");
    world.control(r#"{"advance_ms": 20000000}"#).await;
    let phases = |row: &Value| -> Vec<String> {
        let history = row["history"].as_array().unwrap();
        history.iter().map(|entry| text(&entry["phase"]).to_owned()).collect()
    };
    let rows = world.ledger().await["deposits"].clone();
    assert_eq!(
        phases(&rows[0]),
        ["created", "offer_sent", "held", "paid"],
        "what was planned first is forgotten"
    );
    assert_eq!(phases(&rows[1]), ["created", "offer_sent", "paid"], "its user went to the page after all");
    let mut told = Vec::new();
    for _ in 0..2 {
        let ipn: Value = serde_json::from_str(&merchant.next().await.body).unwrap();
        told.push((text(&ipn["deposit_id"]).to_owned(), text(&ipn["status"]).to_owned()));
    }
    told.sort();
    let success = |id: &str| (id.to_owned(), "success".to_owned());
    assert_eq!(told, [success("dep-1"), success("dep-2")]);
}

#[tokio::test]
async fn skins_are_searched_by_a_part_of_their_name() {
    let world = World::standing_still().await;
    let found = world.get("/withdraw/search?name=rust+door").await;
    let expected = json!({"status": "success", "skins": [{"id": "88101", "name": "Accepted Rust Door",
        "price": "0.04", "count": 1000, "properties": {"classid": "252490111"}}]});
    assert_eq!(found, expected);
    assert_eq!(world.get("/withdraw/search?name=rust+door&game=csgo").await["skins"], json!([]));
    assert_error(&world.get("/withdraw/search?name=ab").await, "name_too_short");
    assert_error(&world.get("/withdraw/search").await, "name_too_short");
    assert_error(&world.get("/withdraw/search?name=rust&game=chess").await, "invalid_game");
}
