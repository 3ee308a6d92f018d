//! Lists in pages.

use serde_json::{Value, json};

use super::support::{World, assert_error};
use crate::client::text;

fn period(start_from: Option<u64>) -> Value {
    let mut parameters = json!({"starting": 0, "ending": "9999999999"});
    if let Some(start_from) = start_from {
        parameters["start_from"] = json!(start_from);
    }
    parameters
}

/// All pages, as a client walks through them.
async fn walk(world: &World, method: &str, id: &str) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), None);
    loop {
        let page = world.call(method, period(cursor)).await;
        ids.extend(page["items"].as_array().unwrap().iter().map(|row| text(&row[id]).to_owned()));
        if page["has_more"] == false {
            assert_eq!(page["start_from"], 0);
            return ids;
        }
        cursor = page["start_from"].as_u64();
    }
}

#[tokio::test]
async fn deposits_and_purchases_are_listed_in_pages() {
    let world = World::standing_still().await;
    world.set(json!({"page_size": 2})).await;
    for id in ["a", "b", "c", "d", "e"] {
        world.create(id).await;
        world.buy("88101", id).await;
    }
    let first = world.call("orders", period(None)).await;
    assert_eq!((&first["total_count"], &first["has_more"]), (&json!(5), &json!(true)));
    assert_eq!((&first["start_from"], &first["items"][1]["order_id"]), (&json!(2), &json!("b")));
    let purchases = world.call("market_history", period(None)).await;
    assert_eq!(
        (&purchases["total_count"], &purchases["items"][0]["item"]["id"]),
        (&json!("5"), &json!("88101"))
    );
    for (cursor, newest_first) in [("offset", false), ("last_id", false), ("offset", true), ("last_id", true)]
    {
        world.set(json!({"cursor": cursor, "newest_first": newest_first})).await;
        let mut expected = vec!["a", "b", "c", "d", "e"];
        if newest_first {
            expected.reverse();
        }
        assert_eq!(walk(&world, "orders", "order_id").await, expected, "{cursor}");
        assert_eq!(walk(&world, "market_history", "custom_id").await, expected, "{cursor}");
    }
    for method in ["orders", "market_history"] {
        assert_error(&world.call(method, json!({"starting": 1})).await, 1, "missing_starting_or_ending");
        let empty = world.call(method, json!({"starting": 1, "ending": 2})).await;
        assert_eq!((&empty["items"], &empty["has_more"]), (&json!([]), &json!(false)));
    }
}

#[tokio::test]
async fn notifications_that_did_not_arrive_are_listed() {
    let (world, merchant) = World::with_merchant(502).await;
    world.create("dep-1").await;
    world.happens("dep-1", "pay", Some("1")).await;
    let rows = world.notifications(1).await;
    // No retries are documented, so there is one attempt.
    assert_eq!((&rows[0]["attempts"], &rows[0]["answer"]), (&json!(1), &json!(502)));
    let expected = json!({"status": "success", "total_count": 1, "has_more": false, "start_from": 0,
        "items": [{"transaction_id": 700_412, "order_id": "dep-1", "http_code": "502"}]});
    assert_eq!(world.call("callback_error_list", json!({})).await, expected);
    // Purchases have no such list.
    world.buy("88101", "wd-1").await;
    world.notifications(2).await;
    assert_eq!(world.call("callback_error_list", json!({})).await, expected);

    merchant.answer(200, "");
    world.happens("dep-1", "pay", None).await;
    world.notifications(3).await;
    assert_eq!(world.call("callback_error_list", json!({})).await["items"], json!([]));
}
