//! Answers that say no. Only what surely comes before any purchase is a refusal.

use skinbus_domain::Outcome;
use skinbus_domain::trade::Reason;

use super::{Answered, bought, error, place, reopens, unknown};

#[test]
fn the_documented_refusals() {
    for (word, code) in [
        ("missing_skin_parameters", "invalid_request"),
        ("missing_partner_or_token", "invalid_request"),
        ("name_too_short", "name_too_short"),
    ] {
        let refused = Outcome::Refused(Reason::from_provider(code, word));
        assert_eq!(bought(error(word)), refused);
        assert_eq!(bought(error(word).replace("\"error\"", "\"fail\"")), refused);
        assert_eq!(bought(error(word).replace("\"status\":\"error\"", "\"success\":false")), refused);
        // The HTTP status of errors is not documented.
        assert_eq!(place(400, error(word)).outcome, refused);
        for status in [302, 500, 502, 503] {
            let code = format!("http_{status}");
            assert_eq!(unknown(&place(status, error(word)).outcome), Some((code.as_str(), false)));
        }
    }
}

#[test]
fn over_the_limit_nothing_is_bought_and_the_account_closes() {
    let reason = Reason::from_provider("rate_limited", "request_limit_exceeded");
    let expected = Answered {
        outcome: Outcome::NotSent { reason, retry_at: reopens() },
        closed: Some((reopens(), "request_limit_exceeded")),
    };
    for status in [200, 403, 429] {
        assert_eq!(place(status, error("request_limit_exceeded")), expected, "{status}");
    }
    // The word closes the account, but behind a server error it proves nothing.
    let answer = place(503, error("request_limit_exceeded"));
    assert_eq!(unknown(&answer.outcome), Some(("http_503", false)));
    assert_eq!(answer.closed, expected.closed);
}

#[test]
fn a_limit_without_the_documented_word_closes_the_account_and_proves_nothing() {
    for body in ["<html><h1>429 Too Many Requests</h1></html>", "", "{}"] {
        let answer = place(429, body);
        assert_eq!(unknown(&answer.outcome), Some(("http_429", false)));
        assert_eq!(answer.closed, Some((reopens(), "http_429")));
    }
    let answer = place(429, error("slow_down"));
    assert_eq!(unknown(&answer.outcome), Some(("refused", true)));
    assert_eq!(answer.closed, Some((reopens(), "http_429")));
}

#[test]
fn any_other_word_is_not_proved() {
    for (word, code) in [
        ("insufficient_funds", "insufficient_funds"),
        ("skin_unavailable", "item_unavailable"),
        ("skin_not_found_by_price", "price_above_max"),
        ("market_disabled", "provider_closed"),
        ("invalid_token", "refused"),
        ("internal_error", "refused"),
        ("missing_something_new", "refused"),
        ("Name_Too_Short", "refused"),
        (" name_too_short", "refused"),
        ("request_limit_exceeded_soon", "refused"),
    ] {
        let answer = place(200, error(word));
        assert_eq!(unknown(&answer.outcome), Some((code, true)), "{word}");
        assert_eq!(answer.closed, None, "{word}");
    }
}

#[test]
fn a_known_reference_may_mean_that_it_was_bought() {
    for word in [
        "custom_id_already_exists",
        "CUSTOM_ID_EXISTS",
        "duplicate_id",
        "Duplicate",
        "custom_id_taken",
        "id_not_unique",
        "already_bought",
        "Custom ID already used",
    ] {
        assert_eq!(unknown(&bought(error(word))), Some(("reference_known", false)), "{word}");
    }
}

#[test]
fn contradictions_and_half_errors_leave_the_outcome_open() {
    for body in [
        r#"{"status":"error"}"#,
        r#"{"status":"fail","error_message":null}"#,
        r#"{"status":"error","error_message":""}"#,
        r#"{"status":"error","error_message":["name_too_short"]}"#,
        r#"{"status":"error","error_message":1}"#,
        r#"{"success":false}"#,
        r#"{"status":"error","success":true,"error_message":"name_too_short"}"#,
        r#"{"status":"ok","success":false,"error_message":"name_too_short"}"#,
        r#"{"status":"pending","error_message":"name_too_short"}"#,
        r#"{"error_message":"name_too_short"}"#,
        r#"{"status":"error","error_message":"name_too_short","purchase_id":90551}"#,
        r#"{"status":"error","error_message":"request_limit_exceeded","purchase_id":"90551"}"#,
        r#"{"status":"error","status":"error","error_message":"name_too_short"}"#,
        r#"{"status":"error","error_message":"name_too_short"} {}"#,
        // The same as a list: serde would take its elements for the fields.
        r#"["error",null,"name_too_short",null]"#,
        r#"["error",null,"request_limit_exceeded",null]"#,
        r#"[{"status":"error","error_message":"name_too_short"}]"#,
    ] {
        let answer = place(200, body);
        assert_eq!(unknown(&answer.outcome), Some(("unreadable_answer", false)), "{body}");
        assert_eq!(answer.closed, None, "{body}");
    }
}

#[test]
fn a_text_that_may_quote_what_we_sent_is_not_kept() {
    let kept = |word: &str| match bought(error(word)) {
        Outcome::Unknown { reason, .. } => reason.provider_code.unwrap(),
        Outcome::Placed(_) | Outcome::Refused(_) | Outcome::NotSent { .. } => panic!("{word} is definite"),
    };
    assert_eq!(kept("insufficient_funds"), "insufficient_funds");
    let long = "x".repeat(65);
    for text in ["token AbCd_-12 is wrong", "token=AbCd_-12", "a\nb", &long, "жетон"] {
        assert_eq!(kept(text), "(no word)", "{text}");
    }
}
