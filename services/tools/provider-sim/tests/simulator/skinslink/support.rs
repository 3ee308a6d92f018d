//! A simulator of its own for each test, and a client for it.

use std::net::SocketAddr;

use provider_sim::{Options, Simulator, skinslink};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::client::{client, fields, json};

pub(crate) const KEY: &str = "the-secret-api-key";
pub(crate) const SECRET: &str = "skl-demo-secret-A1";
pub(crate) const TRADE_TOKEN: &str = "TrdTok42";
/// The documented pair.
pub(crate) const PARTNER: u32 = 378_049_039;
pub(crate) const STEAM_ID: &str = "76561198338314767";
/// Assets of the inventory for CS2, and what they are worth together.
pub(crate) const ASSETS: [&str; 2] = ["30117720401", "30117720402"];

pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) client: Client,
}

impl World {
    pub(crate) async fn start() -> Self {
        let options = Options::listening_on(SocketAddr::from(([127, 0, 0, 1], 0)))
            .with(skinslink::Options::with_credentials(KEY, SECRET));
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

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.simulator.address())
    }

    pub(crate) fn get_request(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(&format!("/skinslink/api/v1/merchant{path}"))).header("X-Api-Key", KEY)
    }

    pub(crate) fn post_request(&self, path: &str, body: String) -> RequestBuilder {
        self.client
            .post(self.url(&format!("/skinslink/api/v1/merchant{path}")))
            .header("X-Api-Key", KEY)
            .header("content-type", "application/json")
            .body(body)
    }

    /// A look-up's HTTP status and answer.
    pub(crate) async fn try_get(&self, path: &str) -> (u16, Value) {
        answered(self.get_request(path).send().await.unwrap()).await
    }

    /// The same of a POST request.
    pub(crate) async fn try_post(&self, path: &str, body: &Value) -> (u16, Value) {
        answered(self.post_request(path, body.to_string()).send().await.unwrap()).await
    }

    /// The data of a look-up that succeeds.
    pub(crate) async fn get(&self, path: &str) -> Value {
        data(self.try_get(path).await)
    }

    /// The same of a POST request.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        data(self.try_post(path, body).await)
    }

    /// The text of an answer, for digits that a parsed number would not show.
    pub(crate) async fn text_of(&self, request: RequestBuilder) -> String {
        request.send().await.unwrap().text().await.unwrap()
    }

    pub(crate) async fn buy(&self, asset_id: &str, reference: &str) -> Value {
        self.post("/purchase", &order(asset_id, reference)).await
    }

    /// Looks at the inventory and deposits two assets, with the custom currency that shows the amount.
    pub(crate) async fn deposit(&self, reference: &str) -> Value {
        self.load_inventory().await;
        self.post("/create-deposit", &offer(reference)).await
    }

    pub(crate) async fn load_inventory(&self) -> Value {
        self.post("/inventory", &json!({"game": "csgo", "partner": PARTNER, "token": TRADE_TOKEN})).await
    }

    pub(crate) async fn deposit_status(&self, reference: &str) -> Value {
        self.get(&format!("/deposit/status?merchant_tx_id={reference}")).await
    }

    pub(crate) async fn purchase_status(&self, reference: &str) -> Value {
        self.get(&format!("/purchase/status?merchant_tx_id={reference}")).await
    }

    pub(crate) async fn ledger(&self) -> Value {
        json(self.client.get(self.url("/_ledger")).send().await.unwrap()).await
    }

    pub(crate) async fn available(&self) -> String {
        let text = self.text_of(self.get_request("/balance")).await;
        let (_, rest) = text.split_once(r#""available":"#).unwrap();
        rest.trim_end_matches('}').to_owned()
    }

    pub(crate) async fn control(&self, body: Value) -> Value {
        let (status, text) = self.try_control(body).await;
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) async fn try_control(&self, body: Value) -> (u16, String) {
        let request = self.client.post(self.url("/_control")).body(body.to_string());
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Changes switches of this provider.
    pub(crate) async fn set(&self, switches: Value) {
        self.control(json!({"skinslink": switches})).await;
    }

    /// Lets something happen to a deposit.
    pub(crate) async fn happens(&self, reference: &str, event: &str) {
        self.set(json!({"deposits": [{"reference": reference, "event": event}]})).await;
    }

    pub(crate) async fn advance(&self, by_ms: u64) {
        self.control(json!({"advance_ms": by_ms})).await;
    }
}

pub(crate) fn game_of(asset_id: &str) -> &'static str {
    match asset_id {
        "88102" | "88109" | "88110" | "88111" | "88114" => "csgo",
        "88115" => "tf2",
        "88116" => "dota2",
        _ => "rust",
    }
}

pub(crate) fn order(asset_id: &str, reference: &str) -> Value {
    json!({"partner": PARTNER, "token": TRADE_TOKEN, "game": game_of(asset_id), "asset_id": asset_id,
        "merchant_tx_id": reference})
}

pub(crate) fn offer(reference: &str) -> Value {
    json!({"partner": PARTNER, "token": TRADE_TOKEN, "game": "csgo", "asset_ids": ASSETS,
        "merchant_tx_id": reference, "custom_currency": "USD", "custom_currency_rate": 1.0,
        "custom_currency_multiplier": 1.0})
}

fn data((status, answer): (u16, Value)) -> Value {
    assert_eq!((status, &answer["success"]), (200, &json!(true)), "{answer}");
    assert_eq!(fields(&answer), ["data", "message", "success"]);
    answer["data"].clone()
}

pub(crate) async fn answered(response: Response) -> (u16, Value) {
    (response.status().as_u16(), json(response).await)
}

/// An error without details has no `data`, not even null.
#[track_caller]
pub(crate) fn assert_error((status, answer): (u16, Value), code: u16, message: &str) {
    assert_eq!(answer, json!({"success": false, "message": message}));
    assert_eq!(status, code, "{answer}");
}

/// An error about one field.
#[track_caller]
pub(crate) fn assert_problem((status, answer): (u16, Value), field: &str, code: &str) {
    assert_eq!((status, &answer["message"]), (400, &json!("validation error")), "{answer}");
    assert_eq!(fields(&answer), ["data", "message", "success"]);
    let problems = answer["data"].as_array().unwrap();
    let found = problems.iter().any(|problem| {
        assert_eq!(fields(problem), ["code", "field", "message"]);
        problem["field"] == field && problem["code"] == code
    });
    assert!(found, "{field} {code}: {answer}");
}
