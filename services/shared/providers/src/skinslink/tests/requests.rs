//! What is sent to place and to look up.

use bytes::Bytes;
use http::Request;
use proptest::prelude::*;
use skinbus_domain::order::{Deposit, Game, Item, ListedItem, Listing, Operation, Order, OrderKind};

use super::*;
use crate::provider::NotBuildable;

fn place(order: &Order) -> Result<Request<Bytes>, NotBuildable> {
    skinslink().place(order, &reference("ord-1"))
}

fn body(request: &Request<Bytes>) -> String {
    String::from_utf8(request.body().to_vec()).unwrap()
}

fn changed(order: &Order, change: impl FnOnce(&mut Deposit)) -> Order {
    let mut order = order.clone();
    let Operation::Deposit(deposit) = &mut order.operation else { panic!("no deposit") };
    change(deposit);
    order
}

#[test]
fn a_hosted_page() {
    let order = changed(&page(), |deposit| {
        deposit.success_url = Some("https://shop.example/ok?a=1&b=\"2\"".to_owned());
        deposit.fail_url = Some("https://shop.example/no".to_owned());
    });
    let request = place(&order).unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://api.skinslink.com/api/v1/merchant/create-intent
    accept: "application/json"
    x-api-key: Sensitive
    content-type: "application/json"

    {"merchant_tx_id":"ord-1","game":"csgo","partner":39734314,"token":"<trade token>","result_url":"https://hooks.example.com/webhooks/skinslink_main/path-secret","success_url":"https://shop.example/ok?a=1&b=\"2\"","fail_url":"https://shop.example/no","custom_currency":"USD","custom_currency_multiplier":1,"custom_currency_rate":1}
    "#);
    assert_eq!(request.headers()["X-Api-Key"], API_KEY);
    let any_game = place(&changed(&page(), |deposit| deposit.game = None)).unwrap();
    assert!(!body(&any_game).contains("game"), "{}", body(&any_game));
    // The user enters the trade URL on the page.
    let no_trade_url = body(&place(&changed(&page(), |deposit| deposit.user.trade_token = None)).unwrap());
    assert!(!no_trade_url.contains("token") && !no_trade_url.contains("partner"), "{no_trade_url}");
}

