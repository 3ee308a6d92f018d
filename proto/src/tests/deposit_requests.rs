//! Deposits and listings: what is read, and every broken rule.

use skinbus_domain::order::{Operation, OrderKind};

use super::samples::{self, TOKEN, read};
use crate::v1::{self, OrderRequest};

fn user(token: &str) -> Option<v1::SteamUser> {
    Some(v1::SteamUser { steam_id: "76561198000000042".to_owned(), trade_token: token.to_owned() })
}

fn money(currency: &str, amount: &str) -> Option<v1::Money> {
    Some(v1::Money { currency: currency.to_owned(), amount: amount.to_owned() })
}

fn link() -> v1::Deposit {
    v1::Deposit { user: user(""), ..v1::Deposit::default() }
}

fn of_items() -> v1::Deposit {
    let asset_ids = vec!["41000000017".to_owned(), "41000000018".to_owned()];
    v1::Deposit { user: user(TOKEN), game: v1::Game::Cs2.into(), asset_ids, ..v1::Deposit::default() }
}

fn named(asset_id: &str) -> v1::DepositItem {
    let market_hash_name = "AWP | Worm God (Minimal Wear)".to_owned();
    v1::DepositItem { asset_id: asset_id.to_owned(), market_hash_name, min_price: money("USD", "2.10") }
}

fn listing() -> v1::Listing {
    let item = v1::ListedItem {
        asset_id: "41000000017".to_owned(),
        game: v1::Game::Cs2.into(),
        price: money("USD", "2.10"),
    };
    v1::Listing { seller: user(""), items: vec![item] }
}

fn deposit(deposit: v1::Deposit) -> OrderRequest {
    let operation = Some(v1::order_request::Operation::Deposit(deposit));
    OrderRequest { operation, ..samples::order_request() }
}

fn rules(request: &OrderRequest) -> Vec<(String, String)> {
    let violations = read(request).unwrap().order.err().unwrap_or_default();
    violations.into_iter().map(|violation| (violation.field, violation.rule)).collect()
}

fn assert_broken(table: Vec<(v1::Deposit, &[(&str, &str)])>) {
    for (given, expected) in table {
        let expected: Vec<_> =
            expected.iter().map(|(field, rule)| ((*field).to_owned(), (*rule).to_owned())).collect();
        assert_eq!(rules(&deposit(given.clone())), expected, "{given:?}");
    }
}

#[test]
fn a_deposit_without_items_is_a_hosted_page() {
    let whole = v1::Deposit {
        min_amount: money("EUR", "5"),
        max_amount: money("EUR", "5.00"),
        currency: "eur".to_owned(),
        custom_currency: Some(v1::CustomCurrency {
            name: "COIN".to_owned(),
            rate: "100".to_owned(),
            decimals: Some(2),
        }),
        multiplier: "1.05".to_owned(),
        success_url: "https://shop.example/done".to_owned(),
        fail_url: "https://shop.example/failed".to_owned(),
        ..link()
    };
    let order = read(&deposit(whole)).unwrap().order.unwrap();
    assert_eq!(order.operation.kind(), OrderKind::DepositLink);
    let Operation::Deposit(deposit) = order.operation else { panic!("no deposit") };
    assert_eq!(deposit.user.trade_token, None, "a hosted page asks the user itself");
    assert_eq!(deposit.currency.unwrap().as_str(), "EUR");
    assert_eq!(deposit.multiplier.unwrap().to_string(), "1.05");
    assert_eq!(deposit.custom_currency.unwrap().rate.to_string(), "100");
}

#[test]
fn items_are_given_by_their_ids_or_with_more() {
    for (given, names) in [
        (of_items(), 0),
        (v1::Deposit { asset_ids: vec![], items: vec![named("41000000017")], ..of_items() }, 1),
    ] {
        let order = read(&deposit(given)).unwrap().order.unwrap();
        assert_eq!(order.operation.kind(), OrderKind::DepositItems);
        let Operation::Deposit(deposit) = order.operation else { panic!("no deposit") };
        assert_eq!(deposit.items[0].asset_id, "41000000017");
        assert_eq!(deposit.items.iter().filter(|item| item.market_hash_name.is_some()).count(), names);
    }
}

