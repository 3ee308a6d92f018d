//! `inventory`, `sell_items`, `cancel_items` and `change_item_price`, and what becomes of listings.

use serde_json::{Value, json};

use super::support::{USER, World, assert_error};
use crate::client::{fields, text};

const CARBON: &str = "30117720401";
const NIGHT: &str = "30117720402";
const HELD: &str = "30117720405";

fn offers(offers: &[(&str, &str, &str)]) -> String {
    let rows = offers.iter().enumerate().map(|(index, (id, project, price))| {
        format!("&offers[{index}][id]={id}&offers[{index}][project]={project}&offers[{index}][price]={price}")
    });
    format!("steamid={USER}{}", rows.collect::<String>())
}

async fn sell(world: &World, list: &[(&str, &str, &str)]) -> Value {
    world.post("sell_items", &offers(list)).await
}

async fn own_assets(world: &World) -> Vec<String> {
    let answer = world.post("inventory", &format!("steamid={USER}&game=csgo")).await;
    answer["inv"].as_array().unwrap().iter().map(|row| text(&row["assetid"]).to_owned()).collect()
}

#[tokio::test]
async fn the_inventory_has_the_documented_fields_and_types() {
    let world = World::standing_still().await;
    let raw = world.post_text("inventory", &format!("steamid={USER}&game=csgo")).await;
    let begin = r#"{"status":"success","total":"5","inv":[{"price":7.4,"lowest_price":7.22,"max_price":222,"fee":5,"steam_market_hash_name":"Deposited | Carbon Fiber (Field-Tested)","assetid":"30117720401","project":"csgo","steam_itemtype":"SMG","rarity":"Mil-Spec","exterior":"Field-Tested","is_stattrak":false,"tradable":true,"link":"steam:\/\/rungame\/730\/0\/+csgo_econ_action_preview%20S0A30117720401D0","skip_reason":false}"#;
    assert!(raw.starts_with(begin), "{raw}");
    let answer: Value = serde_json::from_str(&raw).unwrap();
    let held = answer["inv"].as_array().unwrap().iter().find(|row| row["assetid"] == HELD).unwrap();
    assert_eq!((&held["tradable"], &held["skip_reason"]), (&json!(false), &json!("not_tradable")));
    assert_error(&world.post("inventory", &format!("steamid={USER}&project=csgo")).await, "wrong_params");
    assert_error(&world.post("inventory", "steamid=1&game=csgo").await, "wrong_params");
}

