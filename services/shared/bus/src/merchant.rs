//! The merchant's side of NATS: place orders, follow status changes, read a trade's history, ask providers, send commands.
//!
//! For merchants' programs and for tools. Nothing here creates or changes a stream. What is received never holds the
//! user's trade token (invariant S1): whoever only watches does not need it.

mod asking;
mod letters;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::publish::PublishAck;
use async_nats::jetstream::stream::DirectGetErrorKind;
use async_nats::{HeaderMap, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt;
use opentelemetry::Context;
use skinbus_domain::ids::{MerchantId, OrderId, TradeKey};
use skinbus_proto::{v1, without_trade_token};
use skinbus_runtime::config::{Config, NatsConfig, Topology};
use skinbus_runtime::{Health, Shutdown};

use crate::connection::{Bus, chain};
use crate::message::{CONTENT_TYPE, Incoming, JSON};
use crate::publish::Outgoing;
use crate::queries::QueryError;
use crate::topology::TRADES;
use crate::{subjects, trace};

pub use letters::{DeadLetter, Dropped, NotRedrivable, Redriven, WholeLetter};

/// How long a stored message may take to arrive while a stream is read.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// Why NATS did not do what a merchant asked for.
#[derive(Debug, thiserror::Error)]
pub enum MerchantError {
    /// There is no connection.
    #[error("connecting to NATS at {url}: {problem}")]
    Unreachable {
        /// Where, without user and password.
        url: String,
        /// Why.
        problem: String,
    },
    /// An order is perhaps not stored; publishing it again is safe.
    #[error("publishing to {subject}: {problem}")]
    Publish {
        /// Where to.
        subject: String,
        /// Why.
        problem: String,
    },
    /// No receipt came, or none could be given; placing the same order again is safe.
    #[error("placing an order on {subject}: {}", .error.status)]
    Place {
        /// Where.
        subject: String,
        /// As the service said it, or code 503 where nobody answered.
        error: QueryError,
    },
    /// A question or a command was not answered, or refused before it was asked; either may be repeated.
    #[error("asking {subject}: {} (code {})", .error.status, .error.code)]
    Ask {
        /// Where.
        subject: String,
        /// As the service said it, or code 503 where nobody answered.
        error: QueryError,
    },
    /// A dead letter stays where it is.
    #[error("{operation} the dead letter {handle}: {problem}")]
    Letter {
        /// What was tried.
        operation: &'static str,
        /// Which.
        handle: u64,
        /// Why it failed; trying again is safe.
        problem: String,
    },
    /// A dead letter cannot be published again.
    #[error("redriving the dead letter {handle}: {why}")]
    NotRedrivable {
        /// Which.
        handle: u64,
        /// Why.
        why: NotRedrivable,
    },
    /// What lies there is no dead letter.
    #[error("{0} is an alert and no dead letter; it ends by itself after 90 days")]
    IsAlert(u64),
    /// A stream or subject could not be read.
    #[error("reading {what}: {problem}")]
    Read {
        /// What of.
        what: String,
        /// Why.
        problem: String,
    },
}

/// A merchant's connection. Clones share it.
#[derive(Clone)]
pub struct MerchantClient {
    bus: Bus,
}

/// A stored order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// Its sequence in the stream `ORDERS`.
    pub sequence: u64,
    /// The stream had it already, under the same message id.
    pub duplicate: bool,
}

/// A version of a trade as it was received.
#[derive(Debug, Clone)]
pub struct Received {
    /// The version, without the user's trade token.
    pub change: v1::TradeStatusChanged,
    /// The message's headers, the first value of each.
    pub headers: BTreeMap<String, String>,
}

impl MerchantClient {
    /// Connects, and waits `patience` for the server. `name` is what the server's monitoring shows.
    ///
    /// # Errors
    ///
    /// [`MerchantError::Unreachable`] where the server does not answer in time, or is too old.
    pub async fn connect(
        name: &'static str,
        nats: &NatsConfig,
        patience: Duration,
    ) -> Result<Self, MerchantError> {
        let nats = NatsConfig { topology: Topology::Off, ..nats.clone() };
        let url = nats.url.to_string();
        let config = Config { nats, ..Config::default() };
        let (shutdown, health) = (Shutdown::new(), Health::detached());
        let connecting = Bus::connect(name, &config, &shutdown, &health);
        match tokio::time::timeout(patience, connecting).await {
            Ok(Ok(bus)) => Ok(Self { bus }),
            Ok(Err(error)) => Err(MerchantError::Unreachable { url, problem: chain(&error) }),
            Err(_) => {
                let report = health.report();
                let reason = report.lines().find_map(|line| line.strip_prefix("nats: down: "));
                // What the condition says before anything was tried is no reason.
                let reason = reason.filter(|reason| *reason != "not reached yet");
                let problem = reason.unwrap_or("no answer").to_owned();
                Err(MerchantError::Unreachable { url, problem })
            }
        }
    }

