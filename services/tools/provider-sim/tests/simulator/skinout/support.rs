//! A simulator of its own for each test, and a client for it.

use std::net::SocketAddr;

use provider_sim::{Options, Simulator, skinout};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::client::{client, json, text};
use crate::merchant::Merchant;

pub(crate) const API_KEY: &str = "the-secret-api-key";
/// MD5 of the key, computed by another program.
pub(crate) const SIGNATURE: &str = "7e82e54dd14913d726fee07cde861bad";
pub(crate) const PROJECT_ID: u64 = 4_711;
pub(crate) const TRADE_TOKEN: &str = "TrdTok42";
pub(crate) const PARTNER: &str = "39734314";
pub(crate) const FAR_FUTURE: u64 = 9_999_999_999;

pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) client: Client,
}

impl World {
    pub(crate) async fn start() -> Self {
        let options = Options::listening_on(SocketAddr::from(([127, 0, 0, 1], 0)))
            .with(skinout::Options::with_credentials(API_KEY, PROJECT_ID));
        Self { simulator: Simulator::start(options).await.unwrap(), client: client() }
    }

    /// A simulator where lives stand still unless they are advanced.
    pub(crate) async fn standing_still() -> Self {
        let world = Self::start().await;
        world
            .control(&json!({"durations": {"processing_ms": 1_000_000, "waiting_accept_ms": 1_000_000,
                "offer_timeout_ms": 5_000_000, "rollback_ms": 1_000_000, "protection_ms": 20_000_000,
                "reservation_ms": 10_000_000}}))
            .await;
        world
    }

    /// The same, with a merchant who is told of everything.
    pub(crate) async fn with_merchant() -> (Self, Merchant) {
        let world = Self::standing_still().await;
        let merchant = Merchant::start(200).await;
        world
            .switch(&json!({"notifications": {"url": merchant.url(), "purchase_url": merchant.url()}}))
            .await;
        (world, merchant)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.simulator.address())
    }

    pub(crate) fn get_request(&self, path: &str) -> RequestBuilder {
        self.client
            .get(self.url(&format!("/skinout/api/v1{path}")))
            .header("Api-Key", API_KEY)
            .header("content-type", "application/json")
    }

    pub(crate) fn post_request(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client
            .post(self.url(&format!("/skinout/api/v1{path}")))
            .header("Api-Key", API_KEY)
            .header("content-type", "application/json")
            .body(body.to_string())
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        json(self.get_request(path).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        json(self.post_request(path, body).send().await.unwrap()).await
    }

    pub(crate) async fn buy(&self, skin_id: &str, payment_id: &str) -> Value {
        self.post("/withdraw/buy", &order(skin_id, payment_id)).await
    }

    /// Creates a deposit in EUR.
    pub(crate) async fn deposit(&self, payment_id: &str) -> Value {
        self.post("/deposit/create", &deposit(payment_id)).await
    }

    pub(crate) async fn deposit_status(&self, payment_id: &str) -> Value {
        self.get(&format!("/deposit/status?payment_id={payment_id}")).await
    }

    /// The only row of purchase status for an own id.
    pub(crate) async fn status(&self, payment_id: &str) -> Value {
        let answer = self.get(&format!("/withdraw/status?payment_id={payment_id}")).await;
        assert_eq!(answer["items"].as_array().map(Vec::len), Some(1), "{answer}");
        answer["items"][0].clone()
    }

    pub(crate) async fn own(&self, path: &str) -> Value {
        json(self.client.get(self.url(path)).send().await.unwrap()).await
    }

    pub(crate) async fn ledger(&self) -> Value {
        self.own("/_ledger").await
    }

    pub(crate) async fn purchases(&self) -> Vec<Value> {
        self.ledger().await["purchases"].as_array().unwrap().clone()
    }

    /// The balance as Skinout tells it, in thousandths of a USD.
    pub(crate) async fn balance(&self) -> u64 {
        self.get("/balance").await["balance"].as_u64().unwrap()
    }

    pub(crate) async fn advance(&self, by_ms: u64) {
        self.control(&json!({"advance_ms": by_ms})).await;
    }

    /// Changes Skinout's own part of the settings.
    pub(crate) async fn switch(&self, change: &Value) -> Value {
        self.control(&json!({"skinout": change})).await["skinout"].clone()
    }

    pub(crate) async fn control(&self, body: &Value) -> Value {
        let (status, text) = self.try_control(body).await;
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) async fn try_control(&self, body: &Value) -> (u16, String) {
        let request = self.client.post(self.url("/_control")).body(body.to_string());
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

/// The body of a buy as the page shows it: everything is a string.
pub(crate) fn order(skin_id: &str, payment_id: &str) -> Value {
    json!({"project_id": PROJECT_ID.to_string(), "payment_id": payment_id, "skin_id": skin_id,
        "partner": PARTNER, "token": TRADE_TOKEN})
}

/// The body of a deposit: the project's id is a number.
pub(crate) fn deposit(payment_id: &str) -> Value {
    json!({"project_id": PROJECT_ID, "payment_id": payment_id, "currency": "EUR",
        "steamid": "76561198000000077"})
}

/// A number that is written as a string.
pub(crate) fn whole(value: &Value) -> u64 {
    text(value).parse().unwrap_or_else(|_| panic!("not a whole number: {value}"))
}

/// One field of every row of a list.
pub(crate) fn column<'a>(rows: &'a Value, name: &str) -> Vec<&'a str> {
    rows.as_array().unwrap().iter().map(|row| text(&row[name])).collect()
}

#[track_caller]
pub(crate) fn assert_error(answer: &Value, sentence: &str) {
    assert_eq!(*answer, json!({"success": false, "error": sentence}));
}
