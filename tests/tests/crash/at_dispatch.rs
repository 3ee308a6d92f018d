//! provider-dispatch, killed at every one of its points and in the middle of a call.

use serde_json::{Value, json};
use skinbus_tests::merchant::order;
use skinbus_tests::{Merchant, System, SystemOptions, wait};

use crate::expected::Expected;
use crate::{checks, points, stage};

const SERVICE: &str = "provider-dispatch";
/// Nothing is decided there: the order is as it was.
const UNDECIDED: &str = "dispatch.after_permit";
/// Accepted in the very answer.
const INSTANT: &str = "88112";
/// Refused in the very answer.
const REFUSED: &str = "88113";

/// What an order is to come to whose dispatch died at this point. Between intent and call nothing was bought, and nothing
/// proves it: the provider's word that it does not know the reference would not make a second call safe.
fn ending_of(order_id: String, point: &str) -> Expected {
    match point {
        "dispatch.after_intent" => Expected::needs_review(order_id),
        _ => Expected::fate(order_id, INSTANT),
    }
}

#[tokio::test]
async fn dispatch_dies_at_every_point() {
    let (mut system, merchant, watch) = stage::start(SystemOptions::default()).await;
    let mut expected = Vec::new();
    for point in points::of(SERVICE).iter().filter(|point| **point != UNDECIDED) {
        if point.ends_with("look_up") {
            // Looks at earlier orders would take it to the point as well, and kill it over this order's call.
            watch.all_settled(&expected).await;
        }
        expected.push(die_at(&mut system, &merchant, point).await);
    }
    // A refusal that nobody wrote down is as unclear as silence.
    stage::arm(&mut system, SERVICE, "dispatch.after_call").await;
    merchant.publish(&order("refused", REFUSED)).await;
    stage::crashed_then_restarted(&mut system, SERVICE).await;
    expected.push(Expected::needs_review("refused".to_owned()));
    // The request is at the provider: executed at once and not answered yet, or executed long after the kill, when the
    // tracker has looked for it already, but within the settle time.
    for (fault, delay_ms) in [("delay_answer_ms", 1000), ("delay_execution_ms", 4500)] {
        let kind = json!({ fault: delay_ms });
        let order_id = fault.to_owned();
        let rule = json!([{ "kind": kind, "path": "/withdraw/buy", "custom_id": order_id }]);
        stage::add_faults(&system, rule).await;
        merchant.publish(&order(&order_id, INSTANT)).await;
        request_arrived(&system, &order_id).await;
        stage::kill_and_restart(&mut system, SERVICE);
        system.service(SERVICE).ready().await;
        expected.push(Expected::fate(order_id, INSTANT));
    }
    // The last: it comes back after the ack wait and is placed then, and another death must not meet it there.
    expected.push(die_at(&mut system, &merchant, UNDECIDED).await);

    checks::close_the_books(&system, &merchant, &watch, &expected).await;
}

/// Places an order on which dispatch dies at this point.
async fn die_at(system: &mut System, merchant: &Merchant, point: &str) -> Expected {
    let order_id = point.replace('.', "-");
    if point.ends_with("look_up") {
        // Only an unclear answer makes somebody look.
        cut_after_execution(system, &order_id).await;
    }
    stage::arm(system, SERVICE, point).await;
    merchant.publish(&order(&order_id, INSTANT)).await;
    stage::crashed_then_restarted(system, SERVICE).await;
    ending_of(order_id, point)
}

async fn cut_after_execution(system: &System, order_id: &str) {
    let rule = json!([{ "kind": "cut_after_execution", "path": "/withdraw/buy", "custom_id": order_id }]);
    stage::add_faults(system, rule).await;
}

/// Waits until the simulator has the request about this order in hand.
async fn request_arrived(system: &System, order_id: &str) {
    wait::until(&format!("the request of {order_id} to arrive"), || async {
        let control = system.record("_control").await;
        let rules = control["faults"].as_array().unwrap();
        let arrived = |rule: &&Value| rule["custom_id"] == *order_id && rule["applied"] == 1;
        rules.iter().find(arrived).map(|_| ())
    })
    .await;
}
