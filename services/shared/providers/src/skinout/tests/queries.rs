//! Questions, and what becomes of their answers in general.

use bytes::Bytes;
use http::Request;
use skinbus_domain::order::Game;
use skinbus_domain::query::{
    Balance, BalanceLine, CurrencyRate, HistoryKind, OfferFilter, Query, QueryAnswer,
};

use super::requests::shown;
use super::{API_KEY, dollars, limited, now, response, skinout, user};
use crate::capability::Capability;
use crate::provider::{NotBuildable, Provider, Queried};
use crate::registry::Endpoints;
use crate::skinout::{DEFAULTS, Paths, Skinout};

pub(super) fn history(kind: HistoryKind, cursor: Option<&str>) -> Query {
    let from = "2025-10-09T08:53:20.9Z".parse().unwrap();
    let until = "2025-10-10T08:53:20.9Z".parse().unwrap();
    Query::History { kind, from, until, cursor: cursor.map(str::to_owned) }
}

pub(super) fn offers() -> OfferFilter {
    OfferFilter { game: Game::Cs2, offer_id: None, min_price: None, max_price: None, cursor: None }
}

fn prices(game: Game, cursor: Option<&str>) -> Query {
    Query::Prices { game, cursor: cursor.map(str::to_owned) }
}

fn search(game: Game, names: &[&str]) -> Query {
    Query::Search { game, names: names.iter().map(|name| (*name).to_owned()).collect() }
}

fn asked(query: &Query) -> Result<Request<Bytes>, NotBuildable> {
    skinout().query(query)
}

pub(super) fn answer(query: &Query, status: u16, body: &str) -> Queried {
    skinout().read_queried(query, &response(status, body), now())
}

fn answerable() -> Vec<Query> {
    vec![
        prices(Game::Cs2, None),
        search(Game::Cs2, &["P250"]),
        Query::Offers(offers()),
        Query::Balance,
        Query::Currencies,
        history(HistoryKind::Purchases, None),
        history(HistoryKind::Deposits, None),
    ]
}

fn unanswerable() -> Vec<Query> {
    vec![
        Query::Inventory { user: user(), game: Game::Cs2, currency: None },
        Query::SteamPrices { game: Game::Cs2, cursor: None },
        Query::Status,
        history(HistoryKind::Money, None),
        Query::FailedWebhooks { cursor: None },
    ]
}

