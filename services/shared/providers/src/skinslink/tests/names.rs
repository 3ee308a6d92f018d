//! A deposit by names: a draft first, then the deposit.

use skinbus_domain::credit::CreditState;
use skinbus_domain::trade::Reason;
use skinbus_domain::{Outcome, Progress};

use super::*;
use crate::provider::Closed;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn the_draft_becomes_a_deposit() {
    let answer = answered(&by_names(), 1, 200, DRAFT);
    assert_eq!(answer.closed, None);
    let Verdict::Next(request) = answer.verdict else { panic!("{answer:?}") };
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://api.skinslink.com/api/v1/merchant/create-deposit-by-hash-name
    accept: "application/json"
    x-api-key: Sensitive
    content-type: "application/json"

    {"id":50220,"merchant_tx_id":"dep-1","game":"csgo","partner":39734314,"token":"<trade token>","items":[{"asset_id":"30117720455","name":"Tec-9 | Groundwater (Minimal Wear)","min_price":4.200},{"asset_id":"30117720456","name":"Tec-9 | Groundwater (Minimal Wear)"},{"asset_id":"30117720457","name":"★ Karambit | Doppler"}],"result_url":"https://hooks.example.com/webhooks/skinslink_main/path-secret"}
    "#);
    for same in [with(DRAFT, "50220", "\"50220\""), with(DRAFT, "\"total\": 1, \"sum\": 4.2", "\"new\": {}")]
    {
        let Verdict::Next(again) = answered(&by_names(), 1, 200, same).verdict else { panic!() };
        assert_eq!(again.body(), request.body());
    }
}

/// No deposit was asked for yet, so nothing can have been made.
#[test]
fn without_a_draft_nothing_was_sent() {
    let again = |status: u16, body: &str| {
        let answer = answered(&by_names(), 1, status, body);
        let Verdict::Outcome(Outcome::NotSent { reason, retry_at }) = answer.verdict else {
            panic!("{answer:?}: {body}")
        };
        (reason.code, retry_at, answer.closed)
    };
    let later = at("2026-03-02T10:31:15Z");
    for (from, to) in [
        ("\"id\": 50220, ", ""),
        ("50220", "0"),
        ("50220", "null"),
        ("50220", "-1"),
        ("50220", "50220.5"),
        ("50220", "\"x\""),
        ("50220", "99999999999999999999999"),
    ] {
        assert_eq!(again(200, &with(DRAFT, from, to)), ("unreadable_draft".to_owned(), later, None), "{to}");
    }
    for body in ["", "<html></html>", "[]", "{}", r#"{"success": true}"#, &DRAFT[..60]] {
        assert_eq!(again(200, body), ("unreadable_answer".to_owned(), later, None), "{body}");
    }
    for status in [204, 302, 404, 408, 500, 502, 503] {
        assert_eq!(again(status, DRAFT), (format!("http_{status}"), later, None));
        assert_eq!(again(status, "<html></html>"), (format!("http_{status}"), later, None));
    }
    for status in [200, 408, 500, 503] {
        let code = format!("http_{status}");
        assert_eq!(again(status, &error("internal error")), (code, later, None));
    }
    let reopens = at("2026-03-02T10:32:00Z");
    let closed = Some(Closed { until: reopens, reason: "http_429" });
    assert_eq!(again(429, &error("slow down")), ("http_429".to_owned(), reopens, closed));
}

#[test]
fn who_is_refused_prices_is_refused_the_deposit() {
    for (status, body, code, word) in [
        (400, broken_rule("required"), "invalid_request", "validation error"),
        (400, error("invalid game code"), "invalid_request", "invalid game code"),
        (401, error("invalid API key"), "unauthorized", "invalid API key"),
        (404, error("not found error"), "refused", "not found error"),
        (422, error("something new"), "refused", "(no word)"),
        (409, error("already exist error"), "refused", "already exist error"),
    ] {
        let expected = Outcome::Refused(Reason::from_provider(code, word));
        assert_eq!(outcome_of(answered(&by_names(), 1, status, &body)), expected, "{body}");
    }
}

#[test]
fn the_amount_is_in_the_answer_alone() {
    let outcome = outcome_of(answered(&by_names(), 2, 200, DEPOSIT_BY_NAME));
    let Outcome::Placed(observation) = outcome else { panic!("{outcome:?}") };
    assert_eq!(observation.progress, Progress::OfferSent);
    assert_eq!(observation.facts.provider_id.as_deref(), Some("50220"));
    assert_eq!(observation.facts.offer_id.as_deref(), Some("7120099555"));
    let credit = &observation.credits[0];
    assert_eq!((credit.amount.to_string().as_str(), credit.state), ("4.2 USD", CreditState::Pending));
    // The answer to the first call is none to the second.
    let outcome = outcome_of(answered(&by_names(), 2, 200, DRAFT));
    assert_eq!(unknown(&outcome), Some(("unreadable_answer", false)));
}

/// What a draft that lapsed is answered with is not documented.
#[test]
fn a_draft_that_lapsed_is_looked_up_before_the_order_fails() {
    for (status, body) in [(404, NOT_FOUND.to_owned()), (400, error("trade expired")), (410, error("gone"))] {
        let outcome = outcome_of(answered(&by_names(), 2, status, &body));
        assert!(matches!(unknown(&outcome), Some((_, true))), "{outcome:?}");
    }
}
