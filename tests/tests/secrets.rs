//! Invariant S1: whatever happens, no secret and no trade token is logged or counted.
#![cfg(test)]

use serde_json::json;
use skinbus_proto::Message;
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_tests::look::headers;
use skinbus_tests::merchant::{Merchant, order};
use skinbus_tests::process::Process;
use skinbus_tests::system::{SERVICES, TOKEN, TOKEN_MD5, WEBHOOK_PATH};
use skinbus_tests::{System, SystemOptions, wait};

const TRADE_TOKEN: &str = "AbCd_-12";

fn purchase(order: &mut v1::OrderRequest) -> &mut v1::Purchase {
    match &mut order.operation {
        Some(v1::order_request::Operation::Purchase(purchase)) => purchase,
        _ => panic!("no purchase"),
    }
}

/// Orders with the token in every field where people put it.
fn misplaced() -> Vec<v1::OrderRequest> {
    let url = format!("https://steamcommunity.com/tradeoffer/new/?partner=39734314&token={TRADE_TOKEN}");
    let mut orders: Vec<_> = (0..7).map(|index| order(&format!("bad-{index}"), "88101")).collect();
    orders[0].account = TRADE_TOKEN.to_owned();
    purchase(&mut orders[1]).recipient.as_mut().unwrap().steam_id = TRADE_TOKEN.to_owned();
    purchase(&mut orders[2]).recipient.as_mut().unwrap().steam_id = url.clone();
    purchase(&mut orders[3]).recipient.as_mut().unwrap().trade_token = url.clone();
    purchase(&mut orders[4]).max_price.as_mut().unwrap().currency = TRADE_TOKEN.to_owned();
    orders[5].metadata = [(url.clone(), "v".repeat(300))].into();
    orders[6].order_id = url;
    orders
}

/// Every way that an order can go, and some that none can.
async fn live(system: &System, merchant: &Merchant) {
    let kinds = ["cut_after_execution", "html_body", "status_500_executed", "refuse", "error_executed"];
    let faults = kinds.map(|kind| json!({"path": "/withdraw/buy", "custom_id": kind, "kind": kind}));
    system.control(&json!({"faults": faults})).await;
    for order in misplaced() {
        merchant.publish(&order).await;
    }
    for (name, offer) in [("88101", "88101"), ("88103", "88103"), ("88113", "88113"), ("88116", "88116")] {
        merchant.publish(&order(name, offer)).await;
    }
    // Published orders are worked on side by side, so the first one is waited for.
    merchant.reaches("88101", TradeStatus::Completed).await;
    let conflict = order("88101", "88103");
    merchant.publish(&conflict).await;
    merchant.place(&conflict).await.unwrap();
    let half = order("half", "88101").encode_to_vec();
    let half = half[..half.len() - 2].to_vec();
    merchant.publish_bytes(half.clone(), "application/x-protobuf").await;
    merchant
        .publish_bytes(format!("{{\"trade_token\": \"{TRADE_TOKEN}\"").into_bytes(), "application/json")
        .await;
    merchant.place_bytes("acme", headers(&[]), half).await.unwrap_err();
    for kind in &kinds {
        merchant.publish(&order(kind, "88101")).await;
    }
    for name in ["cut_after_execution", "html_body", "status_500_executed", "error_executed"] {
        merchant.reaches(name, TradeStatus::Completed).await;
    }
    merchant.reaches("refuse", TradeStatus::NeedsReview).await;
    merchant.reaches("88103", TradeStatus::Canceled).await;
    merchant.reaches("88113", TradeStatus::Failed).await;
    merchant.alerted("drift", "88116").await;
    // No id, a conflict, and two that are no order.
    merchant.dead_letters(4).await;
    system.control(&json!({"faults": [{"path": "/withdraw/buy", "kind": "limit_exceeded"}]})).await;
    merchant.publish(&order("limited", "88101")).await;
    wait::until("the account to be closed", || async {
        merchant.last("limited").await.filter(|change| change.version > 2)
    })
    .await;
}

async fn webhooks(system: &mut System, merchant: &Merchant) {
    let address = system.service("webhook-ingress").address("\"webhooks\"").await;
    let url = format!("http://{address}/webhooks/skinify_main/{WEBHOOK_PATH}");
    let wrong = format!("http://{address}/webhooks/skinify_nobody/{WEBHOOK_PATH}");
    let ipn = |deposit_id: &str, url: &str, forged: bool| json!({"deposit_id": deposit_id, "amount": "5.00", "url": url, "forged": forged});
    let send = [ipn("forged", &url, true), ipn("lost", &wrong, false), ipn("dep-9", &url, false)];
    system.control(&json!({"skinify": {"ipn": {"retries": 0}, "send_ipn": send}})).await;
    let body = format!("token_md5={TOKEN_MD5}&deposit_id=dep-1&deposit_id=%ff&x={TRADE_TOKEN}");
    skinbus_tests::http().post(&url).body(body).send().await.unwrap();
    merchant.alerted("orphan", "dep-9").await;
}

fn assert_clean(what: &str, text: &str) {
    for line in text.lines() {
        for secret in [TOKEN, TOKEN_MD5, WEBHOOK_PATH, TRADE_TOKEN] {
            assert!(!line.contains(secret), "{what} shows {secret}: {line}");
        }
    }
}

async fn a_whole_life_shows_no_secret(level: &str) {
    let options = SystemOptions {
        total_timeout: "1100ms".to_owned(),
        settle_time: "1500ms".to_owned(),
        refusal_settle_time: "700ms".to_owned(),
        ..SystemOptions::default()
    };
    let mut system = System::start_without_services(options).await;
    for name in SERVICES {
        system.services.push(Process::start_with(name, &system.config_file(), &[("RUST_LOG", level)]));
    }
    system.ready().await;
    let merchant = system.merchant().await;
    live(&system, &merchant).await;
    webhooks(&mut system, &merchant).await;
    // Under way while NATS goes, and at the end.
    system.nats.kill();
    for service in &system.services {
        service.not_ready().await;
    }
    for service in &mut system.services {
        assert_clean(&service.name, &service.page("/metrics").await.1);
        assert_clean(&service.name, &service.page("/readyz").await.1);
        service.terminate();
        let log = service.whole_log().await.join("\n");
        let wanted = if level == "info" { "\"INFO\"" } else { "\"DEBUG\"" };
        let lines = log.lines().filter(|line| line.contains(wanted)).count();
        assert!(lines > 5, "{}: there is nothing to look at", service.name);
        assert_clean(&service.name, &log);
    }
}

#[tokio::test]
async fn at_the_usual_level() {
    a_whole_life_shows_no_secret("info").await;
}

#[tokio::test]
async fn at_the_level_of_an_operator_who_looks_for_something() {
    a_whole_life_shows_no_secret("trace").await;
}
