//! Answers that say clearly that something was done.

use proptest::prelude::*;
use skinbus_domain::{Cause, Observation, Progress};

use super::*;

fn observation(answer: Outcome) -> Observation {
    let Outcome::Placed(observation) = answer else { panic!("{answer:?}") };
    observation
}

#[test]
fn a_purchase() {
    let told = Observation {
        cause: Cause::Dispatch,
        reference: reference("WD-000093-a1"),
        progress: Progress::Submitted,
        occurred_at: None,
        credits: Vec::new(),
        facts: ProviderFacts {
            provider_id: Some("771204".to_owned()),
            price_paid: Some(dollars("18.47")),
            item_name: Some("P250 | Sand Dune (Field-Tested)".to_owned()),
            provider_status: Some("active".to_owned()),
            ..ProviderFacts::default()
        },
    };
    assert_eq!(observation(bought(BOUGHT)), told);
    for (from, to) in [
        ("\"771204\"", "771204"),
        ("  \"id\": \"771204\",\n  \"trade_data\"", "  \"trade_data\""),
        ("    \"id\": \"771204\",\n    \"state\"", "    \"state\""),
        ("\"price\": \"18.47\",\n    \"steam", "\"price\": 18.47,\n    \"steam"),
        ("\"steam_trade_offer_state\": null", "\"steam_trade_offer_state\": \"\""),
        ("    \"causer\": null,\n", ""),
        ("  \"success\": true,\n", ""),
        ("\"success\": true", "\"success\": true, \"new\": [{}]"),
        ("\"76561198015389178\"", "76561198015389178"),
    ] {
        assert_eq!(observation(bought(with(BOUGHT, from, to))), told, "{to}");
    }
    // The items are told, and not needed.
    let without = with(BOUGHT, "\"items\": [", "\"items\": [7, ");
    assert_eq!(observation(bought(without)).facts.item_name, None);
}

#[test]
fn a_purchase_that_is_not_surely_ours() {
    for (from, to, code) in [
        ("WD-000093-a1", "WD-000093-a2", "other_reference"),
        ("\"WD-000093-a1\"", "null", "other_reference"),
        ("    \"custom_id\": \"WD-000093-a1\",\n", "", "other_reference"),
        ("\"76561198015389178\"", "\"76561198015389179\"", "unreadable_recipient"),
        ("  \"id\": \"771204\",\n  \"trade_data\"", "  \"id\": \"771205\",\n  \"trade_data\"", "other_trade"),
        ("\"771204\"", "\"0\"", "unreadable_id"),
        ("\"price\": \"18.47\",\n    \"steam", "\"steam", "unreadable_price"),
        ("\"price\": \"18.47\",\n    \"steam", "\"price\": \"cheap\",\n    \"steam", "unreadable_price"),
        ("\"price\": \"18.47\",\n    \"steam", "\"price\": -1,\n    \"steam", "unreadable_price"),
        ("\"state\": \"active\",\n", "", "unreadable_trade"),
        ("\"state\": \"active\"", "\"state\": 1", "unreadable_trade"),
        ("\"success\": true", "\"success\": false", "unreadable_answer"),
        ("\"status\": \"success\"", "\"status\": \"ok\"", "unreadable_answer"),
        (",\n  \"status\": \"success\"", "", "unreadable_answer"),
        (
            "\"status\": \"success\"",
            "\"status\": \"error\", \"error_message\": \"need_sum\"",
            "unreadable_answer",
        ),
        (
            "  \"success\": true,\n  \"status\": \"success\"",
            "\"status\": \"error\", \"error_message\": \"need_sum\"",
            "unreadable_answer",
        ),
        (
            "\"status\": \"success\"",
            "\"status\": \"success\", \"error_message\": \"need_sum\"",
            "unreadable_answer",
        ),
    ] {
        assert_eq!(unknown(&bought(with(BOUGHT, from, to))), Some((code, false)), "{to}");
    }
    let listed = with(BOUGHT, "\"trade_data\": {", "\"trade_data\": [], \"x\": {");
    assert_eq!(unknown(&bought(listed)), Some(("unreadable_trade", false)));
    for status in [302, 400, 404, 500, 503] {
        let code = format!("http_{status}");
        let answer = outcome(read(&purchase(), 2, status, BOUGHT));
        assert_eq!(unknown(&answer), Some((code.as_str(), false)), "{status}");
    }
}

