//! Long price lists in each provider's own format, as its documentation shows it, and the adapters that read them.

use std::fmt::Write;

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use skinbus_domain::order::Game;
use skinbus_domain::query::{Item, Query, QueryAnswer};
use skinbus_providers::registry::{self, Credentials, Endpoints};
use skinbus_providers::{Provider, Queried, skinout, skinsback};

/// Rows of each list.
pub const ROWS: usize = 30_000;
/// Offers of one name, in the one list that names offers.
const OFFERS_PER_NAME: usize = 3;

/// One provider's price list.
pub struct PriceList {
    /// The provider's name in settings.
    pub provider: &'static str,
    /// The answer's body.
    pub body: Bytes,
    /// How many items there are to be read.
    items: usize,
    adapter: Box<dyn Provider>,
}

/// A list of every provider.
#[must_use]
pub fn all() -> Vec<PriceList> {
    let secret = || "0123456789abcdef".to_owned().into();
    let text = || "1".to_owned();
    let skinsback = Credentials::Skinsback {
        client_id: text(),
        client_secret: secret(),
        authentication: skinsback::Authentication::default(),
    };
    let skinout =
        Credentials::Skinout { api_key: secret(), project_id: text(), paths: skinout::Paths::default() };
    let shadowpay =
        Credentials::Shadowpay { token: secret(), public_hash: text(), secret_hash: secret(), pay_url: None };
    vec![
        PriceList::new("skinsback", skinsback, skinsback_body(), ROWS),
        PriceList::new("skinout", skinout, skinout_body(), ROWS),
        PriceList::new("skinify", Credentials::Skinify { token: secret() }, skinify_body(), ROWS),
        PriceList::new("shadowpay", shadowpay, shadowpay_body(), ROWS / OFFERS_PER_NAME),
        PriceList::new("skinslink", Credentials::Skinslink { api_key: secret() }, skinslink_body(), ROWS),
    ]
}

impl PriceList {
    fn new(provider: &'static str, credentials: Credentials, body: String, items: usize) -> Self {
        let endpoints = Endpoints { base_url: "https://example.invalid".to_owned(), result_url: None };
        Self { provider, body: body.into(), items, adapter: registry::provider(credentials, endpoints) }
    }

    /// What the adapter reads, as provider-dispatch has it read.
    ///
    /// # Panics
    ///
    /// Where it is not the whole list.
    #[must_use]
    pub fn read(&self) -> Vec<Item> {
        let query = Query::Prices { game: Game::Cs2, cursor: None };
        let response = Response::new(self.body.clone());
        let read = self.adapter.read_queried(&query, &response, Timestamp::UNIX_EPOCH);
        let Queried::Answer(QueryAnswer::Items(page)) = read else {
            panic!("{}: no list of items", self.provider);
        };
        assert_eq!(
            (page.items.len(), page.unreadable, page.next),
            (self.items, 0, None),
            "{}",
            self.provider
        );
        page.items
    }
}

/// Names are as long as those of Steam's market.
fn name(number: usize) -> String {
    const WEARS: [&str; 5] = ["Factory New", "Minimal Wear", "Field-Tested", "Well-Worn", "Battle-Scarred"];
    format!("StatTrak™ MAC-10 | Pattern {number} ({})", WEARS[number % WEARS.len()])
}

/// Prices in cents, from 3 up to about 200 dollars, without any order.
fn cents(number: usize) -> usize {
    number * 7_919 % 20_000 + 3
}

fn dollars(number: usize) -> String {
    format!("{}.{:02}", cents(number) / 100, cents(number) % 100)
}

/// `before`, the rows separated by commas, `after`.
fn body(before: &str, after: &str, mut row: impl FnMut(&mut String, usize)) -> String {
    let mut body = before.to_owned();
    for number in 0..ROWS {
        if number > 0 {
            body.push(',');
        }
        row(&mut body, number);
    }
    body + after
}

fn skinsback_body() -> String {
    let before = r#"{"status":"success","last_update":"1767262000","items":["#;
    body(before, "]}", |body, number| {
        let (name, price, count) = (name(number), dollars(number), number % 40 + 1);
        let class_id = 310_000_000 + number;
        write!(body, r#"{{"name":"{name}","price":{price},"classid":"{class_id}","count":{count}}}"#)
            .unwrap();
    })
}

fn skinout_body() -> String {
    body(r#"{"success":true,"skins":["#, "]}", |body, number| {
        let (id, name, price, count) = (550_000 + number, name(number), cents(number) * 10, number % 40 + 1);
        write!(body, r#"{{"id":"{id}","name":"{name}","price":{price},"count":{count}}}"#).unwrap();
    })
}

fn skinify_body() -> String {
    body(r#"{"status":"success","skins":["#, "]}", |body, number| {
        let (name, price, count) = (name(number), dollars(number), number % 40 + 1);
        let properties = format!(r#"{{"classid":"{}"}}"#, 310_000_000 + number);
        write!(body, r#"{{"name":"{name}","price":"{price}","count":{count},"properties":{properties}}}"#)
            .unwrap();
    })
}

fn shadowpay_body() -> String {
    body(r#"{"data":{"#, r#"]},"status":"success"}"#, |body, number| {
        if number % OFFERS_PER_NAME == 0 {
            if body.ends_with(',') {
                // The list of the name before ends, and a new one begins.
                body.insert(body.len() - 1, ']');
            }
            write!(body, r#""{}":["#, name(number)).unwrap();
        }
        write!(body, r#"{{"id":"{}","price":"{}"}}"#, 5_510_000 + number, dollars(number)).unwrap();
    })
}

fn skinslink_body() -> String {
    let before = r#"{"success":true,"message":"Successfully retrieved purchase prices","data":{"game":"csgo","total":30000,"items":["#;
    body(before, r#"],"last_update_at":"2026-03-02T10:00:00Z"}}"#, |body, number| {
        let (name, price, count) = (name(number), dollars(number), number % 40 + 1);
        let image_url = format!("https://example.invalid/i/{number}.png");
        write!(
            body,
            r#"{{"name":"{name}","count":{count},"price":{price},"game":"csgo","image_url":"{image_url}"}}"#
        )
        .unwrap();
    })
}
