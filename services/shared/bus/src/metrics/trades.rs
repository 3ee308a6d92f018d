//! What is counted of versions that are in the ledger: where trades go, how long that takes, and what is credited.

use std::sync::OnceLock;

use jiff::{SignedDuration, Timestamp};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram};
use skinbus_domain::credit::{Credit, CreditState};
use skinbus_domain::trade::{StatusChange, Trade, TradeStatus};
use skinbus_runtime::telemetry;

struct Instruments {
    transitions: Counter<u64>,
    credits: Counter<u64>,
    #[expect(clippy::disallowed_types, reason = "a time in seconds, for a histogram")]
    to_sent: Histogram<f64>,
    #[expect(clippy::disallowed_types, reason = "a time in seconds, for a histogram")]
    to_end: Histogram<f64>,
}

fn instruments() -> &'static Instruments {
    static INSTRUMENTS: OnceLock<Instruments> = OnceLock::new();
    INSTRUMENTS.get_or_init(|| {
        let meter = telemetry::meter();
        Instruments {
            transitions: meter
                .u64_counter("skinbus_transitions")
                .with_description("Changes of trades' states in the ledger, by the state that they went to")
                .build(),
            credits: meter
                .u64_counter("skinbus_credits")
                .with_description("Credits in the ledger, by the state that they went to")
                .build(),
            to_sent: meter
                .f64_histogram("skinbus_order_accepted_to_sent")
                .with_unit("s")
                .with_description("From the acceptance of an order to the intent of its first call")
                .build(),
            to_end: meter
                .f64_histogram("skinbus_order_accepted_to_end")
                .with_unit("s")
                .with_description("From the acceptance of an order to its first final state")
                .build(),
        }
    })
}

/// A version is in the ledger; `before` are the credits of the version before it.
pub(crate) fn written(before: &[Credit], change: &StatusChange) {
    let (from, trade) = (change.from, &change.trade);
    let (to, of_trade) = (trade.status(), labels(trade));
    if from != Some(to) {
        instruments().transitions.add(1, &with(&of_trade, "state", to.as_str()));
    }
    for credit in moved(before, &trade.credits) {
        instruments().credits.add(1, &with(&of_trade, "state", credit_state(credit)));
    }
    let Some(accepted_at) = trade.accepted_at else { return };
    let took = seconds_between(accepted_at, change.recorded_at);
    let is_first = trade.attempt.as_ref().is_some_and(|attempt| attempt.number == 1);
    if from == Some(TradeStatus::Accepted) && to == TradeStatus::Dispatching && is_first {
        instruments().to_sent.record(took, &of_trade);
    }
    if to.is_final() && !from.is_some_and(TradeStatus::is_final) {
        instruments().to_end.record(took, &with(&of_trade, "state", to.as_str()));
    }
}

/// Never the merchant's words: an account is configured, a kind is ours.
fn labels(trade: &Trade) -> [KeyValue; 2] {
    let account = trade.order.as_ref().map(|order| order.account.to_string()).unwrap_or_default();
    let kind = trade.kind().map_or("", |kind| kind.as_str());
    [KeyValue::new("account", account), KeyValue::new("kind", kind)]
}

fn with(labels: &[KeyValue; 2], name: &'static str, value: &'static str) -> [KeyValue; 3] {
    let [account, kind] = labels.clone();
    [account, kind, KeyValue::new(name, value)]
}

/// Those that are new, or in another state than before.
fn moved<'a>(before: &'a [Credit], after: &'a [Credit]) -> impl Iterator<Item = &'a Credit> {
    after.iter().filter(move |credit| {
        !before.iter().any(|known| known.key == credit.key && known.state == credit.state)
    })
}

fn credit_state(credit: &Credit) -> &'static str {
    match credit.state {
        CreditState::Pending => "PENDING",
        CreditState::Credited => "CREDITED",
        CreditState::Reversed => "REVERSED",
    }
}

#[expect(clippy::disallowed_types, reason = "a time in seconds, for a histogram")]
fn seconds_between(start: Timestamp, end: Timestamp) -> f64 {
    // The clocks of two machines may differ.
    end.duration_since(start).max(SignedDuration::ZERO).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credit(key: &str, state: CreditState) -> Credit {
        let amount = skinbus_domain::money::Money {
            currency: "USD".parse().unwrap(),
            amount: "1.50".parse().unwrap(),
        };
        let (key, thing) = (key.to_owned(), key.to_owned());
        Credit { key, thing, amount, local_amount: None, multiplier: None, state, is_advanced: false }
    }

    #[test]
    fn a_credit_counts_once_in_each_state() {
        let pending = [credit("a", CreditState::Pending)];
        let both = [credit("a", CreditState::Credited), credit("b", CreditState::Pending)];
        let keys = |before: &[Credit], after: &[Credit]| -> Vec<String> {
            moved(before, after).map(|credit| credit.key.clone()).collect()
        };
        assert_eq!(keys(&[], &pending), ["a"]);
        assert!(keys(&pending, &pending).is_empty());
        assert_eq!(keys(&pending, &both), ["a", "b"]);
        assert!(keys(&both, &[]).is_empty());
    }
}
