//! Rate, errors and duration of what is worked on: messages of streams, and requests.

use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram};
use skinbus_runtime::telemetry;

struct Instruments {
    #[expect(clippy::disallowed_types, reason = "a time in seconds, for a histogram")]
    messages: Histogram<f64>,
    #[expect(clippy::disallowed_types, reason = "a time in seconds, for a histogram")]
    requests: Histogram<f64>,
    dead_letters: Counter<u64>,
}

fn instruments() -> &'static Instruments {
    static INSTRUMENTS: OnceLock<Instruments> = OnceLock::new();
    INSTRUMENTS.get_or_init(|| {
        let meter = telemetry::meter();
        Instruments {
            messages: meter
                .f64_histogram("skinbus_message")
                .with_unit("s")
                .with_description(
                    "Messages of streams that were worked on, by stage and by what became of them",
                )
                .build(),
            requests: meter
                .f64_histogram("skinbus_request")
                .with_unit("s")
                .with_description("Requests that were answered, by endpoint and by how")
                .build(),
            dead_letters: meter
                .u64_counter("skinbus_dead_letters")
                .with_description("Messages that nobody can work on, by stage and reason")
                .build(),
        }
    })
}

/// A message left the hands of `stage`.
pub(crate) fn message(stage: &'static str, outcome: &'static str, took: Duration) {
    let labels = [KeyValue::new("stage", stage), KeyValue::new("outcome", outcome)];
    instruments().messages.record(took.as_secs_f64(), &labels);
}

/// A message became a dead letter.
pub(crate) fn buried(stage: &str, reason: &'static str) {
    let labels = [KeyValue::new("stage", stage.to_owned()), KeyValue::new("reason", reason)];
    instruments().dead_letters.add(1, &labels);
}

/// What requests of one endpoint are counted under: of our own subject, never of a caller's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    account: String,
    name: String,
}

impl Endpoint {
    /// Reads `skinbus.v1.place.*` and `skinbus.v1.query.<account>.<operation>`.
    pub(crate) fn of(subject: &str) -> Self {
        let tokens: Vec<&str> = subject.split('.').skip(2).collect();
        match tokens.as_slice() {
            [kind, account, operation] => {
                Self { account: (*account).to_owned(), name: format!("{kind}.{operation}") }
            }
            [kind, ..] => Self { account: String::new(), name: (*kind).to_owned() },
            [] => Self { account: String::new(), name: String::new() },
        }
    }

    /// A request was answered; `error` is the code of the answer that it was refused with.
    pub(crate) fn answered(&self, error: Option<usize>, took: Duration) {
        let labels = [
            KeyValue::new("account", self.account.clone()),
            KeyValue::new("endpoint", self.name.clone()),
            KeyValue::new("outcome", outcome(error)),
        ];
        instruments().requests.record(took.as_secs_f64(), &labels);
    }
}

/// The caller's mistake, or ours.
fn outcome(error: Option<usize>) -> &'static str {
    match error {
        None => "answered",
        Some(400..=499) => "refused",
        Some(_) => "unavailable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_named_by_our_subject() {
        let of = |subject: &str| {
            let Endpoint { account, name } = Endpoint::of(subject);
            (account, name)
        };
        assert_eq!(of("skinbus.v1.place.*"), (String::new(), "place".to_owned()));
        let look_up = ("skinify_main".to_owned(), "query.lookup".to_owned());
        assert_eq!(of("skinbus.v1.query.skinify_main.lookup"), look_up);
        assert_eq!(of("skinbus"), (String::new(), String::new()));
    }

    #[test]
    fn the_callers_mistakes_are_no_failures() {
        let outcomes = [None, Some(400), Some(404), Some(500), Some(502), Some(503)].map(outcome);
        let expected = ["answered", "refused", "refused", "unavailable", "unavailable", "unavailable"];
        assert_eq!(outcomes, expected);
    }
}
