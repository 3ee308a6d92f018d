//! Answers to a look-up.

use skinbus_domain::credit::CreditState;
use skinbus_domain::{Cause, Hold, Progress};

use super::*;

const DEPOSITS: [OrderKind; 2] = [OrderKind::DepositLink, OrderKind::DepositItems];

fn completed() -> String {
    with(DEPOSIT_STATUS, "\"hold\"", "\"completed\"")
}

#[test]
fn a_held_and_a_completed_deposit() {
    for kind in DEPOSITS {
        let held = row(kind, DEPOSIT_STATUS);
        assert_eq!((held.cause, held.reference.as_str()), (Cause::LookUp, "dep-1"));
        assert_eq!(held.facts.provider_id.as_deref(), Some("50213"));
        assert_eq!(held.facts.bot_steam_id.as_deref(), Some("76561199100000017"));
        assert_eq!(held.facts.offer_id.as_deref(), Some("7120099001"));
        assert_eq!(held.facts.provider_status.as_deref(), Some("hold"));
        assert_eq!(held.facts.price_paid, None);
        assert_eq!(held.occurred_at, None);
        let done = row(kind, &completed());
        assert_eq!(done.progress, Progress::Delivered { hold: Hold::None });
        for (told, state) in [(held, CreditState::Pending), (done, CreditState::Credited)] {
            assert_eq!(told.credits.len(), 1);
            let credit = &told.credits[0];
            assert_eq!((credit.key.as_str(), credit.thing.as_str()), ("50213", "dep-1"));
            assert_eq!((credit.amount, credit.state), (dollars("18.47"), state));
            assert_eq!((&credit.local_amount, credit.multiplier), (&None, None));
        }
    }
}

#[test]
fn the_dollar_in_other_words() {
    for (from, to) in [
        ("\"USD\"", "\"usd\""),
        ("multiplier\": 1.0", "multiplier\": 1"),
        ("rate\": 1.0", "rate\": \"1.000\""),
        ("sum\": 18.47", "sum\": \"18.47\""),
        ("50213", "\"50213\""),
        ("76561199100000017", "\"76561199100000017\""),
        ("\"bot_name\": \"Bot 7\",", "\"success_url\": \"https://a.example\", \"new\": [],"),
    ] {
        assert_eq!(row(OrderKind::DepositLink, &with(&completed(), from, to)), {
            row(OrderKind::DepositLink, &completed())
        });
    }
}

/// Whatever is not surely a dollar amount is no credit, and a success without one is no success.
#[test]
fn a_completed_deposit_in_another_currency_is_none() {
    for (from, to) in [
        ("\"USD\"", "\"EUR\""),
        ("\"USD\"", "\"USDT\""),
        ("multiplier\": 1.0", "multiplier\": 1.01"),
        ("multiplier\": 1.0", "multiplier\": null"),
        ("multiplier\": 1.0", "multiplier\": \"x\""),
        ("rate\": 1.0", "rate\": 0.92"),
        ("rate\": 1.0", "rate\": null"),
        ("rate\": 1.0", "rate\": -1"),
        ("sum\": 18.47", "sum\": null"),
        ("sum\": 18.47", "sum\": 0"),
        ("sum\": 18.47", "sum\": -18.47"),
        ("sum\": 18.47", "sum\": 1.847e1"),
        ("sum\": 18.47", "sum\": \"18,47\""),
        ("\"custom_currency_sum\"", "\"custom_currency_total\""),
        // A sum without its currency.
        ("\"USD\"", "null"),
        ("\"USD\"", "\"\""),
    ] {
        for kind in DEPOSITS {
            let done = row(kind, &with(&completed(), from, to));
            assert_eq!((&done.progress, done.credits.len()), (&Progress::Unknown, 0), "{to}");
            assert_eq!(done.facts.provider_status.as_deref(), Some("unreadable_amount"), "{to}");
            // No money moves at a hold.
            let held = row(kind, &with(DEPOSIT_STATUS, from, to));
            assert!(matches!(held.progress, Progress::Held { .. }), "{to}: {held:?}");
            assert_eq!(held.credits, [], "{to}");
        }
    }
    let euros = row(OrderKind::DepositItems, DEPOSIT_STATUS_EURO);
    assert_eq!((&euros.progress, euros.credits.len()), (&Progress::Unknown, 0));
}

