//! Inventories, price lists, offers.

use proptest::prelude::*;
use skinbus_domain::order::Game;
use skinbus_domain::query::{Item, ItemPage, OfferFilter, Query, QueryAnswer};
use skinbus_domain::{Currency, Money};

use super::queries::{answer, ask, filter, inventory, is_unreadable, one_offer, prices};
use super::with;
use crate::provider::Queried;

const INVENTORY: &str = include_str!("fixtures/inventory.json");
const PRICES: &str = include_str!("fixtures/prices.json");
const FULL_LIST: &str = include_str!("fixtures/full_list.json");
const PRICE: &str = include_str!("fixtures/price.json");

fn items(query: &Query, body: &str) -> ItemPage {
    let told = answer(query, body);
    let QueryAnswer::Items(page) = told else { panic!("{told:?}") };
    assert_eq!((&page.next, page.updated_at), (&None, None));
    page
}

fn one(query: &Query, body: &str) -> Item {
    let mut page = items(query, body);
    assert_eq!((page.items.len(), page.unreadable), (1, 0), "{body}");
    page.items.remove(0)
}

fn price(item: &Item) -> String {
    item.price.unwrap().to_string()
}

fn offers() -> Query {
    Query::Offers(filter())
}

#[test]
fn the_documented_inventory() {
    let item = one(&inventory(), INVENTORY);
    assert_eq!(item.id.as_deref(), Some("40112233445"));
    assert_eq!(item.name, "P250 | Sand Dune (Field-Tested)");
    assert_eq!((item.game, item.count, item.is_unavailable), (Some(Game::Cs2), None, false));
    assert_eq!(price(&item), "0.04 USD");
    let details: Vec<_> = item.details.iter().map(|(name, text)| format!("{name}={text}")).collect();
    assert_eq!(details, ["gid=730", "img=-9a81dl", "quality=consumer", "short_type=FT", "type=pistol"]);
}

#[test]
fn an_inventory_in_other_words() {
    let expected = one(&inventory(), INVENTORY);
    for (from, to) in [
        ("\"40112233445\"", "40112233445"),
        ("\"0.04\"", "0.04"),
        ("\"730\"", "730"),
        ("\"tradable\": 1", "\"tradable\": \"1\""),
        ("\"tradable\": 1", "\"tradable\": true"),
        ("\"disabled\": 0", "\"disabled\": false"),
        ("\"disabled\": 0", "\"disabled\": null"),
        ("\"disabled\": 0, ", ""),
        ("\"usd\"", "\"USD\""),
        ("\"success\": true", "\"status\": \"success\""),
        ("\"success\": true", "\"success\": true, \"new\": []"),
    ] {
        assert_eq!(one(&inventory(), &with(INVENTORY, from, to)), expected, "{to}");
    }
}

#[test]
fn what_cannot_be_given_is_unavailable() {
    for (from, to) in [
        ("\"tradable\": 1", "\"tradable\": 0"),
        ("\"tradable\": 1", "\"tradable\": \"0\""),
        ("\"disabled\": 0", "\"disabled\": 1"),
        ("\"disabled\": 0", "\"disabled\": \"1\""),
    ] {
        assert!(one(&inventory(), &with(INVENTORY, from, to)).is_unavailable, "{to}");
    }
}

#[test]
fn the_answer_says_in_which_currency_prices_are() {
    let euros = with(INVENTORY, "\"usd\"", "\"eur\"");
    assert_eq!(price(&one(&inventory(), &euros)), "0.04 EUR");
    for currency in ["\"\"", "\"$\"", "null", "1"] {
        assert!(is_unreadable(&inventory(), &with(INVENTORY, "\"usd\"", currency)), "{currency}");
    }
    assert!(is_unreadable(&inventory(), &with(INVENTORY, ", \"currency\": \"usd\"", "")));
}

