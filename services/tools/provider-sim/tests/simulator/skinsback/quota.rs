//! The limit, and the record of what arrived.

use serde_json::json;

use super::support::{CLIENT_ID, World, assert_error};

#[tokio::test]
async fn the_documented_limit_holds_by_default() {
    let world = World::start().await;
    for _ in 0..500 {
        assert_eq!(world.call("status", json!({})).await["status"], "success");
    }
    assert_error(&world.buy("88101", "wd-1").await, -7, "request_limit_reached");
    assert_eq!(world.purchases().await.len(), 0);
    let quota = world.own("/_quota").await["skinsback"].clone();
    assert_eq!((&quota["arrivals"], &quota["refused"]), (&json!(501), &json!(1)));
    assert_eq!(quota["paths"], json!({"status": 500, "market_buy": 1}));
}

#[tokio::test]
async fn wrong_credentials_have_a_record_of_their_own_and_keep_their_error() {
    let world = World::start().await;
    world.set(json!({"limit": {"requests": 1}})).await;
    for _ in 0..3 {
        let request = world.bare("application/json", r#"{"method": "balance"}"#);
        let request = request.header("X-CLIENT-ID", CLIENT_ID).header("X-CLIENT-SECRET", "guessed");
        let answer = crate::client::json(request.send().await.unwrap()).await;
        assert_error(&answer, -10, "invalid_client_secret");
    }
    let quota = world.own("/_quota").await;
    assert_eq!(quota["skinsback"]["arrivals"], 0);
    assert_eq!(quota["skinsback_unknown_token"]["arrivals"], 3);
    assert_eq!(world.call("balance", json!({})).await["status"], "success");
}
