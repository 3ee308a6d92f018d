//! What `market_getinfo` says.

use skinbus_domain::order::OrderKind;
use skinbus_domain::{Cause, Observation, Progress};

use super::{INFO, bought_targets, dollars, error, look_up, reopens, target, with};
use crate::provider::{Closed, LookedUp};
use crate::test_support;

fn rows(body: &str) -> (Vec<Observation>, usize) {
    test_support::rows(look_up(&bought_targets(), 200, body))
}

#[test]
fn two_purchases() {
    let (rows, unreadable) = rows(INFO);
    assert_eq!((rows.len(), unreadable), (2, 0));
    assert_eq!((rows[0].reference.as_str(), rows[0].cause), ("wd-1", Cause::LookUp));
    assert_eq!(rows[0].progress, Progress::OfferSent);
    assert_eq!(rows[0].facts.provider_id.as_deref(), Some("880021"));
    assert_eq!(rows[0].facts.offer_id.as_deref(), Some("7700112299"));
    assert_eq!(rows[0].facts.price_paid, Some(dollars("2.14")));
    // `date` is when it was bought, so it says nothing about when the offer was sent.
    assert_eq!(rows[0].occurred_at, None);
    assert_eq!((rows[1].reference.as_str(), &rows[1].progress), ("wd-2", &Progress::Submitted));
    assert_eq!(rows[1].facts.offer_id, None);
    assert_eq!(rows[1].occurred_at.map(|at| at.as_second()), Some(1_767_262_310));
}

#[test]
fn the_same_in_other_types() {
    let expected = rows(INFO);
    for (from, to) in [
        ("\"880021\"", "880021"),
        ("\"2.14\"", "2.14"),
        ("\"1767262310\"", "1767262310"),
        ("\"7700112299\"", "7700112299"),
        ("\"160.5\"", "{}"),
        ("\"steamid\"", "\"error_reason\": null, \"steamid\""),
        ("\"steamid\"", "\"error_reason\": [1], \"new\": {}, \"steamid\""),
        // Older answers do not echo the reference; the id of the purchase tells whose it is.
        (", \"custom_id\": \"wd-1\"", ""),
        (", \"custom_id\": \"wd-1\"", ", \"custom_id\": null"),
    ] {
        assert_eq!(rows(&with(INFO, from, to)), expected, "{to}");
    }
}

#[test]
fn nothing_is_there() {
    assert_eq!(rows(r#"{"status":"success","items":[]}"#), (Vec::new(), 0));
    let alone = [target("wd-1", OrderKind::Purchase, None)];
    let absent = look_up(&alone, 200, error("offer_not_found"));
    assert_eq!(absent, LookedUp::Rows { rows: Vec::new(), unreadable: 0 });
    // Of several it is not told whether all of them are missing.
    let told = look_up(&bought_targets(), 200, error("offer_not_found"));
    assert_eq!(told, LookedUp::Unreadable { problem: "the error offer_not_found".to_owned() });
}

#[test]
fn a_row_that_may_be_anybodys_is_counted() {
    for (from, to) in [
        ("\"wd-1\"", "\"\""),
        ("\"wd-1\"", "\"not ours\""),
        ("\"wd-1\"", "[\"wd-1\"]"),
        ("\"880021\"", "null"),
        ("\"880021\"", "\"0\""),
        ("\"buy_id\": \"880021\", ", ""),
        ("\"880021\"", "\"880021\", \"custom_id\": \"wd-1\""),
        ("\"880021\", \"offer_status\": \"waiting_accept\"", "\"880099\", \"x\": 1"),
    ] {
        let body = with(INFO, from, to);
        let body = if to.contains("880099") { with(&body, ", \"custom_id\": \"wd-1\"", "") } else { body };
        let (rows, unreadable) = rows(&body);
        assert_eq!((rows.len(), unreadable), (1, 1), "{to}");
        assert_eq!(rows[0].reference.as_str(), "wd-2", "{to}");
    }
    for item in ["null", "1", "\"wd-1\"", "[]", "{}", r#"["880021", "wd-1"]"#] {
        assert_eq!(rows(&format!(r#"{{"status":"success","items":[{item}]}}"#)), (Vec::new(), 1), "{item}");
    }
}

/// Something is bought under our reference, whatever the rest of the row means.
#[test]
fn a_row_of_ours_that_cannot_be_read_is_an_unknown_status() {
    for (from, to, field) in [
        ("\"waiting_accept\"", "null", "row"),
        ("\"waiting_accept\"", "3", "row"),
        ("\"offer_status\": \"waiting_accept\", ", "", "row"),
        ("\"7700112299\"", "{}", "row"),
        ("\"2.14\"", "\"free\"", "price"),
        ("\"2.14\"", "-1", "price"),
    ] {
        let (rows, unreadable) = rows(&with(INFO, from, to));
        assert_eq!((rows.len(), unreadable), (2, 0), "{to}");
        assert_eq!((rows[0].reference.as_str(), &rows[0].progress), ("wd-1", &Progress::Unknown), "{to}");
        assert_eq!(rows[0].facts.provider_id.as_deref(), Some("880021"), "{to}");
        assert_eq!(rows[0].facts.provider_status, Some(format!("unreadable_{field}")), "{to}");
        assert_eq!(rows[1].progress, Progress::Submitted, "{to}");
    }
}

#[test]
fn several_rows_of_one_reference_are_all_told() {
    let (rows, _) = rows(&with(INFO, "\"wd-2\"", "\"wd-1\""));
    let told: Vec<_> =
        rows.iter().map(|row| (row.reference.as_str(), row.facts.provider_id.as_deref())).collect();
    assert_eq!(told, [("wd-1", Some("880021")), ("wd-1", Some("880022"))]);
}

#[test]
fn an_error_proves_no_absence() {
    let problem = |status, body: &str| {
        let told = look_up(&[target("wd-1", OrderKind::Purchase, None)], status, body);
        let LookedUp::Unreadable { problem } = told else { panic!("{told:?}: {body}") };
        problem
    };
    for word in ["missing_buy_id", "market_disabled", "transaction_not_found", "invalid_signature", "new"] {
        assert_eq!(problem(200, &error(word)), format!("the error {word}"));
    }
    for status in [201, 302, 400, 404, 500, 502] {
        for body in [INFO, r#"{"status":"success","items":[]}"#, &error("offer_not_found")] {
            assert_eq!(problem(status, body), format!("HTTP status {status}"));
        }
    }
    for body in [
        r#"{"status":"success"}"#,
        r#"{"status":"success","items":null}"#,
        r#"{"status":"success","items":{}}"#,
        r#"{"status":"success","items":[],"items":[]}"#,
        r#"{"status":"success","items":[],"error_message":"busy"}"#,
        r#"{"status":"pending","items":[]}"#,
        r#"{"items":[]}"#,
    ] {
        assert!(!problem(200, body).is_empty());
    }
}

#[test]
fn a_limit_closes_the_account() {
    for status in [200, 429, 503] {
        let told = look_up(&bought_targets(), status, error("request_limit_reached"));
        let closed = Closed { until: reopens(), reason: "request_limit_reached" };
        assert_eq!(told, LookedUp::Closed(closed), "{status}");
    }
}

#[test]
fn nothing_asked_tells_nothing() {
    assert!(matches!(look_up(&[], 200, INFO), LookedUp::Unreadable { .. }));
}
