//! What `orderstatus` says.

use proptest::prelude::*;
use skinbus_domain::order::OrderKind;
use skinbus_domain::{Cause, CreditState, Observation, Progress};

use super::{DEPOSIT, dollars, error, euros, look_up, reopens, target, with};
use crate::provider::{Closed, LookedUp};
use crate::test_support;

fn told(body: &str) -> LookedUp {
    look_up(&[target("dep-2041", OrderKind::DepositLink, None)], 200, body)
}

fn row(body: &str) -> Observation {
    test_support::row(told(body))
}

fn problem(body: &str) -> String {
    let told = told(body);
    let LookedUp::Unreadable { problem } = told else { panic!("{told:?}: {body}") };
    problem
}

#[test]
fn a_held_deposit() {
    let row = row(DEPOSIT);
    assert_eq!((row.reference.as_str(), row.cause), ("dep-2041", Cause::LookUp));
    assert_eq!(row.facts.provider_id.as_deref(), Some("731200455"));
    assert_eq!(row.occurred_at.map(|at| at.as_second()), Some(1_767_262_205));
    let [credit] = row.credits.as_slice() else { panic!("{row:?}") };
    assert_eq!((credit.key.as_str(), credit.thing.as_str()), ("731200455", "731200455"));
    // The merchant's is `amount`; `user_amount` is only shown.
    assert_eq!((credit.amount, credit.state), (euros("18.4"), CreditState::Pending));
    let local = credit.local_amount.as_ref().unwrap();
    assert_eq!((local.currency.as_str(), local.amount.to_string().as_str()), ("eur", "36.8"));
}

