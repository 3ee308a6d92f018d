//! Answers that say clearly that something was bought.

use proptest::prelude::*;
use skinbus_domain::{Cause, Observation, Outcome, Progress, ProviderFacts};

use super::{BUY_NEWER, BUY_OLDER, bought, place, reference, unknown, with};

fn observation(body: &str) -> Observation {
    let outcome = bought(body);
    let Outcome::Placed(observation) = outcome else { panic!("{outcome:?}: {body}") };
    observation
}

fn older() -> Observation {
    Observation {
        cause: Cause::Dispatch,
        reference: reference("wd-20431"),
        progress: Progress::Submitted,
        occurred_at: Some("2025-10-09T09:00:00Z".parse().unwrap()),
        facts: ProviderFacts {
            provider_id: Some("90551".to_owned()),
            price_paid: Some(skinbus_domain::Money::parse(skinbus_domain::Currency::USD, "0.04").unwrap()),
            item_name: Some("P250 | Sand Dune (Field-Tested)".to_owned()),
            provider_status: Some("processing".to_owned()),
            ..ProviderFacts::default()
        },
        credits: Vec::new(),
    }
}

#[test]
fn both_ages_of_the_documented_answer() {
    assert_eq!(observation(BUY_OLDER), older());
    let newer = observation(BUY_NEWER);
    assert_eq!(newer.progress, Progress::Submitted);
    assert_eq!(newer.occurred_at, None);
    assert_eq!(newer.facts.provider_status.as_deref(), Some("reserved"));
    assert_eq!(newer.facts.reserved_until.map(|time| time.as_second()), Some(1_760_605_200));
    assert_eq!(newer.facts.offer_id, None);
}

#[test]
fn the_same_in_other_words() {
    for (from, to) in [
        ("\"purchase_id\": 90551", "\"purchase_id\": \"90551\""),
        ("\"balance_debited_amount\": 0.04", "\"balance_debited_amount\": \"0.04\""),
        ("\"date\": \"1760000400\"", "\"date\": 1760000400"),
        ("\"price\": 0.04", "\"price\": \"0.04\""),
        ("\"price\": 0.04", "\"price\": null"),
        ("\"id\": \"88101\"", "\"id\": 88101"),
        ("\"properties\": {\"classid\": \"310777000\"}", "\"properties\": []"),
        ("\"status\": \"success\"", "\"success\": true"),
        ("\"status\": \"success\"", "\"status\": \"success\", \"success\": true"),
        ("\"status\": \"success\"", "\"status\": null, \"success\": true"),
        ("\"status\": \"success\"", "\"status\": \"success\", \"error_message\": null"),
        ("\"status\": \"success\"", "\"status\": \"success\", \"error_message\": \"\""),
        ("\"status\": \"success\"", "\"status\": \"success\", \"new\": {\"deep\": [1, {}]}"),
        (
            "\"status\": \"success\"",
            "\"status\": \"success\", \"settlement\": null, \"trade_offer_id\": null",
        ),
        ("\"status\": \"success\"", "\"status\": \"success\", \"settlement\": 0, \"reserved_until\": \"\""),
        ("\"status\": \"success\"", "\"status\": \"success\", \"trade_offer_id\": \"\""),
        ("\"status\": \"success\"", "\"status\": \"success\", \"trade_offer_id\": 0"),
        (", \"custom_id\": \"wd-20431\"", ""),
        ("\"wd-20431\"", "null"),
        (", \"balance_debited_amount\": 0.04", ""),
        ("{\"status\"", "\r\n\t {\"status\""),
    ] {
        assert_eq!(observation(&with(BUY_OLDER, from, to)), older(), "{to}");
    }
}

#[test]
fn a_skin_may_be_missing() {
    let skin = &BUY_OLDER[BUY_OLDER.find("{\"id\"").unwrap()..BUY_OLDER.find(",\n").unwrap()];
    for empty in ["[]", "[ ]", "null", "{}"] {
        let observation = observation(&with(BUY_OLDER, skin, empty));
        assert_eq!(observation.facts.item_name, None, "{empty}");
        assert_eq!(observation.facts.price_paid, older().facts.price_paid, "{empty}");
    }
}

#[test]
fn a_custom_id_may_be_a_number() {
    let body = with(BUY_OLDER, "\"wd-20431\"", "20431");
    let answer = super::placed_as("20431", 200, body);
    assert!(matches!(answer.outcome, Outcome::Placed(_)), "{answer:?}");
}

