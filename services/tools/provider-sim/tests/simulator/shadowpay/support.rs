//! A simulator of its own for each test, and a client for it.

use std::net::SocketAddr;

use provider_sim::{Options, Simulator, shadowpay};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::client::{client, json, text};

pub(crate) const TOKEN: &str = "the-secret-api-token";
pub(crate) const PUBLIC_HASH: &str = "the-public-hash";
pub(crate) const SECRET_HASH: &str = "demo-secret-hash-7Q2x";
pub(crate) const TRADE_TOKEN: &str = "TrdTok42";
pub(crate) const USER: &str = "76561198015389178";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) client: Client,
}

impl World {
    pub(crate) async fn start() -> Self {
        let merchant = shadowpay::Options::with_credentials(TOKEN, PUBLIC_HASH, SECRET_HASH);
        let options = Options::listening_on(SocketAddr::from(([127, 0, 0, 1], 0))).with(merchant);
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

    pub(crate) fn post_request(&self, method: &str, form: &str) -> RequestBuilder {
        self.client
            .post(self.url(&format!("/shadowpay/api/v1/{method}")))
            .header("content-type", FORM)
            .body(format!("token={TOKEN}&{form}"))
    }

    pub(crate) async fn post_text(&self, method: &str, form: &str) -> String {
        self.post_request(method, form).send().await.unwrap().text().await.unwrap()
    }

    pub(crate) async fn post(&self, method: &str, form: &str) -> Value {
        json(self.post_request(method, form).send().await.unwrap()).await
    }

    pub(crate) async fn get_text(&self, method: &str, query: &str) -> String {
        let url = self.url(&format!("/shadowpay/api/v1/{method}?token={TOKEN}&{query}"));
        self.client.get(url).send().await.unwrap().text().await.unwrap()
    }

    pub(crate) async fn get(&self, method: &str, query: &str) -> Value {
        serde_json::from_str(&self.get_text(method, query).await).unwrap()
    }

    pub(crate) async fn buy(&self, id: &str, custom_id: &str) -> Value {
        self.post("buy_item", &order(id, custom_id)).await
    }

    /// The trade that the look-up shows for an own id.
    pub(crate) async fn trade(&self, custom_id: &str) -> Value {
        let answer = self.post("list_buy_info_by_custom_id", &format!("custom_id={custom_id}")).await;
        assert_eq!(answer["data"].as_object().map(serde_json::Map::len), Some(1), "{answer}");
        answer["data"][custom_id].clone()
    }

    /// State, offer state and causer of the trade with an own id.
    pub(crate) async fn state(&self, custom_id: &str) -> Value {
        let trade = self.trade(custom_id).await;
        json!([trade["state"], trade["steam_trade_offer_state"], trade["causer"]])
    }

    pub(crate) async fn create_link(&self, form: &str) -> String {
        let url = self.url(&format!("/shadowpay/en/pay/{PUBLIC_HASH}"));
        let request = self.client.post(url).header("content-type", FORM).body(form.to_owned());
        request.send().await.unwrap().text().await.unwrap()
    }

    /// The answer to the creation of a link that is right in everything.
    pub(crate) async fn link(&self, order_id: &str, amount: &str) -> Value {
        serde_json::from_str(&self.create_link(&link_form(order_id, amount)).await).unwrap()
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
        text(&self.post("get_balance", "").await["deposit_balance"]).to_owned()
    }

    pub(crate) async fn advance(&self, by_ms: u64) {
        self.control(&json!({"advance_ms": by_ms}).to_string()).await;
    }

    /// Changes settings of ShadowPay.
    pub(crate) async fn set(&self, settings: Value) {
        self.control(&json!({"shadowpay": settings}).to_string()).await;
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

pub(crate) fn order(id: &str, custom_id: &str) -> String {
    format!("id={id}&steamid={USER}&trade_token={TRADE_TOKEN}&custom_id={custom_id}")
}

pub(crate) fn sha256(text: &str) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn link_form(order_id: &str, amount: &str) -> String {
    let signature = sha256(&format!("{order_id}{amount}USD{SECRET_HASH}"));
    format!(
        "account=90210&order_id={order_id}&security_steam_id={USER}&currency=USD&steam_trade_token={TRADE_TOKEN}\
         &amount={amount}&signature={signature}"
    )
}

#[track_caller]
pub(crate) fn assert_error(answer: &Value, word: &str) {
    assert_eq!(*answer, json!({"status": "error", "error_message": word}));
}

/// Whether a text has the form of another, in which `0` stands for any digit.
pub(crate) fn has_form(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.chars().zip(form.chars()).all(|(given, wanted)| match wanted {
            '0' => given.is_ascii_digit(),
            other => given == other,
        })
}
