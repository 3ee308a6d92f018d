//! What is sent.

use bytes::Bytes;
use http::Request;
use skinbus_domain::order::{Game, Item, Operation, Order, Purchase, SteamUser};
use skinbus_domain::{Currency, Money, Reference};

use super::{TOKEN, reference, skinify};
use crate::provider::{NotBuildable, Provider};
use crate::skinify::Skinify;

const TRADE_TOKEN: &str = "AbCd_-12";

fn order(item: Item, game: Option<Game>) -> Order {
    Order {
        account: "skinify_main".parse().unwrap(),
        provider: "skinify".to_owned(),
        operation: Operation::Purchase(Purchase {
            recipient: SteamUser {
                steam_id: "76561198000000042".parse().unwrap(),
                trade_token: Some(TRADE_TOKEN.parse().unwrap()),
            },
            game,
            item,
            max_price: Money::parse(Currency::USD, "0.30").unwrap(),
        }),
        expires_at: None,
    }
}

fn place(item: Item, game: Option<Game>) -> Result<Request<Bytes>, NotBuildable> {
    skinify().place(&order(item, game), &reference("wd-20431"))
}

/// The request as text. What is marked as sensitive is not shown, and what is not marked is.
fn shown(request: &Request<Bytes>) -> String {
    let headers = request.headers().iter().map(|(name, value)| format!("{name}: {value:?}\n"));
    format!(
        "{} {}\n{}\n{}",
        request.method(),
        request.uri(),
        headers.collect::<String>(),
        String::from_utf8_lossy(request.body()).replace(TRADE_TOKEN, "<trade token>"),
    )
}

#[test]
fn a_purchase_by_offer() {
    let request = place(Item::Offer("88101".to_owned()), Some(Game::Cs2)).unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://skinify.io/api/withdraw/buy
    token: Sensitive
    accept: "application/json"
    content-type: "application/x-www-form-urlencoded"

    partner=39734314&token=<trade token>&id=88101&max_price=0.30&custom_id=wd-20431
    "#);
    assert_eq!(request.headers()["Token"], TOKEN);
}

#[test]
fn a_purchase_by_name() {
    let request =
        place(Item::Name("★ Karambit | Doppler & Co = 100%+ ™".to_owned()), Some(Game::Tf2)).unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://skinify.io/api/withdraw/buy
    token: Sensitive
    accept: "application/json"
    content-type: "application/x-www-form-urlencoded"

    partner=39734314&token=<trade token>&name=%E2%98%85+Karambit+%7C+Doppler+%26+Co+%3D+100%25%2B+%E2%84%A2&game=tf2&max_price=0.30&custom_id=wd-20431
    "#);
}

#[test]
fn what_a_name_holds_adds_no_field() {
    let request = place(Item::Name("a&max_price=99&custom_id=x".to_owned()), Some(Game::Dota2)).unwrap();
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(request.body()).unwrap();
    let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["partner", "token", "name", "game", "max_price", "custom_id"]);
    assert_eq!(fields[2].1, "a&max_price=99&custom_id=x");
}

#[test]
fn every_game_has_its_documented_word() {
    for (game, word) in
        [(Game::Cs2, "csgo"), (Game::Dota2, "dota2"), (Game::Rust, "rust"), (Game::Tf2, "tf2")]
    {
        let request = place(Item::Name("Key".to_owned()), Some(game)).unwrap();
        let body = String::from_utf8_lossy(request.body()).into_owned();
        assert!(body.contains(&format!("&game={word}&")), "{body}");
    }
}

#[test]
fn what_cannot_be_sent_is_not_built() {
    let error = place(Item::Name("Key".to_owned()), None).unwrap_err();
    assert_eq!(error, NotBuildable("an item by name needs its game"));

    let mut ended = order(Item::Offer("1".to_owned()), None);
    let Operation::Purchase(purchase) = &mut ended.operation;
    purchase.recipient.trade_token = None;
    let error = skinify().place(&ended, &reference("wd-1")).unwrap_err();
    assert!(error.0.contains("trade token"), "{error}");

    let offer = order(Item::Offer("1".to_owned()), None);
    let broken_token = Skinify::new("https://skinify.io/api", "sek\nrit".into());
    let error = broken_token.place(&offer, &reference("wd-1")).unwrap_err();
    assert!(!error.to_string().contains("rit") || error.to_string().contains("characters"), "{error}");
    assert!(!error.to_string().contains("sek"), "{error}");
    let broken_address = Skinify::new("https://skinify io", TOKEN.into());
    assert!(broken_address.place(&offer, &reference("wd-1")).is_err());
}

#[test]
fn no_token_is_in_an_address() {
    let requests = [
        place(Item::Offer("88101".to_owned()), None).unwrap(),
        skinify().look_up(&[reference("wd-20431")]).unwrap().request,
    ];
    for request in requests {
        let address = request.uri().to_string();
        assert!(!address.contains(TOKEN) && !address.contains(TRADE_TOKEN), "{address}");
        assert!(request.headers()["Token"].is_sensitive());
        assert!(!format!("{request:?}").contains(TOKEN));
    }
}

#[test]
fn a_look_up() {
    let references = ["wd-20431", "wd_2.1", "A"].map(reference);
    let look_up = skinify().look_up(&references).unwrap();
    insta::assert_snapshot!(shown(&look_up.request), @r#"
    GET https://skinify.io/api/withdraw/info?custom_ids=wd-20431%2Cwd_2.1%2CA
    token: Sensitive
    accept: "application/json"
    "#);
    assert_eq!(look_up.asked, 3);
}

/// The references that an address asks for.
fn asked_for(request: &Request<Bytes>) -> Vec<String> {
    let query: Vec<(String, String)> = serde_urlencoded::from_str(request.uri().query().unwrap()).unwrap();
    assert_eq!(query.len(), 1);
    assert_eq!(query[0].0, "custom_ids");
    query[0].1.split(',').map(str::to_owned).collect()
}

#[test]
fn a_look_up_takes_as_many_as_fit() {
    // Length of each reference, how many there are, how many are asked for.
    for (length, count, asked) in
        [(1, 1, 1), (8, 50, 50), (8, 51, 50), (36, 50, 50), (64, 50, 29), (80, 50, 23)]
    {
        let references: Vec<Reference> =
            (0..count).map(|number| reference(&format!("{number:a>length$}"))).collect();
        let look_up = skinify().look_up(&references).unwrap();
        let address = look_up.request.uri().to_string();
        assert!(address.len() <= 2000, "{} bytes", address.len());
        assert_eq!(look_up.asked, asked, "{count} of {length}: {} bytes", address.len());
        let expected: Vec<_> = references[..asked].iter().map(ToString::to_string).collect();
        assert_eq!(asked_for(&look_up.request), expected);
    }
}

#[test]
fn a_look_up_for_nothing_is_not_built() {
    assert!(skinify().look_up(&[]).is_err());
    let far = Skinify::new(&format!("https://skinify.io/{}", "a".repeat(1960)), TOKEN.into());
    assert!(far.look_up(&[reference(&"a".repeat(80))]).is_err());
}

#[test]
fn a_slash_at_the_end_of_the_address_does_not_count() {
    let skinify = Skinify::new("http://localhost:8080/api/", TOKEN.into());
    let look_up = skinify.look_up(&[reference("a")]).unwrap();
    assert_eq!(look_up.request.uri(), "http://localhost:8080/api/withdraw/info?custom_ids=a");
}
