//! A merchant: publishes orders and reads what became of them.

use std::collections::BTreeMap;

use async_nats::jetstream;
use futures_util::StreamExt;
use skinbus_domain::order::Game;
use skinbus_domain::{Currency, Money};
use skinbus_proto::{Message, Schema, offer_request, v1};

use crate::system::ACCOUNT;
use crate::wait;

/// A merchant's connection.
#[derive(Clone)]
pub struct Merchant {
    name: String,
    client: async_nats::Client,
    jetstream: jetstream::Context,
}

/// An order for an item of the simulator's catalogue.
#[must_use]
pub fn order(order_id: &str, offer_id: &str) -> v1::OrderRequest {
    let recipient =
        v1::SteamUser { steam_id: "76561198000000042".to_owned(), trade_token: "AbCd_-12".to_owned() };
    // The catalogue's prices are below this, but for one.
    let max_price = Money::parse(Currency::USD, "10.00").unwrap();
    let game = match offer_id {
        "88102" | "88109" | "88110" | "88111" | "88114" => Game::Cs2,
        _ => Game::Rust,
    };
    offer_request(order_id, ACCOUNT, recipient, Some(game), offer_id, &max_price)
}

impl Merchant {
    /// Connects.
    pub async fn connect(url: &str, name: &str) -> Self {
        Self::connect_as(url, name, async_nats::ConnectOptions::new()).await
    }

    /// Connects as a user of NATS.
    pub async fn connect_as(url: &str, name: &str, options: async_nats::ConnectOptions) -> Self {
        let servers: Vec<&str> = url.split(',').collect();
        let client = options.connect(servers).await.expect("connecting to NATS");
        Self { name: name.to_owned(), jetstream: jetstream::new(client.clone()), client }
    }

    /// The client underneath.
    #[must_use]
    pub fn client(&self) -> &async_nats::Client {
        &self.client
    }

    /// JetStream underneath.
    #[must_use]
    pub fn jetstream(&self) -> &jetstream::Context {
        &self.jetstream
    }

    /// Publishes an order and waits until it is stored.
    pub async fn publish(&self, order: &v1::OrderRequest) {
        self.publish_bytes(order.encode_to_vec(), "application/x-protobuf").await;
    }

    /// Publishes any bytes as an order and waits until they are stored.
    pub async fn publish_bytes(&self, bytes: Vec<u8>, content_type: &str) {
        let mut headers = async_nats::HeaderMap::new();
        headers.insert("Content-Type", content_type);
        let subject = format!("skinbus.v1.orders.{}", self.name);
        self.jetstream.publish_with_headers(subject, headers, bytes.into()).await.unwrap().await.unwrap();
    }

    /// Places an order and waits for its receipt.
    ///
    /// # Errors
    ///
    /// The error that the service gave, as code and text.
    pub async fn place(&self, order: &v1::OrderRequest) -> Result<v1::OrderReceipt, String> {
        let subject = format!("skinbus.v1.place.{}", self.name);
        let message = self.client.request(subject, order.encode_to_vec().into()).await;
        let message = message.map_err(|error| error.to_string())?;
        let headers = message.headers.unwrap_or_default();
        if let Some(error) = headers.get("Nats-Service-Error") {
            return Err(error.to_string());
        }
        assert_eq!(headers.get("Skinbus-Schema").unwrap().as_str(), v1::OrderReceipt::NAME);
        Ok(v1::OrderReceipt::decode(message.payload).unwrap())
    }

    /// The newest version of an order.
    pub async fn last(&self, order_id: &str) -> Option<v1::TradeStatusChanged> {
        let stream = self.jetstream.get_stream_no_info("TRADES").await.unwrap();
        let subject = format!("skinbus.v1.status.{}.{order_id}", self.name);
        let message = stream.get_last_raw_message_by_subject(&subject).await.ok()?;
        Some(v1::TradeStatusChanged::decode(message.payload).unwrap())
    }

    /// Waits until an order has this status.
    pub async fn reaches(&self, order_id: &str, status: v1::TradeStatus) -> v1::TradeStatusChanged {
        wait::until(&format!("{order_id} to be {status:?}"), || async {
            self.last(order_id).await.filter(|change| change.to() == status)
        })
        .await
    }

    /// Every version in the ledger, by order, in the ledger's order.
    pub async fn history(&self) -> BTreeMap<String, Vec<v1::TradeStatusChanged>> {
        let mut history: BTreeMap<String, Vec<v1::TradeStatusChanged>> = BTreeMap::new();
        for message in read_all(&self.jetstream, "TRADES", "skinbus.v1.status.>").await {
            let change = v1::TradeStatusChanged::decode(message.payload.clone()).unwrap();
            history.entry(change.order_id.clone()).or_default().push(change);
        }
        history
    }

    /// Every dead letter.
    pub async fn dead(&self) -> Vec<v1::DeadLetter> {
        let messages = read_all(&self.jetstream, "DEAD", "skinbus.v1.dead.>").await;
        messages.iter().map(|message| v1::DeadLetter::decode(message.payload.clone()).unwrap()).collect()
    }

    /// Every alert.
    pub async fn alerts(&self) -> Vec<v1::Alert> {
        let messages = read_all(&self.jetstream, "DEAD", "skinbus.v1.alert.>").await;
        messages.iter().map(|message| v1::Alert::decode(message.payload.clone()).unwrap()).collect()
    }
}

/// Everything that a stream holds under a subject now.
pub(crate) async fn read_all(
    context: &jetstream::Context,
    stream: &str,
    filter: &str,
) -> Vec<jetstream::Message> {
    let stream = context.get_stream(stream).await.unwrap();
    let consumer = stream
        .create_consumer(jetstream::consumer::pull::OrderedConfig {
            filter_subject: filter.to_owned(),
            ..Default::default()
        })
        .await
        .unwrap();
    let mut pending = consumer.cached_info().num_pending;
    let name = consumer.cached_info().name.clone();
    let mut messages = consumer.messages().await.unwrap();
    let mut all = Vec::new();
    while pending > 0 {
        let message = messages.next().await.unwrap().unwrap();
        pending = message.info().unwrap().pending;
        all.push(message);
    }
    // Otherwise every call would leave one behind, and a server takes only so many. One that was made anew on the way has
    // another name, and goes by itself.
    let _gone_already = stream.delete_consumer(&name).await;
    all
}

/// Checks that every order's versions are 1, 2, 3 … and that each begins where the one before ended.
///
/// # Panics
///
/// Where a version is missing, doubled or does not follow.
pub fn assert_gapless(history: &BTreeMap<String, Vec<v1::TradeStatusChanged>>) {
    for (order_id, changes) in history {
        let mut before = v1::TradeStatus::Unspecified;
        for (index, change) in changes.iter().enumerate() {
            assert_eq!(change.version, u64::try_from(index).unwrap() + 1, "{order_id}: {changes:#?}");
            assert_eq!(change.from(), before, "{order_id}: {changes:#?}");
            before = change.to();
        }
    }
}
