//! A simulator of its own for each test, and a client for it.

use std::net::SocketAddr;

use provider_sim::{Options, Simulator, skinsback};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::client::{client, eventually, json, text};
use crate::merchant::Merchant;

pub(crate) const CLIENT_ID: &str = "90417";
pub(crate) const SECRET: &str = "k7Qm2-demo-secret-NOT-REAL";
/// MD5 of both, as the documents have it.
pub(crate) const X_SIGN: &str = "53b6e586c8c1429e45c1a280c5ffd683";
pub(crate) const TRADE_TOKEN: &str = "Zx9_pQ2a";
pub(crate) const USER: &str = "76561198165046861";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) client: Client,
}

impl World {
    pub(crate) async fn start() -> Self {
        let options = Options::listening_on(SocketAddr::from(([127, 0, 0, 1], 0)))
            .with(skinsback::Options::with_credentials(CLIENT_ID, SECRET));
        Self { simulator: Simulator::start(options).await.unwrap(), client: client() }
    }

    /// A simulator where lives stand still unless they are advanced.
    pub(crate) async fn standing_still() -> Self {
        let world = Self::start().await;
        let durations = json!({"processing_ms": 1_000_000, "waiting_accept_ms": 1_000_000,
            "offer_timeout_ms": 5_000_000, "rollback_ms": 1_000_000, "protection_ms": 20_000_000,
            "reservation_ms": 10_000_000});
        world.control(json!({"durations": durations})).await;
        world
    }

    /// The same with somebody who is told of deposits and of purchases.
    pub(crate) async fn with_merchant(status: u16) -> (Self, Merchant) {
        let world = Self::standing_still().await;
        let merchant = Merchant::start(status).await;
        let urls = json!({"url": merchant.url(), "purchase_url": merchant.url()});
        world.set(json!({"notifications": urls})).await;
        (world, merchant)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.simulator.address())
    }

    /// A request without credentials.
    pub(crate) fn bare(&self, content_type: &str, body: impl Into<String>) -> RequestBuilder {
        let request = self.client.post(self.url("/skinsback/api.php"));
        request.header("content-type", content_type).body(body.into())
    }

    pub(crate) fn json_request(&self, body: &Value) -> RequestBuilder {
        let request = self.bare("application/json", body.to_string());
        request.header("X-CLIENT-ID", CLIENT_ID).header("X-CLIENT-SECRET", SECRET)
    }

    /// Calls a method with these parameters, as JSON and with headers.
    pub(crate) async fn call(&self, method: &str, parameters: Value) -> Value {
        json(self.request(method, parameters).send().await.unwrap()).await
    }

    pub(crate) fn request(&self, method: &str, mut parameters: Value) -> RequestBuilder {
        parameters["method"] = json!(method);
        self.json_request(&parameters)
    }

    /// The answer as it came, for the digits of its numbers.
    pub(crate) async fn raw(&self, method: &str, parameters: Value) -> String {
        self.request(method, parameters).send().await.unwrap().text().await.unwrap()
    }

    pub(crate) async fn form(&self, form: &str) -> Value {
        let request = self.bare(FORM, form).header("X-CLIENT-ID", CLIENT_ID);
        json(request.header("X-CLIENT-SECRET", SECRET).send().await.unwrap()).await
    }

    pub(crate) async fn buy(&self, id: &str, custom_id: &str) -> Value {
        self.call("market_buy", order(id, custom_id)).await
    }

    /// The only row for an own id.
    pub(crate) async fn info(&self, custom_id: &str) -> Value {
        let answer = self.call("market_getinfo", json!({"custom_ids": [custom_id]})).await;
        assert_eq!(answer["items"].as_array().map(Vec::len), Some(1), "{answer}");
        answer["items"][0].clone()
    }

    pub(crate) async fn create(&self, order_id: &str) -> Value {
        self.call("create", json!({"order_id": order_id, "steam_id": USER})).await
    }

    pub(crate) async fn order_status(&self, order_id: &str) -> Value {
        self.call("orderstatus", json!({"order_id": order_id})).await
    }

    /// Something happens to a deposit.
    pub(crate) async fn happens(&self, order_id: &str, event: &str, amount: Option<&str>) {
        let mut row = json!({"reference": order_id, "event": event});
        if let Some(amount) = amount {
            row["amount"] = json!(amount);
        }
        self.set(json!({"deposits": [row]})).await;
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

    pub(crate) async fn balance(&self) -> String {
        text(&self.call("balance", json!({})).await["balance"]).to_owned()
    }

    /// Waits until so many notifications are in the ledger.
    pub(crate) async fn notifications(&self, count: usize) -> Vec<Value> {
        eventually("notifications in the ledger", async || {
            let rows = self.ledger().await["notifications"].as_array().unwrap().clone();
            (rows.len() == count).then_some(rows)
        })
        .await
    }

    pub(crate) async fn advance(&self, by_ms: u64) {
        self.control(json!({"advance_ms": by_ms})).await;
    }

    /// Changes settings of SkinsBack.
    pub(crate) async fn set(&self, settings: Value) -> Value {
        self.control(json!({"skinsback": settings})).await
    }

    pub(crate) async fn control(&self, body: Value) -> Value {
        let (status, text) = self.try_control(&body).await;
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) async fn try_control(&self, body: &Value) -> (u16, String) {
        let answer = self.client.post(self.url("/_control")).body(body.to_string()).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

pub(crate) fn order(id: &str, custom_id: &str) -> Value {
    json!({"partner": "204781133", "token": TRADE_TOKEN, "id": id, "custom_id": custom_id})
}

#[track_caller]
pub(crate) fn assert_error(answer: &Value, code: i64, name: &str) {
    assert_eq!(*answer, json!({"status": "error", "error_code": code, "error_message": name}));
}
