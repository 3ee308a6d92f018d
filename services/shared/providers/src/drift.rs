//! Which answers are drift: fields that cannot be read, words and forms that no adapter knows. An outage is none, nor is a
//! word that is documented and leaves the outcome open. Statuses that nobody knows are told with the trade, not here.

use skinbus_domain::query::QueryAnswer;
use skinbus_domain::trade::Reason;
use skinbus_domain::{CommandOutcome, Drift, Outcome};

use crate::provider::{LookedUp, Queried};

/// The code that every adapter gives to a refusal in a word that it does not know.
const UNKNOWN_WORD: &str = "refused";
/// What adapters call an answer that is about something else than what was asked for.
const OTHER: [&str; 7] = [
    "mentioned_twice",
    "not_mentioned",
    "other_count",
    "other_price",
    "other_reference",
    "other_trade",
    "unexpected_status",
];
/// Documented at several providers, as a failure of theirs.
const FAILURE: &str = "internal_error";

/// The drift in the answer to a placing call.
#[must_use]
pub fn in_placed(operation: &str, outcome: &Outcome) -> Option<Drift> {
    match outcome {
        Outcome::Refused(reason) | Outcome::Unknown { reason, .. } => in_reason(operation, reason),
        // An unknown status is in the observation, and so in the trade's next version.
        Outcome::Placed(_) | Outcome::NotSent { .. } => None,
    }
}

/// The drift in the answer to a command.
#[must_use]
pub fn in_commanded(operation: &str, outcome: &CommandOutcome) -> Option<Drift> {
    match outcome {
        CommandOutcome::Refused(reason) | CommandOutcome::Unknown(reason) => in_reason(operation, reason),
        CommandOutcome::Done => None,
    }
}

/// The drift in the answer to a look-up.
#[must_use]
pub fn in_looked_up(operation: &str, told: &LookedUp) -> Option<Drift> {
    match told {
        LookedUp::Rows { unreadable, .. } => (*unreadable > 0).then(|| unreadable_row(operation)),
        LookedUp::Unreadable { problem } => in_problem(operation, problem),
        LookedUp::Closed(_) => None,
    }
}

/// The drift in the answer to a query.
#[must_use]
pub fn in_queried(operation: &str, told: &Queried) -> Option<Drift> {
    match told {
        Queried::Answer(answer) => has_unreadable_rows(answer).then(|| unreadable_row(operation)),
        Queried::Refused { code, provider_code } => {
            (*code == UNKNOWN_WORD).then(|| Drift::new(operation, "error", provider_code))
        }
        Queried::Unreadable { problem } => in_problem(operation, problem),
        Queried::Closed(_) => None,
    }
}

fn has_unreadable_rows(answer: &QueryAnswer) -> bool {
    match answer {
        QueryAnswer::Items(page) => page.unreadable > 0,
        QueryAnswer::History(page) => page.unreadable > 0,
        QueryAnswer::Balance(_)
        | QueryAnswer::Currencies(_)
        | QueryAnswer::Status(_)
        | QueryAnswer::FailedWebhooks(_) => false,
    }
}

fn unreadable_row(operation: &str) -> Drift {
    Drift::new(operation, "row", "(unreadable)")
}

fn in_reason(operation: &str, reason: &Reason) -> Option<Drift> {
    let code = reason.code.as_str();
    if code == UNKNOWN_WORD {
        return reason.provider_code.as_ref().map(|word| Drift::new(operation, "error", word));
    }
    let is_client_error = code.starts_with("http_") && !code.starts_with("http_5") && code != "http_429";
    let is_drift = code.starts_with("unreadable_") || is_client_error || OTHER.contains(&code);
    is_drift.then(|| Drift::in_word(operation, "answer", code))
}

/// Problems are texts of adapters: an error's word, an HTTP status, or what is wrong with the answer.
fn in_problem(operation: &str, problem: &str) -> Option<Drift> {
    if let Some(word) = problem.strip_prefix("the error ") {
        return (word != FAILURE).then(|| Drift::new(operation, "error", word));
    }
    let is_failure = problem.starts_with("HTTP status 5") || problem == "HTTP status 429";
    (!is_failure).then(|| Drift::in_word(operation, "answer", problem))
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use skinbus_domain::query::ItemPage;

    use super::*;
    use crate::outcome::{
        error_problem, http, http_problem, not_sent, reference_known, refused, unknown, unproved,
    };
    use crate::test_support::now;

    fn placed(outcome: &Outcome) -> Option<(String, String)> {
        in_placed("place", outcome).map(|drift| (drift.field, drift.value))
    }

    fn is(field: &str, value: &str) -> Option<(String, String)> {
        Some((field.to_owned(), value.to_owned()))
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_drift() {
        assert_eq!(placed(&unknown("unreadable_answer")), is("answer", "(unreadable)"));
        assert_eq!(placed(&unknown("unreadable_price")), is("price", "(unreadable)"));
        assert_eq!(placed(&unknown("other_reference")), is("answer", "other_reference"));
        assert_eq!(placed(&unknown(&http(StatusCode::NOT_FOUND))), is("answer", "http_404"));
        assert_eq!(placed(&unproved("refused", "purchase_frozen")), is("error", "purchase_frozen"));
        assert_eq!(placed(&refused("refused", "purchase_frozen")), is("error", "purchase_frozen"));
    }

    #[test]
    fn an_outage_and_what_is_documented_is_none() {
        let pause = std::time::Duration::from_secs(1);
        for outcome in [
            unknown(&http(StatusCode::BAD_GATEWAY)),
            unknown(&http(StatusCode::TOO_MANY_REQUESTS)),
            unknown("timed_out"),
            unproved("provider_error", "internal_error"),
            refused("item_unavailable", "skin_unavailable"),
            reference_known("custom_id_already_exists"),
            not_sent("rate_limited", "request_limit_reached", now(), pause),
        ] {
            assert_eq!(placed(&outcome), None, "{outcome:?}");
        }
        for problem in [http_problem(StatusCode::BAD_GATEWAY), error_problem("internal_error")] {
            assert_eq!(in_looked_up("lookup", &LookedUp::unreadable(problem.clone())), None);
            assert_eq!(in_queried("balance", &Queried::unreadable(problem)), None);
        }
        assert_eq!(in_looked_up("lookup", &LookedUp::nothing()), None);
        assert_eq!(in_commanded("cancel", &CommandOutcome::Done), None);
    }

    #[test]
    fn rows_and_words_of_other_answers_are_drift() {
        let row = LookedUp::Rows { rows: Vec::new(), unreadable: 3 };
        assert_eq!(in_looked_up("lookup", &row), Some(Drift::new("lookup", "row", "(unreadable)")));
        let word = LookedUp::unreadable(error_problem("frozen"));
        assert_eq!(in_looked_up("lookup", &word), Some(Drift::new("lookup", "error", "frozen")));
        let form = Queried::unreadable("a success without items");
        assert_eq!(
            in_queried("prices", &form),
            Some(Drift::new("prices", "answer", "a success without items"))
        );
        let page = ItemPage { unreadable: 1, ..ItemPage::default() };
        let page = Queried::Answer(QueryAnswer::Items(page));
        assert_eq!(in_queried("prices", &page), Some(Drift::new("prices", "row", "(unreadable)")));
        let unknown = CommandOutcome::Unknown(Reason::from_provider("refused", "frozen"));
        assert_eq!(in_commanded("cancel", &unknown), Some(Drift::new("cancel", "error", "frozen")));
    }
}
