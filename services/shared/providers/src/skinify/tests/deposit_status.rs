//! Answers to the look-up of a deposit.

use proptest::prelude::*;
use skinbus_domain::trade::Reason;
use skinbus_domain::{Cause, CreditState, Currency, Hold, Money, Observation, OrderKind, Progress};

use super::{DEPOSIT, error, now, reopens, response, skinify, target, with};
use crate::provider::{Closed, LookedUp, Provider};

const OLDER: &str = include_str!("fixtures/deposit_older.json");

fn look_up(status: u16, body: impl AsRef<[u8]>) -> LookedUp {
    let read =
        |kind| skinify().read_looked_up(&[target(kind, "dep-501")], &response(status, body.as_ref()), now());
    let told = read(OrderKind::DepositLink);
    assert_eq!(told, read(OrderKind::DepositItems));
    told
}

fn row(body: &str) -> Observation {
    let row = super::row(look_up(200, body));
    assert_eq!((row.cause, row.reference.as_str()), (Cause::LookUp, "dep-501"));
    row
}

fn unreadable(status: u16, body: &str) -> String {
    let told = look_up(status, body);
    let LookedUp::Unreadable { problem } = told else { panic!("{told:?}: {body}") };
    problem
}

/// The deposit with this status, and with these fields in the place of what is known of its trade.
fn in_status(status: &str, trade: &str) -> String {
    let body = with(DEPOSIT, "\"status\": \"pending\"", &format!("\"status\": \"{status}\""));
    with(&body, "\"trade_offer_id\": \"8123000222\", \"settlement\": \"1760691600\"", trade)
}

#[test]
fn a_deposit_under_protection_is_held_and_not_credited() {
    let held = row(DEPOSIT);
    assert_eq!(held.progress, Progress::Held { until: Some("2025-10-17T09:00:00Z".parse().unwrap()) });
    assert_eq!(held.facts.provider_id.as_deref(), Some("700412"));
    assert_eq!(held.facts.offer_id.as_deref(), Some("8123000222"));
    assert_eq!(held.facts.provider_status.as_deref(), Some("pending"));
    assert_eq!(held.facts.redirect_url, None);
    assert_eq!(held.occurred_at, None);
    assert_eq!(held.credits.len(), 1);
    let credit = &held.credits[0];
    assert_eq!((credit.key.as_str(), credit.thing.as_str()), ("700412", "700412"));
    assert_eq!(credit.state, CreditState::Pending);
    assert_eq!(credit.amount.to_string(), "12.50 USD");
    let shown = credit.local_amount.as_ref().unwrap();
    assert_eq!((shown.currency.as_str(), shown.amount.to_string().as_str()), ("USD", "13.13"));
    assert_eq!(credit.multiplier, None);
}

#[test]
fn a_success_is_credited_with_the_amount_and_not_with_the_multiplied_one() {
    let done = row(OLDER);
    assert_eq!(done.progress, Progress::Delivered { hold: Hold::None });
    assert_eq!(done.facts.provider_id.as_deref(), Some("700410"));
    assert_eq!(done.facts.offer_id, None);
    assert_eq!(done.credits.len(), 1);
    assert_eq!(done.credits[0].key, "700410");
    assert_eq!(done.credits[0].amount.to_string(), "3.20 USD");
    assert_eq!(done.credits[0].state, CreditState::Credited);
    assert_eq!(done.credits[0].local_amount.as_ref().unwrap().amount.to_string(), "3.36");
}

#[test]
fn every_documented_status() {
    let offer = "\"trade_offer_id\": \"8123000222\"";
    let failed = Progress::Failed(Reason::from_provider("deposit_failed", "failed"));
    for (status, trade, progress) in [
        ("pending", "\"trade_offer_id\": null, \"settlement\": null", Progress::Submitted),
        ("pending", "\"trade_offer_id\": \"\", \"settlement\": 0", Progress::Submitted),
        ("pending", "\"new\": 1", Progress::Submitted),
        ("pending", "\"trade_offer_id\": 8123000222, \"settlement\": null", Progress::OfferSent),
        ("pending", offer, Progress::OfferSent),
        ("failed", offer, failed.clone()),
        ("failed", "\"settlement\": 1760691600", failed.clone()),
    ] {
        let told = row(&in_status(status, trade));
        assert_eq!(told.progress, progress, "{status} {trade}");
        // Amounts are there, and nothing is credited for that.
        assert_eq!(told.credits, [], "{status} {trade}");
        assert_eq!(told.facts.provider_status.as_deref(), Some(status));
        // `date` is when it was created.
        let created_at = told.occurred_at.map(|at| at.as_second());
        assert_eq!(created_at, (progress == Progress::Submitted).then_some(1_760_000_000));
    }
    for trade in ["\"settlement\": 1760691600", "\"settlement\": \"1760691600\", \"trade_offer_id\": null"] {
        assert!(matches!(row(&in_status("pending", trade)).progress, Progress::Held { until: Some(_) }));
    }
    for trade in [offer, "\"settlement\": 1760691600", "\"settlement\": null"] {
        let told = row(&in_status("success", trade));
        assert_eq!(told.progress, Progress::Delivered { hold: Hold::None });
        assert_eq!(told.credits[0].state, CreditState::Credited);
    }
}

