//! What is counted here.

use std::sync::OnceLock;

use opentelemetry::KeyValue;
use opentelemetry::metrics::Counter;
use skinbus_domain::ids::AccountId;
use skinbus_runtime::telemetry;

struct Instruments {
    folds: Counter<u64>,
    looks: Counter<u64>,
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
