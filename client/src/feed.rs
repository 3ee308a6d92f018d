//! Every version of every order of the merchant, by a durable consumer: the server remembers what was acknowledged.

use std::time::Duration;

use async_nats::jetstream::consumer::pull::{self, MessagesErrorKind};
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer};
use async_nats::jetstream::{AckKind, Message};
use futures_util::StreamExt;
use skinbus_proto::v1;

use crate::BoxError;
use crate::connection::{Client, chain};
use crate::read::{ReadError, TRADES, decode};

/// A message that was delivered and not acknowledged in this time comes again, by a consumer that is made here: much longer than
/// a transaction takes, and short enough for users to wait for after a crash.
const ACK_WAIT: Duration = Duration::from_secs(5);
const ACK_PENDING_MAX: i64 = 100;
/// How many messages are asked for at a time.
const BATCH: usize = 100;
/// How long the server keeps such a request. What it gives to one whose program has ended comes again only after the ack wait, so
/// this is short.
const EXPIRES: Duration = Duration::from_secs(5);
const HEARTBEAT: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(250);

/// The durable consumer that remembers how far a database has come. Two databases must not share one: each would get a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Durable {
    /// `merchant-<merchant>`, which is there for every merchant. The only one that a merchant's NATS user may read.
    OfMerchant,
    /// Another one that is there already.
    Given(String),
    /// Made here where it is not there: takes a NATS user who may make consumers, as on an open server. Keep the name in the
    /// database that it is for.
    Own(String),
}

/// Why nothing more comes.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The consumer cannot be used.
    #[error("opening the consumer {consumer}")]
    Consumer {
        /// Which.
        consumer: String,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// The consumer was deleted, or the connection was closed for good.
    #[error("following the consumer {consumer}: {problem}")]
    Ended {
        /// Which.
        consumer: String,
        /// Why.
        problem: String,
    },
    /// What came is no status change. Skipping it could lose a credit.
    #[error(transparent)]
    Unreadable(ReadError),
}

/// Every version of every order, in the order in which they were stored, each until it was acknowledged. After a crash some come
/// again, and then perhaps after newer ones: of two versions the greater is right.
pub struct Feed {
    name: String,
    consumer: PullConsumer,
    messages: pull::Stream,
}

/// A version that was delivered. It comes again unless it is acknowledged.
pub struct Delivery {
    /// The version, with the whole trade in it.
    pub change: v1::TradeStatusChanged,
    message: Message,
}

impl Client {
    /// Follows all orders from where the consumer stands: from the first that is kept (400 days), where it is new.
    ///
    /// # Errors
    ///
    /// [`FeedError`] where the consumer is not there, or may not be made.
    pub async fn watch_all(&self, durable: &Durable) -> Result<Feed, FeedError> {
        let name = self.consumer_name(durable);
        let failed = |source: BoxError| FeedError::Consumer { consumer: name.clone(), source };
        let trades = self.trades().await.map_err(|error| failed(error.into()))?;
        let consumer: PullConsumer = match durable {
            Durable::OfMerchant | Durable::Given(_) => trades.get_consumer(&name).await.map_err(failed)?,
            Durable::Own(_) => {
                let made = trades.get_or_create_consumer(&name, self.own_consumer(&name)).await;
                made.map_err(|error| failed(error.into()))?
            }
        };
        let pulling = consumer.stream().max_messages_per_batch(BATCH).expires(EXPIRES).heartbeat(HEARTBEAT);
        let messages = pulling.messages().await.map_err(|error| failed(error.into()))?;
        Ok(Feed { name, consumer, messages })
    }

