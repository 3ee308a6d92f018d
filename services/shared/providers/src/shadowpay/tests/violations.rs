//! Orders that ShadowPay cannot serve.

use skinbus_domain::order::{CustomCurrency, Game, Operation};

use super::*;
use crate::shadowpay::DEFAULTS;

fn broken(order_id: &str, order: &Order) -> Vec<(String, String)> {
    let violations = (DEFAULTS.violations)(&order_id.parse().unwrap(), order);
    for violation in &violations {
        assert!(!violation.message.is_empty() && !violation.given.contains(TRADE_TOKEN));
    }
    violations.into_iter().map(|violation| (violation.field, violation.rule)).collect()
}

fn rule(field: &str, rule: &str) -> (String, String) {
    (field.to_owned(), rule.to_owned())
}

#[test]
fn what_it_can_serve() {
    for order in [purchase(), link(None), link(Some("25.00")), link(Some("25")), listing()] {
        assert_eq!(broken("DEP-000417-x", &order), [], "{order:?}");
    }
    // Only the ids of payment links are signed.
    for order in [purchase(), listing()] {
        assert_eq!(broken("12USD34", &order), []);
    }
}

#[test]
fn ids_of_payment_links_are_readable_in_one_way_only() {
    for (order_id, count) in [
        ("DEP-000417-x", 0),
        ("DEP-000417_", 0),
        ("DEP-000417-", 0),
        ("usd-x", 0),
        ("a", 0),
        ("1234", 1),
        ("DEP-000417", 1),
        ("DEP-x9", 1),
        ("USD-x", 1),
        ("aUSD", 1),
        ("aUSDb", 1),
        ("aUSD1", 2),
    ] {
        let rules = broken(order_id, &link(None));
        assert_eq!(rules, vec![rule("order_id", "format"); count], "{order_id}");
    }
}

#[test]
fn every_field_of_a_payment_link() {
    type Change = fn(&mut Deposit);
    let with = |change: Change| {
        let mut deposit = deposit(Some("25.00"));
        change(&mut deposit);
        broken("DEP-x", &order(Operation::Deposit(deposit)))
    };
    let changes: [(Change, (String, String)); 9] = [
        (
            |deposit| deposit.min_amount = Some(Money::parse("EUR".parse().unwrap(), "1").unwrap()),
            rule("deposit.min_amount", "price_currency"),
        ),
        (|deposit| deposit.min_amount = Some(dollars("1.001")), rule("deposit.min_amount", "range")),
        (|deposit| deposit.max_amount = Some(dollars("1")), rule("deposit.max_amount", "unsupported")),
        (|deposit| deposit.game = Some(Game::Cs2), rule("deposit.game", "unsupported")),
        (|deposit| deposit.currency = Some("EUR".parse().unwrap()), rule("deposit.currency", "unsupported")),
        (
            |deposit| {
                let rate = rust_decimal::Decimal::ONE;
                deposit.custom_currency =
                    Some(CustomCurrency { name: "gem".to_owned(), rate, decimals: None });
            },
            rule("deposit.custom_currency", "unsupported"),
        ),
        (
            |deposit| deposit.multiplier = Some(rust_decimal::Decimal::ONE),
            rule("deposit.multiplier", "unsupported"),
        ),
        (
            |deposit| deposit.success_url = Some("https://example.com".to_owned()),
            rule("deposit.success_url", "unsupported"),
        ),
        (
            |deposit| deposit.fail_url = Some("https://example.com".to_owned()),
            rule("deposit.fail_url", "unsupported"),
        ),
    ];
    for (change, expected) in changes {
        assert_eq!(with(change), [expected]);
    }
    assert_eq!(with(|deposit| deposit.currency = Some(Currency::USD)), []);
}

#[test]
fn every_field_of_a_purchase_and_of_a_listing() {
    for (game, is_bought, is_sold) in [
        (Game::Cs2, true, true),
        (Game::Dota2, true, true),
        (Game::Rust, true, false),
        (Game::Tf2, false, false),
    ] {
        let mut purchase = purchase();
        let Operation::Purchase(bought) = &mut purchase.operation else { panic!() };
        bought.game = Some(game);
        assert_eq!(broken("a", &purchase).is_empty(), is_bought, "{game:?}");
        let mut listing = listing();
        let Operation::Listing(sold) = &mut listing.operation else { panic!() };
        sold.item.game = game;
        assert_eq!(broken("a", &listing).is_empty(), is_sold, "{game:?}");
    }
    let euros = Money::parse("EUR".parse().unwrap(), "1").unwrap();
    let mut purchase = purchase();
    let Operation::Purchase(bought) = &mut purchase.operation else { panic!() };
    bought.max_price = euros;
    bought.recipient.trade_token = None;
    let expected =
        [rule("purchase.recipient.trade_token", "required"), rule("purchase.max_price", "price_currency")];
    assert_eq!(broken("a", &purchase), expected);
    let mut listing = listing();
    let Operation::Listing(sold) = &mut listing.operation else { panic!() };
    sold.item.price = euros;
    assert_eq!(broken("a", &listing), [rule("listing.item.price", "price_currency")]);
}