#[test]
fn every_rule_of_a_deposit() {
    let of = |change: &dyn Fn(&mut v1::Deposit), mut base: v1::Deposit| {
        change(&mut base);
        base
    };
    let custom = |name: &str, rate: &str, decimals: Option<u32>| v1::Deposit {
        custom_currency: Some(v1::CustomCurrency { name: name.to_owned(), rate: rate.to_owned(), decimals }),
        ..link()
    };
    assert_broken(vec![
        (of(&|it| it.user = None, link()), &[("deposit.user", "required")]),
        (of(&|it| it.user = user(""), of_items()), &[("deposit.user.trade_token", "required")]),
        (of(&|it| it.user = user("short"), link()), &[("deposit.user.trade_token", "trade_token")]),
        (of(&|it| it.game = 0, of_items()), &[("deposit.game", "required")]),
        (of(&|it| it.game = 99, link()), &[("deposit.game", "unknown")]),
        (of(&|it| it.items = vec![named("1")], of_items()), &[("deposit.items", "either_or")]),
        (of(&|it| it.asset_ids = vec!["7".to_owned(); 2], of_items()), &[("deposit.items", "repeated")]),
        (of(&|it| it.asset_ids = vec!["7".to_owned(); 201], of_items()), &[("deposit.items", "too_many")]),
        (of(&|it| it.asset_ids = vec!["x7".to_owned()], of_items()), &[("deposit.asset_ids[0]", "asset_id")]),
        (of(&|it| it.asset_ids = vec![String::new()], of_items()), &[("deposit.asset_ids[0]", "required")]),
        (of(&|it| it.min_amount = money("usd", "0"), link()), &[("deposit.min_amount.amount", "positive")]),
        (of(&|it| it.max_amount = money("", "1"), link()), &[("deposit.max_amount.currency", "required")]),
        (
            of(&|it| (it.min_amount, it.max_amount) = (money("USD", "2"), money("USD", "1")), link()),
            &[("deposit.max_amount", "range")],
        ),
        (
            of(&|it| (it.min_amount, it.max_amount) = (money("USD", "1"), money("EUR", "2")), link()),
            &[("deposit.max_amount", "range")],
        ),
        (of(&|it| it.currency = "dollars".to_owned(), link()), &[("deposit.currency", "currency")]),
        (of(&|it| it.multiplier = "-1".to_owned(), link()), &[("deposit.multiplier", "decimal")]),
        (of(&|it| it.multiplier = "0".to_owned(), link()), &[("deposit.multiplier", "positive")]),
        (of(&|it| it.success_url = "javascript:x".to_owned(), link()), &[("deposit.success_url", "url")]),
        (of(&|it| it.fail_url = "https://a b".to_owned(), link()), &[("deposit.fail_url", "url")]),
        (custom("", "1", None), &[("deposit.custom_currency.name", "length")]),
        (custom("MÜNZ", "1", None), &[("deposit.custom_currency.name", "length")]),
        (custom("COIN", "", None), &[("deposit.custom_currency.rate", "required")]),
        (custom("COIN", "1", Some(19)), &[("deposit.custom_currency.decimals", "range")]),
    ]);
}

type Change = (&'static str, fn(&mut v1::Listing));

#[test]
fn a_listing_is_one_item() {
    let order = |listing: v1::Listing| OrderRequest {
        operation: Some(v1::order_request::Operation::Listing(listing)),
        ..samples::order_request()
    };
    // The account of the samples has no listings, which every other mistake comes on top of.
    let unsupported = ("listing".to_owned(), "unsupported_operation".to_owned());
    assert_eq!(rules(&order(listing())), [unsupported]);
    let two = v1::Listing { items: [listing().items, listing().items].concat(), ..listing() };
    assert_eq!(rules(&order(two))[1].0, "listing.items");
    let changes: [Change; 5] = [
        ("listing.seller", |it| it.seller = None),
        ("listing.items[0].asset_id", |it| it.items[0].asset_id.clear()),
        ("listing.items[0].game", |it| it.items[0].game = 0),
        ("listing.items[0].price", |it| it.items[0].price = None),
        ("listing.items[0].price.currency", |it| it.items[0].price = money("EUR", "1")),
    ];
    for (field, change) in changes {
        let mut changed = listing();
        change(&mut changed);
        assert_eq!(rules(&order(changed))[1].0, field);
    }
}

#[test]
fn no_violation_of_a_deposit_quotes_the_token() {
    let mut request = of_items();
    request.asset_ids = vec![TOKEN.to_owned()];
    request.currency = TOKEN.to_owned();
    let violations = read(&deposit(request)).unwrap().order.unwrap_err();
    assert!(violations.len() >= 2);
    assert!(!format!("{violations:?}").contains(TOKEN));
}
