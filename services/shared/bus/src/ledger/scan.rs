//! Reading what was written since some time, in the order in which it was written.

use std::time::Duration;

use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use futures_util::StreamExt;
use jiff::Timestamp;
use skinbus_domain::ids::MerchantId;
use skinbus_proto::v1;

use super::{JetStreamLedger, LedgerError};
use crate::connection::chain;
use crate::message::Incoming;

/// How long a stored version may take to arrive.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

impl JetStreamLedger {
    /// Shows every version of a merchant's trades to `visit` that was written since then; one at a time is held.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Scan`] where the ledger gives no answer, or has something that is no version.
    pub async fn scan(
        &self,
        merchant: &MerchantId,
        since: Timestamp,
        mut visit: impl FnMut(v1::TradeStatusChanged),
    ) -> Result<(), LedgerError> {
        let failed = |error: &dyn std::error::Error| LedgerError::Scan { problem: chain(error) };
        let start_time = async_nats::datetime::parse_rfc3339(&since.to_string());
        let start_time = start_time.map_err(|error| failed(error.as_ref()))?;
        let config = OrderedConfig {
            filter_subject: format!("skinbus.v1.status.{merchant}.*"),
            deliver_policy: DeliverPolicy::ByStartTime { start_time },
            ..OrderedConfig::default()
        };
        let consumer = self.stream.create_consumer(config).await.map_err(|error| failed(&error))?;
        let mut pending = consumer.cached_info().num_pending;
        let mut messages = consumer.messages().await.map_err(|error| failed(&error))?;
        while pending > 0 {
            let next = tokio::time::timeout(READ_TIMEOUT, messages.next()).await;
            let Some(message) = next.map_err(|error| failed(&error))? else {
                return Err(LedgerError::Scan { problem: "it ended before its last version".to_owned() });
            };
            let message = message.map_err(|error| failed(&error))?;
            pending = message.info().map_err(|error| failed(error.as_ref()))?.pending;
            visit(Incoming::from(message.message).decode().map_err(|error| failed(&error))?);
        }
        Ok(())
    }
}
