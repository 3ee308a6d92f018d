//! Answers to a look-up.

use skinbus_domain::{Cause, Observation, Progress};

use super::{INFO_NEWER, INFO_OLDER, look_up, reopens, with};
use crate::provider::{Closed, LookedUp};
use crate::test_support;

fn rows(body: &str) -> (Vec<Observation>, usize) {
    test_support::rows(look_up(200, body))
}

fn of_items(items: &str) -> (Vec<Observation>, usize) {
    rows(&format!(r#"{{"status":"success","items":{items}}}"#))
}

#[test]
fn both_ages_of_the_documented_answer() {
    let (rows, unreadable) = rows(INFO_OLDER);
    assert_eq!((rows.len(), unreadable), (2, 0));
    let waiting = &rows[0];
    assert_eq!((waiting.reference.as_str(), waiting.cause), ("wd-20431", Cause::LookUp));
    assert_eq!(waiting.progress, Progress::OfferSent);
    assert_eq!(waiting.facts.provider_id.as_deref(), Some("90551"));
    assert_eq!(waiting.facts.offer_id.as_deref(), Some("8123000333"));
    assert_eq!(waiting.facts.price_paid.unwrap().to_string(), "0.04 USD");
    assert_eq!(waiting.facts.item_name.as_deref(), Some("P250 | Sand Dune (Field-Tested)"));
    // `date` is when it was bought, so it says nothing about when the offer was sent.
    assert_eq!(waiting.occurred_at, None);
    let processing = &rows[1];
    assert_eq!((processing.reference.as_str(), &processing.progress), ("wd-20432", &Progress::Submitted));
    assert_eq!(processing.facts.offer_id, None);
    assert_eq!(processing.occurred_at.unwrap().as_second(), 1_760_000_410);

    let (newer, unreadable) = super::looked_up::rows(INFO_NEWER);
    assert_eq!((newer.len(), unreadable), (1, 0));
    assert_eq!(newer[0].facts.reserved_until, None);
}

#[test]
fn nothing_is_there() {
    assert_eq!(of_items("[]"), (Vec::new(), 0));
}

#[test]
fn several_rows_of_one_reference_are_all_told() {
    let (rows, unreadable) = rows(&with(INFO_OLDER, "wd-20432", "wd-20431"));
    assert_eq!(unreadable, 0);
    let told: Vec<_> =
        rows.iter().map(|row| (row.reference.as_str(), row.facts.provider_id.as_deref())).collect();
    assert_eq!(told, [("wd-20431", Some("90551")), ("wd-20431", Some("90552"))]);
}

#[test]
fn the_same_in_other_types() {
    let expected = rows(INFO_OLDER);
    for (from, to) in [
        ("\"90551\"", "90551"),
        ("\"0.04\"", "0.04"),
        ("\"1760000410\"", "1760000410"),
        ("\"8123000333\"", "8123000333"),
        ("\"status\": \"success\"", "\"success\": true"),
        ("\"steam_id\": \"76561198000000042\"", "\"steam_id\": null"),
        ("\"steam_id\": \"76561198000000042\", ", "\"new\": [], "),
    ] {
        assert_eq!(rows(&with(INFO_OLDER, from, to)), expected, "{to}");
    }
}

#[test]
fn a_row_that_may_be_anybodys_is_counted() {
    for (from, to) in [
        (", \"custom_id\": \"wd-20431\"", ""),
        ("\"wd-20431\"", "null"),
        ("\"wd-20431\"", "\"\""),
        ("\"wd-20431\"", "\"not ours\""),
        ("\"wd-20431\"", "[\"wd-20431\"]"),
        ("\"90551\"", "null"),
        ("\"90551\"", "\"\""),
        ("\"90551\"", "\"0\""),
        ("\"purchase_id\": \"90551\", ", ""),
        ("\"90551\"", "\"90551\", \"custom_id\": \"wd-1\""),
    ] {
        let (rows, unreadable) = rows(&with(INFO_OLDER, from, to));
        assert_eq!(unreadable, 1, "{to}");
        assert_eq!(rows.len(), 1, "{to}");
        assert_eq!(rows[0].reference.as_str(), "wd-20432", "{to}");
    }
    for item in ["null", "1", "\"wd-1\"", "[]", "{}", r#"["90551", "wd-20431", "processing"]"#] {
        assert_eq!(of_items(&format!("[{item}]")), (Vec::new(), 1), "{item}");
    }
}

/// Something is bought under our reference, whatever the rest of the row means.
#[test]
fn a_row_of_ours_that_cannot_be_read_is_an_unknown_status() {
    for (from, to, field) in [
        ("\"waiting_accept\"", "null", "row"),
        ("\"waiting_accept\"", "3", "row"),
        ("\"purchase_status\": \"waiting_accept\", ", "", "row"),
        ("\"8123000333\"", "{}", "row"),
        ("\"name\": \"P250 | Sand Dune (Field-Tested)\"", "\"name\": 1", "row"),
        ("_amount\": \"0.04\"", "_amount\": \"free\"", "balance_debited_amount"),
        ("_amount\": \"0.04\"", "_amount\": -1", "balance_debited_amount"),
        ("\"date\": \"1760000400\"", "\"settlement\": \"soon\"", "settlement"),
        ("\"date\": \"1760000400\"", "\"reserved_until\": 1.5", "reserved_until"),
    ] {
        let (rows, unreadable) = rows(&with(INFO_OLDER, from, to));
        assert_eq!((rows.len(), unreadable), (2, 0), "{to}");
        assert_eq!((rows[0].reference.as_str(), &rows[0].progress), ("wd-20431", &Progress::Unknown), "{to}");
        assert_eq!(rows[0].facts.provider_id.as_deref(), Some("90551"), "{to}");
        assert_eq!(rows[0].facts.provider_status, Some(format!("unreadable_{field}")), "{to}");
        assert_eq!(rows[0].facts.price_paid, None, "{to}");
        assert_eq!(rows[1].progress, Progress::Submitted, "{to}");
    }
}

#[test]
fn a_limit_closes_the_account() {
    let limit = r#"{"status":"error","error_message":"request_limit_exceeded"}"#;
    for status in [200, 403, 429, 503] {
        let expected = LookedUp::Closed(Closed { until: reopens(), reason: "request_limit_exceeded" });
        assert_eq!(look_up(status, limit), expected, "{status}");
    }
    for body in ["<html>Too Many Requests</html>", INFO_OLDER] {
        let expected = LookedUp::Closed(Closed { until: reopens(), reason: "http_429" });
        assert_eq!(look_up(429, body), expected, "{body}");
    }
}

#[test]
fn an_error_proves_no_absence() {
    let error = |status, body: &str| {
        let told = look_up(status, body);
        let LookedUp::Unreadable { problem } = told else { panic!("{told:?}: {body}") };
        problem
    };
    let missing = r#"{"status":"error","error_message":"missing_one_of_required_params"}"#;
    assert_eq!(error(200, missing), "the error missing_one_of_required_params");
    let text = r#"{"status":"error","error_message":"no such ids: wd-20431"}"#;
    assert_eq!(error(200, text), "the error (no word)");
    for status in [302, 400, 404, 500, 502] {
        assert_eq!(error(status, INFO_OLDER), format!("HTTP status {status}"));
        assert_eq!(error(status, r#"{"status":"success","items":[]}"#), format!("HTTP status {status}"));
    }
    for body in [
        r#"{"status":"success"}"#,
        r#"{"status":"success","items":null}"#,
        r#"{"status":"success","items":{}}"#,
        r#"{"status":"success","items":"[]"}"#,
        r#"{"status":"success","items":[],"items":[]}"#,
        r#"{"status":"success","items":[],"error_message":"busy"}"#,
        r#"{"status":"success","success":false,"items":[]}"#,
        r#"{"items":[]}"#,
        r#"[null,true,null,null]"#,
    ] {
        assert!(!error(200, body).is_empty());
    }
}
