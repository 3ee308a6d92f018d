//! What is counted here.

use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram};
use skinbus_domain::ids::AccountId;
use skinbus_domain::quota::UNREACHABLE;
use skinbus_runtime::accounts::Account;
use skinbus_runtime::telemetry;

use crate::permits::Said;

struct Instruments {
    #[expect(clippy::disallowed_types, reason = "a time in seconds, for a histogram")]
    calls: Histogram<f64>,
    closings: Counter<u64>,
    conflicts: Counter<u64>,
}

fn instruments() -> &'static Instruments {
    static INSTRUMENTS: OnceLock<Instruments> = OnceLock::new();
    INSTRUMENTS.get_or_init(|| {
        let meter = telemetry::meter();
        Instruments {
            calls: meter
                .f64_histogram("skinbus_provider_call")
                .with_unit("s")
                .with_description("Calls to providers by account, operation and outcome")
                .build(),
            closings: meter
                .u64_counter("skinbus_account_closings")
                .with_description("Ends of calls that closed their account, by why")
                .build(),
            conflicts: meter
                .u64_counter("skinbus_quota_conflicts")
                .with_description("Writes of the quota that another replica was faster with")
                .build(),
        }
    })
}

/// A call to a provider ended.
pub(crate) fn call(account: &Account, operation: &'static str, outcome: &'static str, took: Duration) {
    let labels = [
        KeyValue::new("account", account.name.to_string()),
        KeyValue::new("provider", account.config.provider.as_str()),
        KeyValue::new("operation", operation),
        KeyValue::new("outcome", outcome),
    ];
    instruments().calls.record(took.as_secs_f64(), &labels);
}

/// What the end of a call says of its account. Reasons are words of the adapters, never a provider's own.
pub(crate) fn said(account: &AccountId, said: &Said) {
    let reason = match said {
        Said::Closed { reason, .. } => reason,
        Said::Unreachable => UNREACHABLE,
        Said::Open | Said::Nothing => return,
    };
    let labels = [KeyValue::new("account", account.to_string()), KeyValue::new("reason", reason)];
    instruments().closings.add(1, &labels);
}

/// Another replica changed the quota first.
pub(crate) fn permit_conflict(account: &AccountId) {
    instruments().conflicts.add(1, &[KeyValue::new("account", account.to_string())]);
}
