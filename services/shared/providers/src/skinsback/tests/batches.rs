//! Several purchases in one call: each order by its own row.

use skinbus_domain::trade::Reason;
use skinbus_domain::{Outcome, Progress};

use super::{BATCH, error, offer_purchase, outcome, reference, reopens, response, skinsback, unknown, with};
use crate::provider::{Provider, Verdict};

/// What an answer means for the orders wd-1 (5518), wd-2 (5519) and wd-3 (5520).
fn outcomes_at(status: u16, body: &str) -> Vec<Outcome> {
    let orders = ["5518", "5519", "5520"].map(offer_purchase);
    let references = ["wd-1", "wd-2", "wd-3"].map(reference);
    let pairs: Vec<_> = orders.iter().zip(&references).collect();
    let answers = skinsback().read_placed_together(&pairs, &response(status, body), super::now());
    assert_eq!(answers.len(), 3);
    answers.into_iter().map(outcome).collect()
}

fn outcomes(body: &str) -> Vec<Outcome> {
    outcomes_at(200, body)
}

#[test]
fn a_part_is_bought_and_a_part_is_not() {
    let told = outcomes(BATCH);
    let Outcome::Placed(bought) = &told[0] else { panic!("{told:?}") };
    assert_eq!((bought.reference.as_str(), &bought.progress), ("wd-1", &Progress::Submitted));
    assert_eq!(bought.facts.provider_id.as_deref(), Some("880021"));
    assert_eq!(bought.facts.price_paid.unwrap().to_string(), "2.14 USD");
    assert_eq!(
        told[1],
        Outcome::Unknown {
            reason: Reason::from_provider("price_above_max", "skins_not_found_at_specified_price"),
            refusal_unproved: true,
        }
    );
    // In neither list.
    assert_eq!(unknown(&told[2]), Some(("not_mentioned", false)));
}

#[test]
fn every_documented_reason() {
    for (number, word, code, unproved) in [
        ("4", "insufficient_funds", "insufficient_funds", true),
        ("5", "skin_unavailable", "item_unavailable", true),
        ("6", "skins_not_found_at_specified_price", "price_above_max", true),
        ("7", "custom_id_already_exists", "reference_known", false),
        ("8", "something_new", "refused", true),
    ] {
        let named = with(BATCH, "skins_not_found_at_specified_price", word);
        assert_eq!(unknown(&outcomes(&named)[1]), Some((code, unproved)), "{word}");
        let numbered = with(
            BATCH,
            "\"error_code\": 6, \"error_message\": \"skins_not_found_at_specified_price\"",
            &format!("\"error_code\": \"{number}\""),
        );
        assert_eq!(unknown(&outcomes(&numbered)[1]), Some((code, unproved)), "{number}");
        let reasoned = with(&named, "\"error_message\"", "\"reason\"");
        assert_eq!(unknown(&outcomes(&reasoned)[1]), Some((code, unproved)), "{word}");
    }
}

#[test]
fn a_row_may_name_the_offer_alone() {
    for (from, to) in [
        (", \"custom_id\": \"wd-1\"", ""),
        (", \"custom_id\": \"wd-1\"", ", \"custom_id\": null"),
        ("\"id\": 5519, \"custom_id\": \"wd-2\"", "\"id\": \"5519\""),
        ("\"id\": 5519, ", ""),
        ("\"id\": 5518", "\"id\": \"5518\""),
    ] {
        let told = outcomes(&with(BATCH, from, to));
        assert!(matches!(told[0], Outcome::Placed(_)), "{to}: {told:?}");
        assert_eq!(unknown(&told[1]), Some(("price_above_max", true)), "{to}");
        assert_eq!(unknown(&told[2]), Some(("not_mentioned", false)), "{to}");
    }
    let row = &BATCH[BATCH.find("{\"id\": 5519").unwrap()..BATCH.rfind(']').unwrap()];
    for bare in ["5519", "\"5519\""] {
        assert_eq!(unknown(&outcomes(&with(BATCH, row, bare))[1]), Some(("refused", true)), "{bare}");
    }
}

