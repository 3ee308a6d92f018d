//! Reading how orders stand.

use std::time::Duration;

use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use async_nats::jetstream::stream::{DirectGetErrorKind, Stream};
use futures_util::StreamExt;
use skinbus_domain::ids::InvalidId;
use skinbus_proto::{Message, v1, without_trade_token};

use crate::BoxError;
use crate::connection::Client;

pub(crate) const TRADES: &str = "TRADES";
/// How long a stored message may take to arrive.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// Why nothing could be read. Asking again is always safe.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It can be no order id.
    #[error(transparent)]
    OrderId(#[from] InvalidId),
    /// NATS gave no answer, or refused it.
    #[error("reading {what}")]
    Failed {
        /// What of.
        what: String,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// What came is no status change: this program and Skinbus do not fit.
    #[error("what came on {subject} is no status change")]
    Unreadable {
        /// Where.
        subject: String,
    },
    /// There is no order to watch, or the connection was closed for good.
    #[error("nothing is watched")]
    Nothing,
}

impl ReadError {
    pub(crate) fn failed(what: &str, source: impl Into<BoxError>) -> Self {
        Self::Failed { what: what.to_owned(), source: source.into() }
    }
}

/// Whether an order with this status is over, or waits for somebody: it was refused, or a person must decide. What is over may
/// still be taken back ([`v1::TradeStatus::Reverted`]), and a deposit may get credits: [`Client::credits`] tells of those.
#[must_use]
pub fn is_settled(status: v1::TradeStatus) -> bool {
    use v1::TradeStatus::{
        Accepted, Canceled, Completed, Dispatching, Expired, Failed, NeedsReview, OfferSent, OnHold,
        Rejected, Reverted, Submitted, Uncertain, Unspecified, UserAccepted,
    };
    match status {
        Rejected | Completed | Failed | Canceled | Expired | Reverted | NeedsReview => true,
        // A word that this program is too old for ends nothing.
        Unspecified | Accepted | Dispatching | Uncertain | Submitted | OfferSent | UserAccepted | OnHold => {
            false
        }
    }
}

impl Client {
    /// The newest version of an order, which has the whole trade; `None` where there is no such order. On a NATS cluster it may be
    /// older than what was just told, by moments: compare versions.
    ///
    /// # Errors
    ///
    /// [`ReadError`] where the ledger gives no answer.
    pub async fn current(&self, order_id: &str) -> Result<Option<v1::TradeStatusChanged>, ReadError> {
        let subject = self.status_subject(order_id)?;
        let message = match self.trades().await?.direct_get_last_for_subject(subject.as_str()).await {
            Ok(message) => message,
            Err(error) if error.kind() == DirectGetErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ReadError::failed(&subject, error)),
        };
        decode(&subject, &message.payload).map(Some)
    }

    /// What is stored of an order after a version: every version, or the newest alone where this user may not read more.
    pub(crate) async fn after(
        &self,
        order_id: &str,
        version: u64,
    ) -> Result<Vec<v1::TradeStatusChanged>, ReadError> {
        let mut changes = if self.may_read_streams {
            self.history(order_id).await?
        } else {
            self.current(order_id).await?.into_iter().collect()
        };
        changes.retain(|change| change.version > version);
        Ok(changes)
    }

    async fn history(&self, order_id: &str) -> Result<Vec<v1::TradeStatusChanged>, ReadError> {
        let subject = self.status_subject(order_id)?;
        let failed = |error: BoxError| ReadError::failed(&subject, error);
        let (stream, filter_subject) = (self.trades().await?, subject.clone());
        let config =
            OrderedConfig { filter_subject, deliver_policy: DeliverPolicy::All, ..OrderedConfig::default() };
        let consumer = stream.create_consumer(config).await.map_err(|error| failed(error.into()))?;
        let (mut pending, name) = (consumer.cached_info().num_pending, consumer.cached_info().name.clone());
        let mut messages = consumer.messages().await.map_err(|error| failed(error.into()))?;
        let mut changes = Vec::new();
        while pending > 0 {
            let next = tokio::time::timeout(READ_TIMEOUT, messages.next()).await;
            let Some(message) = next.map_err(|error| failed(error.into()))? else { break };
            let message = message.map_err(|error| failed(error.into()))?;
            pending = message.info().map_err(failed)?.pending;
            changes.push(decode(&subject, &message.payload)?);
        }
        drop(messages);
        // It would go by itself, but only minutes later.
        let _gone_already = stream.delete_consumer(&name).await;
        Ok(changes)
    }

    pub(crate) async fn trades(&self) -> Result<Stream<()>, ReadError> {
        let stream = self.jetstream.get_stream_no_info(TRADES).await;
        stream.map_err(|error| ReadError::failed(TRADES, error))
    }
}

/// Without the user's trade token, which nobody needs who only follows an order.
pub(crate) fn decode(subject: &str, payload: &[u8]) -> Result<v1::TradeStatusChanged, ReadError> {
    let change = v1::TradeStatusChanged::decode(payload);
    let change = change.map_err(|_| ReadError::Unreadable { subject: subject.to_owned() })?;
    Ok(without_trade_token(change))
}
