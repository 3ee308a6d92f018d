//! Answers that say clearly that an order was placed.

use proptest::prelude::*;
use skinbus_domain::order::OrderKind;
use skinbus_domain::{
    Cause, Credit, CreditState, LocalAmount, Observation, Outcome, Progress, ProviderFacts,
};

use super::{BUY, KINDS, OFFER, PAGE, dollars, observed, outcome, place, placed, reference, unknown, with};

fn bought() -> Observation {
    Observation {
        cause: Cause::Dispatch,
        reference: reference("wd-1"),
        progress: Progress::Submitted,
        occurred_at: None,
        credits: Vec::new(),
        facts: ProviderFacts {
            provider_id: Some("880021".to_owned()),
            price_paid: Some(dollars("2.14")),
            item_name: Some("AWP | Worm God (Minimal Wear)".to_owned()),
            provider_status: Some("creating_trade".to_owned()),
            ..ProviderFacts::default()
        },
    }
}

#[test]
fn a_purchase() {
    assert_eq!(observed(OrderKind::Purchase, BUY), bought());
}

#[test]
fn a_purchase_in_other_words() {
    for (from, to) in [
        ("\"buy_id\": 880021", "\"buy_id\": \"880021\""),
        ("\"price\": 2.14", "\"price\": \"2.14\""),
        ("\"id\": 5518", "\"id\": \"5518\""),
        ("\"id\": 5518, ", ""),
        (", \"balance_debited_sum\": 160.5", ""),
        // Not a price: its currency is not documented, so it is neither booked nor compared.
        ("160.5", "\"-1 RUB\""),
        ("160.5", "null"),
        ("160.5", "{}"),
        ("\"status\": \"success\"", "\"status\": \"success\", \"custom_id\": \"wd-1\""),
        ("\"status\": \"success\"", "\"status\": \"success\", \"custom_id\": null"),
        ("\"status\": \"success\"", "\"status\": \"success\", \"error_message\": \"\", \"error_code\": 0"),
        ("\"status\": \"success\"", "\"status\": \"success\", \"error_message\": null, \"error_code\": null"),
        ("\"status\": \"success\"", "\"status\": \"success\", \"new\": {\"deep\": [1, {}]}"),
        ("\"status\": \"success\"", "\"status\": \"success\", \"data\": []"),
        ("\"status\": \"success\"", "\"status\": \"success\", \"data\": null, \"tradeofferid\": null"),
        ("{\"status\": \"success\"", "\r\n\t {\"status\": \"success\""),
    ] {
        assert_eq!(observed(OrderKind::Purchase, &with(BUY, from, to)), bought(), "{to}");
    }
    // Some methods put their fields under `data`.
    let nested = format!("{}}}", with(BUY, "\"success\",", "\"success\", \"data\": {").trim_end());
    assert_eq!(observed(OrderKind::Purchase, &nested), bought());
}

#[test]
fn a_debit_is_never_a_price() {
    let skin = &BUY[BUY.find("{\"id\"").unwrap()..BUY.find(",\n").unwrap()];
    for empty in ["[]", "null", "{}"] {
        let told = observed(OrderKind::Purchase, &with(BUY, skin, empty));
        assert_eq!((told.facts.price_paid, told.facts.item_name), (None, None), "{empty}");
    }
}

#[test]
fn a_date_is_the_moment_of_the_first_status_alone() {
    let dated = with(BUY, "\"buy_id\"", "\"date\": \"1767262300\", \"buy_id\"");
    let at = |body: &str| observed(OrderKind::Purchase, body).occurred_at.map(|at| at.as_second());
    assert_eq!(at(&dated), Some(1_767_262_300));
    assert_eq!(at(&with(&dated, "creating_trade", "waiting_accept")), None);
    assert_eq!(at(&with(&dated, "\"1767262300\"", "\"soon\"")), None);
}

#[test]
fn a_page() {
    let told = observed(OrderKind::DepositLink, PAGE);
    assert_eq!(told.progress, Progress::Submitted);
    assert_eq!(told.facts.redirect_url.as_deref(), Some("https://skinsback.example/pay/ab12cd"));
    assert_eq!(told.facts.provider_id.as_deref(), Some("731200455"));
    assert_eq!((told.credits.len(), told.cause), (0, Cause::Dispatch));
    assert_eq!(told.reference.as_str(), "dep-2041");
    // Only clients have seen the id.
    let bare = observed(OrderKind::DepositLink, &with(PAGE, ", \"transaction_id\": 731200455", ""));
    assert_eq!(bare.facts.provider_id, None);
    assert_eq!(bare.facts.redirect_url, told.facts.redirect_url);
}

