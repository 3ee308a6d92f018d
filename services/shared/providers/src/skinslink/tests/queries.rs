//! Questions and their answers.

use std::collections::BTreeMap;

use skinbus_domain::query::{
    Balance, HistoryKind, HistoryPage, Item as Listed, ItemPage, OfferFilter, Query, QueryAnswer,
};
use skinbus_domain::{Progress, order::Game};

use super::*;
use crate::capability::{Capability, Support};
use crate::provider::{Closed, Queried};

const OFFERS: &str = include_str!("fixtures/offers.json");
const INVENTORY: &str = include_str!("fixtures/inventory.json");
const HISTORY: &str = include_str!("fixtures/history.json");
const BALANCE: &str =
    r#"{"success": true, "message": "ok", "data": {"total": 120.50, "hold": 20.500, "available": 100}}"#;
const GROUPED: &str = r#"{"success": true, "message": "ok", "data": {"game": "csgo", "total": 1, "items": [
    {"name": "Urban Camo", "count": 12, "price": 3.150, "game": "csgo", "image_url": "https://example.com/i/3.png"}]}}"#;

fn inventory() -> Query {
    Query::Inventory { user: user(), game: Game::Cs2, currency: None }
}

fn prices() -> Query {
    Query::Prices { game: Game::Cs2, cursor: None }
}

fn search() -> Query {
    Query::Search { game: Game::Cs2, names: vec!["A & B".to_owned(), "★ C".to_owned()] }
}

fn filter() -> OfferFilter {
    OfferFilter { game: Game::Cs2, offer_id: None, min_price: None, max_price: None, cursor: None }
}

fn history_from(from: &str, until: &str, cursor: Option<&str>) -> Query {
    Query::History {
        kind: HistoryKind::Purchases,
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
        cursor: cursor.map(str::to_owned),
    }
}

fn history() -> Query {
    history_from("2026-02-01T00:00:00Z", "2026-04-01T00:00:00Z", None)
}

fn asked(query: &Query) -> String {
    let request = skinslink().query(query).unwrap();
    format!(
        "{} {}",
        request.method(),
        request.uri().to_string().replace("https://api.skinslink.com/api/v1", "")
    )
}

fn told(query: &Query, status: u16, body: &str) -> Queried {
    skinslink().read_queried(query, &response(status, body), now())
}

fn page_of(query: &Query, body: &str) -> ItemPage {
    let told = told(query, 200, body);
    let Queried::Answer(QueryAnswer::Items(page)) = told else { panic!("{told:?}") };
    page
}

fn rows_of(query: &Query, body: &str) -> HistoryPage {
    let told = told(query, 200, body);
    let Queried::Answer(QueryAnswer::History(page)) = told else { panic!("{told:?}") };
    page
}

