//! What changed in the price list.

use serde_json::{Value, json};

use super::support::{World, assert_problem};
use crate::client::fields;

async fn since(world: &World, cursor: &Value, more: &str) -> Value {
    world.get(&format!("/purchase/events?since={cursor}{more}")).await
}

#[tokio::test]
async fn changes_are_told_once_and_in_order() {
    let world = World::standing_still().await;
    let begin = world.get("/purchase/events?limit=10000").await;
    assert_eq!(fields(&begin), ["count", "events", "more", "next", "reset", "since"]);
    assert_eq!((&begin["reset"], &begin["count"]), (&json!(true), &json!(0)));
    assert!(begin["next"].as_u64().unwrap() > 1_700_000_000_000_000_000);

    world.set(json!({"prices": {"88101": "0.055"}, "stock": {"88102": 0}})).await;
    let changed = since(&world, &begin["next"], "").await;
    assert_eq!(
        (&changed["reset"], &changed["count"], &changed["more"]),
        (&json!(false), &json!(2), &json!(false))
    );
    let (upsert, remove) = (&changed["events"][0], &changed["events"][1]);
    assert_eq!(fields(upsert), ["at", "game", "id", "item", "type"]);
    assert_eq!(
        (&upsert["type"], upsert["item"]["price"].to_string()),
        (&json!("upsert"), "0.055".to_owned())
    );
    assert_eq!(fields(remove), ["at", "game", "id", "type"]);
    assert_eq!(
        (&remove["type"], &remove["id"], &remove["game"]),
        (&json!("remove"), &json!("88102"), &json!("csgo"))
    );
    assert_eq!(since(&world, &changed["next"], "").await["count"], 0);

    // In pages, and of one game.
    let page = since(&world, &begin["next"], "&limit=1").await;
    assert_eq!((&page["more"], &page["events"][0]), (&json!(true), upsert));
    let rest = since(&world, &page["next"], "&limit=1").await;
    assert_eq!((&rest["more"], &rest["events"][0]), (&json!(false), remove));
    assert_eq!(since(&world, &begin["next"], "&game=csgo").await["events"], json!([remove]));

    assert_eq!(since(&world, &json!(5), "").await["reset"], true);
    let bad = world.try_get("/purchase/events?since=x").await;
    assert_problem(bad, "PurchaseEventsRequest.since", "number");
    world.set(json!({"cursors": "string"})).await;
    assert!(world.get("/purchase/events").await["next"].is_string());
}
