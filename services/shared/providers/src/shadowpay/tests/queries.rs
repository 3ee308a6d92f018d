//! Questions besides orders.

use skinbus_domain::order::Game;
use skinbus_domain::query::{HistoryKind, ItemPage, OfferFilter, Query, QueryAnswer};
use skinbus_domain::{Progress, query};

use super::*;
use crate::provider::{Closed, Queried};

fn ask(query: &Query) -> String {
    let request = shadowpay().query(query).unwrap();
    let path = request.uri().path().trim_start_matches("/api/v1").to_owned();
    let encoded = match request.uri().query() {
        Some(query) => query.as_bytes().to_vec(),
        None => request.body().to_vec(),
    };
    let fields: Vec<String> =
        fields(&encoded).into_iter().map(|(name, value)| format!(" {name}={value}")).collect();
    format!("{} {path}{}", request.method(), fields.concat())
}

fn answer(query: &Query, body: &str) -> QueryAnswer {
    let told = shadowpay().read_queried(query, &response(200, body), now());
    let Queried::Answer(answer) = told else { panic!("{told:?}: {body}") };
    answer
}

fn items(query: &Query, body: &str) -> ItemPage {
    let QueryAnswer::Items(page) = answer(query, body) else { panic!("{body}") };
    page
}

/// `id name price` of each item.
fn lines(page: &ItemPage) -> Vec<String> {
    let line = |item: &query::Item| {
        format!("{} {} {}", item.id.as_deref().unwrap_or("-"), item.name, item.price.unwrap().amount)
    };
    page.items.iter().map(line).collect()
}

fn inventory() -> Query {
    Query::Inventory { user: user(), game: Game::Cs2, currency: None }
}

fn prices() -> Query {
    Query::Prices { game: Game::Cs2, cursor: None }
}

fn search(names: &[&str]) -> Query {
    Query::Search { game: Game::Cs2, names: names.iter().map(|name| (*name).to_owned()).collect() }
}

fn offers(offer_id: Option<&str>, prices: [Option<&str>; 2], cursor: Option<&str>) -> Query {
    let [min_price, max_price] = prices.map(|price| price.map(dollars));
    let offer_id = offer_id.map(str::to_owned);
    let cursor = cursor.map(str::to_owned);
    Query::Offers(OfferFilter { game: Game::Cs2, offer_id, min_price, max_price, cursor })
}

fn steam_prices(cursor: Option<&str>) -> Query {
    Query::SteamPrices { game: Game::Dota2, cursor: cursor.map(str::to_owned) }
}

fn history() -> Query {
    Query::History {
        kind: HistoryKind::Purchases,
        from: "2025-03-01T00:00:00Z".parse().unwrap(),
        until: "2025-03-03T00:00:00Z".parse().unwrap(),
        cursor: None,
    }
}

