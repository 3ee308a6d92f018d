//! Orders that SkinsBack cannot serve.

use skinbus_domain::Order;
use skinbus_domain::order::{Deposit, Game, Item, Operation, Purchase};

use super::{KINDS, TRADE_TOKEN, dollars, euros, items_deposit, order, order_of, page_deposit, purchase};
use crate::capability::Capability;
use crate::skinsback::DEFAULTS;

fn found(order: &Order) -> Vec<String> {
    let violations = (DEFAULTS.violations)(&"wd-1".parse().unwrap(), order);
    assert!(!format!("{violations:?}").contains(TRADE_TOKEN));
    violations.iter().map(|violation| format!("{} {}", violation.field, violation.rule)).collect()
}

#[test]
fn what_it_serves() {
    for (kind, _) in KINDS {
        assert_eq!(found(&order_of(kind).0), Vec::<String>::new());
    }
    let mut page = page_deposit();
    (page.min_amount, page.user.trade_token, page.game) = (None, None, Some(Game::Cs2));
    assert!(found(&order(Operation::Deposit(page))).is_empty());
    let name = purchase(Item::Name("Key".to_owned()));
    assert!(found(&order(Operation::Purchase(name))).is_empty());
}

#[test]
fn a_purchase_that_it_does_not_serve() {
    let by_name = |name: &str| purchase(Item::Name(name.to_owned()));
    for (purchase, expected) in [
        (Purchase { game: Some(Game::Tf2), ..by_name("Key") }, "purchase.game unsupported"),
        (Purchase { game: None, ..by_name("Key") }, "purchase.game required"),
        (Purchase { max_price: euros("1"), ..by_name("Key") }, "purchase.max_price.currency price_currency"),
        (by_name("★★"), "purchase.market_hash_name length"),
        (purchase(Item::Offer("55a".to_owned())), "purchase.offer_id pattern"),
    ] {
        assert_eq!(found(&order(Operation::Purchase(purchase))), [expected]);
    }
}

#[test]
fn a_page_that_it_does_not_serve() {
    type Change = fn(&mut Deposit);
    let changes: [(Change, &str); 6] = [
        (|page| page.game = Some(Game::Tf2), "deposit.game unsupported"),
        (|page| page.multiplier = Some(dollars("1").amount), "deposit.multiplier unsupported"),
        (
            |page| page.custom_currency = items_deposit().custom_currency,
            "deposit.custom_currency unsupported",
        ),
        (|page| page.max_amount = Some(dollars("50")), "deposit.max_amount.currency range"),
        (|page| page.max_amount = Some(euros("4.99")), "deposit.max_amount.amount range"),
        (|page| page.currency = Some("USD".parse().unwrap()), "deposit.currency range"),
    ];
    for (change, expected) in changes {
        let mut page = page_deposit();
        change(&mut page);
        assert_eq!(found(&order(Operation::Deposit(page))), [expected]);
    }
}

#[test]
fn named_items_that_it_does_not_serve() {
    type Change = fn(&mut Deposit);
    let changes: [(Change, &str); 12] = [
        (|deposit| deposit.game = Some(Game::Tf2), "deposit.game unsupported"),
        (|deposit| deposit.game = None, "deposit.game required"),
        (|deposit| deposit.user.trade_token = None, "deposit.user.trade_token required"),
        (|deposit| deposit.min_amount = Some(dollars("1")), "deposit.min_amount unsupported"),
        (|deposit| deposit.max_amount = Some(dollars("1")), "deposit.max_amount unsupported"),
        (|deposit| deposit.success_url = Some("https://a".to_owned()), "deposit.success_url unsupported"),
        (|deposit| deposit.fail_url = Some("https://a".to_owned()), "deposit.fail_url unsupported"),
        (|deposit| deposit.items[1].min_price = Some(dollars("1")), "deposit.items[1].min_price unsupported"),
        (|deposit| deposit.multiplier = Some(dollars("0.49").amount), "deposit.multiplier range"),
        (|deposit| deposit.multiplier = Some(dollars("2.01").amount), "deposit.multiplier range"),
        (
            |deposit| deposit.custom_currency.as_mut().unwrap().name = "COINS".to_owned(),
            "deposit.custom_currency.name length",
        ),
        (
            |deposit| deposit.custom_currency.as_mut().unwrap().rate = dollars("0.09").amount,
            "deposit.custom_currency.rate range",
        ),
    ];
    for (change, expected) in changes {
        let mut deposit = items_deposit();
        change(&mut deposit);
        assert_eq!(found(&order(Operation::Deposit(deposit))), [expected]);
    }
    let mut decimals = items_deposit();
    decimals.custom_currency.as_mut().unwrap().decimals = Some(2);
    assert_eq!(found(&order(Operation::Deposit(decimals))), ["deposit.custom_currency.decimals unsupported"]);
}

#[test]
fn the_documented_bounds_are_allowed() {
    for multiplier in ["0.5", "0.50", "2", "2.00"] {
        let mut deposit = items_deposit();
        deposit.multiplier = Some(dollars(multiplier).amount);
        let own = deposit.custom_currency.as_mut().unwrap();
        (own.rate, own.name) = (dollars("0.1").amount, "€".to_owned());
        assert!(found(&order(Operation::Deposit(deposit))).is_empty(), "{multiplier}");
    }
}

#[test]
fn a_long_order_id_is_refused() {
    let (order, _) = order_of(super::OrderKind::Purchase);
    let fields = |length: usize| {
        let violations = (DEFAULTS.violations)(&"a".repeat(length).parse().unwrap(), &order);
        violations.into_iter().map(|violation| violation.field).collect::<Vec<_>>()
    };
    assert_eq!(fields(36), Vec::<String>::new());
    assert_eq!(fields(37), ["order_id"]);
}

#[test]
fn every_capability_has_an_answer() {
    let supported = Capability::ALL.iter().filter(|of| (DEFAULTS.support)(**of).is_supported()).count();
    assert_eq!(supported, 20);
    assert!(!(DEFAULTS.support)(Capability::MoneyHistory).is_supported());
}
