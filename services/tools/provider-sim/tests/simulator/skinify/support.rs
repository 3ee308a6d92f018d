//! A simulator of its own for each test, and a client for it.

use std::net::SocketAddr;

use provider_sim::{Options, Simulator, skinify};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use crate::client::{client, json, text};

pub(crate) const TOKEN: &str = "the-secret-api-token";
pub(crate) const TRADE_TOKEN: &str = "TrdTok42";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) client: Client,
}

impl World {
    pub(crate) async fn start() -> Self {
        let options = Options::listening_on(SocketAddr::from(([127, 0, 0, 1], 0)))
            .with(skinify::Options::with_token(TOKEN));
        Self { simulator: Simulator::start(options).await.unwrap(), client: client() }
    }

    /// A simulator where lives stand still unless they are advanced.
    pub(crate) async fn standing_still() -> Self {
        let world = Self::start().await;
        let durations = r#"{"durations": {"processing_ms": 1000000, "waiting_accept_ms": 1000000,
            "offer_timeout_ms": 5000000, "rollback_ms": 1000000, "protection_ms": 20000000,
            "reservation_ms": 10000000}}"#;
        world.control(durations).await;
        world
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.simulator.address())
    }

    pub(crate) fn get_request(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(&format!("/skinify/api{path}"))).header("Token", TOKEN)
    }

    pub(crate) fn post_request(&self, path: &str, form: &str) -> RequestBuilder {
        self.client
            .post(self.url(&format!("/skinify/api{path}")))
            .header("Token", TOKEN)
            .header("content-type", FORM)
            .body(form.to_owned())
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        json(self.get_request(path).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, form: &str) -> Value {
        json(self.post_request(path, form).send().await.unwrap()).await
    }

    pub(crate) async fn buy(&self, skin_id: &str, custom_id: &str) -> Value {
        self.post("/withdraw/buy", &order(skin_id, custom_id)).await
    }

    /// The only row of info for an own id.
    pub(crate) async fn info(&self, custom_id: &str) -> Value {
        let answer = self.get(&format!("/withdraw/info?custom_ids={custom_id}")).await;
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

    pub(crate) async fn quota(&self) -> Value {
        self.own("/_quota").await["skinify"].clone()
    }

    pub(crate) async fn balance(&self) -> String {
        text(&self.get("/project-balance").await["balance"]).to_owned()
    }

    pub(crate) async fn control(&self, body: &str) -> Value {
        let (status, text) = self.try_control(body).await;
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) async fn try_control(&self, body: &str) -> (u16, String) {
        let answer = self.client.post(self.url("/_control")).body(body.to_owned()).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

pub(crate) fn order(skin_id: &str, custom_id: &str) -> String {
    format!("partner=39734314&token={TRADE_TOKEN}&id={skin_id}&custom_id={custom_id}")
}

#[track_caller]
pub(crate) fn assert_error(answer: &Value, word: &str) {
    assert_eq!(*answer, serde_json::json!({"status": "error", "error_message": word}));
}