#[test]
fn a_payment_link() {
    let told = observation(outcome(read(&link(Some("25.00")), 1, 200, LINKED)));
    assert_eq!((told.cause, &told.progress), (Cause::Dispatch, &Progress::Submitted));
    assert_eq!(told.reference, reference("WD-000093-a1"));
    assert_eq!(told.facts.provider_id.as_deref(), Some("b1e0c7a94d2f58360d7ce4519a83f26b"));
    let url = "https://shadowpay.com/en/pay?token=b1e0c7a94d2f58360d7ce4519a83f26b";
    assert_eq!(told.facts.redirect_url.as_deref(), Some(url));
    assert!(told.credits.is_empty());
}

#[test]
fn a_payment_link_that_cannot_be_used() {
    for (from, to, code) in [
        ("https:\\/\\/", "javascript:", "unreadable_url"),
        ("https:\\/\\/", "\\/\\/", "unreadable_url"),
        ("\"token\": \"b1e0c7a94d2f58360d7ce4519a83f26b\"", "\"token\": \"\"", "unreadable_token"),
        ("\"token\": \"b1e0c7a94d2f58360d7ce4519a83f26b\",", "", "unreadable_answer"),
        ("\"token\": \"b1e0c7a94d2f58360d7ce4519a83f26b\"", "\"token\": null", "unreadable_answer"),
        (",\n  \"status\": \"success\"", "", "unreadable_answer"),
        // Only answers to questions may leave the status out.
        ("\"status\": \"success\"", "\"data\": {}", "unreadable_answer"),
        ("\"success\"", "\"error\", \"error_message\": \"wrong_params\"", "unreadable_answer"),
    ] {
        let answer = outcome(read(&link(None), 1, 200, with(LINKED, from, to)));
        assert_eq!(unknown(&answer), Some((code, false)), "{to}");
    }
}

#[test]
fn a_listing_is_known_by_its_own_id() {
    for body in [CREATED.to_owned(), with(CREATED, "\"5511020\"", "5511020")] {
        let told = observation(outcome(read(&listing(), 1, 200, body)));
        assert_eq!(told.progress, Progress::Submitted);
        assert_eq!(told.facts.provider_id.as_deref(), Some("5511020"));
    }
    for (from, to, code) in [
        ("[\"5511020\"]", "[]", "other_count"),
        ("[\"5511020\"]", "[\"5511020\", \"5511021\"]", "other_count"),
        ("[\"5511020\"]", "[\"0\"]", "unreadable_id"),
        ("[\"5511020\"]", "[null]", "unreadable_answer"),
        ("[\"5511020\"]", "\"5511020\"", "unreadable_answer"),
        ("[\"5511020\"]", "null", "unreadable_answer"),
        (", \"status\": \"success\"", "", "unreadable_answer"),
    ] {
        let answer = outcome(read(&listing(), 1, 200, with(CREATED, from, to)));
        assert_eq!(unknown(&answer), Some((code, false)), "{to}");
    }
}

proptest! {
    #[test]
    fn money_is_exactly_its_text(units in 0u64..1_000_000_000, fraction in "[0-9]{0,6}", quoted: bool) {
        let text = if fraction.is_empty() { units.to_string() } else { format!("{units}.{fraction}") };
        let json = if quoted { format!("\"{text}\"") } else { text.clone() };
        let from = "\"price\": \"18.47\",\n    \"steam";
        let body = with(BOUGHT, from, &format!("\"price\": {json},\n    \"steam"));
        let paid = observation(bought(body)).facts.price_paid.unwrap();
        prop_assert_eq!(paid.amount.to_string(), text);
    }
}
