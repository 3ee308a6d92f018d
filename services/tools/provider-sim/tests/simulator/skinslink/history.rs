//! The history of purchases, and the balance.

use serde_json::{Value, json};

use super::support::World;
use crate::client::{fields, text};

async fn with_purchases() -> World {
    let world = World::standing_still().await;
    for (asset, reference) in [("88112", "SKP-1"), ("88101", "SKP-2"), ("88113", "SKP-3")] {
        world.buy(asset, reference).await;
    }
    world
}

async fn references(world: &World, query: &str) -> (Vec<String>, Value) {
    let page = world.get(&format!("/purchase?{query}")).await;
    let rows = page["data"].as_array().unwrap();
    (rows.iter().map(|row| text(&row["merchant_tx_id"]).to_owned()).collect(), page["total"].clone())
}

#[tokio::test]
async fn the_rows_are_nested_and_their_times_have_an_offset() {
    let world = with_purchases().await;
    let (_, answer) = world.try_get("/purchase").await;
    assert_eq!(answer["message"], "Purchase history retrieved successfully");
    assert_eq!(fields(&answer["data"]), ["data", "total"]);
    let row = answer["data"]["data"].as_array().unwrap().last().unwrap();
    assert_eq!(row["item"]["name"], "Instant Rust Jacket");
    let date = text(&row["date"]);
    assert!(date.ends_with("000+03:00") && date.len() == "2026-03-01T22:10:51.118731+03:00".len(), "{date}");
    world.set(json!({"dates": "utc"})).await;
    assert!(text(&world.get("/purchase").await["data"][0]["date"]).ends_with('Z'));
    world.set(json!({"dates": "offset"})).await;
    assert!(text(&world.purchase_status("SKP-1").await["date"]).ends_with("+03:00"));
}

#[tokio::test]
async fn rows_are_chosen_ordered_and_paged() {
    let world = with_purchases().await;
    for (query, expected, total) in [
        ("", vec!["SKP-3", "SKP-2", "SKP-1"], 3),
        ("sort=merchant_tx_id", vec!["SKP-1", "SKP-2", "SKP-3"], 3),
        ("sort=-amount", vec!["SKP-1", "SKP-2", "SKP-3"], 3),
        ("sort=merchant_tx_id&limit=1&offset=1", vec!["SKP-2"], 3),
        ("status=failed", vec!["SKP-3"], 1),
        ("status=completed", vec!["SKP-1"], 1),
        ("status=canceled", vec![], 0),
        ("search=Jacket", vec!["SKP-1"], 1),
        ("search=SKP-2", vec!["SKP-2"], 1),
        ("search=76561198338314767&date_range=1", vec!["SKP-3", "SKP-2", "SKP-1"], 3),
    ] {
        let (found, count) = references(&world, query).await;
        assert_eq!(
            (found, count),
            (expected.into_iter().map(str::to_owned).collect(), json!(total)),
            "{query}"
        );
    }
    world.set(json!({"page_size": 2})).await;
    assert_eq!(references(&world, "").await.0.len(), 2);
    world.advance(2 * 86_400_000).await;
    assert_eq!(references(&world, "date_range=1").await.1, 0);
    assert_eq!(references(&world, "date_range=7").await.1, 3);
}

#[tokio::test]
async fn the_balance_is_in_numbers_with_what_is_on_hold() {
    let world = with_purchases().await;
    world.set(json!({"balance": "100.50"})).await;
    world.deposit("SKD-1").await;
    world.happens("SKD-1", "hold").await;
    let text = world.text_of(world.get_request("/balance")).await;
    assert!(text.contains(r#""data":{"total":120.05,"hold":19.55,"available":100.5}"#), "{text}");
}