/// A deposit by names has no custom currency; its amount was told when it was made.
#[test]
fn only_items_may_be_completed_without_an_amount() {
    let nothing = with(&completed(), "\"USD\"", "null");
    let nothing = with(&nothing, "\"custom_currency_multiplier\": 1.0, \"custom_currency_rate\": 1.0,", "");
    let zeros = with(&nothing, "\"custom_currency\": null", "\"custom_currency\": \"\"");
    let zeros = with(&zeros, "\"custom_currency_sum\": 18.47", "\"custom_currency_sum\": 0");
    let nothing = with(&nothing, "\"custom_currency_sum\": 18.47", "\"custom_currency_sum\": null");
    for body in [nothing, zeros] {
        let items = row(OrderKind::DepositItems, &body);
        assert_eq!(items.progress, Progress::Delivered { hold: Hold::None });
        assert_eq!(items.credits, []);
        let page = row(OrderKind::DepositLink, &body);
        assert_eq!(page.progress, Progress::Unknown);
        assert_eq!(page.facts.provider_status.as_deref(), Some("unreadable_amount"));
        let held = row(OrderKind::DepositLink, &with(&body, "\"completed\"", "\"hold\""));
        assert!(matches!(held.progress, Progress::Held { .. }));
    }
}

#[test]
fn what_ended_credits_nothing() {
    for status in ["failed", "canceled", "reverted", "something_new"] {
        let told = row(OrderKind::DepositItems, &with(DEPOSIT_STATUS, "\"hold\"", &format!("\"{status}\"")));
        assert_eq!(told.credits, [], "{status}");
    }
}

/// A page's id is not known to be the deposit's: two ids under one reference would be a contradiction.
#[test]
fn the_id_of_a_page_is_not_told() {
    let fresh = with(DEPOSIT_STATUS, "\"hold\"", "\"new\"");
    assert_eq!(row(OrderKind::DepositLink, &fresh).facts.provider_id, None);
    assert_eq!(row(OrderKind::DepositItems, &fresh).facts.provider_id.as_deref(), Some("50213"));
    let broken = with(&fresh, "10:45:00Z", "soon");
    assert_eq!(row(OrderKind::DepositLink, &broken).facts.provider_id, None);
}

#[test]
fn a_purchase() {
    let told = row(OrderKind::Purchase, PURCHASE_STATUS);
    assert_eq!((told.reference.as_str(), &told.progress), ("wd-1", &Progress::OfferSent));
    assert_eq!(told.facts.price_paid, Some(dollars("18.47")));
    assert_eq!(told.facts.offer_id.as_deref(), Some("7120100042"));
    assert_eq!((told.facts.item_name.as_deref(), told.credits.len()), (None, 0));
    let without = with(PURCHASE_STATUS, "\"amount\": 18.47, ", "");
    assert_eq!(row(OrderKind::Purchase, &without).facts.price_paid, None);
    for status in ["failed", "canceled"] {
        let ended = row(OrderKind::Purchase, &with(PURCHASE_STATUS, "\"active\"", &format!("\"{status}\"")));
        assert_eq!(ended.facts.price_paid, None);
    }
}

#[test]
fn nothing_is_there() {
    let nothing = LookedUp::Rows { rows: Vec::new(), unreadable: 0 };
    for kind in [OrderKind::Purchase, OrderKind::DepositLink, OrderKind::DepositItems] {
        assert_eq!(look_up(kind, 404, NOT_FOUND), nothing);
        assert_eq!(look_up(kind, 404, with(NOT_FOUND, "\"}", "\", \"data\": null}")), nothing);
    }
}

