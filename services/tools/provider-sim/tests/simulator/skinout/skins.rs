//! What can be bought, the balance and the currencies.

use serde_json::json;

use super::support::{PROJECT_ID, World, assert_error, column};
use crate::client::text;

#[tokio::test]
async fn the_list_shows_what_can_be_bought() {
    let world = World::standing_still().await;
    world.switch(&json!({"stock": {"88102": 7, "88109": 0}, "prices": {"88110": "3.805"}})).await;
    let list = world.get("/withdraw/list").await;
    let ids = column(&list["skins"], "id");
    assert_eq!(ids.len(), 15, "without the one that is sold out and the one in a hold: {ids:?}");
    assert!(!ids.contains(&"88109") && !ids.contains(&"88111"), "{ids:?}");
    let first = json!({"id": "88101", "name": "Accepted Rust Door", "price": 40, "count": 1000});
    let second =
        json!({"id": "88102", "name": "Protected | Sand Dune (Field-Tested)", "price": 1250, "count": 7});
    assert_eq!((&list["success"], &list["skins"][0], &list["skins"][1]), (&json!(true), &first, &second));
    let dearer = ids.iter().position(|id| *id == "88110").unwrap();
    assert_eq!(list["skins"][dearer]["price"], 3805);
}

#[tokio::test]
async fn a_long_list_is_served_whole() {
    let world = World::standing_still().await;
    world.switch(&json!({"catalogue_filler": 30_000})).await;
    let list = world.get("/withdraw/list").await;
    let skins = list["skins"].as_array().unwrap();
    assert_eq!(skins.len(), 30_016);
    let last = text(&skins.last().unwrap()["id"]);
    assert_eq!(world.buy(last, "wd-1").await["status"], "pending");
    world.advance(100_000_000).await;
    assert_eq!(world.status("wd-1").await["status"], "accepted");
}

#[tokio::test]
async fn search_finds_parts_of_names() {
    let world = World::standing_still().await;
    let search = async |name: &str| world.post("/withdraw/search", &json!({"name": name})).await;
    let found =
        json!({"success": true, "skins": [{"id": "88101", "name": "Accepted Rust Door", "price": 40}]});
    assert_eq!(search("rust DOOR").await, found);
    assert_eq!(search("nothing like it").await, json!({"success": true, "skins": []}));
    assert_error(&world.post("/withdraw/search", &json!({})).await, "Field name is required");
    let with_project = |id: &str| json!({"name": "Rust Door", "project_id": id});
    assert_error(&world.post("/withdraw/search", &with_project("1")).await, "Project not found");
    assert_eq!(world.post("/withdraw/search", &with_project(&PROJECT_ID.to_string())).await, found);

    for (search_id, row) in [
        ("skin_id", json!({"skin_id": "88101", "name": "Accepted Rust Door", "price": "40"})),
        ("both", json!({"id": "88101", "skin_id": "88101", "name": "Accepted Rust Door", "price": "40"})),
        ("none", json!({"name": "Accepted Rust Door", "price": "40"})),
    ] {
        world.switch(&json!({"search_id": search_id, "search_price_type": "string"})).await;
        assert_eq!(search("Rust Door").await["skins"], json!([row]));
    }
}

#[tokio::test]
async fn the_balance_is_in_thousandths_and_rates_are_for_one_dollar() {
    let world = World::standing_still().await;
    world.switch(&json!({"balance": "1250.005"})).await;
    assert_eq!(world.get("/balance").await, json!({"success": true, "balance": 1_250_005}));
    let expected = json!({"success": true, "currencies": [
        {"code": "USD", "rate": "1"}, {"code": "EUR", "rate": "0.92"}, {"code": "RUB", "rate": "95"}]});
    assert_eq!(world.get("/currencies").await, expected);
}