#[test]
fn an_offer() {
    let told = observed(OrderKind::DepositItems, OFFER);
    assert_eq!(told.progress, Progress::OfferSent);
    assert_eq!(
        told.facts,
        ProviderFacts {
            provider_id: Some("731200455".to_owned()),
            offer_id: Some("7700112233".to_owned()),
            offer_expires_at: Some("2026-01-01T10:10:10Z".parse().unwrap()),
            bot_steam_id: Some("76561190000000042".to_owned()),
            ..ProviderFacts::default()
        }
    );
    // The dollars are the merchant's; what the user was shown is multiplied.
    let local = LocalAmount { currency: "eur".to_owned(), amount: dollars("33.8").amount };
    assert_eq!(
        told.credits,
        [Credit {
            key: "731200455".to_owned(),
            thing: "731200455".to_owned(),
            amount: dollars("18.4"),
            local_amount: Some(local),
            multiplier: None,
            state: CreditState::Pending,
            is_advanced: false,
        }]
    );
}

#[test]
fn an_offer_in_other_words() {
    let expected = observed(OrderKind::DepositItems, OFFER);
    for (from, to) in [
        ("\"transaction_id\": 731200455", "\"transaction_id\": \"731200455\""),
        ("\"sum\": 18.4", "\"sum\": \"18.4\""),
        ("\"trade_offer_id\": \"7700112233\"", "\"trade_offer_id\": 7700112233"),
        ("\"local_sum_multiplied\": 33.8", "\"local_sum_multiplied\": \"33.8\""),
        ("\"data\": {", "\"new\": 1, \"data\": {\"newer\": [],"),
    ] {
        assert_eq!(observed(OrderKind::DepositItems, &with(OFFER, from, to)), expected, "{to}");
    }
    let flat = with(OFFER, "\"data\": {", "").trim_end().strip_suffix('}').unwrap().to_owned();
    assert_eq!(observed(OrderKind::DepositItems, &flat), expected);
}

/// The offer's id is told here and nowhere else: what is only shown must not cost it.
#[test]
fn an_offer_is_kept_whatever_is_only_shown() {
    for (from, to) in [
        ("\"2026-01-01T10:10:10.000000Z\"", "\"tomorrow\""),
        ("\"2026-01-01T10:10:10.000000Z\"", "{}"),
        ("\"76561190000000042\"", "null"),
        ("\"local_currency\": \"eur\"", "\"local_currency\": []"),
        ("\"local_sum_multiplied\": 33.8", "\"local_sum_multiplied\": -1"),
    ] {
        let told = observed(OrderKind::DepositItems, &with(OFFER, from, to));
        assert_eq!(told.facts.offer_id.as_deref(), Some("7700112233"), "{to}");
        assert_eq!(told.credits[0].amount, dollars("18.4"), "{to}");
    }
    let without = with(OFFER, "\"trade_offer_id\": \"7700112233\",", "");
    assert_eq!(observed(OrderKind::DepositItems, &without).progress, Progress::Submitted);
    let unquoted = observed(OrderKind::DepositItems, &with(OFFER, "\"sum\": 18.4, ", ""));
    assert!(unquoted.credits.is_empty());
}

