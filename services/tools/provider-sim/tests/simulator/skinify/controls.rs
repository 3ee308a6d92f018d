//! The control API itself.

use super::support::{World, assert_error};
use crate::client::json;

#[tokio::test]
async fn what_is_not_understood_is_refused_whole() {
    let world = World::standing_still().await;
    let cases = [
        ("{", "EOF"),
        (r#"{"velocity": 2}"#, "unknown field `velocity`"),
        (r#"{"speed": 0}"#, "nonzero"),
        (r#"{"durations": {"processing": 2}}"#, "unknown field `processing`"),
        (r#"{"faults": [{"kind": "explode"}]}"#, "unknown variant `explode`"),
        (r#"{"faults": [{"kind": "refuse", "often": 2}]}"#, "unknown field `often`"),
        (r#"{"skinify": {"balance": "much"}}"#, "not a decimal amount"),
        (r#"{"instant": true, "skinify": {"stock": {"1": 2}}}"#, "no skin \"1\""),
        (
            r#"{"instant": true, "skinify": {"deposits": [{"deposit_id": "d", "event": "pay"}]}}"#,
            "no deposit \"d\"",
        ),
        (r#"{"instant": true, "skinify": {"page_size": 0}}"#, "page_size"),
        (r#"{"instant": true, "skinify": {"error_http_status": 1}}"#, "error_http_status"),
    ];
    for (body, problem) in cases {
        let (status, text) = world.try_control(body).await;
        assert_eq!(status, 400, "{body}");
        assert!(text.contains(problem), "{body}: {text}");
    }
    // Nothing of a refused change is in force.
    assert_eq!(world.own("/_control").await["instant"], false);
}

#[tokio::test]
async fn the_settings_in_force_are_shown() {
    let world = World::start().await;
    let change = r#"{"speed": 5, "maintenance": true, "seed": 9, "durations": {"rollback_ms": 3},
        "faults": [{"kind": {"delay_answer_ms": 7}, "path": "/x", "times": 2, "probability_permille": 500}],
        "add_faults": [{"kind": "status_500_executed"}],
        "skinify": {"repeated_custom_id": "buy_again", "limit": {"requests": 7}, "prices": {"88101": 0.05},
                    "ipn": {"mode": "lost", "encoding": "json", "retries": 1}}}"#;
    let shown = world.control(change).await;
    assert_eq!(shown, world.own("/_control").await);
    assert_eq!(shown["speed"], 5);
    assert_eq!(shown["durations"]["rollback_ms"], 3);
    assert_eq!(shown["durations"]["processing_ms"], 1000);
    assert_eq!(shown["faults"].as_array().unwrap().len(), 2);
    assert_eq!(shown["faults"][0]["kind"]["delay_answer_ms"], 7);
    assert_eq!(shown["faults"][1]["kind"], "status_500_executed");
    assert_eq!(shown["skinify"]["limit"]["requests"], 7);
    assert_eq!(shown["skinify"]["limit"]["window_ms"], 60_000);
    assert_eq!(shown["skinify"]["prices"]["88101"], "0.05");
    assert_eq!(shown["skinify"]["notifications"]["mode"], "lost");
}

#[tokio::test]
async fn a_reset_forgets_everything_but_the_ids() {
    let world = World::standing_still().await;
    let before = World::start().await.own("/_control").await;
    world.buy("88101", "wd-1").await;
    world.post("/create-deposit", "deposit_id=dep-1").await;
    world
        .control(r#"{"maintenance": true, "faults": [{"kind": "refuse"}], "skinify": {"page_size": 1}}"#)
        .await;
    assert_eq!(world.control(r#"{"reset": true}"#).await, before);
    assert_eq!(world.ledger().await["counts"]["purchases"], 0);
    assert_eq!(world.quota().await["arrivals"], 0);
    let answer = world.buy("88101", "wd-1").await;
    assert_eq!(answer["purchase_id"], 90_552, "{answer}");
    let deposit = world.post("/create-deposit", "deposit_id=dep-1").await;
    assert_eq!(deposit["transaction_id"], 700_413, "{deposit}");
    assert_eq!(world.get("/withdraw/info?purchase_ids=90551").await["items"], serde_json::json!([]));
}

#[tokio::test]
async fn maintenance_answers_everything_with_an_error() {
    let world = World::standing_still().await;
    world.control(r#"{"maintenance": true}"#).await;
    assert_error(&world.buy("88101", "wd-1").await, "maintenance");
    assert_error(&world.get("/project-balance").await, "maintenance");
    world.control(r#"{"maintenance": false}"#).await;
    assert_eq!(world.purchases().await.len(), 0);
    assert_eq!(world.buy("88101", "wd-1").await["status"], "success");
}

#[tokio::test]
async fn errors_can_have_other_words_and_another_http_status() {
    let world = World::standing_still().await;
    let change =
        r#"{"skinify": {"error_words": {"insufficient_funds": "no_money"}, "error_http_status": 422}}"#;
    world.control(change).await;
    let response = world.post_request("/withdraw/buy", "partner=1&token=x&id=88113").send().await.unwrap();
    assert_eq!(response.status(), 422);
    assert_error(&json(response).await, "no_money");
}

#[tokio::test]
async fn stopping_closes_the_port() {
    let world = World::start().await;
    let address = world.simulator.address();
    world.get("/project-balance").await;
    world.simulator.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
