//! What is sent.

use proptest::prelude::*;
use serde_json::Value;
use skinbus_domain::order::{Game, Item, Operation, OrderKind};
use skinbus_domain::query::{HistoryKind, OfferFilter, Query};

use super::{
    Authentication, CLIENT_ID, KINDS, SECRET, TRADE_TOKEN, account, bought_targets, dollars, items_deposit,
    offer_purchase, order, order_of, page_deposit, purchase, reference, shown, skinsback, target, user,
};
use crate::provider::{NotBuildable, Provider};
use crate::registry::Endpoints;
use crate::skinsback::Skinsback;

#[test]
fn a_purchase_by_offer() {
    let request = skinsback().place(&offer_purchase("5518"), &reference("wd-7f3a-1")).unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://skinsback.com/api.php
    accept: "application/json"
    x-client-id: Sensitive
    x-client-secret: Sensitive
    content-type: "application/json"

    {"custom_id":"wd-7f3a-1","id":"5518","max_price":"12.5","method":"market_buy","partner":"204781133","token":"<trade token>"}
    "#);
    assert_eq!(request.headers()["X-CLIENT-ID"], CLIENT_ID);
    assert_eq!(request.headers()["X-CLIENT-SECRET"], SECRET);
}

/// The body of what is sent for an order.
fn body(operation: Operation) -> String {
    let request = skinsback().place(&order(operation), &reference("dep-2041")).unwrap();
    String::from_utf8(request.body().to_vec()).unwrap().replace(TRADE_TOKEN, "<trade token>")
}

#[test]
fn a_purchase_by_name() {
    let name = "★ Karambit | Night \"(Field-Tested)\"; id:1";
    insta::assert_snapshot!(
        body(Operation::Purchase(purchase(Item::Name(name.to_owned())))),
        @r#"{"custom_id":"dep-2041","game":"cs2","max_price":"12.5","method":"market_buy","name":"★ Karambit | Night \"(Field-Tested)\"; id:1","partner":"204781133","token":"<trade token>"}"#
    );
}

#[test]
fn a_deposit_on_a_page() {
    insta::assert_snapshot!(
        body(Operation::Deposit(page_deposit())),
        @r#"{"currency":"eur","fail_url":"https://shop.example.com/no","max_amount":"50.00","method":"create","min_amount":"5","order_id":"dep-2041","result_url":"https://hooks.example.com/webhooks/main/path-secret","steam_id":"76561198165046861","success_url":"https://shop.example.com/ok","trade_token":"<trade token>"}"#
    );
    let mut bare = page_deposit();
    (bare.min_amount, bare.max_amount, bare.currency) = (None, None, None);
    (bare.success_url, bare.fail_url, bare.user.trade_token) = (None, None, None);
    let endpoints = Endpoints { base_url: "http://localhost:1/api.php".to_owned(), result_url: None };
    let local = Skinsback::new(endpoints, CLIENT_ID.to_owned(), SECRET.into(), Authentication::Headers);
    let request = local.place(&order(Operation::Deposit(bare)), &reference("dep-1")).unwrap();
    assert_eq!(request.uri(), "http://localhost:1/api.php");
    insta::assert_snapshot!(
        String::from_utf8_lossy(request.body()),
        @r#"{"method":"create","order_id":"dep-1","steam_id":"76561198165046861"}"#
    );
}

