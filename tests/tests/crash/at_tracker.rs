//! trade-tracker, killed at every one of its points.

use serde_json::json;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::SystemOptions;
use skinbus_tests::merchant::order;

use crate::at_ingress::send_webhook;
use crate::expected::Expected;
use crate::{checks, points, stage};

const SERVICE: &str = "trade-tracker";

#[tokio::test]
async fn tracker_dies_at_every_point() {
    let (mut system, merchant, watch) = stage::start(SystemOptions::default()).await;
    // Long enough for looks that find nothing new, and plan the next.
    system.control(&json!({ "durations": { "waiting_accept_ms": 1500 } })).await;
    let ingress = system.service("webhook-ingress").address("webhooks").await;
    let port = ingress.rsplit_once(':').unwrap().1.parse().unwrap();
    let mut orders = Vec::new();
    for point in points::of(SERVICE) {
        let order_id = point.replace('.', "-");
        // The tracker hands over again what nobody takes.
        let nobody_takes = *point == "tracker.after_hand_over";
        if nobody_takes {
            stage::end(&mut system, "provider-dispatch").await;
        }
        stage::arm(&mut system, SERVICE, point).await;
        merchant.publish(&order(&order_id, "88101")).await;
        if point.ends_with("_hint") {
            merchant.reaches(&order_id, TradeStatus::Submitted).await;
            send_webhook(&system, port, 1, &order_id).await;
        }
        stage::crashed_then_restarted(&mut system, SERVICE).await;
        if nobody_takes {
            system.launch("provider-dispatch", None);
            system.service("provider-dispatch").ready().await;
        }
        orders.push(Expected::fate(order_id, "88101"));
    }

    checks::close_the_books(&system, &merchant, &watch, &orders).await;
}
