//! What is counted here.

use std::sync::OnceLock;

use jiff::{SignedDuration, Timestamp};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram};
use skinbus_domain::ids::AccountId;
use skinbus_domain::planning::Urgency;
use skinbus_runtime::telemetry;

struct Instruments {
    folds: Counter<u64>,
    looks: Counter<u64>,
    lateness: Histogram<f64>,
}

fn instruments() -> &'static Instruments {
    static INSTRUMENTS: OnceLock<Instruments> = OnceLock::new();
    INSTRUMENTS.get_or_init(|| {
        let meter = telemetry::meter();
        Instruments {
            folds: meter
                .u64_counter("skinbus_folds")
                .with_description("Inputs folded into trades by answer")
                .build(),
            lateness: meter
                .f64_histogram("skinbus_look_lateness")
                .with_description("How long after a look fell due it was asked for")
                .with_unit("s")
                .build(),
            looks: meter
                .u64_counter("skinbus_due_looks")
                .with_description("Due looks at trades by what they needed")
                .build(),
        }
    })
}

/// An input was folded.
pub(crate) fn fold(input: &'static str, answer: &'static str) {
    instruments().folds.add(1, &[KeyValue::new("input", input), KeyValue::new("answer", answer)]);
}

/// A look fell due.
pub(crate) fn due(account: &AccountId, need: &'static str) {
    instruments().looks.add(1, &[KeyValue::new("account", account.to_string()), KeyValue::new("need", need)]);
}

/// A look that fell due at `due_at` is asked for.
pub(crate) fn late(account: &AccountId, urgency: Urgency, due_at: Timestamp, now: Timestamp) {
    let late = now.duration_since(due_at).max(SignedDuration::ZERO);
    let labels = [KeyValue::new("account", account.to_string()), KeyValue::new("line", urgency.as_str())];
    instruments().lateness.record(late.as_secs_f64(), &labels);
}
