//! Requests, byte for byte.

use bytes::Bytes;
use http::Request;
use proptest::prelude::*;
use skinbus_domain::order::{CustomCurrency, Item, Operation, OrderKind, Purchase};
use skinbus_domain::{Currency, Money, Order};

use super::{
    API_KEY, TRADE_TOKEN, a_deposit, a_purchase, confirmed, deposit, dollars, order, purchase, reference,
    skinout, skinout_at, target,
};
use crate::provider::{NotBuildable, Provider};
use crate::skinout::place::thousandths_text;

pub(super) fn shown(request: &Request<Bytes>) -> String {
    let mut text = format!("{} {}", request.method(), request.uri());
    let headers: std::collections::BTreeMap<_, _> =
        request.headers().iter().map(|(name, value)| (name.as_str(), value)).collect();
    for (name, value) in headers {
        text.push_str(&format!("\n{name}: {value:?}"));
    }
    let body = String::from_utf8(request.body().to_vec()).unwrap();
    if body.is_empty() { text } else { format!("{text}\n\n{body}") }
}

fn placing(order: &Order) -> Result<Request<Bytes>, NotBuildable> {
    skinout().place(order, &reference("wd-20431"))
}

fn body(order: &Order) -> serde_json::Value {
    serde_json::from_slice(placing(order).unwrap().body()).unwrap()
}