#[test]
fn a_limit_brings_its_currency() {
    for (least, most) in [(Some("5"), None), (None, Some("5"))] {
        let mut deposit = page_deposit();
        deposit.currency = None;
        deposit.min_amount = least.map(dollars);
        deposit.max_amount = most.map(dollars);
        assert!(body(Operation::Deposit(deposit)).contains(r#""currency":"usd""#));
    }
    let mut mixed = page_deposit();
    mixed.max_amount = Some(dollars("50"));
    assert!(skinsback().place(&order(Operation::Deposit(mixed)), &reference("d")).is_err());
}

#[test]
fn a_deposit_of_named_items() {
    insta::assert_snapshot!(
        body(Operation::Deposit(items_deposit())),
        @r#"{"currency":"eur","custom_currency":"COIN","custom_currency_rate":"100.5","custom_multiplier":"1.50","game":"rust","item_asset_ids":["41000000017","41000000018"],"method":"create_from_user_inventory","order_id":"dep-2041","result_url":"https://hooks.example.com/webhooks/main/path-secret","steam_id":"76561198165046861","trade_token":"<trade token>"}"#
    );
    let mut bare = items_deposit();
    (bare.currency, bare.custom_currency, bare.multiplier) = (None, None, None);
    let sent = body(Operation::Deposit(bare));
    assert!(!sent.contains("currency") && !sent.contains("multiplier"), "{sent}");
}

#[test]
fn several_purchases_for_one_user() {
    let (first, second) = (offer_purchase("5518"), offer_purchase("5519"));
    let (wd_1, wd_2) = (reference("wd-1"), reference("wd-2"));
    let request = skinsback().place_together(&[(&first, &wd_1), (&second, &wd_2)]).unwrap();
    insta::assert_snapshot!(
        String::from_utf8_lossy(request.body()).replace(TRADE_TOKEN, "<trade token>"),
        @r#"{"items":[{"custom_id":"wd-1","id":"5518","max_price":"12.5"},{"custom_id":"wd-2","id":"5519","max_price":"12.5"}],"method":"market_batch_buy","partner":"204781133","token":"<trade token>"}"#
    );
}

#[test]
fn what_does_not_belong_together_is_not_placed_together() {
    let first = offer_purchase("5518");
    let named = order(Operation::Purchase(purchase(Item::Name("AWP | Worm God".to_owned()))));
    let deposit = order(Operation::Deposit(page_deposit()));
    let mut others = offer_purchase("5519");
    others.operation.user_mut().steam_id = "76561198000000042".parse().unwrap();
    let mut other_token = offer_purchase("5519");
    other_token.operation.user_mut().trade_token = Some("AbCd_-12".parse().unwrap());
    let mut ended = offer_purchase("5519");
    ended.operation.user_mut().trade_token = None;
    let (wd_1, wd_2) = (reference("wd-1"), reference("wd-2"));
    for other in [&named, &deposit, &others, &other_token, &ended, &first] {
        assert!(skinsback().place_together(&[(&first, &wd_1), (other, &wd_2)]).is_err());
    }
    let second = offer_purchase("5519");
    assert!(skinsback().place_together(&[(&first, &wd_1), (&second, &wd_1)]).is_err(), "one reference");
    assert!(skinsback().place_together(&[]).is_err());
    let orders: Vec<_> = (0..11).map(|number| offer_purchase(&format!("{number}"))).collect();
    let references: Vec<_> = (0..11).map(|number| reference(&format!("wd-{number}"))).collect();
    let pairs: Vec<_> = orders.iter().zip(&references).collect();
    assert!(skinsback().place_together(&pairs[..10]).is_ok());
    assert!(skinsback().place_together(&pairs).is_err());
}

/// What the body signature of a request is, and what else it has.
fn signed(request: &http::Request<bytes::Bytes>) -> (String, Value) {
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(body["shopid"], CLIENT_ID);
    assert!(!request.headers().contains_key("x-client-id"));
    assert!(!request.headers().contains_key("x-client-secret"));
    (body["sign"].as_str().unwrap().to_owned(), body)
}

/// The documented algorithm, on requests of a made-up project.
#[test]
fn the_body_signature_is_the_documented_one() {
    let skinsback = account(Authentication::BodySignature);
    let buy = skinsback.place(&offer_purchase("5518"), &reference("wd-7f3a-1")).unwrap();
    assert_eq!(signed(&buy).0, "617847b080ba8bedd36d1f368435c7894b6c3348");

    // Lists are not covered.
    let info = skinsback.look_up(&[target("wd-7f3a-1", OrderKind::Purchase, None)]).unwrap().request;
    let (sign, body) = signed(&info);
    assert_eq!(sign, "5ccae31841eca5d79b685857db0c2c06ed1cc625");
    assert_eq!(body["custom_ids"], serde_json::json!(["wd-7f3a-1"]));

    let status = skinsback.look_up(&[target("dep-2041", OrderKind::DepositLink, None)]).unwrap().request;
    assert_eq!(signed(&status).0, "0410c28ee6ad6d56300cd5633b1d8e227a5ae76f");

    let names = vec!["★ Karambit | Night (Field-Tested)".to_owned()];
    let search = skinsback.query(&Query::Search { game: Game::Cs2, names }).unwrap();
    assert_eq!(signed(&search).0, "f4dabf196a61fc302afbe26ae3c519bd9acc2049");

    // Rows of a batch are not covered either.
    let order = offer_purchase("5518");
    let batch = skinsback.place_together(&[(&order, &reference("wd-1"))]).unwrap();
    let expected = super::super::signing::sign(
        &SECRET.into(),
        &format!("method:market_batch_buy;partner:204781133;shopid:90417;token:{TRADE_TOKEN};"),
    );
    assert_eq!(Some(signed(&batch).0), expected);
}

#[test]
fn the_documented_toy_inputs() {
    let sign = super::super::signing::sign(&"123".into(), "method:orderstatus;order_id:1;shopid:123;");
    assert_eq!(sign.as_deref(), Some("abee99d476c736102c3d6062807761b6e4d31dd8"));
    assert_eq!(super::super::signing::sign(&"".into(), "a:1;"), None);
}

#[test]
fn every_scalar_is_a_text() {
    fn only_texts(value: &Value) -> bool {
        match value {
            Value::String(_) => true,
            Value::Array(rows) => rows.iter().all(only_texts),
            Value::Object(fields) => fields.values().all(only_texts),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    let order = offer_purchase("5518");
    let mut requests = vec![skinsback().place_together(&[(&order, &reference("wd-1"))]).unwrap()];
    requests.extend(KINDS.map(|(kind, _)| {
        let (order, reference) = order_of(kind);
        skinsback().place(&order, &reference).unwrap()
    }));
    requests.extend(all_queries().into_iter().map(|(query, _)| skinsback().query(&query).unwrap()));
    for request in requests {
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        assert!(only_texts(&body), "{body}");
    }
}

fn all_queries() -> Vec<(Query, &'static str)> {
    let times = ("2026-01-01T00:00:00Z".parse().unwrap(), "2026-01-02T00:00:00.9Z".parse().unwrap());
    let history = |kind, cursor: Option<&str>| Query::History {
        kind,
        from: times.0,
        until: times.1,
        cursor: cursor.map(str::to_owned),
    };
    let offers = OfferFilter {
        game: Game::Dota2,
        offer_id: Some("5518".to_owned()),
        min_price: Some(dollars("1")),
        max_price: None,
        cursor: None,
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    vec![
        (
            Query::Inventory { user: user(), game: Game::Cs2, currency: Some("EUR".parse().unwrap()) },
            r#"{"currency":"eur","game":"cs2","method":"user_inventory","steam_id":"76561198165046861","trade_token":"Zx9_pQ2a"}"#,
        ),
        (Query::Prices { game: Game::Rust, cursor: None }, r#"{"game":"rust","method":"market_pricelist"}"#),
        (Query::Offers(offers), r#"{"full":"1","game":"dota2","method":"market_pricelist"}"#),
        (
            Query::Search { game: Game::Cs2, names: names(&["A b"]) },
            r#"{"game":"cs2","method":"market_search","name":"A b"}"#,
        ),
        (
            Query::Search { game: Game::Cs2, names: names(&["A b", "C d"]) },
            r#"{"game":"cs2","method":"market_search","names":["A b","C d"]}"#,
        ),
        (Query::Balance, r#"{"method":"balance"}"#),
        (Query::Currencies, r#"{"method":"currencies"}"#),
        (Query::Status, r#"{"method":"status"}"#),
        (
            history(HistoryKind::Purchases, None),
            r#"{"ending":"1767312000","method":"market_history","starting":"1767225600"}"#,
        ),
        (
            history(HistoryKind::Deposits, Some("1000")),
            r#"{"ending":"1767312000","method":"orders","start_from":"1000","starting":"1767225600"}"#,
        ),
        (Query::FailedWebhooks { cursor: None }, r#"{"method":"callback_error_list"}"#),
        (
            Query::FailedWebhooks { cursor: Some("7".to_owned()) },
            r#"{"method":"callback_error_list","start_from":"7"}"#,
        ),
    ]
}

#[test]
fn every_query() {
    for (query, body) in all_queries() {
        let request = skinsback().query(&query).unwrap();
        assert_eq!(String::from_utf8_lossy(request.body()), body);
    }
}

#[test]
fn what_cannot_be_asked_is_not_built() {
    let tokenless = super::SteamUser { trade_token: None, ..user() };
    let cursor = Some("1".to_owned());
    let (from, until) = (super::now(), super::now());
    let dear = OfferFilter {
        game: Game::Cs2,
        offer_id: None,
        min_price: Some(super::euros("1")),
        max_price: None,
        cursor: None,
    };
    for query in [
        Query::Inventory { user: user(), game: Game::Tf2, currency: None },
        Query::Inventory { user: tokenless, game: Game::Cs2, currency: None },
        Query::Prices { game: Game::Tf2, cursor: None },
        Query::Prices { game: Game::Cs2, cursor },
        Query::Offers(dear),
        Query::Search { game: Game::Cs2, names: Vec::new() },
        Query::SteamPrices { game: Game::Cs2, cursor: None },
        Query::History { kind: HistoryKind::Money, from, until, cursor: None },
    ] {
        assert!(skinsback().query(&query).is_err(), "{query:?}");
    }
}

#[test]
fn what_cannot_be_sent_is_not_built() {
    let nameless_game = super::Purchase { game: None, ..purchase(Item::Name("Key".to_owned())) };
    let error = skinsback().place(&order(Operation::Purchase(nameless_game)), &reference("a")).unwrap_err();
    assert_eq!(error, NotBuildable("an item by name needs its game"));
    let in_euros = super::Purchase { max_price: super::euros("1"), ..purchase(Item::Offer("1".to_owned())) };
    assert!(skinsback().place(&order(Operation::Purchase(in_euros)), &reference("a")).is_err());
    for kind in [OrderKind::Purchase, OrderKind::DepositItems] {
        let (mut order, reference) = order_of(kind);
        order.operation.user_mut().trade_token = None;
        let error = skinsback().place(&order, &reference).unwrap_err();
        assert!(error.0.contains("trade token"), "{error}");
    }
    let endpoints = Endpoints { base_url: "https://skins back".to_owned(), result_url: None };
    let broken = Skinsback::new(endpoints, CLIENT_ID.to_owned(), SECRET.into(), Authentication::Headers);
    assert!(broken.query(&Query::Balance).is_err());
    let endpoints = Endpoints { base_url: "https://skinsback.com".to_owned(), result_url: None };
    let without = Skinsback::new(endpoints, CLIENT_ID.to_owned(), "".into(), Authentication::BodySignature);
    assert!(without.query(&Query::Balance).is_err());
}

#[test]
fn no_secret_is_in_an_address() {
    let (order, reference) = order_of(OrderKind::Purchase);
    let request = skinsback().place(&order, &reference).unwrap();
    let head = format!("{} {:?}", request.uri(), request.headers());
    assert!(!head.contains(SECRET) && !head.contains(TRADE_TOKEN), "{head}");
}

#[test]
fn known_purchases_are_looked_up_together() {
    let look_up = skinsback().look_up(&bought_targets()).unwrap();
    assert_eq!(look_up.asked, 2);
    insta::assert_snapshot!(
        String::from_utf8_lossy(look_up.request.body()),
        @r#"{"custom_ids":["wd-1","wd-2"],"method":"market_getinfo"}"#
    );
    let many: Vec<_> =
        (0..60).map(|number| target(&format!("wd-{number}"), OrderKind::Purchase, Some("8"))).collect();
    assert_eq!(skinsback().look_up(&many).unwrap().asked, 50);
}

#[test]
fn what_nobody_has_told_of_is_looked_up_alone() {
    let known = target("wd-1", OrderKind::Purchase, Some("8"));
    let lost = target("wd-2", OrderKind::Purchase, None);
    let page = target("dep-1", OrderKind::DepositLink, Some("9"));
    let items = target("dep-2", OrderKind::DepositItems, None);
    for (targets, asked, body) in [
        (vec![lost.clone(), lost.clone()], 1, r#"{"custom_ids":["wd-2"],"method":"market_getinfo"}"#),
        (vec![lost.clone(), known.clone()], 1, r#"{"custom_ids":["wd-2"],"method":"market_getinfo"}"#),
        (vec![known.clone(), lost.clone()], 1, r#"{"custom_ids":["wd-1"],"method":"market_getinfo"}"#),
        (vec![known, page.clone()], 1, r#"{"custom_ids":["wd-1"],"method":"market_getinfo"}"#),
        (vec![page, items.clone()], 1, r#"{"method":"orderstatus","order_id":"dep-1"}"#),
        (vec![items], 1, r#"{"method":"orderstatus","order_id":"dep-2"}"#),
    ] {
        let look_up = skinsback().look_up(&targets).unwrap();
        assert_eq!((look_up.asked, &*String::from_utf8_lossy(look_up.request.body())), (asked, body));
    }
    assert!(skinsback().look_up(&[]).is_err());
    assert!(skinsback().look_up(&[target("l", OrderKind::Listing, None)]).is_err());
}

proptest! {
    /// What is signed is what is sent, whatever a name holds.
    #[test]
    fn the_signature_covers_the_texts_as_sent(name in "\\PC{3,60}") {
        let request = account(Authentication::BodySignature)
            .query(&Query::Search { game: Game::Cs2, names: vec![name.clone()] })
            .unwrap();
        let (sign, body) = signed(&request);
        prop_assert_eq!(body["name"].as_str(), Some(name.as_str()));
        let text = format!("game:cs2;method:market_search;name:{name};shopid:90417;");
        prop_assert_eq!(Some(sign), super::super::signing::sign(&SECRET.into(), &text));
    }
}