    /// The connection underneath, for the stores of this crate.
    #[must_use]
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// Publishes an order and waits until it is stored. What becomes of it is told by its status changes.
    ///
    /// # Errors
    ///
    /// [`MerchantError::Publish`]: then it may or may not be stored, and publishing it again is safe.
    pub async fn publish_order(
        &self,
        merchant: &MerchantId,
        order: &v1::OrderRequest,
    ) -> Result<Published, MerchantError> {
        let subject = subjects::orders(merchant);
        let stored = self.bus.store(subject.clone(), Outgoing::of(order)).await;
        stored.map(Published::of).map_err(|error| MerchantError::Publish { subject, problem: chain(&error) })
    }

    /// Publishes an order in its JSON form, as a person with the `nats` tool would.
    ///
    /// # Errors
    ///
    /// [`MerchantError::Publish`]: then it may or may not be stored, and publishing it again is safe.
    #[expect(
        clippy::disallowed_methods,
        reason = "the body is the caller's text, and the acknowledgement is waited for"
    )]
    pub async fn publish_json(
        &self,
        merchant: &MerchantId,
        order: String,
    ) -> Result<Published, MerchantError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, JSON);
        trace::inject(&Context::current(), &mut headers);
        let message = PublishMessage::build().payload(Bytes::from(order)).headers(headers);
        let subject = subjects::orders(merchant);
        let failed = |error: &dyn std::error::Error| MerchantError::Publish {
            subject: subject.clone(),
            problem: chain(error),
        };
        let sent = self.bus.jetstream().send_publish(subject.clone(), message).await;
        let stored = sent.map_err(|error| failed(&error))?.await;
        stored.map(Published::of).map_err(|error| failed(&error))
    }

    /// Places an order and waits for the verdict. A refusal is a receipt with violations, not an error.
    ///
    /// # Errors
    ///
    /// [`MerchantError::Place`] where no receipt came; placing the same order again is safe.
    pub async fn place(
        &self,
        merchant: &MerchantId,
        order: &v1::OrderRequest,
        patience: Duration,
    ) -> Result<v1::OrderReceipt, MerchantError> {
        let subject = subjects::place(merchant);
        let receipt = self.bus.query(subject.clone(), order, patience).await;
        receipt.map_err(|error| MerchantError::Place { subject, error })
    }

    /// Subscribes to the status changes of all orders of a merchant, or of one. Everything that is stored after this
    /// returned arrives, as long as the connection holds.
    ///
    /// # Errors
    ///
    /// [`MerchantError::Read`] where the server does not take the subscription.
    pub async fn follow(
        &self,
        merchant: &MerchantId,
        order_id: Option<&OrderId>,
    ) -> Result<StatusChanges, MerchantError> {
        let subject = status_subject(merchant, order_id);
        let failed = |error: &dyn std::error::Error| read_error(&subject, error);
        let subscriber =
            self.bus.client().subscribe(subject.clone()).await.map_err(|error| failed(&error))?;
        // Answered only after the server has the subscription.
        self.bus.client().flush().await.map_err(|error| failed(&error))?;
        Ok(StatusChanges { subscriber })
    }

    /// Every version of a trade, from the first; empty where there is no such trade. A merchant's user, who may not make the
    /// consumer that this takes, gets the newest alone, which has the whole trade.
    ///
    /// # Errors
    ///
    /// [`MerchantError::Read`] where the ledger gives no answer.
    pub async fn versions(&self, key: &TradeKey) -> Result<Vec<Received>, MerchantError> {
        if self.bus.is_guest() {
            return Ok(self.last(key).await?.into_iter().collect());
        }
        self.read_all(TRADES, subjects::status(key), DeliverPolicy::All, Received::read).await
    }

    async fn last(&self, key: &TradeKey) -> Result<Option<Received>, MerchantError> {
        let failed = |error: &dyn std::error::Error| read_error(TRADES, error);
        let stream = self.bus.jetstream().get_stream_no_info(TRADES).await.map_err(|error| failed(&error))?;
        let message = match stream.direct_get_last_for_subject(subjects::status(key)).await {
            Ok(message) => message,
            Err(error) if error.kind() == DirectGetErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        let (subject, headers, payload) = (message.subject.to_string(), message.headers, message.payload);
        let (stream, sequence) = (TRADES.to_owned(), message.sequence);
        let incoming = Incoming { subject, headers, payload, stream, sequence, deliveries: 1 };
        Received::read(&incoming).map(Some)
    }

    /// The last version of every order of a merchant, in the order in which they were written.
    ///
    /// # Errors
    ///
    /// [`MerchantError::Read`] where the ledger gives no answer; always for a merchant's own user, who may read one order at a
    /// time, and all of them from its consumer.
    pub async fn newest(&self, merchant: &MerchantId) -> Result<Vec<Received>, MerchantError> {
        if self.bus.is_guest() {
            let problem =
                "a merchant's user may not read all orders at once; ask for one, or ask the operator";
            return Err(MerchantError::Read { what: TRADES.to_owned(), problem: problem.to_owned() });
        }
        let filter = status_subject(merchant, None);
        self.read_all(TRADES, filter, DeliverPolicy::LastPerSubject, Received::read).await
    }

    /// Reads what a stream holds now.
    pub(crate) async fn read_all<T>(
        &self,
        stream: &'static str,
        filter: String,
        deliver_policy: DeliverPolicy,
        read: impl Fn(&Incoming) -> Result<T, MerchantError>,
    ) -> Result<Vec<T>, MerchantError> {
        let failed = |error: &dyn std::error::Error| read_error(stream, error);
        let handle = self.bus.jetstream().get_stream_no_info(stream).await.map_err(|error| failed(&error))?;
        let config = OrderedConfig { filter_subject: filter, deliver_policy, ..OrderedConfig::default() };
        let consumer = handle.create_consumer(config).await.map_err(|error| failed(&error))?;
        let mut pending = consumer.cached_info().num_pending;
        let mut messages = consumer.messages().await.map_err(|error| failed(&error))?;
        let mut all = Vec::new();
        while pending > 0 {
            let next =
                tokio::time::timeout(READ_TIMEOUT, messages.next()).await.map_err(|error| failed(&error))?;
            let Some(message) = next else { break };
            let message = message.map_err(|error| failed(&error))?;
            let info = message.info().map_err(|error| failed(error.as_ref()))?;
            let sequence = info.stream_sequence;
            pending = info.pending;
            let incoming =
                Incoming { stream: stream.to_owned(), sequence, ..Incoming::from(message.message) };
            all.push(read(&incoming)?);
        }
        Ok(all)
    }
}