/// A success that cannot be read is no success, and surely no failure.
#[test]
fn what_cannot_be_read_leaves_the_outcome_open() {
    for (from, to, code) in [
        ("\"purchase_id\": 90551, ", "", "unreadable_answer"),
        ("90551", "null", "unreadable_answer"),
        ("90551", "{}", "unreadable_answer"),
        ("90551", "true", "unreadable_answer"),
        ("90551", "[90551]", "unreadable_answer"),
        ("90551", "\"\"", "unreadable_purchase_id"),
        ("90551", "0", "unreadable_purchase_id"),
        ("\"purchase_status\": \"processing\", ", "", "unreadable_answer"),
        ("\"processing\"", "null", "unreadable_answer"),
        ("\"processing\"", "1", "unreadable_answer"),
        ("\"wd-20431\"", "\"wd-20432\"", "other_reference"),
        ("\"wd-20431\"", "\"\"", "other_reference"),
        ("\"wd-20431\"", "\"WD-20431\"", "other_reference"),
        ("_amount\": 0.04", "_amount\": \"free\"", "unreadable_balance_debited_amount"),
        ("_amount\": 0.04", "_amount\": \"0,04\"", "unreadable_balance_debited_amount"),
        ("_amount\": 0.04", "_amount\": \"$0.04\"", "unreadable_balance_debited_amount"),
        ("_amount\": 0.04", "_amount\": -0.04", "unreadable_balance_debited_amount"),
        ("_amount\": 0.04", "_amount\": 4e-2", "unreadable_balance_debited_amount"),
        ("_amount\": 0.04", "_amount\": \"\"", "unreadable_balance_debited_amount"),
        ("\"skin\": {", "\"skin\": [1, {", "unreadable_answer"),
        ("\"date\"", "\"settlement\": \"soon\", \"date\"", "unreadable_settlement"),
        ("\"date\"", "\"settlement\": -1, \"date\"", "unreadable_settlement"),
        ("\"date\"", "\"reserved_until\": 1760000400000, \"date\"", "unreadable_reserved_until"),
        ("\"date\"", "\"purchase_id\": 1, \"date\"", "unreadable_answer"),
        ("\"status\": \"success\"", "\"status\": \"ok\"", "unreadable_answer"),
        ("\"status\": \"success\"", "\"status\": \"SUCCESS\"", "unreadable_answer"),
        ("\"status\": \"success\"", "\"status\": true", "unreadable_answer"),
        ("\"status\": \"success\"", "\"success\": 1", "unreadable_answer"),
        ("\"status\": \"success\"", "\"success\": \"true\"", "unreadable_answer"),
        ("\"status\": \"success\", ", "", "unreadable_answer"),
        ("\"status\": \"success\"", "\"status\": \"success\", \"success\": false", "unreadable_answer"),
        ("\"status\": \"success\"", "\"status\": \"error\", \"success\": true", "unreadable_answer"),
        ("\"success\"", "\"success\", \"error_message\": \"name_too_short\"", "unreadable_answer"),
        ("\"success\"", "\"success\", \"status\": \"success\"", "unreadable_answer"),
    ] {
        let body = with(BUY_OLDER, from, to);
        assert_eq!(unknown(&bought(&body)), Some((code, false)), "{body}");
    }
}

#[test]
fn a_purchase_that_another_http_status_denies_is_not_believed() {
    for status in [302, 400, 403, 404, 429, 500, 502, 503, 504] {
        let answer = place(status, BUY_OLDER);
        let code = format!("http_{status}");
        assert_eq!(unknown(&answer.outcome), Some((code.as_str(), false)));
        assert_eq!(answer.closed.is_some(), status == 429);
    }
    assert!(matches!(place(201, BUY_OLDER).outcome, Outcome::Placed(_)));
}

proptest! {
    /// Documented amounts are decimal texts or numbers, with three decimals or more.
    #[test]
    fn every_amount_is_kept_to_the_digit(amount in "(0|[1-9][0-9]{0,9})(\\.[0-9]{1,17})?", quoted: bool) {
        let json = if quoted { format!("\"{amount}\"") } else { amount.clone() };
        let body = with(BUY_OLDER, "_amount\": 0.04", &format!("_amount\": {json}"));
        let paid = observation(&body).facts.price_paid.unwrap();
        prop_assert_eq!(paid.to_string(), format!("{amount} USD"));
    }
}

#[test]
fn what_is_told_at_length_does_not_burst_the_ledger() {
    let long = "x".repeat(1_000_000);
    let named = observation(&with(BUY_OLDER, "P250 | Sand Dune (Field-Tested)", &long));
    assert_eq!(named.facts.item_name.map(|name| name.len()), Some(256));
    let outcome = bought(with(BUY_OLDER, "90551", &format!("\"{long}\"")));
    assert!(matches!(outcome, Outcome::Unknown { .. }), "an id of a megabyte");
}