#[test]
fn any_other_status_is_neither_success_nor_failure() {
    for word in ["Success", "canceled", "hold", "reverted", "success_", "error", "accepted"] {
        let told = row(&in_status(word, "\"settlement\": 1760691600"));
        assert_eq!(told.progress, Progress::Unknown, "{word}");
        assert_eq!(told.credits, [], "{word}");
        assert_eq!(told.facts.provider_status.as_deref(), Some(word));
    }
}

#[test]
fn the_same_in_other_types() {
    let expected = row(DEPOSIT);
    for (from, to) in [
        ("\"700412\"", "700412"),
        ("\"12.50\"", "12.50"),
        ("\"13.13\"", "13.13"),
        ("\"usd\",", "\"USD\","),
        ("\"1760691600\"", "1760691600"),
        ("\"8123000222\"", "8123000222"),
        ("\"amount_converted\": {\"usd\": \"12.50\", \"eur\": \"11.50\"}", "\"amount_converted\": []"),
        ("\"steam_id\": \"76561198000000042\"", "\"steam_id\": null"),
        ("\"steam_id\": \"76561198000000042\"", "\"new\": {\"deep\": []}"),
        ("{\"status\": \"success\"", "{\"success\": true"),
    ] {
        assert_eq!(row(&with(DEPOSIT, from, to)), expected, "{to}");
    }
}

#[test]
fn a_hold_without_an_amount_is_a_hold_without_a_credit() {
    for (from, to) in [
        ("\"amount\": \"12.50\", ", ""),
        ("\"12.50\", \"amount_c", "null, \"amount_c"),
        ("\"12.50\", \"amount_c", "\"\", \"amount_c"),
    ] {
        let told = row(&with(DEPOSIT, from, to));
        assert!(matches!(told.progress, Progress::Held { .. }), "{to}");
        assert_eq!(told.credits, []);
    }
}

/// The deposit is ours and there, whatever the rest of it means.
#[test]
fn what_cannot_be_read_is_an_unknown_status() {
    let success = with(DEPOSIT, "\"status\": \"pending\"", "\"status\": \"success\"");
    for (sample, from, to, field) in [
        (&success, "\"amount\": \"12.50\", ", "", "amount"),
        (&success, "\"12.50\", \"amount_c", "null, \"amount_c", "amount"),
        (&success, "\"12.50\", \"amount_c", "\"\", \"amount_c", "amount"),
        (&success, "\"12.50\", \"amount_c", "\"12,50\", \"amount_c", "amount"),
        (&success, "\"12.50\", \"amount_c", "\"free\", \"amount_c", "amount"),
        (&success, "\"12.50\", \"amount_c", "-12.50, \"amount_c", "amount"),
        (&success, "\"12.50\", \"amount_c", "1.25e1, \"amount_c", "amount"),
        (&success, "\"12.50\", \"amount_c", "[12.50], \"amount_c", "row"),
        (&success, "\"12.50\", \"amount_c", "true, \"amount_c", "row"),
        (&success, "\"amount_currency\": \"usd\", ", "", "amount_currency"),
        (&success, "\"usd\",", "\"$\",", "amount_currency"),
        (&success, "\"usd\",", "null,", "amount_currency"),
        (&success, "\"usd\",", "{},", "row"),
        (&DEPOSIT.to_owned(), "\"12.50\", \"amount_c", "\"free\", \"amount_c", "amount"),
        (&DEPOSIT.to_owned(), "\"1760691600\"", "\"soon\"", "settlement"),
        (&DEPOSIT.to_owned(), "\"1760691600\"", "1.5", "settlement"),
        (&DEPOSIT.to_owned(), "\"1760691600\"", "1760691600000", "settlement"),
        (&DEPOSIT.to_owned(), "\"status\": \"pending\"", "\"status\": 1", "row"),
        (&DEPOSIT.to_owned(), "\"status\": \"pending\"", "\"status\": null", "row"),
        (&DEPOSIT.to_owned(), "\"status\": \"pending\", ", "", "row"),
        (&DEPOSIT.to_owned(), "\"8123000222\"", "{}", "row"),
        (&DEPOSIT.to_owned(), "\"700412\"", "\"0\"", "transaction_id"),
        (&DEPOSIT.to_owned(), "\"700412\"", "\"\"", "transaction_id"),
        (&DEPOSIT.to_owned(), "\"700412\"", "null", "row"),
        (&DEPOSIT.to_owned(), "\"transaction_id\": \"700412\", ", "", "row"),
    ] {
        let told = row(&with(sample, from, to));
        assert_eq!(told.progress, Progress::Unknown, "{to}");
        assert_eq!(told.facts.provider_status, Some(format!("unreadable_{field}")), "{to}");
        assert_eq!(told.credits, [], "{to}");
        assert_eq!(told.facts.provider_id.is_some(), !from.contains("700412"), "{to}");
    }
}

