use std::collections::BTreeMap;

use skinbus_proto::v1::{self, CreditState, order_request::Operation};

use super::*;
use v1::CreditState::{Credited, Pending, Reversed, Unspecified};

fn money(amount: &str, currency: &str) -> Option<v1::Money> {
    Some(v1::Money { currency: currency.to_owned(), amount: amount.to_owned() })
}

fn credit(key: &str, state: CreditState) -> v1::Credit {
    v1::Credit {
        key: key.to_owned(),
        amount: money("7.40", "USD"),
        state: state.into(),
        ..v1::Credit::default()
    }
}

/// A version of a deposit of the Steam user 7.
fn change(credits: Vec<v1::Credit>) -> v1::TradeStatusChanged {
    let user = v1::SteamUser { steam_id: "7".to_owned(), trade_token: String::new() };
    let deposit = v1::Deposit { user: Some(user), ..v1::Deposit::default() };
    let order =
        v1::OrderRequest { operation: Some(Operation::Deposit(deposit)), ..v1::OrderRequest::default() };
    v1::TradeStatusChanged {
        merchant: "acme".to_owned(),
        order_id: "d-1".to_owned(),
        version: 3,
        trade: Some(v1::Trade {
            order: Some(order),
            account: "main".to_owned(),
            credits,
            ..v1::Trade::default()
        }),
        ..v1::TradeStatusChanged::default()
    }
}

fn of(user: &str, amount: &str) -> Booking {
    Booking { user: user.to_owned(), currency: "USD".to_owned(), amount: amount.parse().unwrap() }
}

fn what(change: &v1::TradeStatusChanged) -> &'static str {
    read(change, &Rules::default()).unwrap_err().what()
}

#[test]
fn only_what_is_credited_is_to_be_booked() {
    let told = read(
        &change(vec![credit("a", Pending), credit("b", Credited), credit("c", Reversed)]),
        &Rules::default(),
    )
    .unwrap();
    let key =
        |key: &str| CreditKey { account: "main".to_owned(), order_id: "d-1".to_owned(), key: key.to_owned() };
    assert_eq!(told.credits, [(key("a"), None), (key("b"), Some(of("7", "7.40"))), (key("c"), None)]);
    assert_eq!((told.merchant.as_str(), told.order_id.as_str(), told.version), ("acme", "d-1", 3));
}

#[test]
fn the_metadata_name_the_user_before_steam_does() {
    let user_with = |name: &str| {
        let mut change = change(vec![credit("a", Credited)]);
        change.trade.as_mut().unwrap().metadata = BTreeMap::from([(USER.to_owned(), name.to_owned())]);
        read(&change, &Rules::default()).unwrap().credits[0].1.clone().unwrap().user
    };
    assert_eq!(user_with("u-1"), "u-1");
    assert_eq!(user_with(""), "7");
}

#[test]
fn what_decides_about_money_must_be_readable() {
    assert_eq!(what(&v1::TradeStatusChanged::default()), "trade");
    assert_eq!(what(&change(vec![credit("a", Unspecified)])), "state of a credit");
    for amount in [None, money("-1", "USD"), money("1e3", "USD"), money("", "USD"), money("1", "")] {
        assert_eq!(what(&change(vec![v1::Credit { amount, ..credit("a", Credited) }])), "amount");
    }
    let mut nobody = change(vec![credit("a", Credited)]);
    nobody.trade.as_mut().unwrap().order = None;
    assert_eq!(what(&nobody), "user");
    // As long as nothing is to be booked, nobody need be known.
    nobody.trade.as_mut().unwrap().credits = vec![credit("a", Pending)];
    assert!(read(&nobody, &Rules::default()).is_ok());
}

#[test]
fn an_advance_counts_for_those_who_say_so() {
    let rules = Rules { count: Count::AtAdvance, ..Rules::default() };
    let booked = |state, advanced| {
        let told = read(&change(vec![v1::Credit { advanced, ..credit("a", state) }]), &rules).unwrap();
        told.credits[0].1.clone()
    };
    assert_eq!(booked(Pending, false), None);
    // An advance that becomes a credit books nothing again.
    assert_eq!(steps(booked(Pending, true), booked(Credited, true)), []);
    assert_eq!(booked(Pending, true), Some(of("7", "7.40")));
    assert_eq!(booked(Reversed, true), None);
}

#[test]
fn what_was_shown_is_booked_for_those_who_say_so() {
    let rules = Rules { amount: Amount::Shown, ..Rules::default() };
    let booked = |local_amount| {
        let told = read(&change(vec![v1::Credit { local_amount, ..credit("a", Credited) }]), &rules).unwrap();
        told.credits[0].1.clone().unwrap()
    };
    assert_eq!(booked(money("740", "COIN")).currency, "COIN");
    assert_eq!(booked(None), of("7", "7.40"));
}

#[test]
fn what_is_booked_becomes_what_is_told() {
    use Step::{Book, TakeBack};
    let (seven, eight) = (of("7", "7.40"), of("8", "7.40"));
    assert_eq!(steps(None, None), []);
    assert_eq!(steps(None, Some(seven.clone())), [Book(seven.clone())]);
    assert_eq!(steps(Some(seven.clone()), Some(of("7", "7.4"))), []);
    assert_eq!(steps(Some(seven.clone()), None), [TakeBack(seven.clone())]);
    assert_eq!(steps(Some(seven.clone()), Some(eight.clone())), [TakeBack(seven), Book(eight)]);
}

#[test]
fn only_a_greater_version_is_new() {
    assert!(is_new(1, None));
    assert!(is_new(9, Some(7)));
    assert!(!is_new(7, Some(7)));
    assert!(!is_new(6, Some(7)));
}

#[test]
fn a_step_is_said_in_one_line() {
    assert_eq!(Step::Book(of("7", "7.40")).to_string(), "booked 7.40 USD for 7");
    assert_eq!(Step::TakeBack(of("7", "7.40")).to_string(), "took back 7.40 USD for 7");
}
