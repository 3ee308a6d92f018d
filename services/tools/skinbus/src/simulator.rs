//! The provider simulator's own pages: what it truly executed, how often it was called, and how it behaves.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::Failure;
use crate::http;

/// The simulator at an address.
pub(crate) struct Simulator {
    client: reqwest::Client,
    address: String,
}

/// A purchase that was executed, whatever was answered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Purchase {
    pub(crate) provider: String,
    /// Our reference: the order id.
    pub(crate) custom_id: Option<String>,
    /// The provider's word for its status now.
    pub(crate) status: String,
}

/// One payment of a link.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Payment {
    pub(crate) amount: String,
}

/// A deposit that was made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Deposit {
    pub(crate) provider: String,
    /// Our reference: the order id.
    pub(crate) deposit_id: String,
    /// How far it has come, in the simulator's own word.
    pub(crate) phase: String,
    /// What was given, as long as it counts.
    pub(crate) amount: Option<String>,
    pub(crate) currency: String,
    /// Of a link that is paid item by item.
    #[serde(rename = "credits")]
    pub(crate) payments: Vec<Payment>,
}

/// An item that was put on sale, in US dollars.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Listing {
    pub(crate) provider: String,
    pub(crate) asset_id: String,
    /// How far it has come, in the simulator's own word.
    pub(crate) phase: String,
    pub(crate) price: String,
}

/// Everything that was truly executed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Ledger {
    pub(crate) purchases: Vec<Purchase>,
    pub(crate) deposits: Vec<Deposit>,
    pub(crate) listings: Vec<Listing>,
}

/// The calls under one set of credentials.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Calls {
    pub(crate) arrivals: u64,
    pub(crate) refused: u64,
    pub(crate) limit: u64,
    pub(crate) window_ms: u64,
    /// The most that ever came within one window.
    pub(crate) worst_window: u64,
}

impl Simulator {
    /// The simulator that listens there, like `http://127.0.0.1:8090`.
    pub(crate) fn at(address: String) -> Result<Self, Failure> {
        Ok(Self { client: http::client()?, address })
    }

    /// Everything that was executed at any provider.
    pub(crate) async fn ledger(&self) -> Result<Ledger, Failure> {
        self.get("/_ledger").await
    }

    /// The calls with the right credentials, by provider.
    pub(crate) async fn calls(&self) -> Result<BTreeMap<String, Calls>, Failure> {
        self.get("/_quota").await
    }

    /// Changes how it behaves.
    pub(crate) async fn control(&self, change: &Value) -> Result<(), Failure> {
        let page = "/_control";
        let request = self.client.post(format!("{}{page}", self.address)).body(change.to_string());
        let answer = request.send().await.map_err(|error| self.failed(page, &error.to_string()))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let words = answer.text().await.unwrap_or_default();
        Err(self.failed(page, &format!("{status}: {words}")))
    }

    async fn get<T: DeserializeOwned>(&self, page: &str) -> Result<T, Failure> {
        let request = self.client.get(format!("{}{page}", self.address));
        let answer = request.send().await.map_err(|error| self.failed(page, &error.to_string()))?;
        let body = answer.bytes().await.map_err(|error| self.failed(page, &error.to_string()))?;
        serde_json::from_slice(&body).map_err(|error| self.failed(page, &error.to_string()))
    }

    fn failed(&self, page: &str, problem: &str) -> Failure {
        Failure::new(format!("asking the simulator at {}{page}: {problem}", self.address))
    }
}
