//! Answers that say clearly what was made.

use proptest::prelude::*;
use skinbus_domain::credit::{Credit, CreditState};
use skinbus_domain::trade::Reason;
use skinbus_domain::{Cause, Hold, Progress, ProviderFacts};

use super::*;

fn deposited() -> Observation {
    Observation {
        cause: Cause::Dispatch,
        reference: reference("dep-1"),
        progress: Progress::OfferSent,
        occurred_at: None,
        credits: vec![Credit {
            key: "50213".to_owned(),
            thing: "dep-1".to_owned(),
            amount: dollars("18.47"),
            local_amount: None,
            multiplier: None,
            state: CreditState::Pending,
            is_advanced: false,
        }],
        facts: ProviderFacts {
            provider_id: Some("50213".to_owned()),
            offer_id: Some("7120099001".to_owned()),
            offer_expires_at: Some("2026-03-02T10:45:00Z".parse().unwrap()),
            // A double would make this …016.
            bot_steam_id: Some("76561199100000017".to_owned()),
            provider_status: Some("active".to_owned()),
            ..ProviderFacts::default()
        },
    }
}

fn bought() -> Observation {
    Observation {
        cause: Cause::Dispatch,
        reference: reference("wd-1"),
        progress: Progress::Submitted,
        occurred_at: None,
        credits: Vec::new(),
        facts: ProviderFacts {
            provider_id: Some("9077".to_owned()),
            price_paid: Some(dollars("18.47")),
            item_name: Some("P250 | Sand Dune (Field-Tested)".to_owned()),
            provider_status: Some("pending".to_owned()),
            ..ProviderFacts::default()
        },
    }
}

#[test]
fn the_documented_answers() {
    assert_eq!(placed(&by_assets(), DEPOSIT), deposited());
    assert_eq!(placed(&purchase(), PURCHASE), bought());
    let page = placed(&page(), INTENT);
    assert_eq!((&page.progress, page.credits.len()), (&Progress::Submitted, 0));
    let expected = ProviderFacts {
        redirect_url: Some("https://skinslink.com/deposit/e77kq2vuzzrc90ab1m4g".to_owned()),
        // Not the page's id: the deposit that comes of it may have another one.
        provider_id: None,
        ..ProviderFacts::default()
    };
    assert_eq!(page.facts, expected);
}

#[test]
fn the_same_in_other_words() {
    for (from, to) in [
        ("50213", "\"50213\""),
        ("\"amount\": 18.47", "\"amount\": \"18.47\""),
        ("76561199100000017", "\"76561199100000017\""),
        ("\"7120099001\"", "7120099001"),
        ("\"bot_name\": \"Bot 7\"", "\"bot_name\": null"),
        ("\"bot_name\": \"Bot 7\", ", "\"success_url\": \"https://a.example\", "),
        ("2026-03-02T10:45:00Z", "2026-03-02T13:45:00.000000+03:00"),
        ("\"custom_currency\": \"USD\"", "\"custom_currency\": null"),
        ("\"custom_currency_sum\": 18.47", "\"new\": [{\"deep\": 1}]"),
        ("\"active\"", "\"active\", \"fail_reason\": null, \"item\": []"),
        ("\"active\"", "\"active\", \"fail_reason\": \"\", \"item\": null"),
        ("\"message\": \"Deposit processing with selected items\",", ""),
        ("{\"success\"", "\r\n {\"success\""),
    ] {
        assert_eq!(placed(&by_assets(), with(DEPOSIT, from, to)), deposited(), "{to}");
    }
    for (from, to) in [
        ("\"item\": {", "\"steam_name\": null, \"item\": {"),
        ("\"merchant_tx_id\": \"wd-1\"", "\"merchant_tx_id\": \"wd-1\", \"trade_offer_id\": \"\""),
        ("9077", "\"9077\""),
    ] {
        assert_eq!(placed(&purchase(), with(PURCHASE, from, to)), bought(), "{to}");
    }
}

/// A success that cannot be read is no success, and surely no failure.
#[test]
fn what_cannot_be_read_leaves_the_outcome_open() {
    for (from, to, code) in [
        ("50213", "null", "unreadable_answer"),
        ("50213", "{}", "unreadable_answer"),
        ("50213", "true", "unreadable_answer"),
        ("\"id\": 50213, ", "", "unreadable_answer"),
        ("50213", "0", "unreadable_id"),
        ("50213", "\"\"", "unreadable_id"),
        ("50213", "-50213", "unreadable_id"),
        ("50213", "5.0213e4", "unreadable_id"),
        ("\"status\": \"active\"", "\"status\": null", "unreadable_answer"),
        ("\"status\": \"active\"", "\"status\": 1", "unreadable_answer"),
        ("\"status\": \"active\", ", "", "unreadable_answer"),
        ("\"dep-1\"", "\"dep-2\"", "other_reference"),
        ("\"dep-1\"", "\"DEP-1\"", "other_reference"),
        ("\"dep-1\"", "\"\"", "other_reference"),
        ("\"dep-1\"", "null", "other_reference"),
        ("\"merchant_tx_id\": \"dep-1\", ", "", "other_reference"),
        ("\"amount\": 18.47", "\"amount\": null", "unreadable_amount"),
        ("\"amount\": 18.47", "\"amount\": 0", "unreadable_amount"),
        ("\"amount\": 18.47", "\"amount\": \"\"", "unreadable_amount"),
        ("\"amount\": 18.47", "\"amount\": -18.47", "unreadable_amount"),
        ("\"amount\": 18.47", "\"amount\": 1.847e1", "unreadable_amount"),
        ("\"amount\": 18.47", "\"amount\": \"18,47\"", "unreadable_amount"),
        ("\"amount\": 18.47", "\"amount\": \"$18.47\"", "unreadable_amount"),
        ("\"amount\": 18.47,", "", "unreadable_amount"),
        ("\"amount\": 18.47", "\"amount\": [18.47]", "unreadable_answer"),
        ("10:45:00Z", "10:45", "unreadable_trade_offer_expiry_at"),
        ("\"id\": 50213", "\"id\": 50213, \"id\": 50214", "unreadable_answer"),
        ("\"success\": true", "\"success\": \"true\"", "unreadable_answer"),
        ("\"success\": true", "\"success\": 1", "unreadable_answer"),
        ("\"success\": true", "\"success\": null", "unreadable_answer"),
        ("\"success\": true, ", "", "unreadable_answer"),
        // An error that comes with a trade is none.
        ("\"success\": true", "\"success\": false", "unreadable_answer"),
        ("\"data\": {", "\"data\": null, \"other\": {", "unreadable_answer"),
    ] {
        let body = with(DEPOSIT, from, to);
        assert_eq!(unknown(&outcome(&by_assets(), 200, &body)), Some((code, false)), "{to}");
    }
}