    /// Sets the consumer back to the beginning: needed after a database was restored from a backup, harmless at any time where
    /// versions are compared. Nobody may follow it meanwhile. Setting back one that was given needs nats-server 2.14.
    ///
    /// # Errors
    ///
    /// [`FeedError`] where it cannot be done; doing it again is safe.
    pub async fn replay(&self, durable: &Durable) -> Result<(), FeedError> {
        let name = self.consumer_name(durable);
        let failed = |source: BoxError| FeedError::Consumer { consumer: name.clone(), source };
        let trades = self.trades().await.map_err(|error| failed(error.into()))?;
        match durable {
            Durable::Own(_) => {
                // One that is not there yet begins at the beginning anyway.
                if trades.consumer_info(&name).await.is_ok() {
                    trades.delete_consumer(&name).await.map_err(|error| failed(error.into()))?;
                }
            }
            Durable::OfMerchant | Durable::Given(_) => {
                let subject = format!("{}.CONSUMER.RESET.{TRADES}.{name}", self.jetstream_prefix);
                let answer = self.nats.request(subject, r#"{"seq": 1}"#.into()).await;
                let answer = answer.map_err(|error| failed(error.into()))?;
                if String::from_utf8_lossy(&answer.payload).contains("\"error\"") {
                    return Err(failed("the server does not set it back".into()));
                }
            }
        }
        Ok(())
    }

    fn consumer_name(&self, durable: &Durable) -> String {
        match durable {
            Durable::OfMerchant => format!("merchant-{}", self.merchant),
            Durable::Given(name) | Durable::Own(name) => name.clone(),
        }
    }

    fn own_consumer(&self, name: &str) -> pull::Config {
        pull::Config {
            durable_name: Some(name.to_owned()),
            filter_subject: format!("skinbus.v1.status.{}.>", self.merchant),
            deliver_policy: DeliverPolicy::All,
            ack_policy: AckPolicy::Explicit,
            ack_wait: ACK_WAIT,
            max_ack_pending: ACK_PENDING_MAX,
            ..pull::Config::default()
        }
    }
}

impl Feed {
    /// The next version, whenever it comes, also after the connection was away. Safe to drop and call again.
    ///
    /// # Errors
    ///
    /// [`FeedError`] where the consumer is gone, or what came is no status change.
    pub async fn next(&mut self) -> Result<Delivery, FeedError> {
        loop {
            let message = match self.messages.next().await {
                Some(Ok(message)) => message,
                Some(Err(error)) => {
                    if !passes(error.kind()) {
                        return Err(self.ended(chain(&error)));
                    }
                    // The stream asks again by itself.
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                None => return Err(self.ended("the connection was closed".to_owned())),
            };
            let change = decode(&message.subject, &message.payload).map_err(FeedError::Unreadable)?;
            return Ok(Delivery { change, message });
        }
    }

    /// Whether every version that is stored was acknowledged, by this program or a copy of it.
    ///
    /// # Errors
    ///
    /// [`FeedError`] where the server does not say.
    pub async fn is_done(&mut self) -> Result<bool, FeedError> {
        let failed = |source: BoxError| FeedError::Consumer { consumer: self.name.clone(), source };
        let info = self.consumer.info().await.map_err(|error| failed(error.into()))?;
        Ok(info.num_pending == 0 && info.num_ack_pending == 0)
    }

    fn ended(&self, problem: String) -> FeedError {
        FeedError::Ended { consumer: self.name.clone(), problem }
    }
}

/// Whether what went wrong is the connection, which comes back.
fn passes(kind: MessagesErrorKind) -> bool {
    match kind {
        MessagesErrorKind::MissingHeartbeat
        | MessagesErrorKind::Pull
        | MessagesErrorKind::NoResponders
        | MessagesErrorKind::Other => true,
        MessagesErrorKind::ConsumerDeleted
        | MessagesErrorKind::PushBasedConsumer
        | MessagesErrorKind::RequestLimitExceeded => false,
    }
}

impl Delivery {
    /// Acknowledges it, and waits until the server has that: only now, when all that it means is kept. `false` where the server
    /// did not say: then it may come again, which must do no harm.
    pub async fn acknowledge(&self) -> bool {
        self.message.double_ack_with(AckKind::Ack).await.is_ok()
    }
}