#[test]
fn what_is_asked() {
    let asked = [
        Query::Balance,
        inventory(),
        prices(),
        search(&["AK-47 | Redline & Co"]),
        search(&["A", "B"]),
        offers(None, [None, None], None),
        offers(None, [None, None], Some("1000")),
        offers(None, [Some("1.50"), Some("9")], None),
        offers(None, [None, Some("9.00")], None),
        offers(Some("5510932"), [None, None], None),
        offers(Some("5510932"), [Some("1"), None], None),
        steam_prices(None),
        steam_prices(Some("2000")),
        history(),
    ];
    let asked: Vec<String> = asked.iter().map(ask).collect();
    insta::assert_snapshot!(asked.join("\n"), @r"
    POST /get_balance token=sometesttoken
    POST /inventory token=sometesttoken steamid=76561198015389178 game=csgo
    POST /search_items_by_list_names token=sometesttoken project=csgo
    POST /search_item token=sometesttoken project=csgo steam_market_hash_name=AK-47 | Redline & Co
    POST /search_items_by_list_names token=sometesttoken project=csgo steam_market_hash_name[1]=A steam_market_hash_name[2]=B
    GET /get_items_on_sale token=sometesttoken project=csgo limit=1000 offset=0
    GET /get_items_on_sale token=sometesttoken project=csgo limit=1000 offset=1000
    POST /search_similar_items token=sometesttoken price_from=1.50 price_to=9 project=csgo limit=500
    POST /search_similar_items token=sometesttoken price_to=9.00 project=csgo limit=500
    GET /get_item_by_id token=sometesttoken id=5510932
    GET /get_item_by_id token=sometesttoken id=5510932
    GET /get_steam_prices token=sometesttoken project=dota2 limit=1000 offset=0
    GET /get_steam_prices token=sometesttoken project=dota2 limit=1000 offset=2000
    POST /operation_history token=sometesttoken
    ");
}

#[test]
fn what_cannot_be_asked() {
    let euros = Money::parse("EUR".parse().unwrap(), "1").unwrap();
    let in_euros = OfferFilter {
        game: Game::Cs2,
        offer_id: None,
        min_price: Some(euros),
        max_price: None,
        cursor: None,
    };
    let of = |kind, cursor: Option<&str>| Query::History {
        kind,
        from: now(),
        until: now(),
        cursor: cursor.map(str::to_owned),
    };
    for query in [
        search(&[]),
        Query::Prices { game: Game::Tf2, cursor: None },
        Query::Prices { game: Game::Cs2, cursor: Some("1".to_owned()) },
        Query::Inventory { user: user(), game: Game::Tf2, currency: None },
        Query::Offers(in_euros),
        offers(None, [Some("1"), None], Some("500")),
        offers(None, [None, None], Some("-1")),
        offers(None, [None, None], Some("+1")),
        offers(None, [None, None], Some("")),
        steam_prices(Some("x")),
        steam_prices(Some("4294967296")),
        of(HistoryKind::Deposits, None),
        of(HistoryKind::Money, None),
        of(HistoryKind::Purchases, Some("1")),
        Query::Currencies,
        Query::Status,
        Query::FailedWebhooks { cursor: None },
    ] {
        assert!(shadowpay().query(&query).is_err(), "{query:?}");
    }
}

#[test]
fn the_balance_has_two_sums() {
    let body =
        r#"{"currency": "USD", "balance": "318.50", "deposit_balance": "1204.750", "status": "success"}"#;
    let lines = |body: &str| {
        let QueryAnswer::Balance(balance) = answer(&Query::Balance, body) else { panic!() };
        let lines = balance.lines.into_iter();
        lines.map(|line| format!("{} {}", line.name, line.amount.unwrap())).collect::<Vec<_>>()
    };
    let expected = ["balance 318.50 USD", "deposit_balance 1204.750 USD"];
    assert_eq!(lines(body), expected);
    assert_eq!(lines(&with(&with(body, "\"318.50\"", "318.50"), "\"1204.750\"", "1204.750")), expected);
    assert_eq!(lines(&with(body, ", \"deposit_balance\": \"1204.750\"", "")), ["balance 318.50 USD"]);
    for (from, to) in [
        ("318.50", "-1"),
        ("1204.750", "much"),
        ("\"318.50\"", "null"),
        ("\"USD\"", "\"dollars\""),
        ("\"currency\": \"USD\", ", ""),
    ] {
        let told = shadowpay().read_queried(&Query::Balance, &response(200, with(body, from, to)), now());
        assert!(matches!(told, Queried::Unreadable { .. }), "{to}: {told:?}");
    }
}

#[test]
fn an_inventory() {
    let page = items(&inventory(), INVENTORY);
    assert_eq!(
        lines(&page),
        [
            "30117720455 MAC-10 | Carnivore (Well-Worn) 2.1",
            "18720843311 StatTrak™ MP9 | Deadly Poison (Well-Worn) 0.56"
        ]
    );
    assert_eq!(page.details["total"], "2");
    let [sold, kept] = page.items.as_slice() else { panic!() };
    assert!(!sold.is_unavailable && kept.is_unavailable);
    assert_eq!(sold.game, Some(Game::Cs2));
    assert_eq!((sold.details["fee"].as_str(), sold.details["max_price"].as_str()), ("5", "63"));
    assert_eq!(sold.details.get("skip_reason"), None);
    assert_eq!(kept.details["skip_reason"], "item_on_cooldown");
    assert_eq!(kept.details["is_stattrak"], "true");
    assert!(
        items(&inventory(), &with(INVENTORY, "\"tradable\": true", "\"tradable\": false")).items[0]
            .is_unavailable
    );
    // A row without a readable price, and one that is none.
    let page = items(&inventory(), &with(INVENTORY, "\"price\": 2.1", "\"price\": null"));
    assert_eq!((page.items.len(), page.unreadable), (1, 1));
    let page = items(&inventory(), r#"{"status": "success", "total": "0", "inv": []}"#);
    assert_eq!((page.items.len(), page.unreadable), (0, 0));
}

const GROUPED: &str = r#"{"data": {"B": [{"id": "9", "price": "19.10"}, {"id": 8, "price": 18.470}], "A": [{"id": "7", "price": "3.05"}]}, "status": "success"}"#;

#[test]
fn prices_are_the_cheapest_of_each_name() {
    let page = items(&prices(), GROUPED);
    assert_eq!(lines(&page), ["- B 18.470", "- A 3.05"]);
    assert_eq!(page.items.iter().map(|item| item.count).collect::<Vec<_>>(), [Some(2), Some(1)]);
    for nothing in [r#"{"data": [], "status": "success"}"#, r#"{"data": {}, "status": "success"}"#] {
        assert_eq!(items(&prices(), nothing), ItemPage::default());
    }
    let page = items(&prices(), &with(GROUPED, "\"19.10\"", "\"x\""));
    assert_eq!((lines(&page).len(), page.unreadable, page.items[0].count), (2, 1, Some(1)));
    let page = items(&prices(), &with(GROUPED, "[{\"id\": \"7\", \"price\": \"3.05\"}]", "7"));
    assert_eq!((lines(&page).len(), page.unreadable), (1, 1));
}

#[test]
fn a_search() {
    let one = r#"{"data": [{"id": "2", "steam_market_hash_name": "A", "price": "18.47"}, {"id": "1", "steam_market_hash_name": "A", "price": 9.5}, {"id": "3", "price": "1"}], "status": "success"}"#;
    let page = items(&search(&["A"]), one);
    assert_eq!((lines(&page), page.unreadable), (vec!["1 A 9.5".to_owned(), "2 A 18.47".to_owned()], 1));
    assert_eq!(page.items[0].game, Some(Game::Cs2));
    let page = items(&search(&["A", "B"]), GROUPED);
    assert_eq!(lines(&page), ["8 B 18.470", "9 B 19.10", "7 A 3.05"]);
}

const ON_SALE: &str = r#"{"data": [{"id": "5511020", "steam_market_hash_name": "MAC-10", "price": "2.35", "project": "csgo", "floatvalue": null, "paintindex": 44, "paintseed": null, "time_created": "2025-03-02 10:01:57"}]}"#;

#[test]
fn offers_without_a_filter_are_paged() {
    let all = offers(None, [None, None], None);
    let page = items(&all, ON_SALE);
    assert_eq!((lines(&page), page.next), (vec!["5511020 MAC-10 2.35".to_owned()], None));
    let details: Vec<_> =
        page.items[0].details.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(details, ["paintindex=44", "time_created=2025-03-02 10:01:57"]);
    assert_eq!(items(&all, &with(ON_SALE, "csgo", "games")).items[0].game, None);
    let row = r#"{"id": "1", "steam_market_hash_name": "A", "price": "1"}"#;
    let rows = |count: usize| format!(r#"{{"data": [{}]}}"#, vec![row; count].join(","));
    assert_eq!(items(&all, &rows(999)).next, None);
    assert_eq!(items(&all, &rows(1000)).next.as_deref(), Some("1000"));
    let second = offers(None, [None, None], Some("1000"));
    assert_eq!(items(&second, &rows(1000)).next.as_deref(), Some("2000"));
    // Who does not heed the limit has given everything: no endless pages.
    assert_eq!(items(&second, &rows(1001)).next, None);
    // A row that cannot be read counts for the page.
    assert_eq!(
        items(&all, &with(&rows(1000), "[{\"id\": \"1\"", "[{\"id\": null")).next.as_deref(),
        Some("1000")
    );
}

#[test]
fn offers_by_price() {
    let body = r#"{"data": [{"id": "5510932", "steam_market_hash_name": "P250", "price": "18.47", "steam_asset_id": "28800417733", "time_created": "2025-03-02 08:58:30"}], "status": "success"}"#;
    let page = items(&offers(None, [Some("1"), Some("20")], None), body);
    assert_eq!((lines(&page), page.next), (vec!["5510932 P250 18.47".to_owned()], None));
    assert_eq!(page.items[0].details["steam_asset_id"], "28800417733");
    assert_eq!(page.details["limit"], "500");
}

#[test]
fn one_offer() {
    let by_id = offers(Some("5510932"), [None, None], None);
    let page = items(&by_id, CHECKED);
    assert_eq!(lines(&page), ["5510932 P250 | Sand Dune (Field-Tested) 18.47"]);
    assert_eq!(page.items[0].details["is_seller_online"], "true");
    assert!(!page.items[0].is_unavailable);
    assert!(items(&by_id, &with(CHECKED, "true", "false")).items[0].is_unavailable);
    let kept = |prices| items(&offers(Some("5510932"), prices, None), CHECKED).items.len();
    assert_eq!(kept([Some("18.47"), Some("18.47")]), 1);
    assert_eq!(kept([Some("18.48"), None]), 0);
    assert_eq!(kept([None, Some("18.46")]), 0);
    let told = |body: &str| shadowpay().read_queried(&by_id, &response(200, body), now());
    for gone in [
        error("wrong_params"),
        r#"{"item": null, "status": "success"}"#.to_owned(),
        r#"{"item": [], "status": "success"}"#.to_owned(),
        with(CHECKED, "csgo", "dota2"),
    ] {
        assert!(matches!(told(&gone), Queried::Refused { code: "not_found", .. }), "{gone}");
    }
    for other in [with(CHECKED, "5510932", "1"), with(CHECKED, "18.47", "\"x\""), "{}".to_owned()] {
        assert!(matches!(told(&other), Queried::Unreadable { .. }), "{other}");
    }
}

#[test]
fn steam_prices_are_paged() {
    let body = r#"{"data": [{"steam_market_hash_name": "★ Bayonet", "price": 479.17}, {"steam_market_hash_name": "PP-Bizon", "price": 1e1}]}"#;
    let page = items(&steam_prices(None), body);
    assert_eq!((lines(&page), page.unreadable, page.next), (vec!["- ★ Bayonet 479.17".to_owned()], 1, None));
    assert_eq!(page.items[0].game, Some(Game::Dota2));
}

#[test]
fn the_history() {
    let told = |from: &str, to: &str| {
        let QueryAnswer::History(page) = answer(&history(), &with(HISTORY, from, to)) else { panic!() };
        page
    };
    let page = told("1494", "1494");
    assert_eq!((page.rows.len(), page.unreadable, &page.next, page.total), (2, 0, &None, None));
    let [sold, canceled] = page.rows.as_slice() else { panic!() };
    assert_eq!(sold.reference, None);
    assert_eq!(sold.amount, Some(dollars("0.45")));
    assert_eq!(sold.facts.provider_id.as_deref(), Some("1494"));
    assert_eq!(sold.at, Some("2025-03-02T16:33:58Z".parse().unwrap()));
    assert!(matches!(sold.progress, Some(Progress::Delivered { .. })));
    assert_eq!(sold.details["steam_asset_id"], "15778802746");
    assert_eq!(canceled.reference, Some(reference("WD-000088-a1")));
    assert!(matches!(canceled.progress, Some(Progress::Canceled(_))));
    assert_eq!(canceled.details["causer"], "seller");
    assert!(!format!("{page:?}", page = page.rows).contains(TRADE_TOKEN));
    // Only what was asked for; a row without a time is told all the same.
    let too_new = told("2025-03-02 16:33:58", "2025-03-03 00:00:01");
    let too_old = told("2025-03-01 16:05:33", "2025-02-28 23:59:59");
    assert_eq!((too_new.rows.len(), too_old.rows.len()), (1, 1));
    // Only a row that is older than the period proves that the history reaches back so far.
    assert_eq!([&page, &too_new, &too_old].map(|page| page.may_be_partial), [true, true, false]);
    assert_eq!(told("2025-03-01 16:05:33", "yesterday").rows.len(), 2);
    let bad = told("\"price\": \"0.45\",\n      \"steam", "\"price\": \"x\",\n      \"steam");
    assert_eq!((bad.rows.len(), bad.unreadable), (1, 1));
}

#[test]
fn errors() {
    let all = [
        Query::Balance,
        inventory(),
        prices(),
        search(&["A"]),
        search(&["A", "B"]),
        offers(None, [None, None], None),
        steam_prices(None),
        history(),
    ];
    for query in &all {
        let finds = matches!(query, Query::Search { .. } | Query::Offers(_));
        for (word, code) in [
            ("wrong_params", if finds { "not_found" } else { "invalid_request" }),
            ("validation_error", "invalid_request"),
            ("wrong_method", "invalid_request"),
            ("wrong_token", "unauthorized"),
            ("no_access", "unauthorized"),
            ("internal_error", "internal_error"),
            ("disabled", "provider_closed"),
            ("something_new", "refused"),
        ] {
            for status in [200, 400, 403] {
                let told = shadowpay().read_queried(query, &response(status, error(word)), now());
                let expected = Queried::Refused { code, provider_code: word.to_owned() };
                assert_eq!(told, expected, "{query:?}");
            }
        }
        let told = shadowpay().read_queried(query, &response(429, "slow down"), now());
        assert_eq!(told, Queried::Closed(Closed { until: in_seconds(60), reason: "http_429" }));
        for (status, body) in [(200, "{}"), (200, "[]"), (200, ""), (500, HISTORY), (404, GROUPED)] {
            let told = shadowpay().read_queried(query, &response(status, body), now());
            assert!(matches!(told, Queried::Unreadable { .. }), "{status} {body}: {told:?}");
        }
    }
}
