//! What is counted and measured. Labels have few values: a name that is not configured never becomes one.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram};
use skinbus_domain::ids::AccountId;
use skinbus_runtime::telemetry;

use crate::accounts::Age;
use crate::answer::Outcome;

pub(crate) struct Metrics {
    webhooks: Counter<u64>,
    #[expect(clippy::disallowed_types, reason = "a time in seconds, for a histogram")]
    store: Histogram<f64>,
}

impl Metrics {
    /// Takes the instruments; telemetry has to be set up before.
    pub(crate) fn new() -> Self {
        let meter = telemetry::meter();
        Self {
            webhooks: meter
                .u64_counter("skinbus_webhooks")
                .with_description(
                    "Requests to the webhook port by account, by what became of them, why if forged, and by which secrets if not",
                )
                .build(),
            store: meter
                .f64_histogram("skinbus_webhook_store")
                .with_unit("s")
                .with_description("Time until a webhook was known to be stored, or given up")
                .build(),
        }
    }

    /// A request came to its end; `account` is there where the sender knew the path of one, and `age` where he proved
    /// himself: as long as secrets that were replaced are counted, they are still needed.
    pub(crate) fn ended(&self, account: Option<&AccountId>, outcome: Outcome, age: Option<Age>) {
        let account = account.map(ToString::to_string).unwrap_or_default();
        let labels = [
            KeyValue::new("account", account),
            KeyValue::new("outcome", outcome.label()),
            KeyValue::new("reason", outcome.reason()),
            KeyValue::new("secret", age.map_or("", Age::label)),
        ];
        self.webhooks.add(1, &labels);
    }

    pub(crate) fn stored(&self, took: Duration, outcome: Outcome) {
        self.store.record(took.as_secs_f64(), &[KeyValue::new("outcome", outcome.label())]);
    }
}