/// Status changes as they happen.
pub struct StatusChanges {
    subscriber: Subscriber,
}

impl StatusChanges {
    /// The next one; `None` once the connection is closed. Safe to drop and call again.
    ///
    /// # Errors
    ///
    /// [`MerchantError::Read`] for a message that is no status change; the following ones can still be read.
    pub async fn next(&mut self) -> Option<Result<Received, MerchantError>> {
        let message = self.subscriber.next().await?;
        Some(Received::read(&Incoming::from(message)))
    }
}

impl Published {
    fn of(ack: PublishAck) -> Self {
        Self { sequence: ack.sequence, duplicate: ack.duplicate }
    }
}

impl Received {
    fn read(incoming: &Incoming) -> Result<Self, MerchantError> {
        let change = incoming.decode().map_err(|error| read_error(&incoming.subject, &error))?;
        let headers = incoming
            .headers
            .iter()
            .filter_map(|(name, values)| values.first().map(|value| (name.to_string(), value.to_string())));
        Ok(Self { change: without_trade_token(change), headers: headers.collect() })
    }
}

fn status_subject(merchant: &MerchantId, order_id: Option<&OrderId>) -> String {
    match order_id {
        Some(order_id) => {
            subjects::status(&TradeKey { merchant: merchant.clone(), order_id: order_id.clone() })
        }
        None => format!("skinbus.v1.status.{merchant}.*"),
    }
}

fn read_error(what: &str, error: &dyn std::error::Error) -> MerchantError {
    MerchantError::Read { what: what.to_owned(), problem: chain(error) }
}
