//! Outcomes, the one way for all adapters: what is placed, refused, not sent, and what nobody knows. A provider's words
//! are shown here only as far as they are single words (invariant S1).

use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use skinbus_domain::rules::after;
use skinbus_domain::trade::Reason;
use skinbus_domain::{
    Cause, CommandOutcome, Credit, Observation, Outcome, Progress, ProviderFacts, Reference,
};

use crate::provider::Closed;
use crate::values::{BadField, shown};

/// The code of an answer that has a good HTTP status and says nothing that is documented.
pub(crate) const UNREADABLE_ANSWER: &str = "unreadable_answer";

/// The code of an answer of which nothing but its HTTP status is known.
pub(crate) fn http(status: StatusCode) -> String {
    format!("http_{}", status.as_u16())
}

/// The order is placed, and this is what the answer says about it.
pub(crate) fn placed(
    reference: &Reference,
    progress: Progress,
    facts: ProviderFacts,
    credits: Vec<Credit>,
) -> Outcome {
    Outcome::Placed(Observation {
        cause: Cause::Dispatch,
        reference: reference.clone(),
        progress,
        facts,
        credits,
        occurred_at: None,
    })
}

/// Nothing is known, not even that it was refused: only a look-up can settle it.
pub(crate) fn unknown(code: &str) -> Outcome {
    Outcome::Unknown { reason: Reason::new(code), refusal_unproved: false }
}

/// A success in which this field cannot be read.
pub(crate) fn unreadable(bad: BadField) -> Outcome {
    unknown(&format!("unreadable_{}", bad.0))
}

/// The provider has something under this reference: a look-up tells what.
pub(crate) fn reference_known(word: &str) -> Outcome {
    Outcome::Unknown {
        reason: Reason::from_provider("reference_known", &shown(word)),
        refusal_unproved: false,
    }
}

/// Refused in words that are not documented to come before the work.
pub(crate) fn unproved(code: &str, word: &str) -> Outcome {
    Outcome::Unknown { reason: Reason::from_provider(code, &shown(word)), refusal_unproved: true }
}

/// Refused in words that surely come before the work.
pub(crate) fn refused(code: &str, word: &str) -> Outcome {
    Outcome::Refused(Reason::from_provider(code, &shown(word)))
}

/// Surely not done, for a reason that passes: it is sent again after the pause.
pub(crate) fn not_sent(code: &str, word: &str, now: Timestamp, pause: Duration) -> Outcome {
    Outcome::NotSent { reason: Reason::from_provider(code, &shown(word)), retry_at: after(now, pause) }
}

/// Nobody knows what became of a command.
pub(crate) fn command_unknown(code: &str) -> CommandOutcome {
    CommandOutcome::Unknown(Reason::new(code))
}

/// Until when the account is closed after an answer, and why: for `word`, where the answer is that, or for its HTTP
/// status. To wait can buy nothing twice, so the status alone will do, wherever only words are documented.
pub(crate) fn closed(
    word: Option<&'static str>,
    status: StatusCode,
    now: Timestamp,
    pause: Duration,
) -> Option<Closed> {
    let by_status = (status == StatusCode::TOO_MANY_REQUESTS).then_some("http_429");
    Some(Closed { until: after(now, pause), reason: word.or(by_status)? })
}

/// What is seen of an answer with an HTTP status that is no success, for people.
pub(crate) fn http_problem(status: StatusCode) -> String {
    format!("HTTP status {}", status.as_u16())
}

/// What is seen of an answer that is an error, for people.
pub(crate) fn error_problem(word: &str) -> String {
    format!("the error {}", shown(word))
}