#[test]
fn a_page_without_its_address_is_none() {
    for (from, to, code) in [
        ("\"https://", "\"javascript://", "unreadable_url"),
        ("\"url\"", "\"link\"", "unreadable_url"),
        ("\"https://skinslink.com/deposit/e77kq2vuzzrc90ab1m4g\"", "null", "unreadable_url"),
        ("\"dep-1\"", "\"dep-2\"", "other_reference"),
        ("\"merchant_tx_id\": \"dep-1\", ", "", "unreadable_answer"),
        ("\"id\": 50212", "\"status\": \"failed\"", "unexpected_status"),
        ("\"id\": 50212", "\"status\": \"completed\"", "unexpected_status"),
    ] {
        assert_eq!(unknown(&outcome(&page(), 200, with(INTENT, from, to))), Some((code, false)), "{to}");
    }
    for same in [with(INTENT, "50212", "null"), with(INTENT, "50212", "1, \"status\": \"new\"")] {
        assert_eq!(placed(&page(), &same), placed(&page(), INTENT));
    }
}

/// HTTP 200 and `success: true` are not success.
#[test]
fn a_failed_trade_is_told_as_success() {
    let failed = placed(&by_assets(), DEPOSIT_FAILED);
    let reason = Reason::from_provider("item_unavailable", "item_not_available");
    assert_eq!(failed.progress, Progress::Failed(reason));
    assert_eq!(failed.credits, []);
    assert_eq!(failed.facts.provider_id.as_deref(), Some("50214"));

    let body = with(PURCHASE, "\"pending\"", "\"failed\", \"fail_reason\": \"insufficient_balance\"");
    let failed = placed(&purchase(), body);
    let reason = Reason::from_provider("insufficient_funds", "insufficient_balance");
    assert_eq!(failed.progress, Progress::Failed(reason));
    // Nothing was paid, whatever the price was.
    assert_eq!(failed.facts.price_paid, None);
}

#[test]
fn a_duplicate_is_the_first_purchase() {
    for status in ["failed", "pending", "canceled"] {
        let to = format!("\"{status}\", \"fail_reason\": \"duplicate_purchase\"");
        let told = outcome(&purchase(), 200, with(PURCHASE, "\"pending\"", &to));
        assert_eq!(unknown(&told), Some(("reference_known", false)), "{status}");
    }
}

/// A repeated purchase may be answered with the first one, which is further on by now.
#[test]
fn a_repeated_purchase_is_told_as_it_is() {
    let told = placed(&purchase(), with(PURCHASE, "\"pending\"", "\"completed\""));
    assert_eq!(told.progress, Progress::Delivered { hold: Hold::None });
    let told = placed(&purchase(), with(PURCHASE, "\"pending\"", "\"something_new\""));
    assert_eq!(told.progress, Progress::Unknown);
    assert_eq!(told.facts.provider_status.as_deref(), Some("something_new"));
}

#[test]
fn a_completed_deposit_is_credited_at_once() {
    let told = placed(&by_assets(), with(DEPOSIT, "\"active\"", "\"completed\""));
    assert_eq!(told.credits[0].state, CreditState::Credited);
    assert_eq!(told.credits[0].amount, dollars("18.47"));
}

proptest! {
    #[test]
    fn money_is_exactly_its_text(amount in "[1-9][0-9]{0,8}(\\.[0-9]{1,9})?", quoted in any::<bool>()) {
        let written = if quoted { format!("\"{amount}\"") } else { amount.clone() };
        let body = with(DEPOSIT, "\"amount\": 18.47", &format!("\"amount\": {written}"));
        prop_assert_eq!(placed(&by_assets(), &body).credits[0].amount.amount.to_string(), amount.as_str());
        let body = with(PURCHASE, "\"amount\": 18.47", &format!("\"amount\": {written}"));
        let paid = placed(&purchase(), &body).facts.price_paid.unwrap();
        prop_assert_eq!(paid.amount.to_string(), amount.as_str());
        let sum = format!("\"custom_currency_sum\": {written}");
        let body = with(DEPOSIT_STATUS, "\"custom_currency_sum\": 18.47", &sum);
        let credit = row(OrderKind::DepositLink, &body).credits.remove(0);
        prop_assert_eq!(credit.amount.amount.to_string(), amount);
    }
}
