//! What is asked, and what every answer to a question has in common.

use jiff::Timestamp;
use skinbus_domain::Money;
use skinbus_domain::order::Game;
use skinbus_domain::query::{HistoryKind, OfferFilter, Query, QueryAnswer};

use super::{TOKEN, TRADE_TOKEN, error, now, reopens, response, shown, skinify, user};
use crate::provider::{Closed, Provider, Queried};

pub(super) fn inventory() -> Query {
    Query::Inventory { user: user(), game: Game::Cs2, currency: None }
}

pub(super) fn prices() -> Query {
    Query::Prices { game: Game::Cs2, cursor: None }
}

pub(super) fn filter() -> OfferFilter {
    OfferFilter { game: Game::Cs2, offer_id: None, min_price: None, max_price: None, cursor: None }
}

pub(super) fn one_offer() -> Query {
    Query::Offers(OfferFilter { offer_id: Some("88101".to_owned()), ..filter() })
}

pub(super) fn history(kind: HistoryKind, cursor: Option<&str>) -> Query {
    Query::History {
        kind,
        from: "2025-10-09T08:00:00.5Z".parse().unwrap(),
        until: "2025-10-09T09:30:00.9Z".parse().unwrap(),
        cursor: cursor.map(str::to_owned),
    }
}

pub(super) const FAILED: Query = Query::FailedWebhooks { cursor: None };

/// Every question that can be asked.
fn all() -> Vec<Query> {
    vec![
        inventory(),
        prices(),
        Query::Offers(filter()),
        one_offer(),
        Query::Balance,
        history(HistoryKind::Purchases, None),
        history(HistoryKind::Deposits, None),
        FAILED,
    ]
}

pub(super) fn ask(query: &Query, status: u16, body: impl AsRef<[u8]>) -> Queried {
    skinify().read_queried(query, &response(status, body), now())
}

pub(super) fn answer(query: &Query, body: &str) -> QueryAnswer {
    let told = ask(query, 200, body);
    let Queried::Answer(answer) = told else { panic!("{told:?}: {body}") };
    answer
}

pub(super) fn is_unreadable(query: &Query, body: &str) -> bool {
    matches!(ask(query, 200, body), Queried::Unreadable { .. })
}

