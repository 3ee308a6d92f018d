//! Every broken rule of a request, all at once, and never a token in what is quoted.

use skinbus_domain::Violation;

use super::samples::{self, TOKEN, read};
use crate::v1::order_request::Operation;
use crate::v1::purchase::Item;
use crate::v1::{self, OrderRequest, Purchase};

type Rule = (&'static str, &'static str);

fn violations(request: &OrderRequest) -> Vec<Violation> {
    match read(request) {
        Ok(request) => request.order.err().unwrap_or_default(),
        Err(unaddressable) => vec![unaddressable.violation],
    }
}

fn rules(request: &OrderRequest) -> Vec<(String, String)> {
    violations(request).into_iter().map(|violation| (violation.field, violation.rule)).collect()
}

fn request(change: impl FnOnce(&mut OrderRequest)) -> OrderRequest {
    let mut request = samples::order_request();
    change(&mut request);
    request
}

fn purchase(change: impl FnOnce(&mut Purchase)) -> OrderRequest {
    let mut purchase = samples::purchase();
    change(&mut purchase);
    request(|request| request.operation = Some(Operation::Purchase(purchase)))
}

fn user(steam_id: &str, trade_token: &str) -> OrderRequest {
    let recipient = v1::SteamUser { steam_id: steam_id.to_owned(), trade_token: trade_token.to_owned() };
    purchase(|purchase| purchase.recipient = Some(recipient))
}

fn item(item: Item) -> OrderRequest {
    purchase(|purchase| purchase.item = Some(item))
}

fn price(currency: &str, amount: &str) -> OrderRequest {
    let money = v1::Money { currency: currency.to_owned(), amount: amount.to_owned() };
    purchase(|purchase| purchase.max_price = Some(money))
}

fn account(name: &str) -> OrderRequest {
    request(|request| request.account = name.to_owned())
}

fn order_id(id: &str) -> OrderRequest {
    request(|request| request.order_id = id.to_owned())
}

fn note(key: &str, value: &str) -> OrderRequest {
    request(|request| {
        request.metadata.insert(key.to_owned(), value.to_owned());
    })
}

fn expires(seconds: i64, nanos: i32) -> OrderRequest {
    request(|request| request.expires_at = Some(prost_types::Timestamp { seconds, nanos }))
}

fn assert_rules(table: &[(OrderRequest, Rule)]) {
    for (request, (field, rule)) in table {
        assert_eq!(rules(request), [((*field).to_owned(), (*rule).to_owned())], "{request:?}");
    }
}

#[test]
fn the_envelope() {
    let many = request(|request| {
        request.metadata = (0..17).map(|number| (number.to_string(), String::new())).collect();
    });
    assert_rules(&[
        (order_id(""), ("order_id", "required")),
        (order_id("a.b"), ("order_id", "pattern")),
        (order_id(&"a".repeat(65)), ("order_id", "pattern")),
        (account(""), ("account", "required")),
        (account("Skinify Main"), ("account", "pattern")),
        (account("nobodys"), ("account", "unknown_account")),
        (account("foreign"), ("account", "unknown_account")),
        (account("sells_only"), ("purchase", "unsupported_operation")),
        (expires(0, -1), ("expires_at", "range")),
        (expires(i64::MAX, 0), ("expires_at", "range")),
        (many, ("metadata", "too_many")),
        (note("", "x"), ("metadata.", "length")),
        (note("long", &"x".repeat(257)), ("metadata.long", "length")),
        (request(|request| request.operation = None), ("operation", "required")),
        (
            request(|request| request.operation = Some(Operation::Deposit(v1::Deposit::default()))),
            ("deposit.user", "required"),
        ),
    ]);
    let key = "k".repeat(65);
    assert_eq!(rules(&note(&key, "x")), [(format!("metadata.{}", &key[1..]), "length".to_owned())]);
}

#[test]
fn the_recipient() {
    assert_rules(&[
        (purchase(|purchase| purchase.recipient = None), ("purchase.recipient", "required")),
        (user("", TOKEN), ("purchase.recipient.steam_id", "required")),
        (user("39734314", TOKEN), ("purchase.recipient.steam_id", "steam_id")),
        (user("103582791429521408", TOKEN), ("purchase.recipient.steam_id", "steam_id")),
        (user("76561198000000042", ""), ("purchase.recipient.trade_token", "required")),
        (user("76561198000000042", "AbCd_-1"), ("purchase.recipient.trade_token", "trade_token")),
    ]);
}

