//! The limit, and the record of what arrived.

use serde_json::json;

use super::support::{World, assert_error};
use crate::client::eventually;

#[tokio::test]
async fn above_the_limit_nothing_is_executed_and_all_is_counted() {
    let world = World::standing_still().await;
    world
        .control(r#"{"skinify": {"limit": {"requests": 3, "window_ms": 600000, "block_ms": 600000}}}"#)
        .await;
    for custom_id in ["a", "b", "c"] {
        assert_eq!(world.buy("88101", custom_id).await["status"], "success");
    }
    assert_error(&world.buy("88101", "d").await, "request_limit_exceeded");
    assert_error(&world.get("/project-balance").await, "request_limit_exceeded");
    assert_eq!(world.purchases().await.len(), 3);
    let expected = json!({"arrivals": 5, "refused": 2, "limit": 3, "window_ms": 600_000, "worst_window": 5,
        "paths": {"/withdraw/buy": 4, "/project-balance": 1}});
    assert_eq!(world.quota().await, expected);
}

#[tokio::test]
async fn the_documented_limit_holds_by_default() {
    let world = World::start().await;
    for _ in 0..300 {
        assert_eq!(world.get("/project-balance").await["status"], "success");
    }
    assert_error(&world.get("/project-balance").await, "request_limit_exceeded");
    assert_eq!(world.quota().await["worst_window"], 301);
}

#[tokio::test]
async fn a_block_ends() {
    let world = World::start().await;
    world.control(r#"{"skinify": {"limit": {"requests": 1, "window_ms": 50, "block_ms": 50}}}"#).await;
    assert_eq!(world.get("/project-balance").await["status"], "success");
    eventually("refused", async || {
        (world.get("/project-balance").await["error_message"] == "request_limit_exceeded").then_some(())
    })
    .await;
    eventually("served again", async || {
        (world.get("/project-balance").await["status"] == "success").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_wrong_token_has_a_record_of_its_own() {
    let world = World::start().await;
    let url = world.url("/skinify/api/project-balance");
    for _ in 0..2 {
        world.client.get(&url).header("Token", "guessed").send().await.unwrap();
    }
    let quota = world.own("/_quota").await;
    assert_eq!(quota["skinify"]["arrivals"], 0);
    assert_eq!(quota["skinify_unknown_token"]["arrivals"], 2);
}

#[tokio::test]
async fn requests_at_the_same_time_are_all_in_the_record() {
    let world = std::sync::Arc::new(World::standing_still().await);
    let limit = r#"{"skinify": {"limit": {"requests": 100, "window_ms": 600000}}}"#;
    world.control(limit).await;
    let buyers: Vec<_> = (0..8)
        .map(|buyer| {
            let world = std::sync::Arc::clone(&world);
            tokio::spawn(async move {
                let mut served = 0;
                for number in 0..20 {
                    let answer = world.buy("88101", &format!("{buyer}-{number}")).await;
                    served += usize::from(answer["status"] == "success");
                }
                served
            })
        })
        .collect();
    let mut served = 0;
    for buyer in buyers {
        served += buyer.await.unwrap();
    }
    assert_eq!(served, 100);
    let quota = world.quota().await;
    assert_eq!((&quota["arrivals"], &quota["refused"]), (&json!(160), &json!(60)));
    assert_eq!(quota["worst_window"], 160);
    assert_eq!(world.ledger().await["counts"]["purchases"], 100);
}
