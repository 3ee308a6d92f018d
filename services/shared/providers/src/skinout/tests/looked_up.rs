//! Answers to look-ups of purchases, and what both look-ups have in common.

use skinbus_domain::{Cause, Hold, Observation, Progress};

use super::{
    DEPOSIT_SUCCESS, PURCHASES_NEWER, PURCHASES_OLDER, limited, look_up, look_up_deposit, now, response,
    rows, skinout, with,
};
use crate::provider::{LookedUp, Provider};
use crate::test_support;

fn of(body: &str) -> (Vec<Observation>, usize) {
    test_support::rows(look_up(200, body))
}

fn of_items(items: &str) -> (Vec<Observation>, usize) {
    of(&format!(r#"{{"success": true, "items": {items}}}"#))
}

#[test]
fn both_ages_of_the_documented_answer() {
    let older = rows(look_up(200, PURCHASES_OLDER));
    assert_eq!(older.len(), 2);
    let accepted = &older[0];
    assert_eq!((accepted.reference.as_str(), accepted.cause), ("wd-20431", Cause::LookUp));
    assert_eq!(accepted.facts.provider_id.as_deref(), Some("610092"));
    assert_eq!(accepted.facts.offer_id.as_deref(), Some("8123000111"));
    assert_eq!(accepted.facts.price_paid.unwrap().to_string(), "3.641 USD");
    assert_eq!(accepted.facts.item_name.as_deref(), Some("Operation Phoenix Weapon Case"));
    assert_eq!(accepted.credits, []);
    assert_eq!(older[1].facts.offer_id, None);
    assert!(matches!(older[1].progress, Progress::Failed(_)));

    let newer = rows(look_up(200, PURCHASES_NEWER));
    // In another order than they were asked for.
    let told: Vec<_> = newer.iter().map(|row| row.reference.as_str()).collect();
    assert_eq!(told, ["wd-20432", "wd-20431"]);
    assert_eq!(newer[0].occurred_at.unwrap().as_second(), 1_760_000_410);
    let hold = Hold::Until("2025-10-17T09:00:00Z".parse().unwrap());
    assert_eq!(newer[1].progress, Progress::Delivered { hold });
}

#[test]
fn nothing_is_there() {
    assert_eq!(of_items("[]"), (Vec::new(), 0));
}

#[test]
fn several_rows_of_one_reference_are_all_told() {
    let body = with(PURCHASES_OLDER, "\"wd-20432\"", "\"wd-20431\"");
    let rows = rows(look_up(200, with(&body, "76561198000000077", super::USER)));
    let told: Vec<_> =
        rows.iter().map(|row| (row.reference.as_str(), row.facts.provider_id.as_deref())).collect();
    assert_eq!(told, [("wd-20431", Some("610092")), ("wd-20431", Some("610093"))]);
}

#[test]
fn the_same_in_other_types() {
    let expected = of(PURCHASES_OLDER);
    for (from, to) in [
        ("\"610092\"", "610092"),
        ("\"76561198000000042\"", "76561198000000042"),
        ("\"76561198000000042\"", "null"),
        ("\"76561198000000042\"", "\"\""),
        ("\"1760000400\"", "1760000400"),
        ("\"8123000111\"", "8123000111"),
        ("\"amount\": 3641", "\"amount\": \"3641\""),
        ("\"price\": 3641", "\"price\": null"),
        ("\"amount\": 3641", "\"amount\": 3641, \"new\": []"),
        ("\"amount\": 3641", "\"amount\": 3641, \"time_settlement\": null"),
        ("\"success\": true", "\"success\": true, \"total_count\": \"2\""),
    ] {
        assert_eq!(of(&with(PURCHASES_OLDER, from, to)), expected, "{to}");
    }
}

#[test]
fn a_row_that_may_be_anybodys_is_counted() {
    for (from, to) in [
        ("\"payment_id\": \"wd-20431\", ", ""),
        ("\"wd-20431\"", "null"),
        ("\"wd-20431\"", "\"\""),
        ("\"wd-20431\"", "\"not ours\""),
        ("\"wd-20431\"", "[\"wd-20431\"]"),
        ("\"610092\"", "null"),
        ("\"610092\"", "\"\""),
        ("\"610092\"", "\"0\""),
        ("\"610092\"", "\"610092\", \"payment_id\": \"wd-1\""),
    ] {
        let (rows, unreadable) = of(&with(PURCHASES_OLDER, from, to));
        assert_eq!((rows.len(), unreadable), (1, 1), "{to}");
        assert_eq!(rows[0].reference.as_str(), "wd-20432", "{to}");
    }
    for item in ["null", "1", "\"wd-20431\"", "[]", "{}", r#"["wd-20431", "610092", "pending"]"#] {
        assert_eq!(of_items(&format!("[{item}]")), (Vec::new(), 1), "{item}");
    }
}

/// Something is bought under our reference, whatever the rest of the row means.
#[test]
fn a_row_of_ours_that_cannot_be_read_is_an_unknown_status() {
    for (from, to, field) in [
        ("\"accepted\"", "null", "row"),
        ("\"accepted\"", "3", "row"),
        ("\"status\": \"accepted\", ", "", "row"),
        ("\"8123000111\"", "{}", "row"),
        ("\"name\": \"Operation Phoenix Weapon Case\"", "\"name\": 1", "row"),
        ("\"amount\": 3641", "\"amount\": \"free\"", "amount"),
        ("\"amount\": 3641", "\"amount\": 3.641", "amount"),
        ("\"amount\": 3641", "\"amount\": -1", "amount"),
        ("\"amount\": 3641, ", "", "amount"),
        ("\"amount\": 3641", "\"amount\": 3641, \"time_settlement\": \"soon\"", "time_settlement"),
        // Bought for somebody else: under our id, but not by us.
        ("\"76561198000000042\"", "\"76561198000000043\"", "steamid"),
        ("\"76561198000000042\"", "\"somebody\"", "steamid"),
    ] {
        let (rows, unreadable) = of(&with(PURCHASES_OLDER, from, to));
        assert_eq!((rows.len(), unreadable), (2, 0), "{to}");
        assert_eq!((rows[0].reference.as_str(), &rows[0].progress), ("wd-20431", &Progress::Unknown), "{to}");
        assert_eq!(rows[0].facts.provider_id.as_deref(), Some("610092"), "{to}");
        assert_eq!(rows[0].facts.provider_status, Some(format!("unreadable_{field}")), "{to}");
        assert_eq!((rows[0].facts.price_paid, rows[0].credits.len()), (None, 0), "{to}");
        assert!(matches!(rows[1].progress, Progress::Failed(_)), "{to}");
    }
}

#[test]
fn a_limit_closes_the_account() {
    for body in
        ["<html>Too Many Requests</html>", PURCHASES_OLDER, r#"{"success": false, "error": "Slow down"}"#]
    {
        assert_eq!(look_up(429, body), LookedUp::Closed(limited()), "{body}");
        assert_eq!(look_up_deposit(429, body), LookedUp::Closed(limited()), "{body}");
    }
}

#[test]
fn an_error_proves_no_absence_of_a_purchase() {
    let problem = |status, body: &str| {
        let told = look_up(status, body);
        let LookedUp::Unreadable { problem } = told else { panic!("{told:?}: {body}") };
        problem
    };
    let missing = r#"{"success": false, "error": "Purchase wd-20431 not found"}"#;
    assert_eq!(problem(200, missing), "the error (no word)");
    assert_eq!(problem(200, r#"{"success": false, "error": "busy"}"#), "the error busy");
    for status in [301, 400, 401, 404, 500, 502] {
        for body in [missing, PURCHASES_OLDER, r#"{"success": true, "items": []}"#] {
            assert_eq!(problem(status, body), format!("HTTP status {status}"));
        }
    }
    for body in [
        r#"{"success": true}"#,
        r#"{"success": true, "items": null}"#,
        r#"{"success": true, "items": {}}"#,
        r#"{"success": true, "items": "[]"}"#,
        r#"{"success": true, "items": [], "items": []}"#,
        r#"{"success": true, "items": [], "error": "Busy"}"#,
        r#"{"success": "true", "items": []}"#,
        r#"{"success": false, "items": []}"#,
        r#"{"items": []}"#,
        r#"[true, null, null, null]"#,
        "[]",
    ] {
        assert!(!problem(200, body).is_empty(), "{body}");
    }
}

#[test]
fn an_answer_to_no_question_says_nothing() {
    for body in [PURCHASES_OLDER, DEPOSIT_SUCCESS] {
        let told = skinout().read_looked_up(&[], &response(200, body), now());
        assert!(matches!(told, LookedUp::Unreadable { .. }), "{told:?}");
    }
}