#[test]
fn somebody_elses_row_is_nobodys() {
    // The offer is ours, and the reference says that the purchase is not.
    let told = outcomes(&with(BATCH, "\"custom_id\": \"wd-1\"", "\"custom_id\": \"wd-9\""));
    assert_eq!(unknown(&told[0]), Some(("not_mentioned", false)));
    let told = outcomes(&with(BATCH, "\"custom_id\": \"wd-2\"", "\"custom_id\": \"wd-9\""));
    assert_eq!(unknown(&told[1]), Some(("not_mentioned", false)));
}

#[test]
fn what_cannot_be_told_is_unknown() {
    let row = &BATCH[BATCH.find("[{\"item\"").unwrap()..BATCH.find(",\n \"unavailable").unwrap()];
    for (from, to, expected) in [
        (row, "{}", ["unreadable_answer", "unreadable_answer", "unreadable_answer"]),
        (row, "\"none\"", ["unreadable_answer", "unreadable_answer", "unreadable_answer"]),
        (row, "[]", ["not_mentioned", "price_above_max", "not_mentioned"]),
        (row, "null", ["not_mentioned", "price_above_max", "not_mentioned"]),
        ("880021", "null", ["unreadable_row", "price_above_max", "not_mentioned"]),
        ("880021", "0", ["unreadable_buy_id", "price_above_max", "not_mentioned"]),
        (
            "\"id\": 5519, \"custom_id\": \"wd-2\"",
            "\"custom_id\": \"wd-1\"",
            ["mentioned_twice", "not_mentioned", "not_mentioned"],
        ),
    ] {
        let told = outcomes(&with(BATCH, from, to));
        let codes: Vec<_> =
            told.iter().map(|outcome| unknown(outcome).unwrap_or(("definite", false)).0).collect();
        assert_eq!(codes, expected, "{to}");
    }
    let twice = with(BATCH, row, &row.replace("[{", &format!("[{}, {{", &row[1..row.len() - 1])));
    assert_eq!(unknown(&outcomes(&twice)[0]), Some(("mentioned_twice", false)));
    let unavailable = &BATCH[BATCH.find("[{\"id\"").unwrap()..BATCH.rfind('}').unwrap()];
    let told = outcomes(&with(BATCH, unavailable, "{\"5519\": 6}"));
    assert!(matches!(told[0], Outcome::Placed(_)));
    assert_eq!(unknown(&told[1]), Some(("not_mentioned", false)));
}

#[test]
fn what_is_said_of_the_call_is_said_of_every_order() {
    for outcome in outcomes(&error("missing_partner_or_token")) {
        assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
    }
    for outcome in outcomes(&error("insufficient_funds")) {
        assert_eq!(unknown(&outcome), Some(("insufficient_funds", true)));
    }
    for outcome in outcomes(&error("custom_id_already_exists")) {
        assert_eq!(unknown(&outcome), Some(("reference_known", false)));
    }
    for body in ["", "<html></html>", "{}", "[]", "{\"status\":\"success\"", &BATCH[..BATCH.len() - 3]] {
        for outcome in outcomes(body) {
            assert_eq!(unknown(&outcome), Some(("unreadable_answer", false)), "{body}");
        }
    }
    for outcome in outcomes_at(502, BATCH) {
        assert_eq!(unknown(&outcome), Some(("http_502", false)));
    }
}

#[test]
fn a_limit_closes_the_account() {
    let (order, reference) = (offer_purchase("5518"), reference("wd-1"));
    let answers = skinsback().read_placed_together(
        &[(&order, &reference)],
        &response(200, error("request_limit_reached")),
        super::now(),
    );
    assert_eq!(answers[0].closed.map(|closed| closed.until), Some(reopens()));
    assert!(matches!(answers[0].verdict, Verdict::Outcome(Outcome::NotSent { .. })));
}
