//! `search_item`, `search_items_by_list_names` and `search_similar_items`.

use serde_json::{Value, json};

use super::support::{World, assert_error, has_form};
use crate::client::{fields, text};

const SAND_DUNE: &str = "Protected | Sand Dune (Field-Tested)";
const PREDATOR: &str = "Rolled Back By User | Predator (Field-Tested)";

fn name(name: &str) -> String {
    serde_urlencoded::to_string([("steam_market_hash_name", name)]).unwrap()
}

#[tokio::test]
async fn a_name_has_all_its_listings_and_the_dearer_one_is_gone() {
    let world = World::standing_still().await;
    let answer = world.post("search_item", &name(SAND_DUNE)).await;
    let expected = json!({"data": [
        {"id": "988102", "steam_market_hash_name": SAND_DUNE, "price": "1.38"},
        {"id": "88102", "steam_market_hash_name": SAND_DUNE, "price": "1.25"}], "status": "success"});
    assert_eq!(answer, expected);
    assert_error(&world.buy("988102", "wd-1").await, "no_item");
    world.set(json!({"dearer_listings": false})).await;
    let answer = world.post("search_item", &name(SAND_DUNE)).await;
    assert_eq!(answer["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_search_knows_its_game_and_may_find_nothing() {
    let world = World::standing_still().await;
    assert_error(&world.post("search_item", "").await, "wrong_params");
    assert_error(&world.post("search_item", "project=chess&steam_market_hash_name=x").await, "wrong_params");
    let door = name("Accepted Rust Door");
    assert_eq!(world.post("search_item", &door).await["data"], json!([]));
    let found = world.post("search_item", &format!("{door}&project=rust")).await;
    assert_eq!(found["data"][1]["price"], "0.04");
    world.set(json!({"empty_search": "error", "stock": {"88101": 0}})).await;
    assert_error(&world.post("search_item", &format!("{door}&project=rust")).await, "wrong_params");
}

#[tokio::test]
async fn names_are_grouped_with_the_dearest_first() {
    let world = World::standing_still().await;
    let form = serde_urlencoded::to_string([
        ("steam_market_hash_name[1]", SAND_DUNE),
        ("steam_market_hash_name[2]", PREDATOR),
        ("steam_market_hash_name[3]", "Nobody"),
    ])
    .unwrap();
    let answer = world.post("search_items_by_list_names", &form).await;
    let expected = json!({"data": {
        SAND_DUNE: [{"id": "988102", "price": "1.38"}, {"id": "88102", "price": "1.25"}],
        PREDATOR: [{"id": "988109", "price": "2.76"}, {"id": "88109", "price": "2.50"}]}, "status": "success"});
    assert_eq!(answer, expected);
    let all = world.post("search_items_by_list_names", "").await;
    assert_eq!(all["data"].as_object().unwrap().len(), 5);
    let nothing = world.post("search_items_by_list_names", "steam_market_hash_name[1]=Nobody").await;
    assert_eq!(nothing["data"], json!([]));
    // `from` is the newer bound: the other way round nothing is between them.
    let some = world.post("search_items_by_list_names", "from=2000000000&to=1000000000").await;
    assert_eq!(some["data"].as_object().unwrap().len(), 5);
    let none = world.post("search_items_by_list_names", "from=1000000000&to=2000000000").await;
    assert_eq!(none["data"], json!([]));
}

#[tokio::test]
async fn similar_items_are_newest_first_within_the_prices() {
    let world = World::standing_still().await;
    let answer = world.post("search_similar_items", "price_from=1.25&price_to=3.75&limit=2").await;
    let rows = answer["data"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| text(&row["id"])).collect::<Vec<_>>(), ["88110", "88109"]);
    assert_eq!(fields(&rows[0]), ["id", "price", "steam_asset_id", "steam_market_hash_name", "time_created"]);
    assert_eq!((&rows[0]["price"], &rows[0]["steam_asset_id"]), (&json!("3.75"), &json!("28800088110")));
    assert!(has_form(text(&rows[0]["time_created"]), "0000-00-00 00:00:00"));
    assert_error(&world.post("search_similar_items", "price_from=cheap").await, "wrong_params");
    let count = |answer: Value| answer["data"].as_array().unwrap().len();
    world.set(json!({"catalogue_filler": 2000})).await;
    assert_eq!(count(world.post("search_similar_items", "").await), 500);
    world.set(json!({"similar_unlimited": true})).await;
    assert_eq!(count(world.post("search_similar_items", "").await), 1_005);
}
