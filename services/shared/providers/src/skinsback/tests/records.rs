//! The record of purchases, of deposits, of webhooks that failed.

use skinbus_domain::query::{FailedWebhook, FailedWebhookPage, HistoryKind, HistoryPage, Query, QueryAnswer};
use skinbus_domain::{CreditState, Progress};

use super::{DEPOSIT, INFO, dollars, euros, queried, with};
use crate::provider::Queried;

fn query(kind: HistoryKind, cursor: Option<&str>) -> Query {
    Query::History { kind, from: super::now(), until: super::now(), cursor: cursor.map(str::to_owned) }
}

fn page_at(kind: HistoryKind, cursor: Option<&str>, body: &str) -> HistoryPage {
    let told = queried(&query(kind, cursor), body);
    let Queried::Answer(QueryAnswer::History(page)) = told else { panic!("{told:?}: {body}") };
    page
}

fn page(kind: HistoryKind, body: &str) -> HistoryPage {
    page_at(kind, None, body)
}

#[test]
fn purchases() {
    let body =
        with(INFO, "\"items\"", "\"total_count\": \"2\", \"has_more\": false, \"start_from\": 0, \"items\"");
    let page = page(HistoryKind::Purchases, &body);
    assert_eq!((page.rows.len(), page.total, page.unreadable, page.next), (2, Some(2), 0, None));
    let row = &page.rows[0];
    assert_eq!(row.reference.as_ref().map(ToString::to_string).as_deref(), Some("wd-1"));
    assert_eq!(row.progress, Some(Progress::OfferSent));
    assert_eq!((row.amount, row.facts.price_paid), (Some(dollars("2.14")), Some(dollars("2.14"))));
    assert_eq!(row.at.map(|at| at.as_second()), Some(1_767_262_300));
    assert_eq!(row.details["balance_debited_sum"], "160.5");
    assert_eq!(row.details["steamid"], "76561198165046861");
    assert_eq!(row.details["item.id"], "5518");
    // A purchase of somebody who does not use Skinbus.
    let foreign = self::page(HistoryKind::Purchases, &with(INFO, ", \"custom_id\": \"wd-1\"", ""));
    assert_eq!((foreign.rows.len(), &foreign.rows[0].reference), (2, &None));
    let damaged = self::page(HistoryKind::Purchases, &with(INFO, "\"2.14\"", "\"free\""));
    assert_eq!((damaged.rows.len(), damaged.unreadable), (1, 1));
}

#[test]
fn deposits() {
    let list = format!(
        r#"{{"status":"success","total_count":3,"has_more":false,"start_from":0,"items":[{DEPOSIT},
        {{"status":"success","transaction_id":"2","order_id":"дом","amount":"4.02","amount_currency":"usd"}},
        {{"status":"success","transaction_id":"3","order_id":"dep-3"}},
        {{"status":"fail","transaction_id":4,"order_id":"dep-4","date":"1767000000","reason":"token=Zx9_pQ2a"}}]}}"#
    );
    let page = page(HistoryKind::Deposits, &list);
    assert_eq!((page.rows.len(), page.total, page.unreadable), (3, Some(3), 1));
    let held = &page.rows[0];
    assert_eq!(held.reference.as_ref().map(ToString::to_string).as_deref(), Some("dep-2041"));
    assert_eq!((held.amount, held.credits[0].state), (Some(euros("18.4")), CreditState::Pending));
    assert_eq!(held.details["steam_id"], "76561198165046861");
    assert_eq!(held.details["user_amount"], "36.8");
    assert_eq!(held.at.map(|at| at.as_second()), Some(1_767_262_210));
    // A reference that cannot be ours is told as the provider writes it.
    assert_eq!((page.rows[1].reference.as_ref(), page.rows[1].details["order_id"].as_str()), (None, "дом"));
    assert_eq!(page.rows[1].amount, Some(dollars("4.02")));
    assert!(matches!(page.rows[2].progress, Some(Progress::Failed(_))));
    assert_eq!(page.rows[2].details["reason"], "(no word)");
}

fn more(more: &str, cursor: &str) -> String {
    format!(r#"{{"status":"success","has_more":{more},"start_from":{cursor},"items":[]}}"#)
}

#[test]
fn pages_follow_each_other() {
    for (kind, asked) in [(HistoryKind::Purchases, None), (HistoryKind::Deposits, Some("1000"))] {
        for (has_more, cursor) in
            [("true", "2000"), ("1", "\"2000\""), ("\"1\"", "2000"), ("\"yes\"", "2000")]
        {
            let page = page_at(kind, asked, &more(has_more, cursor));
            assert_eq!((page.next.as_deref(), page.unreadable), (Some("2000"), 0), "{has_more}");
        }
        for has_more in ["false", "0", "\"0\"", "null"] {
            let page = page_at(kind, asked, &more(has_more, "2000"));
            assert_eq!((page.next, page.unreadable), (None, 0), "{has_more}");
        }
    }
}

/// A cursor that does not move leads in a circle, and the rest must not seem to be all.
#[test]
fn a_record_that_goes_on_without_a_cursor_is_not_complete() {
    for cursor in ["1000", "\"1000\"", "0", "null", "\"\""] {
        let page = page_at(HistoryKind::Deposits, Some("1000"), &more("true", cursor));
        assert_eq!((page.next, page.unreadable), (None, 1), "{cursor}");
    }
}

#[test]
fn failed_webhooks() {
    let query = |cursor: Option<&str>| Query::FailedWebhooks { cursor: cursor.map(str::to_owned) };
    let body = r#"{"status": "success", "total_count": 3, "has_more": true, "start_from": 1000, "items": [
        {"transaction_id": 731200455, "order_id": "dep-2041", "http_code": "502"},
        {"order_id": "dep-2042", "http_code": 0, "transaction_id": null}, null]}"#;
    let expected = |next: Option<&str>| {
        let webhook = |reference: Option<&str>, id: Option<&str>, answer: Option<&str>| FailedWebhook {
            reference: reference.map(str::to_owned),
            provider_id: id.map(str::to_owned),
            answer: answer.map(str::to_owned),
        };
        Queried::Answer(QueryAnswer::FailedWebhooks(FailedWebhookPage {
            webhooks: vec![
                webhook(Some("dep-2041"), Some("731200455"), Some("502")),
                webhook(Some("dep-2042"), None, Some("0")),
                webhook(None, None, None),
            ],
            next: next.map(str::to_owned),
        }))
    };
    assert_eq!(queried(&query(None), body), expected(Some("1000")));
    let last = with(body, "\"has_more\": true", "\"has_more\": false");
    assert_eq!(queried(&query(Some("1000")), last), expected(None));
    assert!(matches!(queried(&query(Some("1000")), body), Queried::Unreadable { .. }));
}
