//! Everything that is known after a run: the ledger, what was told and acknowledged, and the simulators' own records.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::Value;
use skinbus_proto::{Message, v1};
use skinbus_runtime::config::ProviderName;

use super::orders::Intention;
use super::sender::Acknowledged;
use super::world::World;
use crate::merchant::{Merchant, read_all};
use crate::system::MERCHANT;

/// One version in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// In the stream.
    pub sequence: u64,
    /// When the stream stored it, in unix microseconds.
    pub stored_us: i64,
    /// What is stored.
    pub change: v1::TradeStatusChanged,
}

/// The versions of every order, in the ledger's order.
pub type Histories = BTreeMap<String, Vec<Version>>;

/// A purchase that was truly made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Purchase {
    /// Who made it.
    pub provider: String,
    /// Our own id.
    pub custom_id: Option<String>,
    /// The provider's.
    pub purchase_id: String,
    /// The item.
    pub skin_id: String,
    /// The provider's word.
    pub status: String,
    /// When.
    pub created_unix_ms: i64,
}

/// One request that arrived at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Arrival {
    /// When, in unix microseconds.
    pub at_us: i64,
    /// Where.
    pub provider: String,
    /// The path or method.
    pub path: String,
    /// The own ids of ours that it is about.
    pub references: Vec<String>,
    /// What was done with it.
    pub fate: Value,
}

/// The simulator's count of one account's requests.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Quota {
    /// Of all requests.
    pub arrivals: u64,
    /// Turned away.
    pub refused: u64,
    /// In any window.
    pub limit: u64,
    /// The window's length.
    pub window_ms: i64,
    /// The fullest window that there ever was.
    pub worst_window: u64,
}

/// Everything together.
#[derive(Debug, Clone)]
pub struct Records {
    /// What was asked for, by order.
    pub intentions: BTreeMap<String, Intention>,
    /// What was promised to the merchants.
    pub acknowledged: Vec<Acknowledged>,
    /// The ledger.
    pub histories: Histories,
    /// What a plain subscriber was told, by order and version, as it came.
    pub told: Vec<v1::TradeStatusChanged>,
    /// The dead letters.
    pub letters: Vec<v1::DeadLetter>,
    /// The alerts.
    pub alerts: Vec<v1::Alert>,
    /// What was bought.
    pub purchases: Vec<Purchase>,
    /// What was deposited, in the simulator's words.
    pub deposits: Vec<Value>,
    /// Every request to a provider.
    pub arrivals: Vec<Arrival>,
    /// By provider.
    pub quotas: BTreeMap<String, Quota>,
    /// All that the simulator knows, for people.
    pub simulator_ledger: Value,
}

impl Records {
    /// Reads all of it.
    pub async fn read(
        world: &World,
        merchant: &Merchant,
        intentions: BTreeMap<String, Intention>,
        acknowledged: Vec<Acknowledged>,
        told: Vec<v1::TradeStatusChanged>,
    ) -> Self {
        // The truth last: what comes in between is there, and not in the ledger yet.
        let histories = histories(merchant).await;
        let (letters, alerts) = (merchant.dead().await, merchant.alerts().await);
        let ledger = world.record("_ledger").await;
        let mut quotas: BTreeMap<String, Quota> = of(world.record("_quota").await);
        quotas.retain(|name, _| ProviderName::ALL.iter().any(|provider| provider.as_str() == name));
        Self {
            intentions,
            acknowledged,
            histories,
            told,
            letters,
            alerts,
            purchases: of(ledger["purchases"].clone()),
            deposits: of(ledger["deposits"].clone()),
            arrivals: of(world.record("_arrivals").await),
            quotas,
            simulator_ledger: ledger,
        }
    }
}

fn of<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// Every version that the ledger has.
pub async fn histories(merchant: &Merchant) -> Histories {
    let mut histories = Histories::new();
    for message in read_all(merchant.jetstream(), "TRADES", "skinbus.v1.status.>").await {
        let version = version(&message);
        histories.entry(version.change.order_id.clone()).or_default().push(version);
    }
    histories
}

/// A version as it comes out of the stream.
#[must_use]
pub fn version(message: &async_nats::jetstream::Message) -> Version {
    let info = message.info().unwrap();
    let stored_us = i64::try_from(info.published.unix_timestamp_nanos() / 1_000).unwrap();
    let change = v1::TradeStatusChanged::decode(message.payload.clone()).unwrap();
    Version { sequence: info.stream_sequence, stored_us, change }
}

/// What a plain subscriber of the merchant is told from now on.
pub async fn listen(merchant: &Merchant) -> tokio::sync::mpsc::UnboundedReceiver<v1::TradeStatusChanged> {
    let subject = format!("skinbus.v1.status.{MERCHANT}.>");
    let mut messages = merchant.client().subscribe(subject).await.unwrap();
    merchant.client().flush().await.unwrap();
    let (tell, told) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(message) = messages.next().await {
            if tell.send(v1::TradeStatusChanged::decode(message.payload).unwrap()).is_err() {
                return;
            }
        }
    });
    told
}
