//! What is sent to take a user's items, and to ask about them.

use rust_decimal::Decimal;
use skinbus_domain::order::{Deposit, Game, Operation};
use skinbus_domain::{Currency, Money, OrderKind};

use super::{CREATE, TRADE_TOKEN, link, named, now, ordered, reference, response, shown, skinify, target};
use crate::provider::{NotBuildable, Placing, Provider, Verdict};
use crate::registry::Endpoints;
use crate::skinify::Skinify;

fn full_link() -> Deposit {
    Deposit {
        game: Some(Game::Cs2),
        currency: Some("RUB".parse().unwrap()),
        min_amount: Some(Money { currency: "RUB".parse().unwrap(), amount: Decimal::new(15000, 2) }),
        success_url: Some("https://shop.example.com/ok?a=1&b=2".to_owned()),
        fail_url: Some("https://shop.example.com/no".to_owned()),
        ..link()
    }
}

#[test]
fn a_link_with_everything() {
    let result_url = Some("https://hooks.example.com/webhooks/skinify_main/0123456789abcdef".to_owned());
    let endpoints = Endpoints { base_url: "https://skinify.io/api".to_owned(), result_url };
    let skinify = Skinify::new(endpoints, &super::TOKEN.into());
    let request = skinify.place(&ordered(Operation::Deposit(full_link())), &reference("dep-501")).unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://skinify.io/api/create-deposit
    accept: "application/json"
    token: Sensitive
    content-type: "application/x-www-form-urlencoded"

    deposit_id=dep-501&steam_id=76561198000000042&trade_url_token=<trade token>&currency=rub&min_amount=150.00&result_url=https%3A%2F%2Fhooks.example.com%2Fwebhooks%2Fskinify_main%2F0123456789abcdef&fail_url=https%3A%2F%2Fshop.example.com%2Fno&success_url=https%3A%2F%2Fshop.example.com%2Fok%3Fa%3D1%26b%3D2&priority_game=csgo
    "#);
}

#[test]
fn a_link_with_nothing() {
    let mut bare = link();
    bare.user.trade_token = None;
    let request = skinify().place(&ordered(Operation::Deposit(bare)), &reference("dep-501")).unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://skinify.io/api/create-deposit
    accept: "application/json"
    token: Sensitive
    content-type: "application/x-www-form-urlencoded"

    deposit_id=dep-501&steam_id=76561198000000042
    "#);
}

#[test]
fn named_items_take_two_calls() {
    let order = ordered(Operation::Deposit(named()));
    let reference = reference("dep-501");
    let first = skinify().place(&order, &reference).unwrap();
    insta::assert_snapshot!(shown(&first), @r#"
    POST https://skinify.io/api/create-deposit
    accept: "application/json"
    token: Sensitive
    content-type: "application/x-www-form-urlencoded"

    deposit_id=dep-501&steam_id=76561198000000042&trade_url_token=<trade token>&priority_game=csgo
    "#);
    let placing = Placing { order: &order, reference: &reference, call: 1 };
    let answer = skinify().read_placed(&placing, &response(200, CREATE), now());
    assert_eq!(answer.closed, None);
    let Verdict::Next(second) = answer.verdict else { panic!("{answer:?}") };
    insta::assert_snapshot!(shown(&second), @r#"
    POST https://skinify.io/api/create-steam-offer
    accept: "application/json"
    token: Sensitive
    content-type: "application/x-www-form-urlencoded"

    deposit_id=dep-501&game=csgo&items%5B%5D=40112233445&items%5B%5D=40112233446
    "#);
}

#[test]
fn a_deposit_that_would_get_stuck_between_the_calls_is_not_begun() {
    let place = |deposit| skinify().place(&ordered(Operation::Deposit(deposit)), &reference("dep-501"));
    let mut ended = named();
    ended.user.trade_token = None;
    assert_eq!(place(ended).unwrap_err(), NotBuildable("a trade offer needs the user's trade token"));
    let of_no_game = Deposit { game: None, ..named() };
    assert_eq!(place(of_no_game).unwrap_err(), NotBuildable("named items need their game"));
}

#[test]
fn every_amount_is_sent_to_the_digit() {
    for amount in ["0.30", "5", "1250.000", "0.123456789"] {
        let min_amount = Some(Money::parse(Currency::USD, amount).unwrap());
        let deposit = Deposit { min_amount, currency: Some(Currency::USD), ..link() };
        let request = skinify().place(&ordered(Operation::Deposit(deposit)), &reference("dep-501")).unwrap();
        let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(request.body()).unwrap();
        assert!(fields.contains(&("min_amount".to_owned(), amount.to_owned())), "{fields:?}");
        assert!(fields.contains(&("currency".to_owned(), "usd".to_owned())), "{fields:?}");
    }
}

#[test]
fn a_look_up_asks_for_one_deposit() {
    for kind in [OrderKind::DepositLink, OrderKind::DepositItems] {
        let targets = [target(kind, "dep-501"), target(kind, "dep-502"), target(OrderKind::Purchase, "wd-1")];
        let look_up = skinify().look_up(&targets).unwrap();
        assert_eq!(look_up.asked, 1);
        insta::allow_duplicates! {
            insta::assert_snapshot!(shown(&look_up.request), @r#"
            GET https://skinify.io/api/deposit-status?deposit_id=dep-501
            accept: "application/json"
            token: Sensitive
            "#);
        }
        assert!(!look_up.request.uri().to_string().contains(TRADE_TOKEN));
    }
}

#[test]
fn a_look_up_of_purchases_ends_where_something_else_begins() {
    let targets = [
        target(OrderKind::Purchase, "wd-1"),
        target(OrderKind::Purchase, "wd-2"),
        target(OrderKind::DepositLink, "dep-1"),
        target(OrderKind::Purchase, "wd-3"),
    ];
    let look_up = skinify().look_up(&targets).unwrap();
    assert_eq!(look_up.asked, 2);
    assert_eq!(look_up.request.uri().query(), Some("custom_ids=wd-1%2Cwd-2"));
    assert!(skinify().look_up(&[target(OrderKind::Listing, "sell-1")]).is_err());
}
