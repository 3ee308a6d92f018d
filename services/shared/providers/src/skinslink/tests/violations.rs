//! Orders that are well formed and cannot be served.

use skinbus_domain::order::{CustomCurrency, ListedItem, Listing};
use skinbus_domain::{OrderId, Violation};

use super::*;

fn found(order: &Order) -> Vec<Violation> {
    let order_id: OrderId = "ord-1".parse().unwrap();
    (super::super::DEFAULTS.violations)(&order_id, order)
}

/// Field and rule of each violation. None of them holds the user's token.
fn broken(order: &Order) -> Vec<(String, String)> {
    let found = found(order);
    assert!(!format!("{found:?}").contains(TRADE_TOKEN));
    found.into_iter().map(|violation| (violation.field, violation.rule)).collect()
}

fn of_deposit(change: impl FnOnce(&mut Deposit)) -> Vec<(String, String)> {
    let mut deposit = deposit_of(Vec::new());
    change(&mut deposit);
    broken(&order(Operation::Deposit(deposit)))
}

fn of_purchase(change: impl FnOnce(&mut Purchase)) -> Vec<(String, String)> {
    let mut order = purchase();
    let Operation::Purchase(purchase) = &mut order.operation else { panic!() };
    change(purchase);
    broken(&order)
}

fn one(field: &str, rule: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), rule.to_owned())]
}

#[test]
fn what_can_be_served_breaks_nothing() {
    let listing = Listing {
        seller: user(),
        item: ListedItem { asset_id: "1".to_owned(), game: Game::Cs2, price: dollars("1") },
    };
    for order in [page(), by_assets(), by_names(), purchase(), order(Operation::Listing(listing))] {
        assert_eq!(broken(&order), [], "{order:?}");
        let listed = matches!(order.operation, Operation::Listing(_));
        assert!(listed || skinslink().place(&order, &reference("ord-1")).is_ok());
    }
    assert_eq!(of_deposit(|deposit| deposit.game = None), []);
    assert_eq!(of_deposit(|deposit| deposit.currency = Some(Currency::USD)), []);
    let fifty = (0..50).map(|number| given(&number.to_string(), None, None)).collect();
    assert_eq!(of_deposit(|deposit| deposit.items = fifty), []);
    assert_eq!(of_purchase(|purchase| purchase.max_price = dollars("0.001")), []);
}

#[test]
fn purchases() {
    for item in [Item::Offer("1".to_owned()), Item::Name("Key".to_owned())] {
        let broken = of_purchase(|purchase| (purchase.game, purchase.item) = (None, item));
        assert_eq!(broken, one("purchase.game", "required"));
    }
    for tiny in ["0.0009", "0", "0.000"] {
        let broken = of_purchase(|purchase| purchase.max_price = dollars(tiny));
        assert_eq!(broken, one("purchase.max_price.amount", "range"), "{tiny}");
    }
    let broken = of_purchase(|purchase| purchase.max_price.currency = "EUR".parse().unwrap());
    assert_eq!(broken, one("purchase.max_price.currency", "price_currency"));
    let broken = of_purchase(|purchase| {
        purchase.recipient.steam_id = "76561197960265735".parse().unwrap();
    });
    assert_eq!(broken, one("purchase.recipient.steam_id", "range"));
    assert_eq!(of_purchase(|p| p.recipient.steam_id = "76561197960265736".parse().unwrap()), []);
}

#[test]
fn what_the_amount_is_seen_by_is_not_the_merchants() {
    let custom = CustomCurrency { name: "COIN".to_owned(), rate: "2".parse().unwrap(), decimals: None };
    let broken = of_deposit(|deposit| deposit.custom_currency = Some(custom));
    assert_eq!(broken, one("deposit.custom_currency", "unsupported"));
    let broken = of_deposit(|deposit| deposit.multiplier = Some("1.2".parse().unwrap()));
    assert_eq!(broken, one("deposit.multiplier", "unsupported"));
    let broken = of_deposit(|deposit| deposit.currency = "EUR".parse().ok());
    assert_eq!(broken, one("deposit.currency", "unsupported"));
}

#[test]
fn pages_have_no_bounds() {
    let broken = of_deposit(|deposit| {
        deposit.min_amount = Some(dollars("1"));
        deposit.max_amount = Some(dollars("2"));
    });
    let expected = [one("deposit.min_amount", "unsupported"), one("deposit.max_amount", "unsupported")];
    assert_eq!(broken, expected.concat());
}

#[test]
fn items() {
    let broken = of_deposit(|deposit| {
        deposit.game = None;
        deposit.items = vec![given("1", None, None)];
    });
    assert_eq!(broken, one("deposit.game", "required"));
    let many = (0..51).map(|number| given(&number.to_string(), None, None)).collect();
    assert_eq!(of_deposit(|deposit| deposit.items = many), one("deposit.items", "too_many"));
    let with_items = |items: Vec<DepositedItem>| of_deposit(|deposit| deposit.items = items);
    assert_eq!(
        with_items(vec![
            given("1", Some("Key"), None),
            given("2", None, None),
            given("3", Some("Key"), None)
        ]),
        one("deposit.items[1].market_hash_name", "required")
    );
    assert_eq!(
        with_items(vec![given("1", None, None), given("1", None, None)]),
        one("deposit.items[1].asset_id", "duplicate")
    );
    for id in ["", "x1", "-1", "1.5"] {
        assert_eq!(
            with_items(vec![given(id, Some("Key"), None)]),
            one("deposit.items[0].asset_id", "format")
        );
    }
    let mut euros = given("1", None, Some("1"));
    euros.min_price = Money::parse("EUR".parse().unwrap(), "1").ok();
    assert_eq!(with_items(vec![euros]), one("deposit.items[0].min_price.currency", "price_currency"));
    let free = given("1", Some("Key"), Some("0"));
    assert_eq!(with_items(vec![free]), one("deposit.items[0].min_price.amount", "range"));
}

#[test]
fn every_mistake_is_told_at_once() {
    let broken = of_deposit(|deposit| {
        deposit.game = None;
        deposit.multiplier = Some("1".parse().unwrap());
        deposit.items = vec![given("a", Some("Key"), None), given("a", None, None)];
    });
    let rules: Vec<_> = broken.iter().map(|(_, rule)| rule.as_str()).collect();
    assert_eq!(rules, ["unsupported", "required", "format", "duplicate", "required", "format"]);
}
