//! What Skinify cannot serve of a well-formed order.

use rust_decimal::Decimal;
use skinbus_domain::order::{CustomCurrency, Deposit, Item, Operation};
use skinbus_domain::{Currency, Money, Order};

use super::{TRADE_TOKEN, link, named, order, ordered};
use crate::skinify::DEFAULTS;

fn broken(order: &Order) -> Vec<(String, String)> {
    let violations = (DEFAULTS.violations)(&"ord-1".parse().unwrap(), order);
    assert!(!format!("{violations:?}").contains(TRADE_TOKEN));
    violations.into_iter().map(|violation| (violation.field, violation.rule)).collect()
}

fn of(deposit: Deposit) -> Vec<(String, String)> {
    broken(&ordered(Operation::Deposit(deposit)))
}

fn rules(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(field, rule)| ((*field).to_owned(), (*rule).to_owned())).collect()
}

fn dollars(text: &str) -> Option<Money> {
    Some(Money::parse(Currency::USD, text).unwrap())
}

#[test]
fn what_can_be_served() {
    let mut without_token = link();
    without_token.user.trade_token = None;
    let bounded = Deposit { min_amount: dollars("5"), currency: Some(Currency::USD), ..link() };
    for deposit in [link(), named(), without_token, bounded] {
        assert_eq!(of(deposit), []);
    }
    for item in [Item::Offer("1".to_owned()), Item::Name("Key".to_owned()), Item::Name("★★★".to_owned())]
    {
        assert_eq!(broken(&order(item, None)), []);
    }
}

#[test]
fn a_name_has_three_characters() {
    for name in ["Ke", "★™", ""] {
        let broken = broken(&order(Item::Name(name.to_owned()), None));
        assert_eq!(broken, rules(&[("purchase.market_hash_name", "range")]), "{name}");
    }
}

#[test]
fn named_items_need_a_game_and_a_trade_token() {
    let mut bare = Deposit { game: None, ..named() };
    bare.user.trade_token = None;
    assert_eq!(of(bare), rules(&[("deposit.user.trade_token", "required"), ("deposit.game", "required")]));
}

#[test]
fn the_provider_sets_the_prices_of_items() {
    let mut priced = named();
    priced.items[1].min_price = dollars("1.00");
    assert_eq!(of(priced), rules(&[("deposit.items[1].min_price", "unsupported")]));
}

#[test]
fn a_least_amount_is_counted_in_the_deposits_currency() {
    let without = Deposit { min_amount: dollars("5"), ..link() };
    assert_eq!(of(without), rules(&[("deposit.currency", "required")]));
    let other = Deposit { min_amount: dollars("5"), currency: Some("EUR".parse().unwrap()), ..link() };
    assert_eq!(of(other), rules(&[("deposit.min_amount.currency", "price_currency")]));
}

#[test]
fn what_the_provider_does_not_know_is_not_dropped_silently() {
    let custom = CustomCurrency { name: "GEMS".to_owned(), rate: Decimal::ONE, decimals: None };
    let deposit = Deposit {
        max_amount: dollars("10"),
        custom_currency: Some(custom),
        multiplier: Some(Decimal::TWO),
        ..link()
    };
    let expected = [
        ("deposit.max_amount", "unsupported"),
        ("deposit.custom_currency", "unsupported"),
        ("deposit.multiplier", "unsupported"),
    ];
    assert_eq!(of(deposit), rules(&expected));
}