#[test]
fn a_deposit_by_asset_ids() {
    insta::assert_snapshot!(shown(&place(&by_assets()).unwrap()), @r#"
    POST https://api.skinslink.com/api/v1/merchant/create-deposit
    accept: "application/json"
    x-api-key: Sensitive
    content-type: "application/json"

    {"merchant_tx_id":"ord-1","game":"csgo","partner":39734314,"token":"<trade token>","asset_ids":["30117720455","30117720456"],"min_prices":{"30117720455":2.1},"result_url":"https://hooks.example.com/webhooks/skinslink_main/path-secret","custom_currency":"USD","custom_currency_multiplier":1,"custom_currency_rate":1}
    "#);
    let without = changed(&by_assets(), |deposit| deposit.items.truncate(0));
    let without = changed(&without, |deposit| deposit.items.push(given("1", None, None)));
    assert!(!body(&place(&without).unwrap()).contains("min_prices"));
}

#[test]
fn a_deposit_by_names_begins_with_a_draft() {
    insta::assert_snapshot!(shown(&place(&by_names()).unwrap()), @r#"
    POST https://api.skinslink.com/api/v1/merchant/get-prices
    accept: "application/json"
    x-api-key: Sensitive
    content-type: "application/json"

    {"game":"csgo","marketHashNames":["Tec-9 | Groundwater (Minimal Wear)","★ Karambit | Doppler"]}
    "#);
}

#[test]
fn a_purchase_by_offer_and_by_name() {
    insta::assert_snapshot!(shown(&place(&purchase()).unwrap()), @r#"
    POST https://api.skinslink.com/api/v1/merchant/purchase
    accept: "application/json"
    x-api-key: Sensitive
    content-type: "application/json"

    {"partner":39734314,"token":"<trade token>","game":"csgo","asset_id":"28800417733","merchant_tx_id":"ord-1","max_price":18.50}
    "#);
    let named = purchase_of(Item::Name("a\",\"max_price\":99,\"x\":\"★".to_owned()), "0.0019");
    assert_eq!(
        body(&place(&named).unwrap()).replace(TRADE_TOKEN, "-"),
        r#"{"partner":39734314,"token":"-","game":"csgo","name":"a\",\"max_price\":99,\"x\":\"★","merchant_tx_id":"ord-1","max_price":0.001}"#
    );
}

#[test]
fn every_game_has_its_documented_word() {
    for (game, word) in
        [(Game::Cs2, "csgo"), (Game::Dota2, "dota2"), (Game::Rust, "rust"), (Game::Tf2, "tf2")]
    {
        let request = place(&changed(&by_assets(), |deposit| deposit.game = Some(game))).unwrap();
        assert!(body(&request).contains(&format!(r#""game":"{word}""#)), "{word}");
    }
}

#[test]
fn what_cannot_be_sent_is_not_built() {
    let not_built = |order: &Order| place(order).unwrap_err().0;
    for mut order in [purchase(), by_assets()] {
        order.operation.user_mut().trade_token = None;
        assert!(not_built(&order).contains("trade token"), "{order:?}");
    }
    // Zero might be "no limit".
    assert!(not_built(&purchase_of(Item::Offer("1".to_owned()), "0.00099")).contains("max_price"));
    assert!(not_built(&purchase_of(Item::Offer("1".to_owned()), "0.00")).contains("max_price"));
    let mut euros = purchase();
    let Operation::Purchase(purchase) = &mut euros.operation else { panic!() };
    purchase.max_price.currency = "EUR".parse().unwrap();
    assert!(not_built(&euros).contains("USD"));
    let mut nameless = super::purchase();
    let Operation::Purchase(purchase) = &mut nameless.operation else { panic!() };
    purchase.game = None;
    assert!(not_built(&nameless).contains("game"));
    for order in [by_assets(), by_names()] {
        assert!(not_built(&changed(&order, |deposit| deposit.game = None)).contains("game"));
    }
    let mixed = changed(&by_names(), |deposit| deposit.items[1].market_hash_name = None);
    assert!(not_built(&mixed).contains("named"));
    let free = changed(&by_assets(), |deposit| deposit.items[0].min_price = Some(dollars("0")));
    assert!(not_built(&free).contains("min_price"));
    let item = ListedItem { asset_id: "1".to_owned(), game: Game::Cs2, price: dollars("1") };
    let listing = order(Operation::Listing(Listing { seller: user(), item }));
    assert!(place(&listing).is_err());
}

#[test]
fn no_secret_is_in_an_address_or_in_what_is_printed() {
    let requests =
        [place(&purchase()).unwrap(), skinslink().look_up(&[target(OrderKind::Purchase)]).unwrap().request];
    for request in requests {
        let address = request.uri().to_string();
        assert!(!address.contains(API_KEY) && !address.contains(TRADE_TOKEN), "{address}");
        assert!(request.headers()["X-Api-Key"].is_sensitive());
        assert!(!format!("{request:?}").contains(API_KEY));
    }
}

#[test]
fn a_look_up_asks_for_one() {
    let targets =
        [target(OrderKind::Purchase), target(OrderKind::DepositLink), target(OrderKind::DepositItems)];
    let address = |first: usize| {
        let look_up = skinslink().look_up(&targets[first..]).unwrap();
        assert_eq!(look_up.asked, 1);
        look_up.request.uri().to_string()
    };
    assert_eq!(address(0), "https://api.skinslink.com/api/v1/merchant/purchase/status?merchant_tx_id=wd-1");
    for first in [1, 2] {
        let expected = "https://api.skinslink.com/api/v1/merchant/deposit/status?merchant_tx_id=dep-1";
        assert_eq!(address(first), expected);
    }
    assert!(skinslink().look_up(&[]).is_err());
    assert!(skinslink().look_up(&[target(OrderKind::Listing)]).is_err());
}

#[test]
fn without_an_address_for_webhooks_none_is_sent() {
    let endpoints = Endpoints { base_url: "http://localhost:8080/api/".to_owned(), result_url: None };
    let skinslink = Skinslink::new(endpoints, &API_KEY.into());
    for order in [page(), by_assets()] {
        let request = skinslink.place(&order, &reference("ord-1")).unwrap();
        assert!(!body(&request).contains("result_url"));
        assert!(request.uri().to_string().starts_with("http://localhost:8080/api/merchant/create-"));
    }
}

proptest! {
    /// The number in the body, as the provider's three decimal places.
    #[test]
    fn a_price_is_never_rounded_the_wrong_way(units in 1_u64..1_000_000_000_000, scale in 0_u32..9) {
        let price = rust_decimal::Decimal::new(i64::try_from(units).unwrap(), scale);
        let money = Money { currency: Currency::USD, amount: price };
        let sent = |order: &Order, field: &str| {
            let body = body(&place(order).unwrap());
            let start = body.find(field).unwrap() + field.len();
            let digits: String =
                body[start..].chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
            digits.parse::<rust_decimal::Decimal>().unwrap()
        };
        let step = rust_decimal::Decimal::new(1, 3);
        if price >= step {
            let most = sent(&purchase_of(Item::Offer("1".to_owned()), &price.to_string()), r#""max_price":"#);
            prop_assert!(most <= price && price - most < step && most.scale() <= 3, "{most} for {price}");
        }
        let order = changed(&by_assets(), |deposit| deposit.items[0].min_price = Some(money));
        let least = sent(&order, r#""30117720455":"#);
        prop_assert!(least >= price && least - price < step && least.scale() <= 3, "{least} for {price}");
    }
}
