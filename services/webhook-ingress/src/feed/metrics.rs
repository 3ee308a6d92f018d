//! What is counted of the providers' events. Every label is an account or one of a few words of ours.

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge};
use skinbus_domain::ids::AccountId;
use skinbus_runtime::telemetry;

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A hint, stored.
    Stored,
    /// A hint that is perhaps not stored: NATS gave no word.
    NotStored,
    /// A hint more than are stored in a time, or than can wait.
    TooMany,
    /// About no order.
    Unrelated,
    /// About a trade, without a word of whose.
    Unnamed,
    /// Nothing that is documented.
    Unreadable,
}

impl Outcome {
    const fn label(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::NotStored => "not_stored",
            Self::TooMany => "too_many",
            Self::Unrelated => "unrelated",
            Self::Unnamed => "unnamed",
            Self::Unreadable => "unreadable",
        }
    }
}

pub(super) struct Metrics {
    connected: Gauge<u64>,
    events: Counter<u64>,
    connections: Counter<u64>,
}

impl Metrics {
    /// Takes the instruments; telemetry has to be set up before.
    pub(super) fn new() -> Self {
        let meter = telemetry::meter();
        Self {
            connected: meter
                .u64_gauge("skinbus_events_connected")
                .with_description("1 while the provider's events of the account come in here")
                .build(),
            events: meter
                .u64_counter("skinbus_events")
                .with_description("Frames of the providers' events by account and by what became of them")
                .build(),
            connections: meter
                .u64_counter("skinbus_events_connections")
                .with_description(
                    "Connections for the providers' events, and tries, by account and by how they ended",
                )
                .build(),
        }
    }

    pub(super) fn connected(&self, account: &AccountId, is_connected: bool) {
        self.connected.record(u64::from(is_connected), &[named(account)]);
    }

    pub(super) fn event(&self, account: &AccountId, outcome: Outcome) {
        self.events.add(1, &[named(account), KeyValue::new("outcome", outcome.label())]);
    }

    pub(super) fn ended(&self, account: &AccountId, how: &'static str) {
        self.connections.add(1, &[named(account), KeyValue::new("ended", how)]);
    }
}

fn named(account: &AccountId) -> KeyValue {
    KeyValue::new("account", account.to_string())
}
