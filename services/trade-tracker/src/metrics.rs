//! What is counted here.

use std::sync::OnceLock;

use opentelemetry::KeyValue;
use opentelemetry::metrics::Counter;
use skinbus_domain::ids::AccountId;
use skinbus_runtime::telemetry;

struct Instruments {
    folds: Counter<u64>,
    looks: Counter<u64>,
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
