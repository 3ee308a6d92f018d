//! One call of the provider for several orders.

use std::collections::BTreeSet;

use skinbus_tests::collector::{Collector, Span};
use skinbus_tests::merchant::order;
use skinbus_tests::{System, SystemOptions, wait};

use crate::world::publish;

const TWINS: [(&str, &str); 2] =
    [("twin-1", "4bf92f3577b34da6a3ce929d0e0e4736"), ("twin-2", "0af7651916cd43dd8448eb211c80319c")];

/// A look-up for both orders, with the step in each order's trace that is linked to it.
fn shared(spans: &[Span]) -> Option<(Span, [Span; 2])> {
    let look_ups = spans
        .iter()
        .filter(|span| span.name == "look up" && span.says("messaging.batch.message_count") == "2");
    let mut with_orders = look_ups.filter_map(|look_up| {
        let id = (look_up.trace_id.clone(), look_up.span_id.clone());
        let step = |trace_id: &str| {
            spans.iter().find(|span| span.trace_id == trace_id && span.links.contains(&id)).cloned()
        };
        let [(_, first), (_, second)] = TWINS;
        Some((look_up.clone(), [step(first)?, step(second)?]))
    });
    with_orders.next()
}

#[tokio::test]
async fn a_look_up_for_two_orders_and_the_looks_at_each_are_linked_with_each_other() {
    let collector = Collector::start().await;
    let variables =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint().as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "100")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let system =
        System::start(SystemOptions { variables: variables.to_vec(), ..SystemOptions::default() }).await;
    let merchant = system.merchant().await;
    // They never get past their first status, and are looked at again and again.
    for (order_id, trace_id) in TWINS {
        publish(&merchant, &order(order_id, "88115"), &format!("00-{trace_id}-00f067aa0ba902b7-01")).await;
    }
    let (look_up, orders) = wait::until("a look-up for both", || async { shared(&collector.spans()) }).await;
    let expected: BTreeSet<(String, String)> =
        orders.iter().map(|step| (step.trace_id.clone(), step.span_id.clone())).collect();
    assert_eq!(look_up.links.iter().cloned().collect::<BTreeSet<_>>(), expected);
    for (step, (order_id, _)) in orders.iter().zip(TWINS) {
        assert_eq!(
            (step.name.as_str(), step.says("skinbus.order_id")),
            ("process skinbus.v1.poll.due.{account}", order_id)
        );
    }
    // It is itself a part of the first one's trace.
    assert!(orders.iter().any(|step| look_up.parent_id == step.span_id), "{look_up:?}");
}