#[test]
fn an_error_proves_no_absence() {
    let error = |status, body: &str| {
        let told = look_up(OrderKind::Purchase, status, body);
        let LookedUp::Unreadable { problem } = told else { panic!("{told:?}: {status} {body}") };
        problem
    };
    // Only the application itself knows what is not there.
    for body in ["", "404 page not found", "<html>Not Found</html>", "{}", "null", PURCHASE_STATUS] {
        assert_eq!(error(404, body), "HTTP status 404", "{body}");
    }
    assert_eq!(error(404, r#"{"success": true, "message": "not found error"}"#), "HTTP status 404");
    for status in [200, 400, 500] {
        assert_eq!(error(status, NOT_FOUND), "the error not found error");
    }
    assert_eq!(error(403, &super::error("invalid IP: 203.0.113.9")), "the error invalid IP");
    assert_eq!(error(401, &super::error("key 0123456789abcdef is bad")), "the error (no word)");
    for status in [201, 302, 400, 408, 500, 502, 503] {
        let problem = format!("HTTP status {status}");
        assert_eq!(error(status, PURCHASE_STATUS), problem);
    }
    for body in ["", "<html></html>", "[]", "{}", r#"{"success": true, "data": null}"#] {
        assert!(!error(200, body).is_empty());
    }
}

/// The answer has one row; that of another trade says nothing about ours.
#[test]
fn an_answer_must_name_what_was_asked() {
    for (from, to, problem) in [
        ("\"wd-1\"", "\"wd-2\"", "an answer to another reference"),
        ("\"wd-1\"", "\"\"", "an answer to another reference"),
        ("\"wd-1\"", "null", "an answer without a reference"),
        ("\"merchant_tx_id\": \"wd-1\", ", "", "an answer without a reference"),
        ("\"wd-1\"", "\"wd-1\", \"merchant_tx_id\": \"wd-2\"", "an answer without a reference"),
    ] {
        let told = look_up(OrderKind::Purchase, 200, with(PURCHASE_STATUS, from, to));
        assert_eq!(told, LookedUp::Unreadable { problem: problem.to_owned() }, "{to}");
    }
    let body = r#"{"success": true, "data": [{"merchant_tx_id": "wd-1"}]}"#;
    assert!(matches!(look_up(OrderKind::Purchase, 200, body), LookedUp::Unreadable { .. }));
    let told = skinslink().read_looked_up(&[], &response(200, PURCHASE_STATUS), now());
    assert!(matches!(told, LookedUp::Unreadable { .. }));
}

/// Something is there under our reference, whatever the rest of it means.
#[test]
fn a_row_of_ours_that_cannot_be_read_is_an_unknown_status() {
    for (from, to, field, id) in [
        ("\"active\"", "null", "row", Some("9077")),
        ("\"active\"", "3", "row", Some("9077")),
        ("\"status\": \"active\", ", "", "row", Some("9077")),
        ("9077", "{}", "row", None),
        ("9077", "\"x\"", "id", None),
        ("9077", "null", "row", None),
        ("\"id\": 9077, ", "", "row", None),
        ("\"amount\": 18.47", "\"amount\": \"free\"", "amount", Some("9077")),
        ("\"amount\": 18.47", "\"amount\": -1", "amount", Some("9077")),
        (
            "\"amount\"",
            "\"trade_offer_expiry_at\": \"soon\", \"amount\"",
            "trade_offer_expiry_at",
            Some("9077"),
        ),
        ("\"active\"", "\"hold\", \"hold_end_date\": \"soon\"", "hold_end_date", Some("9077")),
        ("\"7120100042\"", "[]", "row", Some("9077")),
    ] {
        let body = with(PURCHASE_STATUS, from, to);
        let told = row(OrderKind::Purchase, &body);
        assert_eq!((told.reference.as_str(), &told.progress), ("wd-1", &Progress::Unknown), "{to}");
        assert_eq!(told.facts.provider_status, Some(format!("unreadable_{field}")), "{to}");
        assert_eq!(told.facts.provider_id.as_deref(), id, "{to}");
        assert_eq!(told.facts.price_paid, None, "{to}");
    }
}
