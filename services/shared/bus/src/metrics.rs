//! What is counted: here of alerts, and of what NATS refuses.

pub(crate) mod requests;
pub(crate) mod trades;

use std::sync::OnceLock;

use opentelemetry::KeyValue;
use opentelemetry::metrics::Counter;
use skinbus_domain::AlertKind;
use skinbus_domain::drift::{Drift, Seen};
use skinbus_domain::ids::AccountId;
use skinbus_runtime::telemetry;

struct Instruments {
    alerts: Counter<u64>,
    drift: Counter<u64>,
    refused: Counter<u64>,
}

fn instruments() -> &'static Instruments {
    static INSTRUMENTS: OnceLock<Instruments> = OnceLock::new();
    INSTRUMENTS.get_or_init(|| {
        let meter = telemetry::meter();
        Instruments {
            alerts: meter
                .u64_counter("skinbus_alerts")
                .with_description("Alerts raised by kind and account")
                .build(),
            drift: meter
                .u64_counter("skinbus_drift")
                .with_description("What providers said that is not known, by operation and field")
                .build(),
            refused: meter
                .u64_counter("skinbus_nats_refused")
                .with_description("What NATS refused for want of a right, by action and kind of subject")
                .build(),
        }
    })
}

/// An alert is stored.
pub(crate) fn alert(kind: AlertKind, account: Option<&AccountId>) {
    let account = account.map(ToString::to_string).unwrap_or_default();
    instruments().alerts.add(1, &[KeyValue::new("kind", kind.as_str()), KeyValue::new("account", account)]);
}

/// Drift was counted. The value is no label, and names are labels only where their kind is kept: there are few of those,
/// whatever a provider or a forger invents.
pub(crate) fn drift(account: &AccountId, drift: &Drift, seen: &Seen) {
    let named = |name: &str| if seen.keeps(drift) { name.to_owned() } else { "other".to_owned() };
    let labels = [
        KeyValue::new("account", account.to_string()),
        KeyValue::new("operation", named(&drift.operation)),
        KeyValue::new("field", named(&drift.field)),
    ];
    instruments().drift.add(1, &labels);
}

/// NATS refused something. Both labels are few.
pub(crate) fn refused(action: &'static str, class: &str) {
    let labels = [KeyValue::new("action", action), KeyValue::new("subject", class.to_owned())];
    instruments().refused.add(1, &labels);
}