#[test]
fn a_success_of_the_call_is_no_success_of_the_deposit() {
    for body in [
        r#"{"status":"success"}"#,
        r#"{"status":"success","transaction_id":"731200455"}"#,
        r#"{"status":"success","order_id":"dep-2041"}"#,
        r#"{"status":"success","items":[]}"#,
    ] {
        assert_eq!(problem(body), "a deposit without its ids");
    }
    // Where the deposit stands under `data`, its own status counts.
    let nested = format!(r#"{{"status":"success","data":{DEPOSIT}}}"#);
    assert_eq!(row(&nested).progress, Progress::Held { until: None });
    let flat = with(DEPOSIT, "in_hold", "fail");
    assert!(matches!(row(&flat).progress, Progress::Failed(_)));
}

#[test]
fn only_the_deposit_that_was_asked_for() {
    for (from, to) in [("dep-2041", "dep-2042"), ("dep-2041", "DEP-2041"), ("dep-2041", "")] {
        assert_eq!(problem(&with(DEPOSIT, from, to)), "another deposit than the one asked for");
    }
    assert_eq!(problem(&with(DEPOSIT, "\"731200455\"", "0")), "a deposit without its ids");
    let numbered = with(DEPOSIT, "\"dep-2041\"", "2041");
    let told = look_up(&[target("2041", OrderKind::DepositItems, None)], 200, numbered);
    assert!(matches!(told, LookedUp::Rows { unreadable: 0, .. }), "{told:?}");
}

#[test]
fn the_same_in_other_types() {
    let expected = row(DEPOSIT);
    for (from, to) in [
        ("\"731200455\"", "731200455"),
        ("\"date\": 1767262210", "\"date\": \"1767262210\""),
        ("\"amount\": 18.4", "\"amount\": \"18.4\""),
        ("\"user_amount\": 36.8", "\"user_amount\": \"36.8\""),
        ("\"amount_currency\": \"eur\"", "\"amount_currency\": \"EUR\""),
        ("\"date\"", "\"new\": {\"deep\": []}, \"date\""),
        ("\"skins\": [", "\"reason\": \"x\", \"skins\": ["),
        ("\"date\"", "\"error_code\": null, \"error_message\": \"\", \"date\""),
    ] {
        let mut read = row(&with(DEPOSIT, from, to));
        // The label is shown as the provider writes it.
        if to.contains("EUR") {
            read.credits[0].local_amount = expected.credits[0].local_amount.clone();
        }
        assert_eq!(read, expected, "{to}");
    }
}

/// Money that cannot be read is never guessed: the deposit is there, and somebody is told.
#[test]
fn a_success_without_a_readable_amount_is_no_success() {
    let success = with(DEPOSIT, "in_hold", "success");
    for (from, to, field) in [
        ("\"amount\": 18.4, ", "", "amount"),
        ("\"amount\": 18.4", "\"amount\": null", "amount"),
        ("\"amount\": 18.4", "\"amount\": \"\"", "amount"),
        ("\"amount\": 18.4", "\"amount\": \"18,4\"", "amount"),
        ("\"amount\": 18.4", "\"amount\": -18.4", "amount"),
        ("\"amount\": 18.4", "\"amount\": 1.84e1", "amount"),
        ("\"amount\": 18.4", "\"amount\": {}", "row"),
        ("\"amount_currency\": \"eur\"", "\"amount_currency\": \"euro\"", "amount_currency"),
        ("\"amount_currency\": \"eur\"", "\"amount_currency\": \"€\"", "amount_currency"),
        (
            "\"amount_currency\": \"eur\", \"amount_in_currencies\": {\"usd\": 20.02, \"eur\": 18.4}",
            "\"x\": 1",
            "amount_currency",
        ),
        (
            "\"amount_currency\": \"eur\", \"amount_in_currencies\": {\"usd\": 20.02",
            "\"amount_in_currencies\": {\"usd\": \"?\"",
            "amount_currency",
        ),
    ] {
        let read = row(&with(&success, from, to));
        assert_eq!((&read.progress, read.credits.len()), (&Progress::Unknown, 0), "{to}");
        assert_eq!(read.facts.provider_status, Some(format!("unreadable_{field}")), "{to}");
        assert_eq!(read.facts.provider_id.as_deref(), Some("731200455"));
    }
}

#[test]
fn without_a_currency_the_dollars_are_taken() {
    let success = with(DEPOSIT, "in_hold", "success");
    for to in ["\"amount_currency\": null", "\"amount_currency\": \"\"", "\"x\": 1"] {
        let read = row(&with(&success, "\"amount_currency\": \"eur\"", to));
        assert_eq!(read.credits[0].amount, dollars("20.02"), "{to}");
        assert_eq!(read.credits[0].local_amount, None, "{to}");
    }
}

#[test]
fn a_hold_may_come_without_its_amount() {
    let read = row(&with(DEPOSIT, "\"amount\": 18.4, ", ""));
    assert_eq!((&read.progress, read.credits.len()), (&Progress::Held { until: None }, 0));
    let damaged = row(&with(DEPOSIT, "\"amount\": 18.4", "\"amount\": \"much\""));
    assert_eq!(damaged.progress, Progress::Unknown);
}

#[test]
fn nothing_is_there() {
    assert_eq!(told(&error("transaction_not_found")), LookedUp::Rows { rows: Vec::new(), unreadable: 0 });
}

#[test]
fn no_other_error_proves_an_absence() {
    for word in [
        "order_id_or_transaction_id_missing",
        "invalid_order_id",
        "invalid_transaction_id",
        "invalid_client_secret",
        "invalid_ip_address",
        "shop_not_active",
        "internal_error",
        "market_disabled",
        "offer_not_found",
        "something_new",
    ] {
        assert_eq!(problem(&error(word)), format!("the error {word}"));
    }
    assert_eq!(problem(&error("no such id dep-2041")), "the error (no word)");
    assert_eq!(
        problem(r#"{"status":"error","error_message":"transaction_not_found","transaction_id":"1"}"#),
        "an error with a result"
    );
    let contradiction = r#"{"status":"fail","error_code":4,"error_message":"transaction_not_found"}"#;
    assert_eq!(problem(contradiction), "a success with an error");
    for status in [302, 400, 404, 500, 502] {
        for body in [DEPOSIT, &error("transaction_not_found")] {
            let told = look_up(&[target("dep-2041", OrderKind::DepositLink, None)], status, body);
            assert_eq!(told, LookedUp::Unreadable { problem: format!("HTTP status {status}") });
        }
    }
}

#[test]
fn a_limit_closes_the_account() {
    for (status, body, reason) in [
        (200, error("request_limit_reached"), "request_limit_reached"),
        (200, error("under_maintenance"), "under_maintenance"),
        (503, error("under_maintenance"), "under_maintenance"),
        (429, DEPOSIT.to_owned(), "http_429"),
    ] {
        let told = look_up(&[target("dep-2041", OrderKind::DepositLink, None)], status, body);
        assert_eq!(told, LookedUp::Closed(Closed { until: reopens(), reason }));
    }
}

proptest! {
    #[test]
    fn every_amount_is_kept_to_the_digit(amount in "(0|[1-9][0-9]{0,9})(\\.[0-9]{1,17})?", quoted: bool) {
        let json = if quoted { format!("\"{amount}\"") } else { amount.clone() };
        let read = row(&with(DEPOSIT, "\"amount\": 18.4", &format!("\"amount\": {json}")));
        prop_assert_eq!(read.credits[0].amount.to_string(), format!("{amount} EUR"));
    }
}
