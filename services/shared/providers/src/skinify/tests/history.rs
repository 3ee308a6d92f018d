//! Records: purchases, deposits, failed IPN, the balance.

use proptest::prelude::*;
use skinbus_domain::query::{FailedWebhook, HistoryKind, HistoryPage, HistoryRow, Query, QueryAnswer};
use skinbus_domain::trade::{Reason, ReversedBy};
use skinbus_domain::{CreditState, Hold, Progress};

use super::queries::{FAILED, answer, history, is_unreadable};
use super::{INFO_NEWER, INFO_OLDER, with};

const HISTORY: &str = include_str!("fixtures/history.json");
const DEPOSITS: &str = include_str!("fixtures/deposits.json");

fn page(query: &Query, body: &str) -> HistoryPage {
    let told = answer(query, body);
    let QueryAnswer::History(page) = told else { panic!("{told:?}") };
    page
}

fn purchases(body: &str) -> HistoryPage {
    page(&history(HistoryKind::Purchases, None), body)
}

fn deposits(body: &str) -> HistoryPage {
    page(&history(HistoryKind::Deposits, None), body)
}

fn only(page: HistoryPage) -> HistoryRow {
    assert_eq!((page.rows.len(), page.unreadable), (1, 0));
    page.rows.into_iter().next().unwrap()
}

#[test]
fn the_documented_purchases() {
    let page = purchases(HISTORY);
    assert_eq!((page.next.as_deref(), page.total), (None, Some(1)));
    let row = only(page);
    assert_eq!(row.reference.unwrap().as_str(), "wd-20431");
    assert_eq!(row.at.unwrap().as_second(), 1_760_000_400);
    let reason = Reason::from_provider("reversed_by_user", "rollback_user");
    assert_eq!(row.progress, Some(Progress::Reverted { reason, by: ReversedBy::User }));
    assert_eq!(row.facts.provider_id.as_deref(), Some("90551"));
    assert_eq!(row.facts.offer_id.as_deref(), Some("8123000333"));
    assert_eq!(row.amount.unwrap().to_string(), "0.04 USD");
    assert_eq!(row.credits, []);
    let details: Vec<_> = row.details.iter().map(|(name, text)| format!("{name}={text}")).collect();
    assert_eq!(details, ["classid=310777000", "skin_id=88101", "steam_id=76561198000000042"]);
}

#[test]
fn purchases_of_both_ages() {
    assert_eq!(purchases(INFO_OLDER).rows.len(), 2);
    let row = only(purchases(INFO_NEWER));
    let until = "2025-10-17T09:00:00Z".parse().unwrap();
    assert_eq!(row.progress, Some(Progress::Delivered { hold: Hold::Until(until) }));
}

#[test]
fn the_documented_deposits() {
    let page = deposits(DEPOSITS);
    assert_eq!((page.next.as_deref(), page.total), (None, None));
    let row = only(page);
    assert_eq!(row.reference.unwrap().as_str(), "dep-500");
    assert_eq!(row.at.unwrap().as_second(), 1_759_990_000);
    assert_eq!(row.progress, Some(Progress::Delivered { hold: Hold::None }));
    assert_eq!(row.facts.provider_id.as_deref(), Some("700410"));
    assert_eq!(row.amount.unwrap().to_string(), "3.20 USD");
    assert_eq!(row.credits.len(), 1);
    assert_eq!((row.credits[0].key.as_str(), row.credits[0].state), ("700410", CreditState::Credited));
    assert_eq!(row.details.get("steam_id").map(String::as_str), Some("76561198000000077"));
}

#[test]
fn money_that_is_held_has_not_moved() {
    let held = with(DEPOSITS, "[{\"status\": \"success\"", "[{\"status\": \"pending\"");
    let held = with(&held, "\"settlement\": null", "\"settlement\": 1760691600");
    let row = only(deposits(&held));
    assert_eq!((row.amount, row.credits[0].state), (None, CreditState::Pending));
    let failed = only(deposits(&with(DEPOSITS, "[{\"status\": \"success\"", "[{\"status\": \"failed\"")));
    assert_eq!((failed.amount, failed.credits), (None, Vec::new()));
}

#[test]
fn a_row_without_our_reference_is_shown_without() {
    for (from, to) in [
        ("\"wd-20431\"", "null"),
        ("\"wd-20431\"", "\"\""),
        ("\"wd-20431\"", "\"not ours\""),
        (", \"custom_id\": \"wd-20431\"", ""),
    ] {
        assert_eq!(only(purchases(&with(HISTORY, from, to))).reference, None, "{to}");
    }
    for (from, to) in
        [("\"dep-500\"", "null"), ("\"dep-500\"", "\"a b\""), ("\"deposit_id\": \"dep-500\", ", "")]
    {
        assert_eq!(only(deposits(&with(DEPOSITS, from, to))).reference, None, "{to}");
    }
}