#[test]
fn what_is_only_shown_to_the_user_stands_in_no_way() {
    for multiplied in ["\"a lot\"", "-1", "null", "\"\""] {
        let body =
            with(OLDER, "\"multiplied_amount\": \"3.36\"", &format!("\"multiplied_amount\": {multiplied}"));
        let told = row(&body);
        assert_eq!(told.credits[0].amount.to_string(), "3.20 USD");
        assert_eq!(told.credits[0].local_amount, None, "{multiplied}");
    }
}

#[test]
fn another_deposit_is_not_taken_for_ours() {
    for (from, to) in [
        ("\"dep-501\"", "\"dep-502\""),
        ("\"dep-501\"", "\"DEP-501\""),
        ("\"dep-501\"", "\"dep-501 \""),
        ("\"dep-501\"", "\"\""),
        ("\"dep-501\"", "null"),
        ("\"dep-501\"", "[\"dep-501\"]"),
        ("\"deposit_id\": \"dep-501\", ", ""),
        ("\"dep-501\"", "\"dep-501\", \"deposit_id\": \"dep-502\""),
    ] {
        assert!(unreadable(200, &with(DEPOSIT, from, to)).contains("deposit"), "{to}");
    }
}

#[test]
fn only_the_documented_word_says_that_there_is_none() {
    let nothing = LookedUp::Rows { rows: Vec::new(), unreadable: 0 };
    for status in [200, 400, 404] {
        assert_eq!(look_up(status, error("deposit_not_found")), nothing, "{status}");
    }
    assert_eq!(unreadable(500, &error("deposit_not_found")), "HTTP status 500");
    assert_eq!(unreadable(302, &error("deposit_not_found")), "HTTP status 302");
    for word in
        ["deposit_id_or_transaction_id_missing", "invalid_deposit_id", "invalid_transaction_id", "not_found"]
    {
        assert_eq!(unreadable(200, &error(word)), format!("the error {word}"));
        assert_eq!(unreadable(404, &error(word)), "HTTP status 404");
    }
    assert_eq!(unreadable(404, "<html>Not Found</html>"), "HTTP status 404");
    for body in [
        r#"{"status":"success"}"#,
        r#"{"status":"success","deposit":null}"#,
        r#"{"status":"success","deposit":[]}"#,
        r#"{"status":"success","deposit":{}}"#,
        r#"{"status":"success","deposits":[]}"#,
        r#"{"status":"pending","deposit_id":"dep-501"}"#,
        r#"{"status":"success","deposit":{"deposit_id":"dep-501"},"error_message":"deposit_not_found"}"#,
    ] {
        assert!(!unreadable(200, body).is_empty());
    }
}

#[test]
fn a_limit_closes_the_account() {
    for status in [200, 429, 503] {
        let closed = Closed { until: reopens(), reason: "request_limit_exceeded" };
        assert_eq!(look_up(status, error("request_limit_exceeded")), LookedUp::Closed(closed));
    }
    let closed = Closed { until: reopens(), reason: "http_429" };
    assert_eq!(look_up(429, DEPOSIT), LookedUp::Closed(closed));
}

#[test]
fn what_is_no_whole_answer_tells_nothing() {
    for end in 0..DEPOSIT.trim_end().len() {
        assert!(matches!(look_up(200, &DEPOSIT[..end]), LookedUp::Unreadable { .. }), "{end}");
    }
    for body in super::garbage::bodies() {
        for status in [200, 404, 500] {
            assert!(matches!(look_up(status, &body), LookedUp::Unreadable { .. }));
        }
    }
    for status in [302, 404, 500] {
        assert_eq!(unreadable(status, DEPOSIT), format!("HTTP status {status}"));
    }
    let nothing = skinify().read_looked_up(&[], &response(200, DEPOSIT), now());
    assert!(matches!(nothing, LookedUp::Unreadable { .. }));
    let listing = [target(OrderKind::Listing, "dep-501")];
    let nothing = skinify().read_looked_up(&listing, &response(200, DEPOSIT), now());
    assert!(matches!(nothing, LookedUp::Unreadable { .. }));
}

proptest! {
    #[test]
    fn every_amount_is_kept_to_the_digit(
        amount in "(0|[1-9][0-9]{0,9})(\\.[0-9]{1,17})?",
        currency in "[a-zA-Z]{3}",
        quoted: bool,
    ) {
        let json = if quoted { format!("\"{amount}\"") } else { amount.clone() };
        let body = with(OLDER, "\"amount\": \"3.20\"", &format!("\"amount\": {json}"));
        let body = with(&body, "\"amount_currency\": \"usd\"", &format!("\"amount_currency\": \"{currency}\""));
        let told = row(&body);
        let expected = Money::parse(currency.parse::<Currency>().unwrap(), &amount).unwrap();
        prop_assert_eq!(told.credits[0].amount, expected);
        prop_assert_eq!(told.credits[0].amount.to_string(), format!("{amount} {}", currency.to_uppercase()));
    }
}