#[test]
fn the_item_and_its_price() {
    let offer = |id: &str| item(Item::OfferId(id.to_owned()));
    let by_name = |game: i32| purchase(|purchase| purchase.game = game);
    assert_rules(&[
        (purchase(|purchase| purchase.item = None), ("purchase.item", "required")),
        (offer(""), ("purchase.offer_id", "length")),
        (offer(&"1".repeat(301)), ("purchase.offer_id", "length")),
        (offer("1\n2"), ("purchase.offer_id", "length")),
        (item(Item::MarketHashName("a\0b".to_owned())), ("purchase.market_hash_name", "length")),
        (by_name(0), ("purchase.game", "required")),
        (by_name(99), ("purchase.game", "unknown")),
        (purchase(|purchase| purchase.max_price = None), ("purchase.max_price", "required")),
        (price("", "1"), ("purchase.max_price.currency", "required")),
        (price("US", "1"), ("purchase.max_price.currency", "currency")),
        (price("EUR", "1"), ("purchase.max_price.currency", "price_currency")),
        (price("USD", ""), ("purchase.max_price.amount", "required")),
        (price("USD", "0.00"), ("purchase.max_price.amount", "positive")),
        (price("USD", "1,50"), ("purchase.max_price.amount", "decimal")),
        (price("USD", "-1"), ("purchase.max_price.amount", "decimal")),
        (price("USD", "1e3"), ("purchase.max_price.amount", "decimal")),
        (price("USD", "NaN"), ("purchase.max_price.amount", "decimal")),
        (price("USD", &"9".repeat(29)), ("purchase.max_price.amount", "decimal")),
    ]);
    // At the limits, all is well.
    for request in [offer(&"1".repeat(300)), price("usd", "0.001"), note(&"k".repeat(64), &"v".repeat(256))] {
        assert_eq!(rules(&request), []);
    }
}

#[test]
fn all_rules_are_reported_at_once() {
    let request = OrderRequest { order_id: "wd-1".to_owned(), ..OrderRequest::default() };
    let expected = [("account", "required"), ("operation", "required")];
    assert_eq!(rules(&request), expected.map(|(field, rule)| (field.to_owned(), rule.to_owned())));

    let mut request = purchase(|purchase| {
        purchase.recipient = Some(v1::SteamUser::default());
        purchase.game = 0;
        purchase.item = Some(Item::MarketHashName(String::new()));
        purchase.max_price = Some(v1::Money { currency: "dollars".to_owned(), amount: "many".to_owned() });
    });
    request.account = "nobodys".to_owned();
    request.expires_at = Some(prost_types::Timestamp { seconds: 0, nanos: -1 });
    request.metadata.insert(String::new(), "x".repeat(257));
    let expected = [
        ("account", "unknown_account"),
        ("metadata.", "length"),
        ("metadata.", "length"),
        ("expires_at", "range"),
        ("purchase.recipient.steam_id", "required"),
        ("purchase.recipient.trade_token", "required"),
        ("purchase.game", "required"),
        ("purchase.market_hash_name", "length"),
        ("purchase.max_price.currency", "currency"),
        ("purchase.max_price.amount", "decimal"),
    ];
    assert_eq!(rules(&request), expected.map(|(field, rule)| (field.to_owned(), rule.to_owned())));
    // A rejected request's notes may be what is wrong with it.
    assert!(read(&request).unwrap().metadata.is_empty());
}

#[test]
fn what_was_given_is_quoted_and_never_a_token() {
    let quoted = |request: &OrderRequest| violations(request).remove(0).given;
    assert_eq!(quoted(&price("USD", "1,50")), "1,50");
    assert_eq!(quoted(&account("Skinify Main")), "Skinify Main");
    assert_eq!(quoted(&user("7656119800000004", TOKEN)), "7656119800000004");
    assert_eq!(quoted(&account(&"A".repeat(999))), "A".repeat(80));
    // Eight digits may be a token.
    assert_eq!(quoted(&user("12345678", TOKEN)), "");

    let url = format!("https://steamcommunity.com/tradeoffer/new/?partner=39734314&token={TOKEN}");
    let swapped = user(TOKEN, "76561198000000042");
    let pasted = user(&url, &url);
    let mut everywhere = item(Item::OfferId(format!("{}{TOKEN}\n", "1".repeat(76))));
    everywhere.account = url.clone();
    everywhere.metadata.insert(format!("{}{TOKEN}", "k".repeat(60)), String::new());
    let unaddressable = order_id(&format!("wd {TOKEN}"));
    for (request, count) in
        [(swapped, 2), (pasted, 2), (everywhere, 3), (unaddressable, 1), (user("1", &TOKEN[1..]), 2)]
    {
        let violations = violations(&request);
        assert_eq!(violations.len(), count, "{violations:?}");
        for violation in violations {
            let text = format!("{violation:?}");
            assert!(!text.contains("AbCd") && !text.contains("bCd_"), "{text}");
        }
    }
}
