//! The records of purchases and deposits.

use skinbus_domain::credit::CreditState;
use skinbus_domain::query::{HistoryKind, HistoryPage, QueryAnswer};
use skinbus_domain::{Hold, Progress};

use super::queries::{answer, history};
use super::{dollars, reference, with};
use crate::provider::Queried;

const PURCHASES: &str = include_str!("fixtures/purchase_history.json");
const DEPOSITS: &str = include_str!("fixtures/deposit_history.json");

fn page(kind: HistoryKind, cursor: Option<&str>, body: &str) -> HistoryPage {
    let told = answer(&history(kind, cursor), 200, body);
    let Queried::Answer(QueryAnswer::History(page)) = told else { panic!("{told:?}") };
    page
}

#[test]
fn purchases() {
    let page = page(HistoryKind::Purchases, None, PURCHASES);
    assert_eq!((page.rows.len(), page.next, page.total, page.unreadable), (1, None, Some(1), 0));
    let row = &page.rows[0];
    assert_eq!(row.reference, Some(reference("wd-20431")));
    assert_eq!(row.at.unwrap().as_second(), 1_760_000_400);
    assert_eq!(row.progress, Some(Progress::OfferSent));
    assert_eq!(row.amount, Some(dollars("0.041")));
    assert_eq!(row.facts.offer_id.as_deref(), Some("8123000111"));
    assert_eq!(row.credits, []);
    let details: Vec<_> = row.details.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(details, [("price", "41"), ("steamid", "76561198000000042")]);
}

#[test]
fn deposits() {
    for body in [DEPOSITS.to_owned(), with(DEPOSITS, "\"items\": [{\"name", "\"skins\": [{\"name")] {
        let page = page(HistoryKind::Deposits, None, &body);
        assert_eq!((page.rows.len(), page.next, page.total, page.unreadable), (2, None, Some(2), 0));
        let done = &page.rows[0];
        assert_eq!(done.reference, Some(reference("dep-7781")));
        assert_eq!(done.progress, Some(Progress::Delivered { hold: Hold::None }));
        assert_eq!(done.amount, Some(dollars("12.500")));
        assert_eq!((done.credits.len(), done.credits[0].state), (1, CreditState::Credited));
        assert_eq!(done.credits[0].key, "903117");
        assert_eq!(done.details["items"], r#"[{"name": "MAC-10 | Heat (Field-Tested)", "price": 12500}]"#);
        assert_eq!(done.details["amount_currency"], "11.50");
        assert_eq!(done.details["currency_rate"], "0.92");
        let pending = &page.rows[1];
        assert_eq!((pending.amount, pending.credits.len()), (None, 0));
        assert_eq!(pending.progress, Some(Progress::Submitted));
        assert!(!pending.details.contains_key("amount_currency"));
    }
}

#[test]
fn an_empty_amount_is_none() {
    for amount in ["\"\"", "null", "0"] {
        let body = with(DEPOSITS, "\"pending\"", &format!("\"pending\", \"amount_usd\": {amount}"));
        let page = page(HistoryKind::Deposits, None, &body);
        assert_eq!((page.rows.len(), page.unreadable), (2, 0), "{amount}");
        assert_eq!(page.rows[1].amount, None, "{amount}");
    }
}

#[test]
fn a_reference_that_is_not_ours_is_kept_as_told() {
    let page = page(HistoryKind::Purchases, None, &with(PURCHASES, "wd-20431", "order 7"));
    assert_eq!(page.rows[0].reference, None);
    assert_eq!(page.rows[0].details["payment_id"], "order 7");
}

#[test]
fn rows_that_cannot_be_read_are_counted() {
    for (from, to) in [
        ("\"amount\": 41", "\"amount\": 0.041"),
        ("\"amount\": 41, ", ""),
        ("\"sent\"", "null"),
        ("\"610092\"", "\"\""),
    ] {
        let page = page(HistoryKind::Purchases, None, &with(PURCHASES, from, to));
        assert_eq!((page.rows.len(), page.unreadable), (0, 1), "{to}");
    }
    for (from, to) in [
        ("\"amount_usd\": 12500", "\"amount_usd\": 12.5"),
        ("\"amount_usd\": 12500,", ""),
        ("\"pending\"", "\"pending\", \"amount_usd\": \"x\""),
        ("\"903110\"", "null"),
    ] {
        let page = page(HistoryKind::Deposits, None, &with(DEPOSITS, from, to));
        assert_eq!((page.rows.len(), page.unreadable), (1, 1), "{to}");
    }
    let page =
        page(HistoryKind::Deposits, None, r#"{"success": true, "items": [null, [], 7], "total_count": 3}"#);
    assert_eq!((page.rows.len(), page.unreadable, page.next), (0, 3, None));
}

fn many(count: usize, total: &str) -> String {
    let row = r#"{"payment_id": "a", "transaction_id": "1", "status": "sent", "amount": 1}"#;
    format!(r#"{{"success": true, "items": [{}]{total}}}"#, vec![row; count].join(","))
}

#[test]
fn a_cursor_is_the_number_of_rows_before_it() {
    for (cursor, count, total, next) in [
        (None, 200, r#", "total_count": "450""#, Some("200")),
        (Some("200"), 200, r#", "total_count": 450"#, Some("400")),
        (Some("400"), 50, r#", "total_count": "450""#, None),
        (None, 200, r#", "total_count": "200""#, None),
        // The provider's page may be smaller than was asked for.
        (None, 100, r#", "total_count": "450""#, Some("100")),
        // Where nothing comes, nothing follows.
        (Some("400"), 0, r#", "total_count": "450""#, None),
        // Without a total, a full page may have a successor.
        (None, 200, "", Some("200")),
        (None, 199, "", None),
        (None, 200, r#", "total_count": "many""#, Some("200")),
    ] {
        let page = page(HistoryKind::Purchases, cursor, &many(count, total));
        assert_eq!(page.next.as_deref(), next, "{cursor:?} {count} {total}");
        assert_eq!(page.rows.len(), count);
    }
}
