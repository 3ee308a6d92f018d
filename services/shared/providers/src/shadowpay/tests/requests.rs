//! What is sent.

use skinbus_domain::order::{DepositedItem, Game, Item, Operation};
use skinbus_domain::{Command, OrderKind};

use super::*;
use crate::provider::NotBuildable;

#[test]
fn a_payment_link() {
    let request = shadowpay().place(&link(Some("25.00")), &reference("DEP-000417-x")).unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://shadowpay.com/en/pay/demo-public-hash
    accept: "application/json"
    content-type: "application/x-www-form-urlencoded"

    account=76561198015389178&order_id=DEP-000417-x&security_steam_id=76561198015389178&currency=USD&signature=71bc9e01976119e537770e72d24558cd263254f7ed9b97da3bac3655c7ec0fd2&steam_trade_token=Kq3_vT9a&amount=25.00
    "#);
}

/// The worked examples of the signature. The API token is no part of it.
#[test]
fn a_payment_link_is_signed_over_exactly_what_is_sent() {
    for (amount, signature) in [
        (Some("25.00"), "71bc9e01976119e537770e72d24558cd263254f7ed9b97da3bac3655c7ec0fd2"),
        (Some("25"), "dd94d454967b155af86699d8bd1591c78d0369260718e176b48c6b8d9ed6eec2"),
        (None, "d8fbd26eeed26f603678bf757d6b5bc7a82f7e293f7485f02f10d02b4a427001"),
    ] {
        let request = shadowpay().place(&link(amount), &reference("DEP-000417-x")).unwrap();
        let fields = fields(request.body());
        let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        assert_eq!(field("amount"), amount);
        assert_eq!(field("signature"), Some(signature), "{amount:?}");
        assert_eq!(field("token"), None);
    }
}

#[test]
fn a_payment_link_elsewhere_and_without_a_trade_token() {
    let endpoints = Endpoints { base_url: "https://shadowpay.com/api/v1".to_owned(), result_url: None };
    let pay_url = Some("http://localhost:9/en/pay/".to_owned());
    let shadowpay = Shadowpay::new(endpoints, TOKEN.into(), "p".to_owned(), SECRET.into(), pay_url);
    let mut deposit = deposit(None);
    deposit.user.trade_token = None;
    let request = shadowpay.place(&order(Operation::Deposit(deposit)), &reference("DEP-000417-x")).unwrap();
    assert_eq!(request.uri(), "http://localhost:9/en/pay/p");
    let fields = fields(request.body());
    let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["account", "order_id", "security_steam_id", "currency", "signature"]);
}

#[test]
fn a_purchase_looks_at_the_offer_first() {
    let request = shadowpay().place(&purchase(), &reference("WD-000093-a1")).unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    GET https://shadowpay.com/api/v1/get_item_by_id?token=sometesttoken&id=5510932
    accept: "application/json"
    "#);
}

#[test]
fn a_purchase_then_buys() {
    let Verdict::Next(request) = read(&purchase(), 1, 200, CHECKED).verdict else { panic!("no second call") };
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://shadowpay.com/api/v1/buy_item
    accept: "application/json"
    content-type: "application/x-www-form-urlencoded"

    token=sometesttoken&id=5510932&custom_id=WD-000093-a1&steamid=76561198015389178&trade_token=Kq3_vT9a
    "#);
}

#[test]
fn a_listing() {
    let request = shadowpay().place(&listing(), &reference("sell-1x")).unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://shadowpay.com/api/v1/sell_items
    accept: "application/json"
    content-type: "application/x-www-form-urlencoded"

    token=sometesttoken&steamid=76561198015389178&offers%5B0%5D%5Bid%5D=15778802746&offers%5B0%5D%5Bproject%5D=csgo&offers%5B0%5D%5Bprice%5D=0.45
    "#);
}

