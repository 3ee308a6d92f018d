//! NATS goes away and comes back under running services.
#![cfg(test)]

use std::time::Duration;

use serde_json::json;
use skinbus_proto::Message;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::{Merchant, assert_gapless, order};
use skinbus_tests::system::{SERVICES, WEBHOOK_PATH};
use skinbus_tests::{System, SystemOptions, wait};

/// How many calls of this replica ended like this.
async fn calls(system: &System, outcome: &str) -> u64 {
    let dispatch = system.processes("provider-dispatch").next().unwrap();
    let (_, metrics) = dispatch.page("/metrics").await;
    let counts = metrics.lines().filter(|line| {
        line.starts_with("skinbus_provider_call_seconds_count")
            && line.contains(&format!("outcome=\"{outcome}\""))
    });
    counts.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

async fn place_in_vain(merchant: &Merchant, order_id: &str) {
    let payload = order(order_id, "88101").encode_to_vec().into();
    let request = async_nats::Request::new().payload(payload).timeout(Some(Duration::from_millis(500)));
    let answer = merchant.client().send_request("skinbus.v1.place.acme", request).await;
    if let Ok(answer) = answer {
        let code = answer.headers.as_ref().and_then(|headers| headers.get("Nats-Service-Error-Code"));
        assert_eq!(code.map(ToString::to_string).as_deref(), Some("503"), "no receipt without a ledger");
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_final_afterwards_and_nothing_is_bought_twice() {
    const ORDERS: u64 = 30;
    const IN_FLIGHT: u64 = 10;

    let mut system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    // The first calls are executed at once and answered while NATS is away.
    system
        .control(&json!({"faults": [
            {"path": "/withdraw/buy", "kind": {"delay_answer_ms": 1000}, "times": IN_FLIGHT}
        ]}))
        .await;
    for index in 0..ORDERS {
        merchant.publish(&order(&format!("wd-{index}"), "88101")).await;
    }
    wait::until("the first calls to be executed", || async {
        (system.arrivals("/withdraw/buy").await >= IN_FLIGHT).then_some(())
    })
    .await;
    system.nats.kill();
    for service in &system.services {
        assert!(service.not_ready().await.contains("nats: down"));
    }
    wait::until("the answers to come in", || async {
        (calls(&system, "placed").await >= IN_FLIGHT).then_some(())
    })
    .await;
    place_in_vain(&merchant, "wd-0").await;
    for service in &mut system.services {
        assert!(service.is_running(), "{} did not survive", service.name);
        assert_eq!(service.page("/livez").await.0, 200);
    }

    system.nats.restart().await;
    system.ready().await;
    for index in 0..ORDERS {
        merchant.reaches(&format!("wd-{index}"), TradeStatus::Completed).await;
    }
    merchant.publish(&order("afterwards", "88101")).await;
    merchant.reaches("afterwards", TradeStatus::Completed).await;
    assert_gapless(&merchant.history().await);
    let bought = system.bought().await;
    assert_eq!(bought.len(), usize::try_from(ORDERS).unwrap() + 1);
    assert!(bought.values().all(|times| *times == 1), "{bought:?}");
    assert_eq!(system.arrivals("/withdraw/buy").await, ORDERS + 1);
    assert!(merchant.alerts().await.is_empty() && merchant.dead().await.is_empty());
}

#[tokio::test]
async fn a_webhook_is_refused_meanwhile_and_stored_once_when_it_comes_again() {
    let mut system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let address = system.service("webhook-ingress").address("\"webhooks\"").await;
    system.nats.kill();
    for service in &system.services {
        service.not_ready().await;
    }
    // The provider tries until it is answered with success.
    let url = format!("http://{address}/webhooks/skinify_main/{WEBHOOK_PATH}");
    system
        .control(&json!({"skinify": {
            "ipn": {"retries": 1000, "spacing_ms": 100},
            "send_ipn": [{"deposit_id": "dep-1", "amount": "5.00", "url": url}],
        }}))
        .await;
    let ingress = system.processes("webhook-ingress").next().unwrap();
    wait::until("a webhook to be refused", || async {
        let (_, metrics) = ingress.page("/metrics").await;
        let refused = r#"skinbus_webhooks_total{account="skinify_main",outcome="not_stored""#;
        metrics.lines().any(|line| line.starts_with(refused)).then_some(())
    })
    .await;
    assert!(
        system.record("_ledger").await["notifications"].as_array().unwrap().is_empty(),
        "answered with success"
    );

    system.nats.restart().await;
    let delivered = wait::until("the webhook to be delivered", || async {
        system.record("_ledger").await["notifications"].as_array().unwrap().first().cloned()
    })
    .await;
    assert_eq!((&delivered["delivered"], &delivered["answer"]), (&json!(true), &json!(200)), "{delivered}");
    assert!(delivered["attempts"].as_u64().unwrap() > 1);
    merchant.alerted("orphan", "dep-1").await;
    assert_eq!(merchant.stored("WEBHOOKS").await, 1, "every attempt was the same event");
}

#[tokio::test]
async fn services_may_start_before_nats() {
    let mut system = System::start_without_services(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    system.nats.kill();
    for name in SERVICES {
        system.launch(name, None);
    }
    for service in &system.services {
        assert!(service.not_ready().await.contains("nats: down"));
        assert_eq!(service.page("/livez").await.0, 200);
    }
    system.nats.restart().await;
    system.ready().await;
    merchant.publish(&order("wd-1", "88101")).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;
}

#[tokio::test]
async fn a_service_that_is_asked_to_end_does_not_wait_for_nats() {
    let mut system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    merchant.publish(&order("wd-1", "88112")).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;
    system.nats.kill();
    for service in &system.services {
        service.not_ready().await;
        service.terminate();
    }
    for service in &mut system.services {
        let code = service.ended().await.code();
        let log = service.whole_log().await;
        assert_eq!(code, Some(0), "{}: {log:#?}", service.name);
        assert!(log.iter().any(|line| line.contains("ended: drained")), "{}: {log:#?}", service.name);
    }
}
