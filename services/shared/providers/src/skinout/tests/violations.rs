//! What a well-formed order may not ask of Skinout.

use skinbus_domain::order::{CustomCurrency, Deposit, Game, ListedItem, Listing, Operation, Purchase};
use skinbus_domain::{Currency, Money};

use super::{TRADE_TOKEN, a_deposit, a_purchase, dollars, order, user};
use crate::skinout::DEFAULTS;

pub(super) fn listing() -> Listing {
    let item = ListedItem { asset_id: "1".to_owned(), game: Game::Cs2, price: dollars("1") };
    Listing { seller: user(), item }
}

/// Field and rule of every violation.
fn broken(operation: Operation) -> Vec<(String, String)> {
    let violations = (DEFAULTS.violations)(&"wd-1".parse().unwrap(), &order(operation));
    assert!(!format!("{violations:?}").contains(TRADE_TOKEN));
    violations.into_iter().map(|violation| (violation.field, violation.rule)).collect()
}

fn of_purchase(change: impl FnOnce(&mut Purchase)) -> Vec<(String, String)> {
    let mut purchase = a_purchase();
    change(&mut purchase);
    broken(Operation::Purchase(purchase))
}

fn of_deposit(change: impl FnOnce(&mut Deposit)) -> Vec<(String, String)> {
    let mut deposit = a_deposit();
    change(&mut deposit);
    broken(Operation::Deposit(deposit))
}

fn one(field: &str, rule: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), rule.to_owned())]
}

fn euros(text: &str) -> Money {
    Money { currency: "EUR".parse::<Currency>().unwrap(), ..dollars(text) }
}

#[test]
fn purchases() {
    assert_eq!(of_purchase(|_| {}), []);
    assert_eq!(of_purchase(|purchase| purchase.game = None), []);
    assert_eq!(of_purchase(|purchase| purchase.max_price = dollars("0.001")), []);
    for game in [Game::Dota2, Game::Rust, Game::Tf2] {
        assert_eq!(of_purchase(|purchase| purchase.game = Some(game)), one("purchase.game", "unsupported"));
    }
    // Rounded down, these would be "0", and that may mean "no limit".
    for price in ["0.0009", "0.0000001"] {
        let broken = of_purchase(|purchase| purchase.max_price = dollars(price));
        assert_eq!(broken, one("purchase.max_price", "range"), "{price}");
    }
    let broken = of_purchase(|purchase| purchase.max_price = euros("5"));
    assert_eq!(broken, one("purchase.max_price", "price_currency"));
}

#[test]
fn deposits() {
    assert_eq!(of_deposit(|_| {}), []);
    assert_eq!(of_deposit(|deposit| deposit.game = Some(Game::Cs2)), []);
    assert_eq!(of_deposit(|deposit| deposit.min_amount = Some(dollars("0.1"))), []);
    assert_eq!(of_deposit(|deposit| deposit.min_amount = Some(dollars("0.10"))), []);
    assert_eq!(of_deposit(|deposit| deposit.currency = "EUR".parse().ok()), []);
    let game = of_deposit(|deposit| deposit.game = Some(Game::Rust));
    assert_eq!(game, one("deposit.game", "unsupported"));
    for least in ["0.09", "0.0999999", "0"] {
        let broken = of_deposit(|deposit| deposit.min_amount = Some(dollars(least)));
        assert_eq!(broken, one("deposit.min_amount", "range"), "{least}");
    }
    let broken = of_deposit(|deposit| deposit.min_amount = Some(euros("1")));
    assert_eq!(broken, one("deposit.min_amount", "price_currency"));
    let broken = of_deposit(|deposit| deposit.max_amount = Some(dollars("5")));
    assert_eq!(broken, one("deposit.max_amount", "unsupported"));
    let broken = of_deposit(|deposit| deposit.multiplier = "1.05".parse().ok());
    assert_eq!(broken, one("deposit.multiplier", "unsupported"));
}

#[test]
fn custom_currencies() {
    let custom = |name: &str, rate: &str, decimals| {
        Some(CustomCurrency { name: name.to_owned(), rate: rate.parse().unwrap(), decimals })
    };
    for decimals in [None, Some(0), Some(2), Some(8)] {
        assert_eq!(of_deposit(|deposit| deposit.custom_currency = custom("GEM", "95", decimals)), []);
    }
    for (name, rate, decimals, field, rule) in [
        ("GEM", "95", Some(9), "deposit.custom_currency.decimals", "range"),
        ("GEM", "0", None, "deposit.custom_currency.rate", "range"),
        ("GEM", "-1", None, "deposit.custom_currency.rate", "range"),
        ("", "95", None, "deposit.custom_currency.name", "required"),
    ] {
        let broken = of_deposit(|deposit| deposit.custom_currency = custom(name, rate, decimals));
        assert_eq!(broken, one(field, rule));
    }
    for (currency, expected) in [("USD", vec![]), ("EUR", one("deposit.currency", "unsupported"))] {
        let broken = of_deposit(|deposit| {
            deposit.custom_currency = custom("GEM", "95", None);
            deposit.currency = currency.parse().ok();
        });
        assert_eq!(broken, expected, "{currency}");
    }
}

#[test]
fn every_broken_rule_is_told() {
    let broken = of_deposit(|deposit| {
        deposit.game = Some(Game::Tf2);
        deposit.min_amount = Some(euros("0.01"));
        deposit.max_amount = Some(dollars("5"));
        deposit.multiplier = "2".parse().ok();
    });
    assert_eq!(broken.len(), 5, "{broken:?}");
}

#[test]
fn a_listing_is_refused_elsewhere() {
    assert_eq!(broken(Operation::Listing(listing())), []);
}