#[test]
fn what_cannot_be_sent_is_not_built() {
    let mut by_name = purchase();
    let Operation::Purchase(purchase) = &mut by_name.operation else { panic!() };
    purchase.item = Item::Name("P250 | Sand Dune (Field-Tested)".to_owned());
    let mut ended = super::purchase();
    ended.operation.user_mut().trade_token = None;
    let mut named = deposit(None);
    named.items.push(DepositedItem { asset_id: "1".to_owned(), market_hash_name: None, min_price: None });
    let mut other_game = listing();
    let Operation::Listing(listing) = &mut other_game.operation else { panic!() };
    listing.item.game = Game::Tf2;
    for order in [by_name, ended, order(Operation::Deposit(named)), other_game] {
        assert!(shadowpay().place(&order, &reference("a-x")).is_err(), "{order:?}");
    }
    let reference = reference("a-x");
    assert!(shadowpay().place_together(&[(&super::purchase(), &reference)]).is_err());
    assert!(shadowpay().look_up(&[]).is_err());
    let deposit = target(OrderKind::DepositLink, "a-x");
    assert!(matches!(shadowpay().look_up(&[deposit]), Err(NotBuildable(_))));
}

#[test]
fn what_values_hold_adds_no_field() {
    let mut order = listing();
    let Operation::Listing(listing) = &mut order.operation else { panic!() };
    listing.item.asset_id = "1&offers[0][price]=99".to_owned();
    let request = shadowpay().place(&order, &reference("a-x")).unwrap();
    assert_eq!(fields(request.body()).len(), 5);
    assert_eq!(fields(request.body())[2].1, "1&offers[0][price]=99");
}

#[test]
fn a_look_up_of_purchases() {
    let targets = [
        target(OrderKind::Purchase, "WD-000093-a1"),
        target(OrderKind::Purchase, "400"),
        target(OrderKind::Listing, "sell-1x"),
        target(OrderKind::Purchase, "WD-000094-a1"),
    ];
    let look_up = shadowpay().look_up(&targets).unwrap();
    insta::assert_snapshot!(shown(&look_up.request), @r#"
    POST https://shadowpay.com/api/v1/list_buy_info_by_custom_id
    accept: "application/json"
    content-type: "application/x-www-form-urlencoded"

    token=sometesttoken&custom_id=WD-000093-a1%2C400
    "#);
    assert_eq!(look_up.asked, 2, "only purchases, and only those that follow each other");
}

#[test]
fn a_look_up_takes_fifty_purchases() {
    let targets: Vec<_> = (0..60).map(|n| target(OrderKind::Purchase, &format!("WD-{n}"))).collect();
    let look_up = shadowpay().look_up(&targets).unwrap();
    assert_eq!(look_up.asked, 50);
    assert_eq!(fields(look_up.request.body())[1].1.split(',').count(), 50);
}

#[test]
fn one_look_up_serves_all_listings() {
    let mut targets: Vec<_> = (0..60).map(|n| target(OrderKind::Listing, &format!("sell-{n}"))).collect();
    targets.push(target(OrderKind::Purchase, "WD-1"));
    let look_up = shadowpay().look_up(&targets).unwrap();
    insta::assert_snapshot!(shown(&look_up.request), @r#"
    POST https://shadowpay.com/api/v1/operation_history
    accept: "application/json"
    content-type: "application/x-www-form-urlencoded"

    token=sometesttoken
    "#);
    assert_eq!(look_up.asked, 60);
}

#[test]
fn taking_an_item_off_sale() {
    let request = shadowpay().command(&Command::Cancel, &trade(listing(), Some("5511020"))).unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://shadowpay.com/api/v1/cancel_items
    accept: "application/json"
    content-type: "application/x-www-form-urlencoded"

    token=sometesttoken&steamid=76561198015389178&items%5B0%5D%5Bid%5D=5511020
    "#);
}

#[test]
fn another_price() {
    let command = Command::ChangePrice { price: dollars("2.350") };
    let request = shadowpay().command(&command, &trade(listing(), Some("5511020"))).unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://shadowpay.com/api/v1/change_item_price
    accept: "application/json"
    content-type: "application/x-www-form-urlencoded"

    token=sometesttoken&steamid=76561198015389178&id=5511020&price=2.350&currency=USD
    "#);
}

#[test]
fn the_api_token_is_in_an_address_only_where_it_is_documented() {
    let request = shadowpay().place(&listing(), &reference("a-x")).unwrap();
    assert!(!request.uri().to_string().contains(TOKEN));
    let request = shadowpay().place(&link(None), &reference("a-x")).unwrap();
    assert!(!shown(&request).contains(TOKEN) && !shown(&request).contains(SECRET));
}
