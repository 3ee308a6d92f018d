//! What can be bought.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::{World, assert_problem, order};
use crate::client::{fields, text, with};

#[tokio::test]
async fn the_list_is_grouped_unless_it_is_full() {
    let world = World::standing_still().await;
    world.set(json!({"stock": {"88101": 3, "88103": 0}})).await;
    let (_, answer) = world.try_get("/purchase/available?game=rust").await;
    assert_eq!(answer["message"], "Successfully retrieved purchase prices");
    let grouped = &answer["data"];
    assert_eq!(fields(grouped), ["game", "items", "last_update_at", "total"]);
    let rows = grouped["items"].as_array().unwrap();
    assert_eq!((&grouped["total"], rows.len()), (&json!(9), 9));
    let door = json!({"name": "Accepted Rust Door", "count": 3, "price": 0.04, "game": "rust",
        "image_url": "https://example.invalid/i/88101.png"});
    assert_eq!(rows[0], door);
    let full = world.get("/purchase/available?game=csgo&full=true").await;
    let item = &full["items"][0];
    assert_eq!(fields(item), ["exterior", "id", "image_url", "name", "price", "rarity", "rarity_color"]);
    assert_eq!((&item["id"], &item["exterior"]), (&json!("88102"), &json!("Field-Tested")));
    let extended = world.get("/purchase/available?game=csgo&extended=true").await;
    let item = &extended["items"][0];
    assert!(item["class_id"].is_u64() && item["instance_id"].is_u64() && item["paint_seed"].is_u64());
    assert!(item["float"].is_f64() && item["inspect_url"].is_string());
    world.set(json!({"age": "older"})).await;
    let older = world.get("/purchase/available?game=csgo&full=true&extended=true&page=3").await;
    assert_eq!(fields(&older), ["game", "items", "total"]);
    assert_eq!(fields(&older["items"][0]), ["id", "image_url", "name", "price"]);
}

#[tokio::test]
async fn a_search_takes_repeated_names() {
    let world = World::standing_still().await;
    let path =
        "/purchase/search?game=csgo&names=Reserved+%7C+Boreal+Forest+%28Field-Tested%29&names=No%2C+Thing";
    let found = world.get(path).await;
    assert_eq!((&found["total"], &found["items"][0]["id"]), (&json!(1), &json!("88111")));
    assert_eq!(fields(&found), ["game", "items", "total"]);
}

#[tokio::test]
async fn pages_are_slices_that_make_the_whole() {
    let world = World::standing_still().await;
    world.set(json!({"catalogue_filler": 2000})).await;
    let whole = world.get("/purchase/available?game=csgo&full=true").await;
    let mut ids: Vec<String> = Vec::new();
    for page in 1..=16 {
        let slice = world.get(&format!("/purchase/available?game=csgo&full=true&page={page}")).await;
        let rows = slice["items"].as_array().unwrap();
        assert_eq!((&slice["total_pages"], &slice["total"]), (&json!(16), &json!(rows.len())));
        assert!(rows.len() > 20, "{}", rows.len());
        ids.extend(rows.iter().map(|row| text(&row["id"]).to_owned()));
    }
    let mut all: Vec<String> =
        whole["items"].as_array().unwrap().iter().map(|row| text(&row["id"]).to_owned()).collect();
    ids.sort();
    all.sort();
    assert_eq!(ids, all);
    let beyond = world.try_get("/purchase/available?game=csgo&full=true&page=17").await;
    assert_problem(beyond, "AvailableItemsRequest.page", "max");

    world.set(json!({"rebuilding": 1})).await;
    let answer = world.get_request("/purchase/available?game=csgo&page=1").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (503, "2"));
    assert_eq!(world.try_get("/purchase/available?game=csgo&page=1").await.0, 200);
}

#[tokio::test]
async fn a_long_list_is_served_quickly() {
    let world = World::standing_still().await;
    world.set(json!({"catalogue_filler": 30_000})).await;
    #[expect(clippy::disallowed_methods, reason = "a test measures how long an answer takes")]
    let begin = Instant::now();
    let list = world.text_of(world.get_request("/purchase/available?game=csgo&full=true")).await;
    #[expect(clippy::disallowed_methods, reason = "as above")]
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    let list: Value = serde_json::from_str(&list).unwrap();
    let rows = list["data"]["items"].as_array().unwrap();
    assert!(rows.len() > 15_000);
    let last = with(order("88102", "SKP-1"), &json!({"asset_id": rows.last().unwrap()["id"]}));
    assert_eq!(world.post("/purchase", &last).await["status"], "pending");
}

#[tokio::test]
async fn ids_need_not_be_digits() {
    let world = World::standing_still().await;
    world.set(json!({"hex_ids": true})).await;
    let list = world.get("/purchase/available?game=csgo&full=true").await;
    let id = text(&list["items"][0]["id"]);
    assert!(id.len() == 264 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{id}");
    let bought = world.post("/purchase", &with(order("88102", "SKP-1"), &json!({"asset_id": id}))).await;
    assert_eq!((&bought["item"]["id"], &bought["status"]), (&json!(id), &json!("pending")));
    assert_eq!(world.ledger().await["purchases"][0]["skin_id"], "88102");
}
