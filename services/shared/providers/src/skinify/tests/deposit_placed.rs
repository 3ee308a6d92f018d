//! Answers that say clearly that a deposit, or its trade offer, was made; and those that nearly do.

use skinbus_domain::order::{Deposit, Operation};
use skinbus_domain::{Cause, Observation, Outcome, Progress, ProviderFacts};

use super::{
    Answered, CREATE, OFFER, link, named, now, ordered, reference, response, skinify, unknown, with,
};
use crate::provider::{PlaceAnswer, Placing, Provider, Verdict};

fn answer_to(deposit: Deposit, call: u32, status: u16, body: impl AsRef<[u8]>) -> PlaceAnswer {
    let order = ordered(Operation::Deposit(deposit));
    let reference = reference("dep-501");
    let placing = Placing { order: &order, reference: &reference, call };
    skinify().read_placed(&placing, &response(status, body), now())
}

/// The answer to the creation of a hosted page.
pub(super) fn page(status: u16, body: impl AsRef<[u8]>) -> Answered {
    answer_to(link(), 1, status, body).into()
}

/// The first answer to named items.
pub(super) fn first(status: u16, body: impl AsRef<[u8]>) -> PlaceAnswer {
    answer_to(named(), 1, status, body)
}

/// The second answer to named items.
pub(super) fn second(status: u16, body: impl AsRef<[u8]>) -> Answered {
    answer_to(named(), 2, status, body).into()
}

fn placed(progress: Progress, facts: ProviderFacts) -> Outcome {
    Outcome::Placed(Observation {
        cause: Cause::Dispatch,
        reference: reference("dep-501"),
        progress,
        facts,
        credits: Vec::new(),
        occurred_at: None,
    })
}

fn created() -> Outcome {
    placed(
        Progress::Submitted,
        ProviderFacts {
            provider_id: Some("700412".to_owned()),
            redirect_url: Some("https://skinify.io/pay?hash=5e0d1c7b93a24f68b1c2d3e4f5061728".to_owned()),
            ..ProviderFacts::default()
        },
    )
}

fn offered() -> Outcome {
    let offer_id = Some("8123000222".to_owned());
    placed(Progress::OfferSent, ProviderFacts { offer_id, ..ProviderFacts::default() })
}

#[test]
fn the_documented_answers() {
    assert_eq!(page(200, CREATE), Answered { outcome: created(), closed: None });
    assert_eq!(page(201, CREATE).outcome, created());
    assert_eq!(second(200, OFFER), Answered { outcome: offered(), closed: None });
}

#[test]
fn the_same_page_in_other_words() {
    for (from, to) in [
        ("700412", "\"700412\""),
        ("\"status\": \"success\"", "\"success\": true"),
        ("\"status\": \"success\"", "\"status\": \"success\", \"error_message\": null"),
        ("\"status\": \"success\"", "\"status\": \"success\", \"new\": {\"deep\": [1, {}]}"),
        ("\"status\": \"success\"", "\"status\": \"success\", \"deposit_id\": \"dep-501\""),
        ("{\"status\"", "\r\n\t {\"status\""),
    ] {
        assert_eq!(page(200, with(CREATE, from, to)).outcome, created(), "{to}");
    }
}

#[test]
fn the_same_offer_in_other_words() {
    for (from, to) in [
        ("\"8123000222\"", "8123000222"),
        ("\"success\": true", "\"status\": \"success\""),
        ("\"success\": true", "\"success\": true, \"status\": \"success\", \"error_message\": \"\""),
        ("\"success\": true", "\"success\": true, \"deposit_id\": \"dep-501\""),
        ("\"currency\": \"usd\", ", ""),
        ("\"currency\": \"usd\"", "\"botid\": null"),
        // Not the SteamID64 of anybody: what number it is is not documented.
        ("\"currency\": \"usd\"", "\"botid\": 17"),
        ("\"currency\": \"usd\"", "\"botid\": \"\""),
    ] {
        assert_eq!(second(200, with(OFFER, from, to)).outcome, offered(), "{to}");
    }
}

#[test]
fn what_else_an_offer_tells_is_kept() {
    let more = "\"transaction_id\": 700412, \"botid\": \"76561198000000099\"";
    let told = second(200, with(OFFER, "\"currency\": \"usd\"", more)).outcome;
    let Outcome::Placed(observation) = told else { panic!("{told:?}") };
    assert_eq!(observation.facts.provider_id.as_deref(), Some("700412"));
    assert_eq!(observation.facts.bot_steam_id.as_deref(), Some("76561198000000099"));
}

