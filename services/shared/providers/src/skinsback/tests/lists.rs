//! Inventories, price lists and searches.

use skinbus_domain::order::Game;
use skinbus_domain::query::{Item, ItemPage, OfferFilter, Query, QueryAnswer};

use super::{dollars, error, queried, reopens, response, skinsback, user};
use crate::provider::{Closed, Provider, Queried};

fn page(query: &Query, body: &str) -> ItemPage {
    let told = queried(query, body);
    let Queried::Answer(QueryAnswer::Items(page)) = told else { panic!("{told:?}: {body}") };
    page
}

fn list(items: &str) -> String {
    format!(r#"{{"status":"success","last_update":"1767262000","items":{items}}}"#)
}

fn prices() -> Query {
    Query::Prices { game: Game::Cs2, cursor: None }
}

fn offers(filter: impl Fn(&mut OfferFilter)) -> Query {
    let mut wanted =
        OfferFilter { game: Game::Cs2, offer_id: None, min_price: None, max_price: None, cursor: None };
    filter(&mut wanted);
    Query::Offers(wanted)
}

#[test]
fn a_price_list() {
    let page = page(
        &prices(),
        &list(
            r#"[{"name":"AWP | Worm God (Minimal Wear)","price":2.14,"classid":"5002","count":7},
                  {"name":"★ Karambit","price":"900.50","count":"1","id":null,"extra":[]}]"#,
        ),
    );
    assert_eq!(page.updated_at.map(|at| at.as_second()), Some(1_767_262_000));
    assert_eq!((page.unreadable, page.next, page.items.len()), (0, None, 2));
    assert_eq!(
        page.items[0],
        Item {
            name: "AWP | Worm God (Minimal Wear)".to_owned(),
            game: Some(Game::Cs2),
            price: Some(dollars("2.14")),
            count: Some(7),
            details: [("classid".to_owned(), "5002".to_owned())].into(),
            ..Item::default()
        }
    );
    assert_eq!((page.items[1].price, page.items[1].count), (Some(dollars("900.50")), Some(1)));
}

#[test]
fn a_bad_row_is_counted_and_left_out() {
    let rows = r#"[{"name":"A","price":"1.00"},{"name":"","price":1},{"name":"B"},{"name":"B","price":"free"},
                   {"price":1},null,1,"A",[],["A",1],{"name":"B","price":-1},{"name":"C","price":1e2}]"#;
    let page = page(&prices(), &list(rows));
    assert_eq!((page.items.len(), page.unreadable), (1, 11));
}

#[test]
fn a_list_that_is_none() {
    for body in [
        r#"{"status":"success"}"#,
        r#"{"status":"success","items":{}}"#,
        r#"{"status":"success","items":null}"#,
        r#"{"status":"success","data":{"currency_local":"eur"}}"#,
    ] {
        let told = queried(&prices(), body);
        assert!(matches!(told, Queried::Unreadable { .. }), "{told:?}: {body}");
    }
    assert_eq!(page(&prices(), &list("[]")).items, []);
}

#[test]
fn offers_are_filtered_here() {
    let rows = list(
        r#"[{"id":"1","name":"A","price":"1.00"},{"id":2,"name":"B","price":"2.00"},
            {"id":"3","name":"C","price":"3.00"},{"name":"no id","price":"2.00"}]"#,
    );
    let ids = |query: &Query| {
        let page = page(query, &rows);
        assert_eq!(page.unreadable, 1);
        page.items.into_iter().map(|item| item.id.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&offers(|_| {})), ["1", "2", "3"]);
    assert_eq!(ids(&offers(|filter| filter.offer_id = Some("2".to_owned()))), ["2"]);
    assert_eq!(ids(&offers(|filter| filter.min_price = Some(dollars("2")))), ["2", "3"]);
    assert_eq!(ids(&offers(|filter| filter.max_price = Some(dollars("2.00")))), ["1", "2"]);
    assert_eq!(ids(&offers(|filter| filter.max_price = Some(dollars("0.99")))), Vec::<String>::new());
}

#[test]
fn a_knife_that_is_listed_twice_is_one_offer() {
    let rows = list(
        r#"[{"id":"1","name":"★ Karambit | Doppler (Factory New)","price":"900"},
            {"id":"2","name":"B","price":"2.00"},
            {"id":"1","name":"★ Karambit | Doppler Phase 2 (Factory New)","price":"900"},
            {"id":"1","name":"★ Karambit | Doppler (Factory New)","price":"900"}]"#,
    );
    let names: Vec<_> = page(&offers(|_| {}), &rows).items.into_iter().map(|item| item.name).collect();
    assert_eq!(names, ["★ Karambit | Doppler Phase 2 (Factory New)", "B"]);
}