/// A success that cannot be read is no success, and surely no failure.
#[test]
fn what_cannot_be_read_leaves_the_outcome_open() {
    use OrderKind::{DepositItems, DepositLink, Purchase};
    for (kind, from, to, code) in [
        (Purchase, "\"buy_id\": 880021, ", "", "unreadable_answer"),
        (Purchase, "880021", "null", "unreadable_answer"),
        (Purchase, "880021", "{}", "unreadable_answer"),
        (Purchase, "880021", "true", "unreadable_answer"),
        (Purchase, "880021", "\"\"", "unreadable_buy_id"),
        (Purchase, "880021", "0", "unreadable_buy_id"),
        (Purchase, "\"offer_status\": \"creating_trade\", ", "", "unreadable_answer"),
        (Purchase, "\"creating_trade\"", "1", "unreadable_answer"),
        (Purchase, "2.14", "\"free\"", "unreadable_price"),
        (Purchase, "2.14", "\"2,14\"", "unreadable_price"),
        (Purchase, "2.14", "-2.14", "unreadable_price"),
        (Purchase, "2.14", "2e0", "unreadable_price"),
        (Purchase, "\"buy_id\"", "\"custom_id\": \"wd-2\", \"buy_id\"", "other_reference"),
        (Purchase, "\"buy_id\"", "\"custom_id\": \"\", \"buy_id\"", "other_reference"),
        (Purchase, "\"buy_id\"", "\"buy_id\": 1, \"buy_id\"", "unreadable_answer"),
        (Purchase, "\"success\"", "\"ok\"", "unreadable_answer"),
        (Purchase, "\"success\"", "true", "unreadable_answer"),
        (Purchase, "\"status\": \"success\", ", "", "unreadable_answer"),
        (Purchase, "\"success\"", "\"success\", \"error_code\": 5", "unreadable_answer"),
        (Purchase, "\"success\"", "\"success\", \"error_message\": \"x\"", "unreadable_answer"),
        (Purchase, "\"success\"", "\"success\", \"error_message\": [\"x\"]", "unreadable_answer"),
        (Purchase, "\"success\"", "\"success\", \"status\": \"success\"", "unreadable_answer"),
        (Purchase, "\"success\"", "\"success\", \"data\": {\"a\": 1}", "unreadable_answer"),
        (DepositLink, "https:", "javascript:", "unreadable_url"),
        (DepositLink, "https://skinsback.example/pay/ab12cd", "", "unreadable_url"),
        (DepositLink, "\"url\"", "\"URL\"", "unreadable_answer"),
        (DepositLink, "731200455", "0", "unreadable_transaction_id"),
        (DepositLink, "731200455", "[]", "unreadable_answer"),
        (DepositItems, "\"transaction_id\": 731200455, ", "", "unreadable_answer"),
        (DepositItems, "731200455", "\"\"", "unreadable_transaction_id"),
        (DepositItems, "18.4", "\"a lot\"", "unreadable_sum"),
        (DepositItems, "18.4", "true", "unreadable_answer"),
        (DepositItems, "\"sum\"", "\"order_id\": \"dep-1\", \"sum\"", "other_reference"),
        (DepositItems, "\"data\": {", "\"data\": [{", "unreadable_answer"),
    ] {
        let (_, sample) = KINDS.into_iter().find(|(of, _)| *of == kind).unwrap();
        let body = with(sample, from, to);
        assert_eq!(unknown(&placed(kind, &body)), Some((code, false)), "{body}");
    }
}

#[test]
fn an_order_that_the_http_status_denies_is_not_believed() {
    for (kind, body) in KINDS {
        for status in [201, 302, 400, 403, 404, 429, 500, 502, 503, 504] {
            let answer = place(kind, status, body);
            assert_eq!(answer.closed.is_some(), status == 429);
            let code = format!("http_{status}");
            assert_eq!(unknown(&outcome(answer)), Some((code.as_str(), false)));
        }
    }
}

proptest! {
    #[test]
    fn every_amount_is_kept_to_the_digit(amount in "(0|[1-9][0-9]{0,9})(\\.[0-9]{1,17})?", quoted: bool) {
        let json = if quoted { format!("\"{amount}\"") } else { amount.clone() };
        let paid = observed(OrderKind::Purchase, &with(BUY, "\"price\": 2.14", &format!("\"price\": {json}")));
        prop_assert_eq!(paid.facts.price_paid.unwrap().to_string(), format!("{amount} USD"));
        let quoted = observed(OrderKind::DepositItems, &with(OFFER, "\"sum\": 18.4", &format!("\"sum\": {json}")));
        prop_assert_eq!(quoted.credits[0].amount.to_string(), format!("{amount} USD"));
    }
}

#[test]
fn what_is_told_at_length_does_not_burst_the_ledger() {
    let long = "x".repeat(1_000_000);
    let named = observed(OrderKind::Purchase, &with(BUY, "AWP | Worm God (Minimal Wear)", &long));
    assert_eq!(named.facts.item_name.map(|name| name.len()), Some(256));
    let outcome = placed(OrderKind::Purchase, with(BUY, "880021", &format!("\"{long}\"")));
    assert!(matches!(outcome, Outcome::Unknown { .. }), "an id of a megabyte");
}