#[test]
fn a_purchase_by_name() {
    insta::assert_snapshot!(shown(&placing(&purchase()).unwrap()), @r#"
    POST https://pay.skinout.gg/api/v1/withdraw/buy
    accept: "application/json"
    api-key: Sensitive
    content-type: "application/json"

    {"project_id":"1042","payment_id":"wd-20431","skin_name":"P250 | Sand Dune (Field-Tested)","max_price":"50","partner":"39734314","token":"AbCd_-12"}
    "#);
}

#[test]
fn a_purchase_by_offer() {
    let item = Item::Offer("551201".to_owned());
    let order = order(Operation::Purchase(Purchase { item, game: None, ..a_purchase() }));
    insta::assert_snapshot!(placing(&order).unwrap().body().escape_ascii(), @r#"{\"project_id\":\"1042\",\"payment_id\":\"wd-20431\",\"skin_id\":\"551201\",\"max_price\":\"50\",\"partner\":\"39734314\",\"token\":\"AbCd_-12\"}"#);
}

#[test]
fn a_limit_is_rounded_down_to_thousandths() {
    for (dollars_text, thousandths) in [
        ("0.001", Some("1")),
        ("0.05", Some("50")),
        ("0.0419", Some("41")),
        ("0.041999999999999999999999999", Some("41")),
        ("12.50", Some("12500")),
        ("1250.000", Some("1250000")),
        ("7", Some("7000")),
        ("100", Some("100000")),
        ("0.0009999", None),
        ("0", None),
        ("9999999999999999999999999999", None),
    ] {
        assert_eq!(thousandths_text(&dollars(dollars_text)).as_deref(), thousandths, "{dollars_text}");
    }
}

proptest! {
    #[test]
    fn a_limit_never_grows(units in 0_u64..10_000_000, decimals in "[0-9]{0,9}") {
        let text = if decimals.is_empty() { units.to_string() } else { format!("{units}.{decimals}") };
        let price = dollars(&text);
        let thousandth = dollars("0.001");
        match thousandths_text(&price) {
            Some(sent) => {
                prop_assert!(sent.bytes().all(|byte| byte.is_ascii_digit()), "{}", sent);
                let sent = Money { currency: Currency::USD, amount: dollars(&sent).amount * thousandth.amount };
                prop_assert_eq!(sent.exceeds(&price), Some(false));
                let next = Money { amount: sent.amount + thousandth.amount, ..sent };
                prop_assert_eq!(next.exceeds(&price), Some(true));
            }
            None => prop_assert_eq!(thousandth.exceeds(&price), Some(true)),
        }
    }
}

#[test]
fn a_deposit_with_nothing_special() {
    insta::assert_snapshot!(shown(&placing(&deposit()).unwrap()), @r#"
    POST https://pay.skinout.gg/api/v1/deposit/create
    accept: "application/json"
    api-key: Sensitive
    content-type: "application/json"

    {"project_id":1042,"payment_id":"wd-20431","currency":"USD","steamid":"76561198000000042","trade_url_token":"AbCd_-12"}
    "#);
}

#[test]
fn a_deposit_with_everything() {
    let mut deposit = a_deposit();
    deposit.min_amount = Some(dollars("0.50"));
    deposit.success_url = Some("https://shop.example/done?a=1".to_owned());
    deposit.fail_url = Some("https://shop.example/failed".to_owned());
    deposit.custom_currency =
        Some(CustomCurrency { name: "GEM".to_owned(), rate: "95.250".parse().unwrap(), decimals: Some(0) });
    deposit.user.trade_token = None;
    let built = placing(&order(Operation::Deposit(deposit))).unwrap();
    // `min_amount` is in dollars, other than every other amount.
    insta::assert_snapshot!(String::from_utf8_lossy(built.body()), @r#"{"project_id":1042,"payment_id":"wd-20431","currency":"CUSTOM","custom_currency_name":"GEM","custom_currency_rate":"95.250","custom_currency_decimals":0,"min_amount":"0.50","success_url":"https://shop.example/done?a=1","failure_url":"https://shop.example/failed","steamid":"76561198000000042"}"#);
}

#[test]
fn a_deposit_in_another_currency() {
    let mut deposit = a_deposit();
    deposit.currency = Some("eur".parse().unwrap());
    let told = body(&order(Operation::Deposit(deposit)));
    assert_eq!(told["currency"], "EUR");
    for absent in ["custom_currency_name", "custom_currency_rate", "custom_currency_decimals", "min_amount"] {
        assert_eq!(told.get(absent), None, "{absent}");
    }
}

#[test]
fn what_cannot_be_served_is_not_sent() {
    let mut without_token = a_purchase();
    without_token.recipient.trade_token = None;
    let mut cheap = a_purchase();
    cheap.max_price = dollars("0.0004");
    let mut euros = a_purchase();
    euros.max_price.currency = "EUR".parse().unwrap();
    let mut most = a_deposit();
    most.max_amount = Some(dollars("5"));
    let mut named = a_deposit();
    named.items.push(skinbus_domain::order::DepositedItem {
        asset_id: "1".to_owned(),
        market_hash_name: None,
        min_price: None,
    });
    for operation in [
        Operation::Purchase(without_token),
        Operation::Purchase(cheap),
        Operation::Purchase(euros),
        Operation::Deposit(most),
        Operation::Deposit(named),
        Operation::Listing(super::violations::listing()),
    ] {
        assert!(placing(&order(operation.clone())).is_err(), "{operation:?}");
    }
    // The one place where the project's id is a number.
    let skinout = skinout_at("https://pay.skinout.gg/api/v1", "ten");
    assert!(skinout.place(&deposit(), &reference("dep-1")).is_err());
    assert!(skinout.place(&purchase(), &reference("wd-1")).is_ok());
    assert!(skinout.place_together(&[(&purchase(), &reference("wd-1"))]).is_err());
    assert!(!format!("{:?}", placing(&order(Operation::Deposit(a_deposit())))).contains(API_KEY));
}

#[test]
fn no_secret_is_in_an_address() {
    let targets = [target(OrderKind::Purchase, "wd-20431")];
    let looked_up = skinout().look_up(&targets).unwrap().request;
    for request in [placing(&purchase()).unwrap(), placing(&deposit()).unwrap(), looked_up] {
        let address = request.uri().to_string();
        assert!(!address.contains(API_KEY) && !address.contains(TRADE_TOKEN), "{address}");
        assert!(request.headers()["Api-Key"].is_sensitive());
        assert_eq!(request.headers()["Api-Key"], API_KEY);
        assert!(!format!("{:?}", request.headers()).contains(API_KEY));
    }
}

#[test]
fn a_look_up_of_purchases() {
    let targets = ["wd-20431", "wd_2.1", "A"].map(|text| target(OrderKind::Purchase, text));
    let look_up = skinout().look_up(&targets).unwrap();
    insta::assert_snapshot!(shown(&look_up.request), @r#"
    GET https://pay.skinout.gg/api/v1/withdraw/status?payment_id=wd-20431%2Cwd_2.1%2CA
    accept: "application/json"
    api-key: Sensitive
    "#);
    assert_eq!(look_up.asked, 3);
}

#[test]
fn a_look_up_of_a_deposit_asks_for_one() {
    let targets = ["dep-7781", "dep-7782"].map(|text| target(OrderKind::DepositLink, text));
    let look_up = skinout().look_up(&targets).unwrap();
    insta::assert_snapshot!(shown(&look_up.request), @r#"
    GET https://pay.skinout.gg/api/v1/deposit/status?payment_id=dep-7781
    accept: "application/json"
    api-key: Sensitive
    "#);
    assert_eq!(look_up.asked, 1);
}

#[test]
fn a_look_up_takes_as_many_as_fit() {
    // Length of each reference, how many there are, how many are asked for.
    for (length, count, asked) in
        [(1, 1, 1), (8, 50, 50), (8, 51, 50), (34, 50, 50), (36, 50, 48), (64, 50, 28), (80, 50, 22)]
    {
        let targets: Vec<_> =
            (0..count).map(|number| target(OrderKind::Purchase, &format!("{number:a>length$}"))).collect();
        let look_up = skinout().look_up(&targets).unwrap();
        let address = look_up.request.uri().to_string();
        assert!(address.len() <= 2000, "{} bytes", address.len());
        let query: Vec<(String, String)> =
            serde_urlencoded::from_str(look_up.request.uri().query().unwrap()).unwrap();
        let references: Vec<&str> = targets[..look_up.asked].iter().map(|t| t.reference.as_str()).collect();
        assert_eq!(query, [("payment_id".to_owned(), references.join(","))]);
        assert_eq!(look_up.asked, asked, "{count} of {length}: {} bytes", address.len());
    }
}

#[test]
fn a_look_up_ends_where_another_kind_begins() {
    let purchase = |text| target(OrderKind::Purchase, text);
    let page = |text| target(OrderKind::DepositLink, text);
    let known = |text| confirmed(OrderKind::Purchase, text);
    for (targets, asked) in [
        (vec![purchase("a"), purchase("b"), page("c"), purchase("d")], 2),
        // What the provider may never have seen is not mixed with what it has.
        (vec![known("a"), known("b"), purchase("c"), known("d")], 2),
        (vec![purchase("a"), known("b")], 1),
    ] {
        let look_up = skinout().look_up(&targets).unwrap();
        assert_eq!(look_up.asked, asked, "{}", look_up.request.uri());
        assert_eq!(look_up.request.uri().query().unwrap().matches("%2C").count(), asked - 1);
    }
    assert!(skinout().look_up(&[]).is_err());
    for kind in [OrderKind::DepositItems, OrderKind::Listing] {
        assert!(skinout().look_up(&[target(kind, "a")]).is_err());
    }
}