#[test]
fn a_row_that_cannot_be_read_is_counted() {
    for (from, to) in [
        ("\"90551\"", "null"),
        ("\"90551\"", "0"),
        ("\"rollback_user\"", "1"),
        ("_amount\": \"0.04\"", "_amount\": \"free\""),
        ("_amount\": \"0.04\"", "_amount\": -0.04"),
        ("\"skin\": {", "\"skin\": [1, {"),
    ] {
        let body = with(HISTORY, from, to);
        let body = if from.starts_with("\"skin") { body.replace("}},\n", "}}],\n") } else { body };
        let page = purchases(&body);
        assert_eq!((page.rows.len(), page.unreadable), (0, 1), "{to}");
    }
    for (from, to) in [
        ("\"700410\"", "\"\""),
        ("\"amount\": \"3.20\", ", ""),
        ("\"amount\": \"3.20\"", "\"amount\": \"3.2.0\""),
        ("\"amount_currency\": \"usd\"", "\"amount_currency\": \"\""),
    ] {
        let page = deposits(&with(DEPOSITS, from, to));
        assert_eq!((page.rows.len(), page.unreadable), (0, 1), "{to}");
    }
    let rows = r#"{"status":"success","items":[null,1,"x",[],{}],"has_more":false}"#;
    assert_eq!(purchases(rows).unreadable, 5);
    assert_eq!(deposits(rows).unreadable, 5);
}

#[test]
fn details_that_cannot_be_read_hide_nothing() {
    let row = only(purchases(&with(HISTORY, "\"76561198000000042\"", "[]")));
    assert!(row.details.is_empty() && row.amount.is_some());
}

#[test]
fn the_next_page() {
    let at = |cursor: Option<&str>, tail: &str| {
        let body = with(HISTORY, "\"total_count\": \"1\", \"has_more\": false", tail);
        page(&history(HistoryKind::Purchases, cursor), &body).next
    };
    for (tail, next) in [
        ("\"has_more\": true, \"start_from\": 999", Some("999")),
        ("\"has_more\": 1, \"start_from\": \"999\"", Some("999")),
        ("\"start_from\": 999", Some("999")),
        ("\"has_more\": null, \"start_from\": 999", Some("999")),
        ("\"has_more\": false, \"start_from\": 999", None),
        ("\"has_more\": false", None),
        ("\"start_from\": null", None),
        ("\"start_from\": 0", None),
        ("\"new\": 1", None),
    ] {
        assert_eq!(at(None, tail).as_deref(), next, "{tail}");
    }
    assert_eq!(at(Some("999"), "\"has_more\": true, \"start_from\": 1998").as_deref(), Some("1998"));
    let totals = with(HISTORY, "\"1\"", "17");
    assert_eq!(purchases(&totals).total, Some(17));
}

/// Half a record that looks like a whole one would hide purchases.
#[test]
fn a_page_that_leads_nowhere_is_no_answer() {
    let first = history(HistoryKind::Purchases, None);
    for tail in [
        "\"has_more\": true",
        "\"has_more\": true, \"start_from\": null",
        "\"has_more\": true, \"start_from\": 0",
        "\"has_more\": true, \"start_from\": []",
        "\"has_more\": \"maybe\"",
        "\"has_more\": {}",
    ] {
        assert!(is_unreadable(&first, &with(HISTORY, "\"has_more\": false", tail)), "{tail}");
    }
    let again = history(HistoryKind::Purchases, Some("999"));
    let body = with(HISTORY, "\"has_more\": false", "\"has_more\": true, \"start_from\": 999");
    assert!(is_unreadable(&again, &body));
    for end in 0..HISTORY.trim_end().len() {
        assert!(is_unreadable(&first, &HISTORY[..end]), "{end}");
    }
}

#[test]
fn failed_ipns() {
    let body = r#"{"status": "success", "items": [{"transaction_id": "700399", "deposit_id": "dep-488", "ipn_status": "502"},
        {"transaction_id": 700400, "deposit_id": null, "ipn_status": 0}, "x"]}"#;
    let told = answer(&FAILED, body);
    let QueryAnswer::FailedWebhooks(page) = told else { panic!("{told:?}") };
    assert_eq!(page.next, None);
    let text = |text: &str| Some(text.to_owned());
    let failed = |reference, provider_id, answer| FailedWebhook { reference, provider_id, answer };
    assert_eq!(
        page.webhooks,
        [
            failed(text("dep-488"), text("700399"), text("502")),
            failed(None, text("700400"), text("0")),
            failed(None, None, None),
        ]
    );
    for body in [r#"{"status":"success"}"#, r#"{"status":"success","items":{}}"#, r#"{"items":[]}"#] {
        assert!(is_unreadable(&FAILED, body), "{body}");
    }
}

#[test]
fn a_balance_that_cannot_be_read_is_none() {
    for balance in ["null", "\"\"", "\"1,250.00\"", "-1", "1e3", "{}", "\"1250.00 USD\""] {
        let body = format!(r#"{{"status":"success","balance":{balance}}}"#);
        assert!(is_unreadable(&Query::Balance, &body), "{balance}");
    }
    assert!(is_unreadable(&Query::Balance, r#"{"balance":"1250.00"}"#));
}

proptest! {
    #[test]
    fn a_balance_is_kept_to_the_digit(amount in "(0|[1-9][0-9]{0,9})(\\.[0-9]{1,17})?", quoted: bool) {
        let json = if quoted { format!("\"{amount}\"") } else { amount.clone() };
        let told = answer(&Query::Balance, &format!(r#"{{"status":"success","balance":{json}}}"#));
        let QueryAnswer::Balance(balance) = told else { panic!("{told:?}") };
        prop_assert_eq!(balance.lines.len(), 1);
        prop_assert_eq!(balance.lines[0].name.as_str(), "available");
        prop_assert_eq!(balance.lines[0].amount.unwrap().to_string(), format!("{amount} USD"));
    }
}