#[test]
fn a_search_finds_the_name_and_not_what_contains_it() {
    let rows = list(
        r#"[{"id":"5518","name":"AK-47 | Redline (Field-Tested)","price":"2.14","classid":"5002"},
            {"id":"5519","name":"AK-47 | Redline (Field-Tested)","price":"2.20","classid":"5002"},
            {"id":"5520","name":"StatTrak™ AK-47 | Redline (Field-Tested)","price":"9"}]"#,
    );
    let names = vec!["AK-47 | Redline (Field-Tested)".to_owned()];
    let page = page(&Query::Search { game: Game::Cs2, names }, &rows);
    let ids: Vec<_> = page.items.iter().map(|item| item.id.as_deref().unwrap()).collect();
    assert_eq!((ids, page.unreadable), (vec!["5518", "5519"], 0));
}

#[test]
fn an_inventory() {
    let query = Query::Inventory { user: user(), game: Game::Cs2, currency: None };
    let body = r#"{"status": "success", "data": {"currency_local": "eur", "items": [
      {"item": {"asset_id": "41000000017", "tradable": 1, "app_id": "730", "icon_url": "abc", "class_id": "5001"},
       "name": "P250 | Sand Dune (Field-Tested)", "price": 0.31, "price_local": 0.28,
       "multiplied_price_local": 0.56, "disabled": false},
      {"item": {"asset_id": 2, "tradable": true, "price_local": "1"}, "name": "B", "price": "1", "disabled": true},
      {"item": {"asset_id": "3", "tradable": 0}, "name": "C", "price": "1"},
      {"item": {"asset_id": "4", "tradable": "maybe"}, "name": "D", "price": "1", "disabled": 0},
      {"item": {"asset_id": "5"}, "name": "E", "price": null, "disabled": "1"},
      {"item": {"asset_id": "6"}, "name": "F", "price": null},
      {"item": {"asset_id": "0"}, "name": "G", "price": 1},
      {"name": "H", "price": 1}]}}"#;
    let page = page(&query, body);
    assert_eq!((page.items.len(), page.unreadable), (5, 3));
    assert_eq!(page.details["currency_local"], "eur");
    let first = &page.items[0];
    assert_eq!((first.id.as_deref(), first.price), (Some("41000000017"), Some(dollars("0.31"))));
    assert_eq!(first.details["price_local"], "0.28");
    assert_eq!(first.details["multiplied_price_local"], "0.56");
    assert_eq!(first.details["class_id"], "5001");
    let unavailable: Vec<_> = page.items.iter().map(|item| item.is_unavailable).collect();
    assert_eq!(unavailable, [false, true, true, true, true]);
    assert_eq!(page.items[1].details["price_local"], "1");
    assert_eq!(page.items[4].price, None);
}

#[test]
fn every_refusal_has_its_code() {
    for (word, code) in [
        ("invalid_game", "invalid_request"),
        ("invalid_steam_id", "invalid_request"),
        ("invalid_currency", "invalid_request"),
        ("invalid_custom_currency", "invalid_request"),
        ("invalid_custom_currency_rate", "invalid_request"),
        ("invalid_custom_multiplier", "invalid_request"),
        ("name_or_names_required", "invalid_request"),
        ("missing_name", "invalid_request"),
        ("name_min_length_3", "invalid_request"),
        ("missing_starting_or_ending", "invalid_request"),
        ("please_use_post_method", "invalid_request"),
        ("invalid_method", "invalid_request"),
        ("invalid_trade_token", "invalid_trade_url"),
        ("user_not_tradable", "user_not_tradable"),
        ("inventory_is_outdated", "inventory_outdated"),
        ("inventory_is_private", "private_inventory"),
        ("inventory_empty", "empty_inventory"),
        ("market_disabled", "provider_closed"),
        ("invalid_shopid", "unauthorized"),
        ("invalid_signature", "unauthorized"),
        ("shop_not_active", "unauthorized"),
        ("invalid_ip_address", "unauthorized"),
        ("invalid_client_secret", "unauthorized"),
        ("internal_error", "internal_error"),
        ("items_overstock", "refused"),
        ("something_new", "refused"),
    ] {
        let refused = Queried::Refused { code, provider_code: word.to_owned() };
        assert_eq!(queried(&prices(), error(word)), refused);
    }
    let quoting = queried(&prices(), error("token Zx9_pQ2a is wrong"));
    assert_eq!(quoting, Queried::Refused { code: "refused", provider_code: "(no word)".to_owned() });
    for (word, reason) in
        [("request_limit_reached", "request_limit_reached"), ("under_maintenance", "under_maintenance")]
    {
        assert_eq!(queried(&prices(), error(word)), Queried::Closed(Closed { until: reopens(), reason }));
    }
    let told = skinsback().read_queried(&prices(), &response(502, list("[]")), super::now());
    assert_eq!(told, Queried::Unreadable { problem: "HTTP status 502".to_owned() });
}
