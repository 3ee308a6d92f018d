//! Answers that refuse in words. One sentence is documented, and none is proof that nothing was bought.

use skinbus_domain::Outcome;
use skinbus_domain::trade::Reason;

use super::{deposit, limited, outcome, placed, purchase, unknown};
use crate::skinout::wire::NOT_ENOUGH_FUNDS;

fn error(sentence: &str) -> String {
    serde_json::json!({"success": false, "error": sentence}).to_string()
}

/// The codes of refusals that only a look-up can prove.
fn unproved(reason: Reason) -> Outcome {
    Outcome::Unknown { reason, refusal_unproved: true }
}

#[test]
fn the_documented_sentence_names_the_reason_and_proves_nothing() {
    assert_eq!(NOT_ENOUGH_FUNDS, "Not enough funds on project balance to buy this skin");
    for status in [200, 400, 402] {
        let told = outcome(placed(&purchase(), status, error(NOT_ENOUGH_FUNDS)));
        assert_eq!(told, unproved(Reason::from_provider("insufficient_funds", NOT_ENOUGH_FUNDS)));
    }
}

#[test]
fn every_other_sentence_is_a_refusal_that_is_not_proved() {
    for sentence in [
        "Not enough funds on project balance to buy this skin.",
        "not enough funds on project balance to buy this skin",
        "Not enough funds",
        "Skin not found",
        "Price is higher than max_price",
        "payment_id already exists",
        "Wrong trade token AbCd_-12",
        "Too many requests",
    ] {
        for order in [purchase(), deposit()] {
            let told = outcome(placed(&order, 200, error(sentence)));
            // What the sentence quotes is nobody's business.
            assert_eq!(told, unproved(Reason::from_provider("refused", "(no word)")), "{sentence}");
        }
    }
    let told = outcome(placed(&purchase(), 403, error("forbidden")));
    assert_eq!(told, unproved(Reason::from_provider("refused", "forbidden")));
    let told = outcome(placed(&purchase(), 401, error("Invalid Api-Key")));
    assert_eq!(told, unproved(Reason::from_provider("unauthorized", "(no word)")));
}

#[test]
fn an_error_that_is_not_clear_is_no_refusal() {
    for body in [
        r#"{"success": false}"#,
        r#"{"success": false, "error": null}"#,
        r#"{"success": false, "error": ""}"#,
        r#"{"success": false, "error": " "}"#,
        r#"{"success": false, "error": {"message": "Busy"}}"#,
        r#"{"success": false, "error": 7}"#,
        r#"{"success": false, "message": "Busy"}"#,
        r#"{"success": "false", "error": "Busy"}"#,
        r#"{"success": 0, "error": "Busy"}"#,
        r#"{"success": null, "error": "Busy"}"#,
        r#"{"error": "Busy"}"#,
        r#"{"success": false, "error": "Busy", "transaction_id": "610092"}"#,
        r#"{"success": false, "error": "Busy", "url": "https://pay.skinout.gg/deposit/0"}"#,
        r#"{"success": false, "success": false, "error": "Busy"}"#,
        r#"[false, "Busy"]"#,
    ] {
        for order in [purchase(), deposit()] {
            let told = outcome(placed(&order, 200, body));
            assert_eq!(unknown(&told), Some(("unreadable_answer", false)), "{body}");
        }
    }
}

#[test]
fn a_server_error_may_come_after_the_purchase() {
    for status in [301, 500, 502, 503, 504] {
        let told = placed(&purchase(), status, error(NOT_ENOUGH_FUNDS));
        assert_eq!(told.closed, None);
        assert_eq!(unknown(&outcome(told)), Some((format!("http_{status}").as_str(), false)));
    }
}

#[test]
fn a_limit_closes_the_account_and_proves_nothing() {
    let told = placed(&purchase(), 429, error("Too many requests"));
    assert_eq!(told.closed, Some(limited()));
    assert_eq!(outcome(told), unproved(Reason::from_provider("rate_limited", "(no word)")));
    let told = placed(&deposit(), 429, "<html>slow down</html>");
    assert_eq!(told.closed, Some(limited()));
    assert_eq!(unknown(&outcome(told)), Some(("http_429", false)));
    assert_eq!(placed(&purchase(), 200, error("Too many requests")).closed, None);
}

#[test]
fn a_listing_is_never_placed() {
    let listing = super::order(skinbus_domain::order::Operation::Listing(super::violations::listing()));
    for body in [super::BUY, super::CREATE] {
        assert_eq!(unknown(&outcome(placed(&listing, 200, body))), Some(("not_placeable", false)));
    }
}
