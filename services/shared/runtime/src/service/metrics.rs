//! What is counted of reloads.

use std::sync::OnceLock;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge};

use crate::telemetry;

struct Instruments {
    reloads: Counter<u64>,
    failed: Gauge<u64>,
}

fn instruments() -> &'static Instruments {
    static INSTRUMENTS: OnceLock<Instruments> = OnceLock::new();
    INSTRUMENTS.get_or_init(|| {
        let meter = telemetry::meter();
        Instruments {
            reloads: meter
                .u64_counter("skinbus_config_reloads")
                .with_description("Reloads of configuration and secrets by what became of them")
                .build(),
            failed: meter
                .u64_gauge("skinbus_config_reload_failed")
                .with_description(
                    "1 while the last reload was refused and the service runs on what was before",
                )
                .build(),
        }
    })
}

/// The service runs on what was read at start.
pub(super) fn started() {
    instruments().failed.record(0, &[]);
}

/// A reload came to its end.
pub(super) fn reloaded(is_applied: bool) {
    let outcome = if is_applied { "applied" } else { "refused" };
    instruments().reloads.add(1, &[KeyValue::new("outcome", outcome)]);
    instruments().failed.record(u64::from(!is_applied), &[]);
}
