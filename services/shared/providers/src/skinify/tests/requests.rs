//! What is sent.

use bytes::Bytes;
use http::Request;
use skinbus_domain::OrderKind;
use skinbus_domain::order::{Game, Item, Operation};

use super::{TOKEN, TRADE_TOKEN, order, reference, shown, skinify, skinify_at, target};
use crate::provider::{LookUpTarget, NotBuildable, Provider};
use crate::registry::Endpoints;
use crate::skinify::Skinify;

fn purchase(text: &str) -> LookUpTarget {
    target(OrderKind::Purchase, text)
}

fn place(item: Item, game: Option<Game>) -> Result<Request<Bytes>, NotBuildable> {
    skinify().place(&order(item, game), &reference("wd-20431"))
}

#[test]
fn a_purchase_by_offer() {
    let request = place(Item::Offer("88101".to_owned()), Some(Game::Cs2)).unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://skinify.io/api/withdraw/buy
    accept: "application/json"
    token: Sensitive
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
    accept: "application/json"
    token: Sensitive
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
    let Operation::Purchase(purchase) = &mut ended.operation else { panic!() };
    purchase.recipient.trade_token = None;
    let error = skinify().place(&ended, &reference("wd-1")).unwrap_err();
    assert!(error.0.contains("trade token"), "{error}");

    let offer = order(Item::Offer("1".to_owned()), None);
    let broken_token = {
        let base_url = "https://skinify.io/api".to_owned();
        Skinify::new(Endpoints { base_url, result_url: None }, &"sek\nrit".into())
    };
    // A token that no header can carry is not sent, nor told: the provider refuses what comes without one.
    let without = broken_token.place(&offer, &reference("wd-1")).unwrap();
    assert!(!without.headers().contains_key("token"));
    assert!(!format!("{without:?}").contains("sek") && !format!("{without:?}").contains("rit\""));
    let broken_address = skinify_at("https://skinify io");
    assert!(broken_address.place(&offer, &reference("wd-1")).is_err());
}

#[test]
fn no_token_is_in_an_address() {
    let requests = [
        place(Item::Offer("88101".to_owned()), None).unwrap(),
        skinify().look_up(&[purchase("wd-20431")]).unwrap().request,
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
    let references = ["wd-20431", "wd_2.1", "A"].map(purchase);
    let look_up = skinify().look_up(&references).unwrap();
    insta::assert_snapshot!(shown(&look_up.request), @r#"
    GET https://skinify.io/api/withdraw/info?custom_ids=wd-20431%2Cwd_2.1%2CA
    accept: "application/json"
    token: Sensitive
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
        let references: Vec<LookUpTarget> =
            (0..count).map(|number| purchase(&format!("{number:a>length$}"))).collect();
        let look_up = skinify().look_up(&references).unwrap();
        let address = look_up.request.uri().to_string();
        assert!(address.len() <= 2000, "{} bytes", address.len());
        assert_eq!(look_up.asked, asked, "{count} of {length}: {} bytes", address.len());
        let expected: Vec<_> =
            references[..asked].iter().map(|target| target.reference.to_string()).collect();
        assert_eq!(asked_for(&look_up.request), expected);
    }
}

#[test]
fn a_look_up_for_nothing_is_not_built() {
    assert!(skinify().look_up(&[]).is_err());
    let far = skinify_at(&format!("https://skinify.io/{}", "a".repeat(1960)));
    assert!(far.look_up(&[purchase(&"a".repeat(80))]).is_err());
}

#[test]
fn a_slash_at_the_end_of_the_address_does_not_count() {
    let skinify = skinify_at("http://localhost:8080/api/");
    let look_up = skinify.look_up(&[purchase("a")]).unwrap();
    assert_eq!(look_up.request.uri(), "http://localhost:8080/api/withdraw/info?custom_ids=a");
}