#[test]
fn what_is_sent() {
    let requests = all().iter().map(|query| shown(&skinify().query(query).unwrap())).collect::<Vec<_>>();
    let headers = "accept: \"application/json\"\ntoken: Sensitive\n";
    let short = requests.join("\n").replace(headers, "").replace("\n\n", "\n");
    insta::assert_snapshot!(short, @r#"
    POST https://skinify.io/api/steam-inventory
    content-type: "application/x-www-form-urlencoded"
    game=csgo&steam_id=76561198000000042&trade_token=<trade token>
    GET https://skinify.io/api/withdraw/prices?game=csgo

    GET https://skinify.io/api/withdraw/prices?game=csgo&full_list=1

    GET https://skinify.io/api/withdraw/price?id=88101

    GET https://skinify.io/api/project-balance

    GET https://skinify.io/api/withdraw/history?start_date=1759996800&end_date=1760002200

    GET https://skinify.io/api/get-deposits?starting=1759996800&ending=1760002200

    GET https://skinify.io/api/failed-ipn
    "#);
}

#[test]
fn a_currency_is_asked_for_where_it_is_given() {
    let query = Query::Inventory { user: user(), game: Game::Dota2, currency: Some("EUR".parse().unwrap()) };
    let request = skinify().query(&query).unwrap();
    let body = String::from_utf8_lossy(request.body()).into_owned();
    assert!(body.starts_with("game=dota2&") && body.ends_with("&currency=eur"), "{body}");
}

#[test]
fn a_cursor_is_handed_on() {
    let request = skinify().query(&history(HistoryKind::Purchases, Some("999&x=1"))).unwrap();
    assert!(request.uri().to_string().ends_with("&start_from=999%26x%3D1"), "{}", request.uri());
    let request = skinify().query(&history(HistoryKind::Deposits, Some("999"))).unwrap();
    assert!(request.uri().to_string().ends_with("&start_from=999"), "{}", request.uri());
}

#[test]
fn time_before_time_is_its_beginning() {
    let (from, until) = (Timestamp::MIN, Timestamp::UNIX_EPOCH);
    let query = Query::History { kind: HistoryKind::Deposits, from, until, cursor: None };
    let request = skinify().query(&query).unwrap();
    assert_eq!(request.uri().query(), Some("starting=0&ending=0"));
}

#[test]
fn what_cannot_be_asked() {
    let euros = Money::parse("EUR".parse().unwrap(), "1").unwrap();
    let cursor = Some("1".to_owned());
    let mut ended = user();
    ended.trade_token = None;
    for query in [
        Query::Inventory { user: ended, game: Game::Cs2, currency: None },
        Query::Prices { game: Game::Cs2, cursor: cursor.clone() },
        Query::FailedWebhooks { cursor: cursor.clone() },
        Query::Offers(OfferFilter { cursor, ..filter() }),
        Query::Offers(OfferFilter { min_price: Some(euros), ..filter() }),
        Query::Offers(OfferFilter { max_price: Some(euros), ..filter() }),
        Query::Search { game: Game::Cs2, names: vec!["Key".to_owned()] },
        Query::SteamPrices { game: Game::Cs2, cursor: None },
        Query::Currencies,
        Query::Status,
        history(HistoryKind::Money, None),
    ] {
        assert!(skinify().query(&query).is_err(), "{query:?}");
    }
    for query in [Query::Currencies, Query::Status, history(HistoryKind::Money, None)] {
        assert!(is_unreadable(&query, r#"{"status":"success","items":[]}"#), "{query:?}");
    }
}

#[test]
fn no_token_is_in_an_address() {
    for query in all() {
        let request = skinify().query(&query).unwrap();
        let address = request.uri().to_string();
        assert!(!address.contains(TOKEN) && !address.contains(TRADE_TOKEN), "{address}");
        assert!(request.headers()["token"].is_sensitive());
    }
}

#[test]
fn every_documented_refusal_has_its_stable_word() {
    for (word, code) in [
        ("request_timeout", "internal_error"),
        ("invalid_game", "invalid_request"),
        ("invalid_currency", "invalid_request"),
        ("steam_id_missing", "invalid_request"),
        ("trade_token_missing", "invalid_request"),
        ("private_inventory", "private_inventory"),
        ("unavaliable_inventory", "refused"),
        ("invalid_tradeurl", "invalid_trade_url"),
        ("empty_inventory", "empty_inventory"),
        ("trade_unavailable", "trade_unavailable"),
        ("missing_starting_or_ending", "invalid_request"),
        ("missing_start_or_end_date", "invalid_request"),
        ("missing_skin_parameters", "invalid_request"),
        ("skin_unavailable", "not_found"),
        ("skin_not_found", "not_found"),
        ("invalid_token", "unauthorized"),
        ("something_new", "refused"),
    ] {
        for query in all() {
            for status in [200, 400, 403] {
                let told = ask(&query, status, error(word));
                assert_eq!(told, Queried::Refused { code, provider_code: word.to_owned() }, "{word}");
            }
            let told = ask(&query, 500, error(word));
            assert_eq!(told, Queried::Unreadable { problem: "HTTP status 500".to_owned() });
        }
    }
    let told = ask(&inventory(), 200, error("the token AbCd_-12 is wrong"));
    assert_eq!(told, Queried::Refused { code: "refused", provider_code: "(no word)".to_owned() });
}

#[test]
fn a_limit_closes_the_account() {
    for query in all() {
        let closed = |reason| Queried::Closed(Closed { until: reopens(), reason });
        assert_eq!(ask(&query, 200, error("request_limit_exceeded")), closed("request_limit_exceeded"));
        assert_eq!(ask(&query, 429, "<html>"), closed("http_429"));
    }
}

#[test]
fn garbage_is_no_answer() {
    for query in all() {
        for body in super::garbage::bodies() {
            for status in [200, 302, 404, 500] {
                let told = ask(&query, status, &body);
                assert!(matches!(told, Queried::Unreadable { .. }), "{told:?}");
            }
        }
    }
}