#[test]
fn the_game_is_told_by_steams_number() {
    for (number, game) in [
        ("730", Some(Game::Cs2)),
        ("570", Some(Game::Dota2)),
        ("252490", Some(Game::Rust)),
        ("440", Some(Game::Tf2)),
        ("753", None),
    ] {
        assert_eq!(one(&inventory(), &with(INVENTORY, "\"730\"", number)).game, game, "{number}");
    }
}

#[test]
fn the_price_list_by_name() {
    let page = items(&prices(), PRICES);
    assert_eq!((page.items.len(), page.unreadable), (2, 0));
    let [dune, nova] = page.items.as_slice() else { panic!() };
    assert_eq!((dune.id.as_deref(), dune.game, dune.count), (None, Some(Game::Cs2), Some(3)));
    assert_eq!((price(dune).as_str(), price(nova).as_str()), ("0.04 USD", "0.060 USD"));
    assert_eq!(dune.details.get("classid").map(String::as_str), Some("310777000"));
    assert_eq!((nova.name.as_str(), nova.count), ("Nova | Predator (Field-Tested)", Some(12)));
    assert!(nova.details.is_empty() && !nova.is_unavailable);
    assert_eq!(items(&prices(), r#"{"status":"success","skins":[]}"#), ItemPage::default());
}

#[test]
fn the_list_of_offers() {
    let page = items(&offers(), FULL_LIST);
    assert_eq!(page.unreadable, 0);
    let ids: Vec<_> = page.items.iter().map(|item| item.id.as_deref()).collect();
    assert_eq!(ids, [Some("88101"), Some("88102")]);
    // In a hold it could only be reserved.
    let unavailable: Vec<_> = page.items.iter().map(|item| item.is_unavailable).collect();
    assert_eq!(unavailable, [false, true]);
    assert_eq!(page.items[1].details.get("unhold_at").map(String::as_str), Some("1760430000"));
    assert_eq!(page.items[0].game, Some(Game::Cs2));
    assert_eq!(page.items[0].count, None);
}

#[test]
fn offers_are_kept_within_their_bounds() {
    let bound = |text: &str| Some(Money::parse(Currency::USD, text).unwrap());
    for (min_price, max_price, ids) in [
        (None, None, vec!["88101", "88102"]),
        (bound("0.04"), None, vec!["88101"]),
        (bound("0.030"), None, vec!["88101", "88102"]),
        (None, bound("0.03"), vec!["88102"]),
        (None, bound("0.0399"), vec!["88102"]),
        (bound("0.031"), bound("0.039"), vec![]),
    ] {
        let query = Query::Offers(OfferFilter { min_price, max_price, ..filter() });
        let page = items(&query, FULL_LIST);
        let found: Vec<_> = page.items.iter().filter_map(|item| item.id.as_deref()).collect();
        assert_eq!((found, page.unreadable), (ids, 0));
    }
}

#[test]
fn one_offer_by_its_id() {
    let item = one(&one_offer(), PRICE);
    assert_eq!((item.id.as_deref(), price(&item).as_str(), item.count), (Some("88101"), "0.04 USD", Some(1)));
    assert!(!item.is_unavailable);
    assert_eq!(one(&one_offer(), &with(PRICE, "{\"name\"", "{\"id\": 88101, \"name\"")), item);
    assert!(one(&one_offer(), &with(PRICE, "\"count\": 1", "\"count\": 0")).is_unavailable);
    let held = with(PRICE, "\"properties\": {", "\"properties\": {\"unhold_at\": \"1760430000\", ");
    assert!(one(&one_offer(), &held).is_unavailable);
    for (from, to) in [
        ("{\"name\"", "{\"id\": 88102, \"name\""),
        ("\"0.04\"", "\"free\""),
        ("\"0.04\"", "null"),
        ("\"count\": 1", "\"count\": \"many\""),
        ("\"name\": \"P250 | Sand Dune (Field-Tested)\", ", ""),
    ] {
        assert!(is_unreadable(&one_offer(), &with(PRICE, from, to)), "{to}");
    }
    for body in [r#"{"status":"success","skin":[]}"#, r#"{"status":"success","skin":null}"#, FULL_LIST] {
        assert!(is_unreadable(&one_offer(), body), "{body}");
    }
}

#[test]
fn a_row_that_cannot_be_read_is_counted_and_hides_no_other() {
    for (from, to) in [
        ("\"0.03\"", "\"0,03\""),
        ("\"0.03\"", "-0.03"),
        ("\"0.03\"", "null"),
        ("\"0.03\"", "{}"),
        ("\"88102\"", "null"),
        ("\"88102\"", "\"\""),
        ("\"88102\"", "[]"),
        ("1760430000", "\"soon\""),
        ("{\"id\": \"88102\"", "{\"id\": \"88102\", \"count\": -1"),
        ("{\"id\": \"88102\"", "{\"id\": \"88102\", \"name\": \"\""),
    ] {
        let page = items(&offers(), &with(FULL_LIST, from, to));
        assert_eq!((page.items.len(), page.unreadable), (1, 1), "{to}");
        assert_eq!(page.items[0].id.as_deref(), Some("88101"), "{to}");
    }
    for (from, to) in [
        ("\"0.04\"", "\"free\""),
        ("\"40112233445\"", "0"),
        ("\"tradable\": 1", "\"tradable\": 2"),
        ("\"disabled\": 0", "\"disabled\": []"),
        ("\"name\": \"P250 | Sand Dune (Field-Tested)\"", "\"name\": \"\""),
    ] {
        let page = items(&inventory(), &with(INVENTORY, from, to));
        assert_eq!((page.items.len(), page.unreadable), (0, 1), "{to}");
    }
    let rows = r#"{"status":"success","skins":[null,1,"x",[],{},["88101","Key","1"]]}"#;
    assert_eq!(items(&prices(), rows).unreadable, 6);
}

#[test]
fn a_list_that_is_none_is_no_answer() {
    for body in [
        r#"{"status":"success"}"#,
        r#"{"status":"success","skins":null}"#,
        r#"{"status":"success","skins":{}}"#,
        r#"{"status":"success","skins":[],"skins":[]}"#,
        r#"{"status":"success","success":false,"skins":[]}"#,
        r#"{"skins":[]}"#,
    ] {
        assert!(is_unreadable(&prices(), body) && is_unreadable(&offers(), body), "{body}");
    }
    for end in 0..FULL_LIST.trim_end().len() {
        assert!(is_unreadable(&offers(), &FULL_LIST[..end]), "{end}");
    }
    let elsewhere = ask(&prices(), 404, PRICES);
    assert_eq!(elsewhere, Queried::Unreadable { problem: "HTTP status 404".to_owned() });
}

#[test]
fn a_long_list_is_read() {
    let row = r#"{"id":"1","name":"\u2605 Karambit","price":"1.10","properties":{"classid":"1","link":"x","deep":{"a":1}}}"#;
    let body = format!(r#"{{"status":"success","skins":[{}]}}"#, vec![row; 20_000].join(","));
    let page = items(&offers(), &body);
    assert_eq!((page.items.len(), page.unreadable), (20_000, 0));
    assert_eq!(page.items[19_999].name, "★ Karambit");
    assert_eq!(page.items[19_999].details.len(), 2);
}

proptest! {
    #[test]
    fn every_price_is_kept_to_the_digit(amount in "(0|[1-9][0-9]{0,9})(\\.[0-9]{1,17})?", quoted: bool) {
        let json = if quoted { format!("\"{amount}\"") } else { amount.clone() };
        let item = one(&one_offer(), &with(PRICE, "\"0.04\"", &json));
        prop_assert_eq!(price(&item), format!("{amount} USD"));
        let item = one(&inventory(), &with(INVENTORY, "\"0.04\"", &json));
        prop_assert_eq!(price(&item), format!("{amount} USD"));
    }
}
