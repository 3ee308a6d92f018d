//! Answers that say clearly that something was bought or opened.

use proptest::prelude::*;
use skinbus_domain::{Cause, Observation, Outcome, Progress, ProviderFacts};

use super::{
    BUY, CREATE, bought, created, deposit, dollars, outcome, placed, purchase, reference, unknown, with,
};

fn observation(outcome: Outcome) -> Observation {
    let Outcome::Placed(observation) = outcome else { panic!("{outcome:?}") };
    observation
}

fn sand_dune() -> Observation {
    Observation {
        cause: Cause::Dispatch,
        reference: reference("wd-20431"),
        progress: Progress::Submitted,
        occurred_at: Some("2025-10-09T09:00:00Z".parse().unwrap()),
        credits: Vec::new(),
        facts: ProviderFacts {
            provider_id: Some("610092".to_owned()),
            price_paid: Some(dollars("0.041")),
            item_name: Some("P250 | Sand Dune (Field-Tested)".to_owned()),
            provider_status: Some("pending".to_owned()),
            ..ProviderFacts::default()
        },
    }
}

#[test]
fn the_documented_purchase() {
    assert_eq!(observation(bought(BUY)), sand_dune());
    // The documented example is already further.
    let sent = observation(bought(with(BUY, "pending", "sent")));
    assert_eq!((sent.progress, sent.occurred_at), (Progress::OfferSent, None));
}

#[test]
fn the_same_purchase_in_other_words() {
    for (from, to) in [
        ("\"610092\"", "610092"),
        ("\"1760000400\"", "1760000400"),
        ("\"amount\": 41", "\"amount\": \"41\""),
        ("\"price\": 41", "\"price\": \"41\""),
        ("\"price\": 41", "\"price\": 40"),
        ("\"amount\": 41", "\"amount\": 41, \"new\": {\"a\": [1]}, \"error\": null"),
        ("\"amount\": 41", "\"amount\": 41, \"error\": \"\", \"time_settlement\": 0, \"trade_id\": \"\""),
        ("\"amount\": 41", "\"amount\": 41, \"steamid\": 76561198000000042"),
    ] {
        assert_eq!(observation(bought(with(BUY, from, to))), sand_dune(), "{to}");
    }
    for skin in ["[]", "null", "{}"] {
        let told = observation(bought(with(
            BUY,
            "{\"name\": \"P250 | Sand Dune (Field-Tested)\", \"price\": 41}",
            skin,
        )));
        assert_eq!((told.facts.item_name, told.facts.price_paid), (None, Some(dollars("0.041"))), "{skin}");
    }
    assert_eq!(
        observation(bought(with(BUY, "\"time\": \"1760000400\"", "\"time\": \"soon\""))).occurred_at,
        None
    );
}

#[test]
fn what_was_charged_counts_not_what_the_skin_costs() {
    let told = observation(bought(with(BUY, "\"amount\": 41", "\"amount\": 99")));
    assert_eq!(told.facts.price_paid.unwrap().to_string(), "0.099 USD");
}

