//! The price list and the search.

use serde_json::{Value, json};

use super::support::{World, assert_error};
use crate::client::{fields, text};

#[tokio::test]
async fn the_list_is_by_name_or_by_id() {
    let world = World::standing_still().await;
    world.set(json!({"stock": {"88101": 7}})).await;
    let raw = world.raw("market_pricelist", json!({"game": "rust"})).await;
    let first = r#"{"name":"Accepted Rust Door","price":0.04,"classid":"252490111","count":7}"#;
    assert!(raw.contains(first) && raw.contains(r#""price":0.1,"#), "{raw}");
    let list: Value = serde_json::from_str(&raw).unwrap();
    assert_eq!(fields(&list), ["items", "last_update", "status"]);
    assert!(text(&list["last_update"]).parse::<u64>().unwrap() > 1_700_000_000);

    let full = world.call("market_pricelist", json!({"game": "rust", "full": "1", "extended": "1"})).await;
    let expected =
        json!({"id": "88101", "name": "Accepted Rust Door", "price": 0.04, "classid": "252490111"});
    assert_eq!(full["items"][0], expected);
    for game in ["csgo", "tf2", "chess"] {
        assert_error(&world.call("market_pricelist", json!({"game": game})).await, 100, "invalid_game");
    }
}

#[tokio::test]
async fn a_skin_can_be_listed_twice_with_one_id() {
    let world = World::standing_still().await;
    world.set(json!({"phased_duplicates": true})).await;
    let full = world.call("market_pricelist", json!({"game": "cs2", "full": "1"})).await;
    let names: Vec<_> =
        full["items"].as_array().unwrap().iter().map(|row| (&row["id"], text(&row["name"]))).collect();
    let id = json!("88102");
    assert_eq!(names[0], (&id, "Protected | Sand Dune (Field-Tested)"));
    assert_eq!(names[1], (&id, "Protected | Sand Dune Phase 2 (Field-Tested)"));
}

#[tokio::test]
async fn a_long_list_can_be_bought_from() {
    let world = World::standing_still().await;
    world.set(json!({"catalogue_filler": 30_000})).await;
    let list = world.call("market_pricelist", json!({"game": "cs2", "full": "1"})).await;
    let rows = list["items"].as_array().unwrap();
    assert!(rows.len() > 10_000, "{}", rows.len());
    let last = rows.last().unwrap();
    let answer = world.buy(text(&last["id"]), "wd-1").await;
    assert_eq!((&answer["offer_status"], &answer["item"]["name"]), (&json!("creating_trade"), &last["name"]));
}

#[tokio::test]
async fn a_search_finds_parts_of_a_name_and_lists_of_names() {
    let world = World::standing_still().await;
    let answer = world.call("market_search", json!({"game": "rust", "name": "rust j"})).await;
    let jacket =
        json!({"id": "88112", "name": "Instant Rust Jacket", "price": "0.50", "classid": "252490111"});
    assert_eq!(answer, json!({"status": "success", "items": [jacket]}));
    let names = json!(["Accepted Rust Door", "Instant Rust Jacket", "Protected | Sand Dune (Field-Tested)"]);
    let answer = world.call("market_search", json!({"game": "rust", "names": names})).await;
    assert_eq!(answer["items"].as_array().unwrap().len(), 2, "{answer}");
    let form = "method=market_search&game=rust&names[]=Instant+Rust+Jacket";
    assert_eq!(world.form(form).await["items"], json!([jacket]));
    let search = async |parameters| world.call("market_search", parameters).await;
    assert_error(&search(json!({"game": "rust"})).await, 1, "name_or_names_required");
    assert_error(&search(json!({"game": "rust", "name": "ru"})).await, 2, "name_min_length_3");
    assert_error(
        &search(json!({"game": "rust", "names": ["Accepted Rust Door", "x"]})).await,
        2,
        "name_min_length_3",
    );
}
