//! Injected faults: what the client sees, and what was executed all the same.

use reqwest::Response;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{FORM, TOKEN, World, assert_error, order};
use crate::client::{eventually, json};

async fn with_fault(kind: &str) -> World {
    let world = World::standing_still().await;
    world.control(&format!(r#"{{"faults": [{{"path": "/withdraw/buy", "kind": {kind}}}]}}"#)).await;
    world
}

async fn buy(world: &World) -> Response {
    try_to_buy(world).await.unwrap()
}

async fn try_to_buy(world: &World) -> Result<Response, reqwest::Error> {
    world.post_request("/withdraw/buy", &order("88101", "wd-1")).send().await
}

/// How many purchases there are, and that the fault is used up: the same request works now.
async fn executed(world: &World) -> usize {
    let executed = world.purchases().await.len();
    assert_eq!(world.buy("88101", "wd-after").await["status"], "success");
    executed
}

/// Sends a buy over a bare connection.
async fn send_raw(world: &World) -> TcpStream {
    let body = order("88101", "wd-1");
    let head = format!(
        "POST /skinify/api/withdraw/buy HTTP/1.1\r\nhost: x\r\ntoken: {TOKEN}\r\ncontent-type: {FORM}\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(world.simulator.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    stream
}

async fn read_raw(world: &World) -> String {
    let mut received = Vec::new();
    send_raw(world).await.read_to_end(&mut received).await.unwrap();
    String::from_utf8(received).unwrap()
}

#[tokio::test]
async fn a_refused_connection_gives_not_a_byte_and_executes_nothing() {
    let world = with_fault(r#""refuse""#).await;
    assert_eq!(read_raw(&world).await, "");
    assert_eq!(executed(&world).await, 0);
}

#[tokio::test]
async fn a_connection_cut_after_execution_gives_not_a_byte_either() {
    let world = with_fault(r#""cut_after_execution""#).await;
    assert_eq!(read_raw(&world).await, "");
    assert_eq!(executed(&world).await, 1);
}

#[tokio::test]
async fn a_client_with_a_pool_sees_a_cut_as_an_error() {
    let world = with_fault(r#""cut_after_execution""#).await;
    // The connection is in use by then, so this is a cut on a reused one.
    world.get("/project-balance").await;
    let answer = world.post_request("/withdraw/buy", &order("88101", "wd-1")).send().await;
    assert!(answer.is_err(), "{answer:?}");
    assert_eq!(executed(&world).await, 1);
}

#[tokio::test]
async fn a_cut_in_the_body_promises_more_than_comes() {
    let world = with_fault(r#""cut_in_body""#).await;
    let received = read_raw(&world).await;
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    let promised = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let promised: usize = promised.parse().unwrap();
    assert!(!body.is_empty() && body.len() < promised, "{received}");
    assert_eq!(executed(&world).await, 1);
}

#[tokio::test]
async fn a_truncated_body_is_complete_http_and_broken_json() {
    let world = with_fault(r#""truncated_body""#).await;
    let response = buy(&world).await;
    assert_eq!(response.status(), 200);
    let body = response.text().await.unwrap();
    assert!(body.starts_with(r#"{"status":"success""#), "{body}");
    assert!(serde_json::from_str::<serde_json::Value>(&body).is_err());
    assert_eq!(executed(&world).await, 1);
}

#[tokio::test]
async fn pages_and_empty_bodies_come_in_place_of_json() {
    for (kind, status, start, executions) in [
        (r#""html_body""#, 200, "<!DOCTYPE html>", 1),
        (r#""empty_body""#, 200, "", 1),
        (r#""status_500_executed""#, 500, "<html>", 1),
        (r#""status_500_not_executed""#, 500, "<html>", 0),
    ] {
        let world = with_fault(kind).await;
        let response = buy(&world).await;
        assert_eq!(response.status(), status, "{kind}");
        let body = response.text().await.unwrap();
        assert!(body.starts_with(start) && body.is_empty() == start.is_empty(), "{kind}: {body}");
        assert_eq!(executed(&world).await, executions, "{kind}");
    }
}

#[tokio::test]
async fn json_may_be_called_something_else() {
    let world = with_fault(r#""not_json_content""#).await;
    let response = buy(&world).await;
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(json(response).await["purchase_id"], 90_551);
    assert_eq!(executed(&world).await, 1);
}

#[tokio::test]
async fn error_envelopes_may_lie() {
    let world = with_fault(r#""error_executed""#).await;
    assert_error(&json(buy(&world).await).await, "internal_error");
    assert_eq!(executed(&world).await, 1);

    let world = with_fault(r#""limit_exceeded""#).await;
    assert_error(&json(buy(&world).await).await, "request_limit_exceeded");
    assert_eq!(executed(&world).await, 0);
    assert_eq!(world.quota().await["refused"], 0);
}

#[tokio::test]
async fn a_delayed_answer_is_executed_at_once() {
    let world = with_fault(r#"{"delay_answer_ms": 600000}"#).await;
    let connection = send_raw(&world).await;
    eventually("executed", async || (world.purchases().await.len() == 1).then_some(())).await;
    let mut connection = connection;
    let read = tokio::time::timeout(std::time::Duration::from_millis(20), connection.read_u8()).await;
    assert!(read.is_err(), "there must be no answer yet");

    let world = with_fault(r#"{"delay_answer_ms": 1}"#).await;
    assert_eq!(json(buy(&world).await).await["purchase_id"], 90_551);
}

#[tokio::test]
async fn a_delayed_execution_has_not_happened_yet() {
    let world = with_fault(r#"{"delay_execution_ms": 600000}"#).await;
    let _connection = send_raw(&world).await;
    eventually("arrived", async || (world.quota().await["arrivals"] == 1).then_some(())).await;
    assert_eq!(world.purchases().await.len(), 0);
    // A long delay does not keep the simulator from stopping.
    world.simulator.stop().await;
}

#[tokio::test]
async fn a_delayed_execution_happens_though_the_client_has_gone() {
    let world = with_fault(r#"{"delay_execution_ms": 100}"#).await;
    let connection = send_raw(&world).await;
    eventually("arrived", async || (world.quota().await["arrivals"] == 1).then_some(())).await;
    drop(connection);
    eventually("executed", async || (world.purchases().await.len() == 1).then_some(())).await;
}

#[tokio::test]
async fn a_rule_hits_only_what_it_names_and_as_often_as_it_says() {
    let world = World::standing_still().await;
    let rules = r#"{"faults": [
        {"path": "/withdraw/buy", "custom_id": "wd-2", "times": 2, "kind": "error_executed"},
        {"path": "/withdraw/info", "custom_id": "wd-1", "kind": "limit_exceeded"}]}"#;
    world.control(rules).await;
    assert_eq!(world.buy("88101", "wd-1").await["status"], "success");
    assert_error(&world.buy("88101", "wd-2").await, "internal_error");
    assert_error(&world.buy("88101", "wd-2").await, "internal_error");
    assert_error(&world.buy("88101", "wd-2").await, "custom_id_already_exists");
    assert_eq!(world.get("/withdraw/info?custom_ids=wd-2").await["status"], "success");
    assert_error(&world.get("/withdraw/info?custom_ids=wd-2,wd-1").await, "request_limit_exceeded");
    let faults = world.own("/_control").await["faults"].clone();
    assert_eq!((&faults[0]["times"], &faults[0]["applied"]), (&0.into(), &2.into()));
    assert_eq!(world.purchases().await.len(), 2);
}

#[tokio::test]
async fn faults_by_chance_repeat_with_the_seed() {
    let rule =
        r#"{"seed": 42, "faults": [{"kind": "limit_exceeded", "times": 1000, "probability_permille": 400}]}"#;
    let world = World::standing_still().await;
    let mut runs = Vec::new();
    for _ in 0..2 {
        world.control(rule).await;
        let mut hits = Vec::new();
        for _ in 0..40 {
            hits.push(world.get("/project-balance").await["status"] == "error");
        }
        runs.push(hits);
    }
    assert_eq!(runs[0], runs[1]);
    assert!(runs[0].contains(&true) && runs[0].contains(&false), "{:?}", runs[0]);
}

#[tokio::test]
async fn maintenance_by_rule_executes_nothing_and_hits_one_provider_only() {
    let world = World::standing_still().await;
    world
        .control(
            r#"{"faults": [{"provider": "skinout", "kind": "cut_after_execution"},
                           {"provider": "skinify", "kind": "maintenance"}]}"#,
        )
        .await;
    assert_error(&json(buy(&world).await).await, "maintenance");
    assert_eq!(executed(&world).await, 0);
}

#[tokio::test]
async fn the_record_of_arrivals_tells_each_request_its_ids_and_its_fate() {
    let world = World::standing_still().await;
    world.buy("88101", "wd-unseen").await;
    world.control(r#"{"record_arrivals": true, "faults": [{"kind": "refuse"}]}"#).await;
    try_to_buy(&world).await.unwrap_err();
    world.get("/withdraw/info?custom_ids=wd-1,wd-2").await;
    world.control(r#"{"faults": [{"kind": {"delay_answer_ms": 1}}]}"#).await;
    buy(&world).await;
    let arrivals = world.own("/_arrivals").await;
    let arrivals = arrivals.as_array().unwrap();
    let times: Vec<u64> = arrivals.iter().map(|arrival| arrival["at_us"].as_u64().unwrap()).collect();
    assert!(times.is_sorted() && times[0] > 1_600_000_000_000_000, "{times:?}");
    let told: Vec<_> = arrivals
        .iter()
        .map(|arrival| {
            serde_json::json!([arrival["provider"], arrival["path"], arrival["references"], arrival["fate"]])
        })
        .collect();
    let fault = |kind: Value| serde_json::json!({ "fault": kind });
    assert_eq!(
        told,
        [
            serde_json::json!(["skinify", "/withdraw/buy", ["wd-1"], fault("refuse".into())]),
            serde_json::json!(["skinify", "/withdraw/info", ["wd-1", "wd-2"], "served"]),
            serde_json::json!([
                "skinify",
                "/withdraw/buy",
                ["wd-1"],
                fault(serde_json::json!({"delay_answer_ms": 1}))
            ]),
        ]
    );
    world.control(r#"{"record_arrivals": false}"#).await;
    assert_eq!(world.own("/_arrivals").await, serde_json::json!([]));
}
