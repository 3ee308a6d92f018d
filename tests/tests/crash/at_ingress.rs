//! webhook-ingress, killed before and after it stores; the provider sends again.

use serde_json::json;
use skinbus_tests::merchant::order;
use skinbus_tests::{System, SystemOptions, wait};

use crate::expected::Expected;
use crate::{checks, points, stage};

const SERVICE: &str = "webhook-ingress";

#[tokio::test]
async fn ingress_dies_at_every_point() {
    let (mut system, port) = start_with_fixed_port(SystemOptions::default()).await;
    let (merchant, watch) = stage::open(&system).await;
    let mut orders = Vec::new();
    for point in points::of(SERVICE) {
        let order_id = point.replace('.', "-");
        merchant.publish(&order(&order_id, "88101")).await;
        stage::arm(&mut system, SERVICE, point).await;
        system.service(SERVICE).ready().await;
        send_webhook(&system, port, 1, &order_id).await;
        stage::crashed_then_restarted(&mut system, SERVICE).await;
        delivered_again(&system, &order_id).await;
        orders.push(Expected::fate(order_id, "88101"));
    }
    checks::close_the_books(&system, &merchant, &watch, &orders).await;
    let stored = merchant.jetstream().get_stream("WEBHOOKS").await.unwrap().cached_info().state.messages;
    assert_eq!(stored, 2, "each of the two webhooks is stored once, however often it was sent");
    let alerts = merchant.alerts().await;
    assert!(alerts.is_empty(), "{alerts:#?}");
}

/// A system whose ingress has the same port after every start: the provider knows one address.
pub(crate) async fn start_with_fixed_port(options: SystemOptions) -> (System, u16) {
    let port = skinbus_tests::nats::free_port();
    let mut system = System::start_without_services(options).await;
    stage::configure(&system, "listen = \"127.0.0.1:0\"", &format!("listen = \"127.0.0.1:{port}\""));
    stage::launch_all(&mut system).await;
    (system, port)
}

/// Lets the provider tell of an order, and again for as long as it gets no 200.
pub(crate) async fn send_webhook(system: &System, port: u16, event: u64, order_id: &str) {
    let url = format!(
        "http://127.0.0.1:{port}/webhooks/{}/{}",
        skinbus_tests::system::ACCOUNT,
        skinbus_tests::system::WEBHOOK_PATH
    );
    let webhook = json!({ "deposit_id": order_id, "transaction_id": event, "amount": "1.00", "url": url });
    let change =
        json!({ "skinify": { "ipn": { "retries": 100, "spacing_ms": 100 }, "send_ipn": [webhook] } });
    system.control(&change).await;
}

/// Waits until the provider has its 200, and checks that it had to ask more than once.
async fn delivered_again(system: &System, order_id: &str) {
    let attempts = wait::until(&format!("the webhook of {order_id} to be delivered"), || async {
        let ledger = system.record("_ledger").await;
        let sent = ledger["notifications"].as_array().unwrap();
        let delivered = sent.iter().find(|sent| sent["deposit_id"] == *order_id && sent["delivered"] == true);
        delivered.and_then(|delivered| delivered["attempts"].as_u64())
    })
    .await;
    assert!(attempts > 1, "{order_id}: delivered to a process that died before it answered");
}
