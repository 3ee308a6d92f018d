//! Webhooks from the provider to the tracker, through the real ingress.
#![cfg(test)]

use serde_json::json;
use skinbus_proto::Message;
use skinbus_proto::v1::{TradeStatus, WebhookReceived, WebhookTrust};
use skinbus_tests::merchant::order;
use skinbus_tests::system::{TOKEN_MD5, WEBHOOK_PATH};
use skinbus_tests::{Merchant, System, SystemOptions, http, wait};

async fn ingress(system: &mut System) -> String {
    format!("http://{}", system.service("webhook-ingress").address("\"webhooks\"").await)
}

/// Lets the simulator send, and waits for what it was answered.
async fn sent(system: &System, ipn: serde_json::Value) -> u64 {
    let before = system.record("_ledger").await["notifications"].as_array().unwrap().len();
    system.control(&json!({"skinify": {"ipn": {"retries": 0}, "send_ipn": [ipn]}})).await;
    let told = wait::until("an answer to the webhook", || async {
        system.record("_ledger").await["notifications"].as_array().unwrap().get(before).cloned()
    })
    .await;
    told["answer"].as_u64().unwrap()
}

async fn worked_on(merchant: &Merchant) {
    wait::until("every webhook to be worked on", || async {
        let stream = merchant.jetstream().get_stream("WEBHOOKS").await.unwrap();
        let consumer = stream.consumer_info("tracker_webhooks").await.unwrap();
        (consumer.num_pending == 0 && consumer.num_ack_pending == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_webhook_for_an_order_that_nobody_has_is_stored_and_told_of_once() {
    let mut system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let url = format!("{}/webhooks/skinify_main/{WEBHOOK_PATH}", ingress(&mut system).await);
    let ipn = json!({"deposit_id": "dep-1", "transaction_id": 77, "amount": "5.00", "url": url});
    assert_eq!(sent(&system, ipn).await, 200);
    let alert = merchant.alerted("orphan", "dep-1").await;
    assert_eq!((alert.account.as_str(), alert.merchant.as_str()), ("skinify_main", "acme"));
    // The provider says something twice, and then something else about it.
    let told = |status: &str| {
        format!("token_md5={TOKEN_MD5}&deposit_id=dep-1&transaction_id=77&status={status}&date=1795255505")
    };
    for body in [told("pending"), told("pending"), told("failed")] {
        let answer = http().post(&url).header("content-type", "application/x-www-form-urlencoded").body(body);
        assert_eq!(answer.send().await.unwrap().status().as_u16(), 200);
    }

    let stored = merchant.messages("WEBHOOKS").await;
    let stored: Vec<_> =
        stored.into_iter().map(|message| WebhookReceived::decode(message.payload).unwrap()).collect();
    assert_eq!(stored.len(), 3, "one per event: {stored:?}");
    for webhook in &stored {
        assert_eq!((webhook.reference.as_str(), webhook.provider_id.as_str()), ("dep-1", "77"));
        assert_eq!(webhook.trust(), WebhookTrust::Hint);
        let body = String::from_utf8(webhook.body.to_vec()).unwrap();
        assert!(body.contains("dep-1") && !body.contains(TOKEN_MD5), "{body}");
    }
    // All were worked on, and no order came of any.
    worked_on(&merchant).await;
    assert_eq!(merchant.alerts_about("orphan", "dep-1").await.len(), 1);
    assert_eq!(merchant.stored("TRADES").await, 0);
    assert!(merchant.dead().await.is_empty());
}

/// They prove nothing, and whoever has the constant can send as many as he likes.
#[tokio::test]
async fn a_flood_about_orders_that_nobody_has_is_told_of_once() {
    let mut system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let url = format!("{}/webhooks/skinify_main/{WEBHOOK_PATH}", ingress(&mut system).await);
    for number in 0..100 {
        let body = format!(
            "token_md5={TOKEN_MD5}&deposit_id=forged-{number}&transaction_id={number}&status=success&date=1795255505"
        );
        let answer = http().post(&url).header("content-type", "application/x-www-form-urlencoded").body(body);
        assert_eq!(answer.send().await.unwrap().status().as_u16(), 200);
    }
    worked_on(&merchant).await;
    assert_eq!(merchant.stored("WEBHOOKS").await, 100);
    let alerts = merchant.alerts().await;
    let floods = alerts.iter().filter(|alert| alert.detail.starts_with("more webhooks")).count();
    // Twenty, and one that says that there are more; and again where a minute has passed meanwhile.
    assert!(floods >= 1 && (21..=21 * (floods + 1)).contains(&alerts.len()), "{floods} of {}", alerts.len());
}

#[tokio::test]
async fn a_lie_about_a_real_order_changes_nothing_but_the_next_look() {
    let mut system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let url = format!("{}/webhooks/skinify_main/{WEBHOOK_PATH}", ingress(&mut system).await);
    merchant.publish(&order("wd-1", "88115")).await;
    let submitted = merchant.reaches("wd-1", TradeStatus::Submitted).await;
    assert_eq!(sent(&system, json!({"deposit_id": "wd-1", "amount": "5.00", "url": url})).await, 200);
    system.arrived_more("/withdraw/info", 3).await;
    assert_eq!(merchant.last("wd-1").await.unwrap(), submitted);
    assert!(merchant.alerts().await.is_empty());
}

#[tokio::test]
async fn what_is_not_proved_or_not_a_webhook_is_not_stored() {
    let mut system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let ingress = ingress(&mut system).await;
    let url = format!("{ingress}/webhooks/skinify_main/{WEBHOOK_PATH}");
    let forged = json!({"deposit_id": "dep-1", "amount": "5.00", "url": url, "forged": true});
    assert_eq!(sent(&system, forged).await, 401);
    for wrong in [
        "/webhooks/skinify_main/0000000000000000".to_owned(),
        format!("/webhooks/skinify_nobody/{WEBHOOK_PATH}"),
        "/".to_owned(),
    ] {
        let ipn = json!({"deposit_id": "dep-1", "amount": "5.00", "url": format!("{ingress}{wrong}")});
        assert_eq!(sent(&system, ipn).await, 404, "{wrong}");
    }
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    assert_eq!(status(http().post(&url).body("deposit_id=dep-1")).await, 401);
    assert_eq!(status(http().get(&url)).await, 405);
    assert_eq!(status(http().put(&url).body("{}")).await, 405);
    assert_eq!(status(http().post(&url).body("x".repeat(70_000))).await, 413);
    assert_eq!(merchant.stored("WEBHOOKS").await, 0);
    assert!(merchant.alerts().await.is_empty() && merchant.dead().await.is_empty());
    let (_, metrics) = system.service("webhook-ingress").page("/metrics").await;
    for outcome in ["forged", "not_found", "wrong_method", "too_large"] {
        assert!(metrics.contains(&format!("outcome=\"{outcome}\"")), "{outcome}:\n{metrics}");
    }
}
