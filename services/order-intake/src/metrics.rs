//! What is counted here.

use std::sync::OnceLock;

use opentelemetry::KeyValue;
use opentelemetry::metrics::Counter;
use skinbus_runtime::telemetry;

static VERDICTS: OnceLock<Counter<u64>> = OnceLock::new();

/// A request came to this verdict.
pub(crate) fn verdict(verdict: &'static str) {
    let counter = VERDICTS.get_or_init(|| {
        let description = "Order requests by what became of them";
        telemetry::meter().u64_counter("skinbus_order_requests").with_description(description).build()
    });
    counter.add(1, &[KeyValue::new("verdict", verdict)]);
}
