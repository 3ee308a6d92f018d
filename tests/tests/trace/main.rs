//! One order is one trace, from the merchant's publish to its final status.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "the merchant publishes by itself, with its own trace")]

mod spans;
mod together;
mod world;

use serde_json::json;
use skinbus_proto::v1::TradeStatus::{Completed, Failed, NeedsReview};
use skinbus_tests::merchant::order;
use skinbus_tests::process::binary;
use skinbus_tests::{System, SystemOptions};

use world::{publish, versions};

/// An operator decides, with the command line.
async fn resolve(system: &System, order_id: &str) {
    let mut command = tokio::process::Command::new(binary("skinbus"));
    command.arg("--nats").arg(system.nats.url()).env("USER", "ada");
    command.args(["trade", "resolve", order_id, "--as", "failed", "--reason", "refunded"]);
    let resolved = command.output().await.unwrap();
    assert!(resolved.status.success(), "{}", String::from_utf8_lossy(&resolved.stderr));
}

/// Nobody here keeps traces, and one merchant's is not even sampled: what it sent is what it gets back, in every version,
/// also in those that came of looks, or of a person's word.
#[tokio::test]
async fn without_a_collector_the_merchants_context_is_in_every_version_as_it_came() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let fault = json!({"path": "/withdraw/buy", "custom_id": "decided", "kind": "refuse"});
    system.control(&json!({ "faults": [fault] })).await;
    let orders = [
        ("decided", "01", Failed, "CAUSE_OPERATOR"),
        ("sampled", "01", Completed, "CAUSE_LOOKUP"),
        ("not-sampled", "00", Completed, "CAUSE_LOOKUP"),
    ];
    let traceparent = |sampled| format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{sampled}");
    for (order_id, sampled, _, _) in orders {
        publish(&merchant, &order(order_id, "88102"), &traceparent(sampled)).await;
    }
    merchant.reaches("decided", NeedsReview).await;
    resolve(&system, "decided").await;
    for (order_id, sampled, end, expected) in orders {
        let ended = merchant.reaches(order_id, end).await;
        let versions = versions(&merchant, order_id).await;
        assert_eq!(versions.len(), usize::try_from(ended.version).unwrap());
        assert!(versions.iter().any(|(cause, _)| cause == expected), "{versions:?}");
        for (cause, told) in &versions {
            assert_eq!(told.as_ref(), Some(&traceparent(sampled)), "{order_id}: {cause}");
        }
    }
}
