//! A provider's key is replaced while orders run.

use serde_json::json;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::System;
use skinbus_tests::merchant::{assert_gapless, order};
use skinbus_tests::system::TOKEN;

use crate::{AlwaysReady, gave_way, options, replace};

const NEW_TOKEN: &str = "sim-token-9876543210";
const ORDERS: usize = 60;

#[tokio::test]
async fn a_new_key_is_taken_under_a_running_flow_of_orders() {
    let mut system = System::start(options()).await;
    // Calls take a while, so that there always are some in hand.
    let slow = json!({"path": "/withdraw/buy", "kind": {"delay_answer_ms": 100}, "times": 1_000_000});
    system.control(&json!({"faults": [slow]})).await;
    let merchant = system.merchant().await;
    let ready = AlwaysReady::watch(system.service("provider-dispatch")).await;
    let flow = tokio::spawn({
        let merchant = merchant.clone();
        async move {
            for index in 0..ORDERS {
                merchant.publish(&order(&format!("wd-{index}"), "88101")).await;
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    });
    merchant.reaches("wd-3", TradeStatus::Completed).await;

    // As it is done: the provider takes both, the file is replaced, and the old one is given up.
    system.control(&json!({"skinify": {"tokens": [TOKEN, NEW_TOKEN]}})).await;
    replace(&system, "skinify_token_file", NEW_TOKEN);
    assert_eq!(gave_way(system.service("provider-dispatch"), 1).await, 0);
    system.control(&json!({"skinify": {"tokens": [NEW_TOKEN]}})).await;

    flow.await.unwrap();
    for index in 0..ORDERS {
        merchant.reaches(&format!("wd-{index}"), TradeStatus::Completed).await;
    }
    ready.end().await;
    assert_gapless(&merchant.history().await);
    let bought = system.bought().await;
    assert_eq!((bought.len(), bought.values().max()), (ORDERS, Some(&1)));
    assert!(merchant.alerts().await.is_empty() && merchant.dead().await.is_empty());
    // The others have nothing to do with it, and nobody was started anew.
    for name in ["order-intake", "trade-tracker"] {
        let log = system.service(name).log().join("\n");
        assert!(!log.contains("reading the configuration"), "{log}");
    }
    for service in &mut system.services {
        assert!(service.is_running());
        let log = service.log().join("\n");
        assert!(!log.contains(TOKEN) && !log.contains(NEW_TOKEN), "{log}");
    }
}