#[test]
fn a_purchase_that_is_not_fully_readable_is_unknown() {
    for (from, to, code) in [
        ("\"wd-20431\"", "\"wd-20432\"", "other_reference"),
        ("\"wd-20431\"", "20431", "other_reference"),
        ("\"wd-20431\"", "\"\"", "other_reference"),
        ("\"wd-20431\"", "null", "unreadable_payment_id"),
        ("\"payment_id\"", "\"id\"", "unreadable_payment_id"),
        ("\"610092\"", "\"\"", "unreadable_transaction_id"),
        ("\"610092\"", "0", "unreadable_transaction_id"),
        ("\"610092\"", "null", "unreadable_transaction_id"),
        ("\"amount\": 41", "\"sum\": 41", "unreadable_amount"),
        ("\"amount\": 41", "\"amount\": 0.041", "unreadable_amount"),
        ("\"amount\": 41", "\"amount\": 41.0", "unreadable_amount"),
        ("\"amount\": 41", "\"amount\": -41", "unreadable_amount"),
        ("\"amount\": 41", "\"amount\": 4e1", "unreadable_amount"),
        ("\"amount\": 41", "\"amount\": \"\"", "unreadable_amount"),
        ("\"amount\": 41", "\"amount\": null", "unreadable_amount"),
        ("\"amount\": 41", "\"amount\": [41]", "unreadable_answer"),
        ("\"amount\": 41", "\"amount\": 41, \"amount\": 41", "unreadable_answer"),
        ("\"amount\": 41", "\"amount\": 41, \"time_settlement\": \"soon\"", "unreadable_time_settlement"),
        (
            "\"amount\": 41",
            "\"amount\": 41, \"time_settlement\": 1760691600000",
            "unreadable_time_settlement",
        ),
        ("\"amount\": 41", "\"amount\": 41, \"steamid\": \"76561198000000077\"", "unreadable_steamid"),
        ("\"pending\"", "null", "unreadable_answer"),
        ("\"pending\"", "7", "unreadable_answer"),
        ("\"status\": \"pending\", ", "", "unreadable_answer"),
        ("{\"name\": \"P250 | Sand Dune (Field-Tested)\", \"price\": 41}", "[1]", "unreadable_answer"),
        ("\"success\": true", "\"success\": \"true\"", "unreadable_answer"),
        ("\"success\": true", "\"success\": 1", "unreadable_answer"),
        ("\"success\": true", "\"success\": null", "unreadable_answer"),
        ("\"success\": true", "\"status_ok\": true", "unreadable_answer"),
        ("\"success\": true", "\"success\": true, \"success\": true", "unreadable_answer"),
        ("\"success\": true", "\"success\": true, \"error\": \"Not enough\"", "unreadable_answer"),
        ("\"success\": true", "\"success\": true, \"error\": {}", "unreadable_answer"),
        // An error that names a purchase is no clear error.
        ("\"success\": true", "\"success\": false, \"error\": \"Busy\"", "unreadable_answer"),
    ] {
        assert_eq!(unknown(&bought(with(BUY, from, to))), Some((code, false)), "{to}");
    }
}

#[test]
fn the_documented_deposit() {
    for body in [CREATE.to_owned(), with(CREATE, "903117", "\"903117\", \"payment_id\": \"dep-7781\"")] {
        let told = observation(created(body));
        assert_eq!(told.progress, Progress::Submitted);
        assert_eq!((told.cause, told.reference), (Cause::Dispatch, reference("dep-7781")));
        let facts = ProviderFacts {
            provider_id: Some("903117".to_owned()),
            redirect_url: Some("https://pay.skinout.gg/deposit/0f3c5b7d9e1a2c4d6f8091a3b5c7d9ef".to_owned()),
            ..ProviderFacts::default()
        };
        assert_eq!(told.facts, facts);
        assert_eq!((told.credits, told.occurred_at), (Vec::new(), None));
    }
}

#[test]
fn a_deposit_that_is_not_fully_readable_is_unknown() {
    for (from, to, code) in [
        ("https://", "javascript:", "unreadable_url"),
        ("https://pay", "https:// pay", "unreadable_url"),
        ("\"url\"", "\"link\"", "unreadable_url"),
        ("903117", "0", "unreadable_transaction_id"),
        ("903117", "null", "unreadable_transaction_id"),
        ("903117", "\"\"", "unreadable_transaction_id"),
        ("\"transaction_id\"", "\"tid\"", "unreadable_transaction_id"),
        ("903117", "903117, \"payment_id\": \"dep-1\"", "other_reference"),
        ("903117", "[903117]", "unreadable_answer"),
        ("true", "false", "unreadable_answer"),
        ("true", "false, \"error\": \"Busy\"", "unreadable_answer"),
    ] {
        assert_eq!(unknown(&created(with(CREATE, from, to))), Some((code, false)), "{to}");
    }
}

#[test]
fn a_success_with_a_bad_status_is_unknown() {
    for status in [302, 400, 404, 429, 500, 502, 503] {
        let code = format!("http_{status}");
        for (order, body) in [(purchase(), BUY), (deposit(), CREATE)] {
            assert_eq!(unknown(&outcome(placed(&order, status, body))), Some((code.as_str(), false)));
        }
    }
    assert_eq!(observation(outcome(placed(&purchase(), 201, BUY))), sand_dune());
}

proptest! {
    #[test]
    fn money_is_exactly_its_text(thousandths in 0_u64..1_000_000_000_000, quoted: bool) {
        let number = if quoted { format!("\"{thousandths}\"") } else { thousandths.to_string() };
        let told = observation(bought(with(BUY, "\"amount\": 41", &format!("\"amount\": {number}"))));
        let expected = format!("{}.{:03} USD", thousandths / 1000, thousandths % 1000);
        prop_assert_eq!(told.facts.price_paid.unwrap().to_string(), expected);
    }
}