/// A page that nobody can be sent to is no success, and surely no failure.
#[test]
fn a_page_that_cannot_be_read_leaves_the_outcome_open() {
    for (from, to, code) in [
        (", \"transaction_id\": 700412", "", "unreadable_answer"),
        ("700412", "null", "unreadable_answer"),
        ("700412", "{}", "unreadable_answer"),
        ("700412", "[700412]", "unreadable_answer"),
        ("700412", "true", "unreadable_answer"),
        ("700412", "0", "unreadable_transaction_id"),
        ("700412", "\"\"", "unreadable_transaction_id"),
        ("\"url\": ", "\"link\": ", "unreadable_url"),
        ("\"https://skinify.io/pay?hash=5e0d1c7b93a24f68b1c2d3e4f5061728\"", "null", "unreadable_url"),
        ("\"https://skinify.io/pay?hash=5e0d1c7b93a24f68b1c2d3e4f5061728\"", "1", "unreadable_answer"),
        ("https://skinify.io", "", "unreadable_url"),
        ("https://", "javascript://", "unreadable_url"),
        ("hash=", "hash= ", "unreadable_url"),
        ("\"status\"", "\"deposit_id\": \"dep-502\", \"status\"", "other_reference"),
        ("\"status\"", "\"deposit_id\": \"\", \"status\"", "other_reference"),
        ("\"success\"", "\"ok\"", "unreadable_answer"),
        ("\"success\"", "\"SUCCESS\"", "unreadable_answer"),
        ("\"success\"", "true", "unreadable_answer"),
        ("\"success\"", "\"pending\"", "unreadable_answer"),
        ("\"status\": \"success\", ", "", "unreadable_answer"),
        ("\"success\"", "\"success\", \"success\": false", "unreadable_answer"),
        ("\"success\"", "\"success\", \"error_message\": \"invalid_steam_id\"", "unreadable_answer"),
        ("\"status\"", "\"transaction_id\": 1, \"status\"", "unreadable_answer"),
    ] {
        let body = with(CREATE, from, to);
        assert_eq!(unknown(&page(200, &body).outcome), Some((code, false)), "{body}");
    }
}

#[test]
fn no_offer_is_asked_for_without_a_clear_deposit() {
    for (from, to, code) in [
        ("700412", "null", "unreadable_answer"),
        ("700412", "0", "unreadable_transaction_id"),
        ("\"status\"", "\"deposit_id\": \"dep-502\", \"status\"", "other_reference"),
        ("\"success\"", "\"ok\"", "unreadable_answer"),
    ] {
        let body = with(CREATE, from, to);
        let told: Answered = first(200, &body).into();
        assert_eq!(unknown(&told.outcome), Some((code, false)), "{body}");
    }
    for status in [302, 400, 429, 500, 503] {
        let told: Answered = first(status, CREATE).into();
        assert_eq!(unknown(&told.outcome), Some((format!("http_{status}").as_str(), false)));
    }
    // Its page is shown to nobody, so that may be anything.
    let other = with(CREATE, "https://skinify.io", "");
    assert!(matches!(first(200, other).verdict, Verdict::Next(_)));
}

#[test]
fn an_offer_that_cannot_be_read_leaves_the_outcome_open() {
    for (from, to, code) in [
        (", \"tradeofferid\": \"8123000222\"", "", "unreadable_answer"),
        ("\"8123000222\"", "null", "unreadable_answer"),
        ("\"8123000222\"", "{}", "unreadable_answer"),
        ("\"8123000222\"", "\"\"", "unreadable_tradeofferid"),
        ("\"8123000222\"", "0", "unreadable_tradeofferid"),
        ("\"success\": true, ", "", "unreadable_answer"),
        ("true", "false", "unreadable_answer"),
        ("true", "1", "unreadable_answer"),
        ("true", "\"true\"", "unreadable_answer"),
        ("\"currency\"", "\"deposit_id\": \"dep-502\", \"currency\"", "other_reference"),
        ("true", "true, \"error_message\": \"steam_error\"", "unreadable_answer"),
    ] {
        let body = with(OFFER, from, to);
        assert_eq!(unknown(&second(200, &body).outcome), Some((code, false)), "{body}");
    }
    // The answers are not taken for one another.
    assert_eq!(unknown(&second(200, CREATE).outcome), Some(("unreadable_answer", false)));
    assert_eq!(unknown(&page(200, OFFER).outcome), Some(("unreadable_answer", false)));
}

#[test]
fn another_http_status_is_not_believed() {
    for status in [302, 400, 403, 404, 429, 500, 502, 503, 504] {
        let code = format!("http_{status}");
        for answer in [page(status, CREATE), second(status, OFFER)] {
            assert_eq!(unknown(&answer.outcome), Some((code.as_str(), false)));
            assert_eq!(answer.closed.is_some(), status == 429);
        }
    }
}

#[test]
fn a_truncated_answer_is_never_definite() {
    for end in 0..CREATE.trim_end().len() {
        assert_eq!(unknown(&page(200, &CREATE[..end]).outcome), Some(("unreadable_answer", false)), "{end}");
        let told: Answered = first(200, &CREATE[..end]).into();
        assert_eq!(unknown(&told.outcome), Some(("unreadable_answer", false)), "{end}");
    }
    for end in 0..OFFER.trim_end().len() {
        assert_eq!(unknown(&second(200, &OFFER[..end]).outcome), Some(("unreadable_answer", false)), "{end}");
    }
}

#[test]
fn garbage_is_never_definite() {
    for body in super::garbage::bodies() {
        for status in [200, 403, 404, 500, 503] {
            let first: Answered = first(status, &body).into();
            for answer in [page(status, &body), first, second(status, &body)] {
                assert!(unknown(&answer.outcome).is_some_and(|(_, refused)| !refused), "{answer:?}");
            }
        }
    }
}
