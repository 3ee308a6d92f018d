//! Answers to look-ups of deposits: what arrives is money, and arrives once.

use proptest::prelude::*;
use skinbus_domain::credit::{CreditState, LocalAmount};
use skinbus_domain::order::OrderKind;
use skinbus_domain::{Credit, Hold, Observation, Progress};

use super::{
    DEPOSIT_IN_HOLD, DEPOSIT_PENDING, DEPOSIT_SUCCESS, confirmed, dollars, look_up_deposit, now, reference,
    response, row, skinout, target, with,
};
use crate::provider::{LookedUp, Provider};

fn told(body: &str) -> Observation {
    row(look_up_deposit(200, body))
}

fn credited() -> Credit {
    let amount = "11.50".parse().unwrap();
    Credit {
        key: "903117".to_owned(),
        thing: "903117".to_owned(),
        amount: dollars("12.500"),
        local_amount: Some(LocalAmount { currency: "EUR".to_owned(), amount }),
        multiplier: None,
        state: CreditState::Credited,
        is_advanced: false,
    }
}

#[test]
fn a_success_is_credited_once() {
    let observation = told(DEPOSIT_SUCCESS);
    assert_eq!(observation.reference, reference("dep-7781"));
    assert_eq!(observation.progress, Progress::Delivered { hold: Hold::None });
    assert_eq!(observation.credits, [credited()]);
    // What was given is not what was paid.
    assert_eq!((observation.facts.price_paid, observation.facts.redirect_url), (None, None));
}

#[test]
fn the_same_success_in_other_words() {
    for (from, to) in [
        ("\"903117\"", "903117"),
        ("12500,", "\"12500\","),
        ("\"0.92\"", "0.92"),
        ("\"items\"", "\"skins\""),
        ("\"11.50\"", "11.50"),
        // Whoever paid: the balance received it.
        ("\"76561198000000042\"", "\"76561198000000077\""),
        ("\"76561198000000042\"", "null"),
        ("\"1760000000\"", "\"soon\""),
        ("\"EUR\"", "\"EUR\", \"time_settlement\": 1760691600"),
    ] {
        let observation = told(&with(DEPOSIT_SUCCESS, from, to));
        assert_eq!(observation.progress, Progress::Delivered { hold: Hold::None }, "{to}");
        assert_eq!(observation.credits, [credited()], "{to}");
    }
}

#[test]
fn an_amount_for_showing_is_no_reason_to_withhold_a_credit() {
    for (from, to) in [
        ("\"11.50\"", "\"11,50\""),
        ("\"11.50\"", "null"),
        ("\"amount_currency\": \"11.50\", ", ""),
        ("\"currency\": \"EUR\", ", ""),
        ("\"EUR\"", "\"\""),
    ] {
        let expected = Credit { local_amount: None, ..credited() };
        assert_eq!(told(&with(DEPOSIT_SUCCESS, from, to)).credits, [expected], "{to}");
    }
}

#[test]
fn a_success_without_its_amount_is_none() {
    for (from, to) in [
        ("\"amount_usd\": 12500,", ""),
        ("\"amount_usd\": 12500", "\"amount_usd\": null"),
        ("\"amount_usd\": 12500", "\"amount_usd\": \"\""),
        ("\"amount_usd\": 12500", "\"amount_usd\": 0"),
        ("\"amount_usd\": 12500", "\"amount_usd\": 12.5"),
        ("\"amount_usd\": 12500", "\"amount_usd\": \"12.50\""),
        ("\"amount_usd\": 12500", "\"amount_usd\": -12500"),
        ("\"amount_usd\": 12500", "\"amount_usd\": 1.25e4"),
        ("\"amount_usd\": 12500", "\"amount_usd\": \"many\""),
    ] {
        let observation = told(&with(DEPOSIT_SUCCESS, from, to));
        assert_eq!(observation.progress, Progress::Unknown, "{to}");
        assert_eq!(observation.facts.provider_status.as_deref(), Some("unreadable_amount"), "{to}");
        assert_eq!(observation.credits, [], "{to}");
    }
}

#[test]
fn what_is_held_is_no_money_yet() {
    assert_eq!(told(DEPOSIT_IN_HOLD).credits, []);
    let body = with(DEPOSIT_IN_HOLD, "\"EUR\"", "\"EUR\", \"amount_usd\": 12500");
    let pending = Credit { local_amount: None, state: CreditState::Pending, ..credited() };
    assert_eq!(told(&body).credits, [pending]);
    for amount in ["0", "\"many\"", "12.5"] {
        let observation = told(&with(&body, "12500", amount));
        assert!(matches!(observation.progress, Progress::Held { .. }), "{amount}");
        assert_eq!(observation.credits, [], "{amount}");
    }
    // No other status brings anything, whatever amounts are told with it.
    for word in ["pending", "failed", "accepted"] {
        assert_eq!(
            told(&with(DEPOSIT_SUCCESS, "\"success\",", &format!("\"{word}\","))).credits,
            [],
            "{word}"
        );
    }
}