#[test]
fn what_is_asked() {
    insta::assert_snapshot!(shown(&skinslink().query(&inventory()).unwrap()), @r#"
    POST https://api.skinslink.com/api/v1/merchant/inventory
    accept: "application/json"
    x-api-key: Sensitive
    content-type: "application/json"

    {"game":"csgo","partner":39734314,"token":"<trade token>"}
    "#);
    assert_eq!(asked(&prices()), "GET /merchant/purchase/available?game=csgo");
    assert_eq!(
        asked(&search()),
        "GET /merchant/purchase/search?game=csgo&extended=true&names=A+%26+B&names=%E2%98%85+C"
    );
    let offers = |cursor: Option<&str>| OfferFilter { cursor: cursor.map(str::to_owned), ..filter() };
    assert_eq!(
        asked(&Query::Offers(offers(None))),
        "GET /merchant/purchase/available?game=csgo&full=true&extended=true&page=1"
    );
    assert!(asked(&Query::Offers(offers(Some("16")))).ends_with("&page=16"));
    assert_eq!(asked(&Query::Balance), "GET /merchant/balance");
    assert_eq!(asked(&history()), "GET /merchant/purchase?limit=50&offset=0&sort=-created_at");
    let later = history_from("2026-02-01T00:00:00Z", "2026-04-01T00:00:00Z", Some("150"));
    assert_eq!(asked(&later), "GET /merchant/purchase?limit=50&offset=150&sort=-created_at");
}

#[test]
fn what_cannot_be_asked() {
    let mut nobody = user();
    nobody.trade_token = None;
    let euros = Money::parse("EUR".parse().unwrap(), "1").ok();
    let bad_page = |cursor: &str| Query::Offers(OfferFilter { cursor: Some(cursor.to_owned()), ..filter() });
    let (from, until) = (now(), now());
    let cursor = None;
    for query in [
        Query::Inventory { user: nobody, game: Game::Cs2, currency: None },
        Query::Prices { game: Game::Cs2, cursor: Some("2".to_owned()) },
        Query::Search { game: Game::Cs2, names: Vec::new() },
        Query::Search { game: Game::Cs2, names: vec!["x".repeat(1001), "y".repeat(1000)] },
        Query::Offers(OfferFilter { max_price: euros, ..filter() }),
        bad_page("0"),
        bad_page("17"),
        bad_page("x"),
        bad_page(""),
        history_from("2026-02-01T00:00:00Z", "2026-04-01T00:00:00Z", Some("-1")),
        Query::History { kind: HistoryKind::Deposits, from, until, cursor: cursor.clone() },
        Query::History { kind: HistoryKind::Money, from, until, cursor: cursor.clone() },
        Query::SteamPrices { game: Game::Cs2, cursor: cursor.clone() },
        Query::Currencies,
        Query::Status,
        Query::FailedWebhooks { cursor },
    ] {
        assert!(skinslink().query(&query).is_err(), "{query:?}");
    }
}

#[test]
fn an_inventory() {
    let page = page_of(&inventory(), INVENTORY);
    let detail = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let expected = Listed {
        id: Some("30117720455".to_owned()),
        name: "MAC-10 | Carnivore (Well-Worn)".to_owned(),
        game: Some(Game::Cs2),
        price: Some(dollars("2.135")),
        count: None,
        is_unavailable: false,
        details: BTreeMap::from([
            detail("image_url", "https://example.com/i/1.png"),
            detail("exterior", "Well-Worn"),
            detail("rarity", "Mil-Spec"),
            detail("rarity_color", "#4b69ff"),
        ]),
    };
    assert_eq!(page.items, [expected]);
    let details = [detail("total", "1"), detail("sum", "2.135"), detail("max_items", "50")];
    assert_eq!(page.details, BTreeMap::from(details));
    assert_eq!((page.next, page.unreadable, page.updated_at), (None, 0, None));
}

#[test]
fn offers_come_in_pages() {
    let page = page_of(&Query::Offers(filter()), OFFERS);
    let ids: Vec<_> = page.items.iter().map(|item| item.id.as_deref().unwrap()).collect();
    // An id may be a hexadecimal text.
    assert_eq!(ids, ["28800417733", "0a1b2c3d4e5f"]);
    assert_eq!((page.unreadable, page.next.as_deref()), (1, Some("2")));
    assert_eq!(page.updated_at, Some("2026-03-02T10:00:00Z".parse().unwrap()));
    let details = &page.items[0].details;
    assert_eq!(details["float"], "0.250000001234567890");
    assert_eq!((details["class_id"].as_str(), details["paint_seed"].as_str()), ("310777000", "661"));
    assert!(!details.contains_key("phase") && !details.contains_key("rarity"));
    assert_eq!(page.items[1].price.unwrap().amount.to_string(), "3.150");

    let next = |cursor: &str, body: &str| {
        page_of(&Query::Offers(OfferFilter { cursor: Some(cursor.to_owned()), ..filter() }), body).next
    };
    assert_eq!(next("15", OFFERS).as_deref(), Some("16"));
    assert_eq!(next("16", OFFERS), None);
    assert_eq!(next("3", &with(OFFERS, "\"total_pages\": 16", "\"total_pages\": 3")), None);
    assert_eq!(next("16", &with(OFFERS, "\"total_pages\": 16", "\"total_pages\": 99")), None);
    // The older revision gives the whole list at once.
    assert_eq!(next("1", &with(OFFERS, ", \"total_pages\": 16", "")), None);
}

#[test]
fn offers_that_were_not_asked_for_are_left_out() {
    let ids = |filter: OfferFilter| -> Vec<String> {
        page_of(&Query::Offers(filter), OFFERS).items.into_iter().filter_map(|item| item.id).collect()
    };
    let price = |text: &str| Some(dollars(text));
    assert_eq!(ids(OfferFilter { offer_id: Some("0a1b2c3d4e5f".to_owned()), ..filter() }), ["0a1b2c3d4e5f"]);
    assert_eq!(ids(OfferFilter { max_price: price("3.15"), ..filter() }), ["0a1b2c3d4e5f"]);
    assert_eq!(ids(OfferFilter { max_price: price("3.149"), ..filter() }), [""; 0]);
    assert_eq!(ids(OfferFilter { min_price: price("18.47"), ..filter() }), ["28800417733"]);
    assert_eq!(ids(OfferFilter { min_price: price("18.471"), ..filter() }), [""; 0]);
}

#[test]
fn prices_are_by_name() {
    let page = page_of(&prices(), GROUPED);
    assert_eq!((page.items.len(), page.unreadable), (1, 0));
    let item = &page.items[0];
    assert_eq!((item.id.as_deref(), item.count), (None, Some(12)));
    assert_eq!(item.price.unwrap().amount.to_string(), "3.150");
    assert_eq!(page_of(&search(), OFFERS).items.len(), 2);
}

#[test]
fn a_bad_row_hides_no_other() {
    for row in [
        "null",
        "1",
        "[]",
        r#"["1", "Key", 1]"#,
        r#"{"id": "1", "name": "Key"}"#,
        r#"{"id": "1", "name": "Key", "price": null}"#,
        r#"{"id": "1", "name": "Key", "price": -1}"#,
        r#"{"id": "1", "name": "Key", "price": 1e2}"#,
        r#"{"id": "1", "name": "", "price": 1}"#,
        r#"{"id": "1", "price": 1}"#,
        r#"{"id": "", "name": "Key", "price": 1}"#,
        r#"{"name": "Key", "price": 1}"#,
        r#"{"id": "1", "id": "2", "name": "Key", "price": 1}"#,
        r#"{"id": "1", "name": "Key", "price": 1, "count": -1}"#,
    ] {
        let body = with(INVENTORY, "\"items\": [", &format!("\"items\": [{row}, "));
        let page = page_of(&inventory(), &body);
        assert_eq!((page.items.len(), page.unreadable), (1, 1), "{row}");
    }
    // A detail in a form that nobody knows is left out, and nothing else.
    let odd = with(INVENTORY, "\"rarity\": \"Mil-Spec\"", "\"rarity\": {\"a\": [1]}, \"new\": true");
    let page = page_of(&inventory(), &odd);
    assert_eq!((page.items.len(), page.unreadable), (1, 0));
    assert!(!page.items[0].details.contains_key("rarity"));
}

#[test]
fn a_list_that_is_none_is_not_empty() {
    for (from, to) in [
        ("\"items\"", "\"rows\""),
        ("\"game\": \"csgo\"", "\"game\": \"rust\""),
        ("\"data\": {", "\"data\": null, \"x\": {"),
        ("\"success\": true", "\"success\": 1"),
    ] {
        let told = told(&inventory(), 200, &with(INVENTORY, from, to));
        assert!(matches!(told, Queried::Unreadable { .. }), "{to}: {told:?}");
    }
    for body in ["", "[]", "<html></html>", r#"{"success": true, "data": {"items": null}}"#] {
        assert!(matches!(told(&inventory(), 200, body), Queried::Unreadable { .. }), "{body}");
        assert!(matches!(told(&inventory(), 502, body), Queried::Unreadable { .. }), "{body}");
    }
    assert!(matches!(told(&inventory(), 201, INVENTORY), Queried::Unreadable { .. }));
    let empty = r#"{"success": true, "message": "ok", "data": {"items": [], "total": 0}}"#;
    assert_eq!(page_of(&inventory(), empty).items, []);
}

#[test]
fn a_large_list() {
    let row = r#"{"id": "0a1b", "name": "Urban Camo", "price": 3.15, "float": 0.1}"#;
    let rows = vec![row; 30_000].join(",");
    let body = format!(r#"{{"success": true, "message": "ok", "data": {{"items": [{rows}]}}}}"#);
    assert_eq!(page_of(&Query::Offers(filter()), &body).items.len(), 30_000);
}

#[test]
fn a_balance() {
    let lines = |body: &str| -> Vec<(String, String)> {
        let told = told(&Query::Balance, 200, body);
        let Queried::Answer(QueryAnswer::Balance(Balance { lines, .. })) = told else { panic!("{told:?}") };
        lines.into_iter().map(|line| (line.name, line.amount.unwrap().to_string())).collect()
    };
    let line = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    assert_eq!(
        lines(BALANCE),
        [line("available", "100 USD"), line("on_hold", "20.500 USD"), line("total", "120.50 USD")]
    );
    let owed =
        with(BALANCE, "\"total\": 120.50, \"hold\": 20.500, \"available\": 100", "\"available\": \"-3.5\"");
    assert_eq!(lines(&owed), [line("available", "-3.5 USD")]);
    for (from, to) in [("\"available\": 100", "\"free\": 100"), ("100", "\"--1\""), ("20.500", "true")] {
        let told = told(&Query::Balance, 200, &with(BALANCE, from, to));
        assert!(matches!(told, Queried::Unreadable { .. }), "{to}");
    }
}

#[test]
fn the_record_of_purchases() {
    let page = rows_of(&history(), HISTORY);
    assert_eq!((page.rows.len(), page.unreadable, page.total), (2, 0, Some(3)));
    assert_eq!(page.next.as_deref(), Some("2"));
    let [first, second] = &page.rows[..] else { panic!() };
    assert_eq!(first.reference, Some(reference("wd-1")));
    assert_eq!(first.at, Some("2026-03-02T10:30:00Z".parse().unwrap()));
    assert_eq!(first.amount.unwrap().amount.to_string(), "18.470");
    assert_eq!(first.facts.provider_id.as_deref(), Some("9077"));
    assert!(matches!(first.progress, Some(Progress::Delivered { .. })));
    assert_eq!(second.reference, None);
    assert_eq!(second.at, Some("2026-03-01T19:10:51.118731Z".parse().unwrap()));
    assert!(matches!(second.progress, Some(Progress::Failed(_))));
    assert_eq!(second.details["fail_reason"], "item_sold");
    assert!(!second.details.contains_key("steam_id"));
}

#[test]
fn the_record_ends() {
    let next = |from: &str, cursor: Option<&str>, body: &str| {
        rows_of(&history_from(from, "2026-04-01T00:00:00Z", cursor), body).next
    };
    let long_ago = "2026-01-01T00:00:00Z";
    assert_eq!(next(long_ago, Some("1"), HISTORY), None);
    assert_eq!(next(long_ago, Some("0"), HISTORY).as_deref(), Some("2"));
    // The newest come first: what follows is older still.
    assert_eq!(next("2026-03-02T00:00:00Z", None, HISTORY), None);
    let no_total = with(HISTORY, ", \"total\": 3", "");
    assert_eq!(next(long_ago, None, &no_total), None);
    let row = r#"{"id": 1, "status": "new"}"#;
    let fifty = format!(r#"{{"success": true, "data": {{"data": [{}]}}}}"#, vec![row; 50].join(","));
    assert_eq!(next(long_ago, Some("50"), &fifty).as_deref(), Some("100"));
    let nothing = r#"{"success": true, "data": {"data": [], "total": 9}}"#;
    assert_eq!(next(long_ago, None, nothing), None);
}

#[test]
fn the_record_has_a_time() {
    let ids = |from: &str, until: &str| -> Vec<String> {
        let page = rows_of(&history_from(from, until, None), HISTORY);
        page.rows.into_iter().filter_map(|row| row.facts.provider_id).collect()
    };
    assert_eq!(ids("2026-03-02T10:30:00Z", "2026-03-03T00:00:00Z"), ["9077"]);
    assert_eq!(ids("2026-03-01T00:00:00Z", "2026-03-02T10:29:59Z"), ["9070"]);
    for (from, to) in [
        ("\"id\": 9070", "\"id\": null"),
        ("\"amount\": 3.15", "\"amount\": \"3,15\""),
        ("2026-03-01T22:10:51.118731+03:00", "yesterday"),
    ] {
        let page = rows_of(&history(), &with(HISTORY, from, to));
        assert_eq!((page.rows.len(), page.unreadable), (1, 1), "{to}");
    }
    let flat = r#"{"success": true, "message": "ok", "data": [{"id": 9077, "status": "completed"}]}"#;
    assert!(matches!(told(&history(), 200, flat), Queried::Unreadable { .. }));
}

#[test]
fn refusals_have_stable_codes() {
    for (status, body, code, word) in [
        (400, error("validation error"), "invalid_request", "validation error"),
        (400, error("invalid request body"), "invalid_request", "invalid request body"),
        (400, error("invalid game code"), "invalid_request", "invalid game code"),
        (400, error("something new"), "refused", "(no word)"),
        (400, error("inventory_reload"), "inventory_outdated", "inventory_reload"),
        (400, broken_rule("required"), "invalid_request", "required"),
        (400, broken_rule("trade_link_revoked"), "invalid_trade_url", "trade_link_revoked"),
        (400, broken_rule("trade_link_invalid"), "invalid_trade_url", "trade_link_invalid"),
        (400, broken_rule("profile_private"), "private_inventory", "profile_private"),
        (400, broken_rule("trade_banned"), "user_not_tradable", "trade_banned"),
        (400, broken_rule("limited_account"), "user_not_tradable", "limited_account"),
        (400, broken_rule("hold"), "user_not_tradable", "hold"),
        (400, broken_rule("permissions"), "user_not_tradable", "permissions"),
        (400, broken_rule("hold_and_permissions"), "user_not_tradable", "hold_and_permissions"),
        (400, broken_rule("inventory_reload"), "inventory_outdated", "inventory_reload"),
        (401, error("missing authorization header"), "unauthorized", "missing authorization header"),
        (401, error("invalid API key"), "unauthorized", "invalid API key"),
        (403, error("merchant account is disabled"), "unauthorized", "merchant account is disabled"),
        (403, error("invalid IP: 203.0.113.9"), "unauthorized", "invalid IP"),
        (403, error("IP not whitelisted: 203.0.113.9"), "unauthorized", "IP not whitelisted"),
        (404, error("not found error"), "not_found", "not found error"),
        (408, error("timed out"), "internal_error", "(no word)"),
        (409, error("already exist error"), "refused", "already exist error"),
        (500, error("x"), "internal_error", "x"),
        (502, error("x"), "internal_error", "x"),
        (503, error("internal error"), "internal_error", "internal error"),
        (200, error("validation error"), "refused", "validation error"),
    ] {
        let expected = Queried::Refused { code, provider_code: word.to_owned() };
        for query in [inventory(), Query::Balance, history()] {
            assert_eq!(told(&query, status, &body), expected, "{status} {body}");
        }
    }
    let until = now() + jiff::SignedDuration::from_secs(60);
    let closed = Queried::Closed(Closed { until, reason: "http_429" });
    assert_eq!(told(&inventory(), 429, INVENTORY), closed);
}

/// What is said to be supported can be asked, and nothing else.
#[test]
fn capabilities_and_calls_agree() {
    let support = super::super::DEFAULTS.support;
    for capability in Capability::ALL {
        let (Support::Supported(text) | Support::Unsupported(text)) = support(capability);
        assert!(!text.is_empty() && !text.contains("not built"), "{capability:?}");
    }
    let kind = |kind| Query::History { kind, from: now(), until: now(), cursor: None };
    for (capability, query) in [
        (Capability::Inventory, inventory()),
        (Capability::Prices, prices()),
        (Capability::Search, search()),
        (Capability::Offers, Query::Offers(filter())),
        (Capability::SteamPrices, Query::SteamPrices { game: Game::Cs2, cursor: None }),
        (Capability::Balance, Query::Balance),
        (Capability::Currencies, Query::Currencies),
        (Capability::Status, Query::Status),
        (Capability::PurchaseHistory, kind(HistoryKind::Purchases)),
        (Capability::DepositHistory, kind(HistoryKind::Deposits)),
        (Capability::MoneyHistory, kind(HistoryKind::Money)),
        (Capability::FailedWebhooks, Query::FailedWebhooks { cursor: None }),
    ] {
        assert_eq!(support(capability).is_supported(), skinslink().query(&query).is_ok(), "{capability:?}");
    }
}
