//! The quota windows in the bucket `skinbus_quota`: read, and written back with compare-and-set.

use async_nats::jetstream::stream::{DirectGetErrorKind, Stream};
use jiff::Timestamp;
use skinbus_domain::ids::AccountId;
use skinbus_domain::quota::QuotaWindow;
use skinbus_proto::{Message, quota_from_proto, quota_to_proto, v1};

use crate::connection::{Bus, chain};
use crate::publish::{Outgoing, is_conflict};
use crate::topology::QUOTA;

/// A window with its place in the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWindow {
    /// The window.
    pub window: QuotaWindow,
    /// Its revision; 0 where there is none yet.
    pub revision: u64,
    /// When it was stored, by the server's clock.
    pub stored_at: Option<Timestamp>,
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowWrite {
    /// It is stored under this revision.
    Stored(u64),
    /// Another replica was faster.
    Lost,
}

/// The bucket gave no answer.
#[derive(Debug, thiserror::Error)]
#[error("{operation} the quota of {account}: {problem}")]
pub struct QuotaError {
    operation: &'static str,
    account: AccountId,
    problem: String,
}

/// The bucket of quota windows. Clones share the connection.
#[derive(Clone)]
pub struct QuotaStore {
    bus: Bus,
    stream: Stream<()>,
}

impl QuotaStore {
    /// The bucket behind this connection.
    ///
    /// # Errors
    ///
    /// [`QuotaError`] where the client cannot make a handle of it; NATS is not asked.
    pub async fn new(bus: &Bus, account: &AccountId) -> Result<Self, QuotaError> {
        let stream = bus.jetstream().get_stream_no_info(QUOTA).await;
        let stream = stream.map_err(|error| failed("opening", account, &error))?;
        Ok(Self { bus: bus.clone(), stream })
    }

    /// The window of an account; an empty one where nothing was ever stored.
    ///
    /// # Errors
    ///
    /// [`QuotaError`] where the bucket gives no answer, or holds something else.
    pub async fn read(&self, account: &AccountId) -> Result<StoredWindow, QuotaError> {
        match self.stream.direct_get_last_for_subject(key(account)).await {
            Ok(message) => {
                let window = v1::QuotaWindow::decode(message.payload.as_ref())
                    .map_err(|error| failed("decoding", account, &error))?;
                let nanoseconds = message.time.unix_timestamp_nanos();
                Ok(StoredWindow {
                    window: quota_from_proto(window),
                    revision: message.sequence,
                    stored_at: Timestamp::from_nanosecond(nanoseconds).ok(),
                })
            }
            Err(error) if error.kind() == DirectGetErrorKind::NotFound => {
                Ok(StoredWindow { window: QuotaWindow::default(), revision: 0, stored_at: None })
            }
            Err(error) => Err(failed("reading", account, &error)),
        }
    }

    /// Stores a window after the one with this revision.
    ///
    /// # Errors
    ///
    /// [`QuotaError`] where no answer came: it may or may not be stored, so read it again.
    pub async fn write(
        &self,
        account: &AccountId,
        window: &QuotaWindow,
        revision: u64,
    ) -> Result<WindowWrite, QuotaError> {
        let outgoing = Outgoing::of(&quota_to_proto(window)).expecting(revision);
        match self.bus.store(key(account), outgoing).await {
            Ok(ack) => Ok(WindowWrite::Stored(ack.sequence)),
            Err(error) if is_conflict(&error) => Ok(WindowWrite::Lost),
            Err(error) => Err(failed("storing", account, &error)),
        }
    }
}

fn key(account: &AccountId) -> String {
    format!("$KV.skinbus_quota.{account}")
}

fn failed(operation: &'static str, account: &AccountId, error: &dyn std::error::Error) -> QuotaError {
    QuotaError { operation, account: account.clone(), problem: chain(error) }
}