#[test]
fn the_requests() {
    let all: Vec<String> = answerable().iter().map(|query| shown(&asked(query).unwrap())).collect();
    insta::assert_snapshot!(all.join("\n---\n"), @r#"
    GET https://pay.skinout.gg/api/v1/withdraw/list
    accept: "application/json"
    api-key: Sensitive
    ---
    POST https://pay.skinout.gg/api/v1/withdraw/search
    accept: "application/json"
    api-key: Sensitive
    content-type: "application/json"

    {"project_id":"1042","name":"P250"}
    ---
    GET https://pay.skinout.gg/api/v1/withdraw/list
    accept: "application/json"
    api-key: Sensitive
    ---
    GET https://pay.skinout.gg/api/v1/balance
    accept: "application/json"
    api-key: Sensitive
    ---
    GET https://pay.skinout.gg/api/v1/currencies
    accept: "application/json"
    api-key: Sensitive
    ---
    GET https://pay.skinout.gg/api/v1/withdraw/history?start_date=1760000000&end_date=1760086401&limit=200&offset=0
    accept: "application/json"
    api-key: Sensitive
    content-type: "application/json"
    ---
    GET https://pay.skinout.gg/api/v1/deposit/history?start_date=1760000000&end_date=1760086401&limit=200&offset=0
    accept: "application/json"
    api-key: Sensitive
    content-type: "application/json"
    "#);
}

#[test]
fn a_cursor_becomes_the_offset() {
    for kind in [HistoryKind::Purchases, HistoryKind::Deposits] {
        let request = asked(&history(kind, Some("400"))).unwrap();
        assert!(request.uri().query().unwrap().ends_with("&limit=200&offset=400"), "{}", request.uri());
    }
}

#[test]
fn paths_are_settings() {
    let paths = Paths {
        list: "skins".to_owned(),
        search: "/find".to_owned(),
        balance: ".evil.example/balance".to_owned(),
        currencies: "/v2/currencies".to_owned(),
    };
    let endpoints = Endpoints { base_url: "https://pay.skinout.gg/".to_owned(), result_url: None };
    let skinout = Skinout::new(endpoints, &API_KEY.into(), "1".to_owned(), paths);
    let address = |query: &Query| skinout.query(query).unwrap().uri().to_string();
    assert_eq!(address(&prices(Game::Cs2, None)), "https://pay.skinout.gg/skins");
    assert_eq!(address(&Query::Offers(offers())), "https://pay.skinout.gg/skins");
    assert_eq!(address(&search(Game::Cs2, &["a"])), "https://pay.skinout.gg/find");
    assert_eq!(address(&Query::Currencies), "https://pay.skinout.gg/v2/currencies");
    // A slip in a setting must not send the key to another host.
    assert_eq!(address(&Query::Balance), "https://pay.skinout.gg/.evil.example/balance");
}

#[test]
fn what_cannot_be_asked() {
    let euros = skinbus_domain::Money { currency: "EUR".parse().unwrap(), ..dollars("1") };
    for query in unanswerable().into_iter().chain([
        prices(Game::Dota2, None),
        prices(Game::Cs2, Some("1")),
        search(Game::Rust, &["a"]),
        search(Game::Cs2, &[]),
        search(Game::Cs2, &["a", "b"]),
        Query::Offers(OfferFilter { game: Game::Tf2, ..offers() }),
        Query::Offers(OfferFilter { cursor: Some("1".to_owned()), ..offers() }),
        Query::Offers(OfferFilter { min_price: Some(euros), ..offers() }),
        Query::Offers(OfferFilter { max_price: Some(euros), ..offers() }),
        history(HistoryKind::Purchases, Some("")),
        history(HistoryKind::Purchases, Some("+1")),
        history(HistoryKind::Deposits, Some("1&limit=1000")),
    ]) {
        assert!(asked(&query).is_err(), "{query:?}");
    }
    for query in unanswerable() {
        let told = answer(&query, 200, r#"{"success": true, "items": [], "balance": 1}"#);
        assert!(matches!(told, Queried::Unreadable { .. }), "{query:?}");
    }
}

#[test]
fn refusals_limits_and_garbage() {
    let refused = |code, word: &str| Queried::Refused { code, provider_code: word.to_owned() };
    for query in answerable() {
        let error = r#"{"success": false, "error": "No AbCd_-12"}"#;
        assert_eq!(answer(&query, 200, error), refused("refused", "(no word)"));
        assert_eq!(
            answer(&query, 403, r#"{"success": false, "error": "forbidden"}"#),
            refused("refused", "forbidden")
        );
        assert_eq!(answer(&query, 401, error), refused("unauthorized", "(no word)"));
        assert_eq!(answer(&query, 429, error), Queried::Closed(limited()));
        for (status, body) in [
            (500, error),
            (404, "<html>Not Found</html>"),
            (200, "<html></html>"),
            (200, ""),
            (200, "[]"),
            (200, "{}"),
            (200, r#"{"success": true}"#),
            (200, r#"{"success": true, "items": {}, "skins": {}, "balance": {}, "currencies": {}}"#),
            (200, r#"{"success": false}"#),
            (200, r#"{"success": "yes", "items": [], "skins": null, "balance": 1, "currencies": []}"#),
            (404, r#"{"success": true, "items": [], "skins": null, "balance": 1, "currencies": []}"#),
        ] {
            let told = answer(&query, status, body);
            assert!(matches!(told, Queried::Unreadable { .. }), "{query:?} {status} {body}: {told:?}");
            assert!(!format!("{told:?}").contains("html"));
        }
    }
}

#[test]
fn the_balance_is_in_thousandths() {
    for body in
        [r#"{"success": true, "balance": 1250000}"#, r#"{"success": true, "balance": "1250000", "x": 1}"#]
    {
        let line = BalanceLine { name: "available".to_owned(), amount: Some(dollars("1250.000")) };
        let details = [("balance".to_owned(), "1250000".to_owned())].into();
        let balance = Balance { lines: vec![line], details };
        assert_eq!(answer(&Query::Balance, 200, body), Queried::Answer(QueryAnswer::Balance(balance)));
    }
    // A number that is not whole is not in thousandths, whatever it is in.
    for balance in ["1250.00", "\"1250.5\"", "-1", "null", "\"\"", "{}"] {
        let told = answer(&Query::Balance, 200, &format!(r#"{{"success": true, "balance": {balance}}}"#));
        assert!(matches!(told, Queried::Unreadable { .. }), "{balance}: {told:?}");
    }
}

#[test]
fn the_currencies() {
    let told = |list: &str| {
        answer(&Query::Currencies, 200, &format!(r#"{{"success": true, "currencies": {list}}}"#))
    };
    let rate = |code: &str, rate: Option<&str>| CurrencyRate {
        code: code.to_owned(),
        rate: rate.map(|rate| rate.parse().unwrap()),
    };
    assert_eq!(
        told(r#"[{"code": "EUR", "rate": "0.92"}, {"code": "rub", "rate": 95}, {"code": "USD"}, "CUSTOM"]"#),
        Queried::Answer(QueryAnswer::Currencies(vec![
            rate("EUR", Some("0.92")),
            rate("RUB", Some("95")),
            rate("USD", None),
            rate("CUSTOM", None),
        ]))
    );
    for list in
        ["[{}]", "[null]", r#"[{"code": ""}]"#, r#"[{"code": "E R"}]"#, r#"[{"code": "EUR", "rate": "x"}]"#]
    {
        assert!(matches!(told(list), Queried::Unreadable { .. }), "{list}");
    }
}

#[test]
fn what_is_supported_is_what_can_be_asked() {
    let supported = |capability: Capability| (DEFAULTS.support)(capability).is_supported();
    for (capability, query) in [
        (Capability::Prices, prices(Game::Cs2, None)),
        (Capability::Search, search(Game::Cs2, &["a"])),
        (Capability::Offers, Query::Offers(offers())),
        (Capability::Balance, Query::Balance),
        (Capability::Currencies, Query::Currencies),
        (Capability::PurchaseHistory, history(HistoryKind::Purchases, None)),
        (Capability::DepositHistory, history(HistoryKind::Deposits, None)),
        (Capability::Inventory, Query::Inventory { user: user(), game: Game::Cs2, currency: None }),
        (Capability::SteamPrices, Query::SteamPrices { game: Game::Cs2, cursor: None }),
        (Capability::Status, Query::Status),
        (Capability::MoneyHistory, history(HistoryKind::Money, None)),
        (Capability::FailedWebhooks, Query::FailedWebhooks { cursor: None }),
    ] {
        assert_eq!(supported(capability), asked(&query).is_ok(), "{}", capability.as_str());
    }
    let count = Capability::ALL.into_iter().filter(|capability| supported(*capability)).count();
    assert_eq!(count, 14);
}