#[tokio::test]
async fn items_are_listed_and_leave_the_inventory() {
    let world = World::standing_still().await;
    let answer = sell(&world, &[(CARBON, "csgo", "7.50"), (NIGHT, "csgo", "12.00")]).await;
    assert_eq!(answer, json!({"created_bid_ids": ["5511020", "5511021"], "status": "success"}));
    let assets = own_assets(&world).await;
    assert!(!assets.contains(&CARBON.to_owned()) && assets.contains(&HELD.to_owned()), "{assets:?}");
    let on_sale = world.get("get_items_on_sale", "offset=5").await;
    assert_eq!(
        (&on_sale["data"][0]["id"], &on_sale["data"][0]["price"]),
        (&json!("5511020"), &json!("7.50"))
    );
    let item = world.get("get_item_by_id", "id=5511021").await;
    assert_eq!(item["item"]["steam_market_hash_name"], "Deposited | Night Stripe (Minimal Wear)");
    assert_error(&sell(&world, &[(CARBON, "csgo", "7.50")]).await, "wrong_params");
    assert_eq!(world.ledger().await["listings"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_cannot_be_sold_is_left_out_or_spoils_all() {
    let world = World::standing_still().await;
    for bad in
        [(HELD, "csgo", "5.00"), ("1", "csgo", "5.00"), (CARBON, "rust", "7.50"), (CARBON, "csgo", "1.00")]
    {
        assert_error(&sell(&world, &[bad]).await, "wrong_params");
    }
    assert_error(&world.post("sell_items", &format!("steamid={USER}")).await, "wrong_params");
    let beyond =
        format!("steamid={USER}&offers[101][id]={CARBON}&offers[101][project]=csgo&offers[101][price]=7.50");
    assert_error(&world.post("sell_items", &beyond).await, "wrong_params");
    let mixed =
        [(HELD, "csgo", "5.00"), (CARBON, "csgo", "7.50"), (CARBON, "csgo", "7.60"), (NIGHT, "csgo", "12")];
    world.set(json!({"partial_sale": "refuse"})).await;
    assert_error(&sell(&world, &mixed).await, "wrong_params");
    world.set(json!({"partial_sale": "skip", "created_reversed": true})).await;
    assert_eq!(sell(&world, &mixed).await["created_bid_ids"], json!(["5511021", "5511020"]));
}

#[tokio::test]
async fn listings_are_cancelled_unless_they_are_in_a_deal() {
    let world = World::standing_still().await;
    sell(&world, &[(CARBON, "csgo", "7.50"), (NIGHT, "csgo", "12.00")]).await;
    world.set(json!({"listings": [{"id": 5_511_021, "event": "buy"}]})).await;
    let form = format!("steamid={USER}&items[0][id]=5511020&items[1][id]=5511021&items[2][id]=77");
    let answer = world.post("cancel_items", &form).await;
    let expected = json!({
        "cancelled_items": [{"assetid": CARBON, "project": "csgo", "state": "cancelled"}],
        "not_cancelled_items": [{"assetid": NIGHT, "project": "csgo", "state": "pending"},
            {"assetid": null, "project": null, "state": "not_found"}],
        "status": "success"});
    assert_eq!(answer, expected);
    assert!(own_assets(&world).await.contains(&CARBON.to_owned()));
    world.set(json!({"not_cancelled": "ids"})).await;
    let again = world.post("cancel_items", &form).await;
    assert_eq!(again["cancelled_items"], json!([]));
    assert_eq!(again["not_cancelled_items"], json!(["5511020", "5511021", "77"]));
    let stranger = world.post("cancel_items", "steamid=76561198000000001&items[0][id]=5511021").await;
    assert_eq!(stranger["not_cancelled_items"], json!(["5511021"]));
    assert_error(&world.post("cancel_items", &format!("steamid={USER}")).await, "wrong_params");
}

#[tokio::test]
async fn prices_are_changed_in_four_currencies() {
    let world = World::standing_still().await;
    sell(&world, &[(CARBON, "csgo", "7.50")]).await;
    let change = async |rest: &str| {
        world.post_text("change_item_price", &format!("steamid={USER}&id=5511020&{rest}")).await
    };
    let dollars = change("price=8.00&currency=USD").await;
    assert_eq!(dollars, r#"{"id":"5511020","new_price":8,"price_rate":8,"status":"success"}"#);
    let euros = change("price=9.20&currency=EUR").await;
    assert_eq!(euros, r#"{"id":"5511020","new_price":10,"price_rate":9.2,"status":"success"}"#);
    for (rest, word) in [
        ("price=8.00", "wrong_params"),
        ("currency=USD", "wrong_params"),
        ("price=8.00&currency=GBP", "wrong_params"),
        ("price=1.00&currency=USD", "validation_error"),
    ] {
        assert_eq!(change(rest).await, format!(r#"{{"status":"error","error_message":"{word}"}}"#));
    }
    let unknown = world.post("change_item_price", &format!("steamid={USER}&id=1&price=8&currency=USD")).await;
    assert_error(&unknown, "wrong_params");
    let listing = world.ledger().await["listings"][0].clone();
    assert_eq!((&listing["price"], &listing["phase"]), (&json!("10"), &json!("on_sale")));
    world.set(json!({"listings": [{"id": 5_511_020, "event": "buy"}]})).await;
    assert!(change("price=8.00&currency=USD").await.contains("wrong_params"));
}

#[tokio::test]
async fn a_sold_listing_is_a_trade_of_its_seller() {
    let world = World::standing_still().await;
    world.set(json!({"listing_fate": "reverted", "balance": "100"})).await;
    sell(&world, &[(CARBON, "csgo", "7.50")]).await;
    assert_eq!(world.post("operation_history", "").await["data"], json!([]));
    let mut seen = Vec::new();
    for by_ms in [1_000_001, 1_000_000, 1_000_000] {
        world.advance(by_ms).await;
        let trade = world.post("operation_history", "").await["data"][0].clone();
        let states = json!([
            trade["id"],
            trade["state"],
            trade["steam_trade_offer_state"],
            trade["items"][0]["state"]
        ]);
        seen.push((states, world.balance().await));
        assert_eq!(trade["custom_id"], Value::Null);
        assert_eq!((&trade["price"], &trade["items"][0]["steam_asset_id"]), (&json!("7.50"), &json!(CARBON)));
        assert_eq!(fields(&trade).len(), 11, "{trade}");
    }
    let expected = [
        (json!(["8511020", "active", "2", "pending"]), "100.00".to_owned()),
        (json!(["8511020", "finished", "3", "finished"]), "107.50".to_owned()),
        (json!(["8511020", "cancelled", "3", "cancelled"]), "100.00".to_owned()),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn listings_have_their_fates() {
    for (fate, phase, state) in [
        ("stays", "on_sale", Value::Null),
        ("sold", "sold", json!("finished")),
        ("trade_canceled", "canceled", json!("cancelled")),
    ] {
        let world = World::standing_still().await;
        world.set(json!({"listing_fate": fate})).await;
        sell(&world, &[(CARBON, "csgo", "7.50")]).await;
        world.advance(100_000_000).await;
        assert_eq!(world.ledger().await["listings"][0]["phase"], phase);
        assert_eq!(world.post("operation_history", "").await["data"][0]["state"], state);
    }
}

#[tokio::test]
async fn what_is_said_to_be_done_may_not_be() {
    let world = World::standing_still().await;
    sell(&world, &[(CARBON, "csgo", "7.50")]).await;
    world.set(json!({"without_effect": ["cancel_items", "change_item_price"]})).await;
    let form = format!("steamid={USER}&items[0][id]=5511020");
    let canceled = world.post("cancel_items", &form).await;
    assert_eq!(canceled["cancelled_items"][0]["state"], "cancelled");
    let form = format!("steamid={USER}&id=5511020&price=8.00&currency=USD");
    assert_eq!(world.post("change_item_price", &form).await["new_price"], 8);
    let listing = world.ledger().await["listings"][0].clone();
    assert_eq!((&listing["price"], &listing["phase"]), (&json!("7.50"), &json!("on_sale")));
}