#[test]
fn a_row_that_cannot_be_read_is_an_unknown_status() {
    for (from, to, field) in [
        ("\"success\",", "null,", "row"),
        ("\"status\": \"success\", ", "", "row"),
        ("\"EUR\"", "[]", "row"),
        ("12500,", "{},", "row"),
        ("\"EUR\"", "\"EUR\", \"time_settlement\": \"soon\"", "time_settlement"),
    ] {
        let observation = told(&with(DEPOSIT_SUCCESS, from, to));
        assert_eq!(observation.progress, Progress::Unknown, "{to}");
        assert_eq!(observation.facts.provider_status, Some(format!("unreadable_{field}")), "{to}");
        assert_eq!(
            (observation.facts.provider_id.as_deref(), observation.credits.len()),
            (Some("903117"), 0)
        );
    }
}

#[test]
fn an_answer_about_another_deposit_says_nothing() {
    for (from, to) in [
        ("\"dep-7781\"", "\"dep-7782\""),
        ("\"dep-7781\"", "7781"),
        ("\"dep-7781\"", "\"\""),
        ("\"dep-7781\"", "null"),
        ("\"payment_id\": \"dep-7781\", ", ""),
        ("903117", "0"),
        ("\"transaction_id\": 903117, ", ""),
        ("\"success\": true", "\"success\": 1"),
    ] {
        let told = look_up_deposit(200, with(DEPOSIT_PENDING, from, to));
        assert!(matches!(told, LookedUp::Unreadable { .. }), "{to}: {told:?}");
    }
    let list = format!("{{\"success\": true, \"items\": [{DEPOSIT_SUCCESS}]}}");
    assert!(matches!(look_up_deposit(200, list), LookedUp::Unreadable { .. }));
}

/// What an error says about a deposit that is confirmed, and about one that is not.
fn refused(status: u16, body: &str) -> [LookedUp; 2] {
    let targets = [confirmed(OrderKind::DepositLink, "dep-7781"), target(OrderKind::DepositLink, "dep-7781")];
    targets.map(|target| skinout().read_looked_up(&[target], &response(status, body), now()))
}

#[test]
fn an_error_tells_of_an_absence_only_where_nobody_can_have_paid() {
    let nothing = LookedUp::Rows { rows: Vec::new(), unreadable: 0 };
    for status in [200, 400, 404, 422] {
        let [confirmed, never_confirmed] =
            refused(status, r#"{"success": false, "error": "Deposit not found"}"#);
        assert!(matches!(confirmed, LookedUp::Unreadable { .. }), "{status}: {confirmed:?}");
        assert_eq!(never_confirmed, nothing, "{status}");
    }
    for (status, body) in [
        (401, r#"{"success": false, "error": "Invalid Api-Key"}"#),
        (403, r#"{"success": false, "error": "Invalid Api-Key"}"#),
        (302, r#"{"success": false, "error": "Moved"}"#),
        (500, r#"{"success": false, "error": "Deposit not found"}"#),
        (404, "<html>Not Found</html>"),
        (404, ""),
        (200, "{}"),
        (200, r#"{"success": false}"#),
        (200, r#"{"success": true}"#),
        (200, r#"{"success": false, "error": "Busy", "transaction_id": "903117"}"#),
        (200, r#"{"success": true, "items": []}"#),
    ] {
        for told in refused(status, body) {
            assert!(matches!(told, LookedUp::Unreadable { .. }), "{status} {body}: {told:?}");
        }
    }
}

#[test]
fn a_bad_status_makes_a_success_unreadable() {
    for status in [301, 400, 404, 500, 503] {
        let told = look_up_deposit(status, DEPOSIT_SUCCESS);
        assert_eq!(told, LookedUp::Unreadable { problem: format!("HTTP status {status}") });
    }
}

proptest! {
    #[test]
    fn a_credit_is_exactly_what_was_told(
        thousandths in 1_u64..1_000_000_000_000, units in 0_u32..1_000_000, decimals in 0_u32..100_000_000,
    ) {
        let body = with(DEPOSIT_SUCCESS, "\"amount_usd\": 12500", &format!("\"amount_usd\": {thousandths}"));
        let local = format!("{units}.{decimals:08}");
        let credit = told(&with(&body, "11.50", &local)).credits.remove(0);
        let expected = format!("{}.{:03} USD", thousandths / 1000, thousandths % 1000);
        prop_assert_eq!(credit.amount.to_string(), expected);
        prop_assert_eq!(credit.local_amount.unwrap().amount.to_string(), local);
    }
}
