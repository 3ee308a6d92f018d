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
    #[expect(clippy::disallowed_types, reason = "a time in seconds, for a histogram")]
    lateness: Histogram<f64>,
    reconciliations: Counter<u64>,
    findings: Counter<u64>,
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
            reconciliations: meter
                .u64_counter("skinbus_reconciliations")
                .with_description("Scheduled reconciliations by how they ended")
                .build(),
            findings: meter
                .u64_counter("skinbus_reconciliation_findings")
                .with_description(
                    "Findings of scheduled reconciliations by kind, again in every run that has them",
                )
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

/// A scheduled reconciliation ended.
pub(crate) fn reconciliation(account: &AccountId, outcome: &'static str) {
    let labels = [KeyValue::new("account", account.to_string()), KeyValue::new("outcome", outcome)];
    instruments().reconciliations.add(1, &labels);
}

/// A scheduled reconciliation found something.
pub(crate) fn finding(account: &AccountId, kind: &'static str) {
    let labels = [KeyValue::new("account", account.to_string()), KeyValue::new("kind", kind)];
    instruments().findings.add(1, &labels);
}
