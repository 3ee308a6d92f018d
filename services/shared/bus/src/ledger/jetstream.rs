//! The ledger on the stream `TRADES`.

use std::time::Duration;

use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::stream::{DirectGetErrorKind, RawMessageErrorKind, Stream};
use opentelemetry::Context;
use skinbus_domain::Recorded;
use skinbus_domain::ids::TradeKey;
use skinbus_domain::trade::StatusChange;
use skinbus_proto::{Corrupt, Message, Schema, status_change_from_proto, status_change_to_proto, v1};
use uuid::Uuid;

use super::{Append, Ledger, LedgerError};
use crate::connection::{Bus, chain};
use crate::publish::{Outgoing, is_conflict};
use crate::topology::TRADES;
use crate::{subjects, trace};

/// Pause before the first repeat of an append whose answer did not come; it doubles up to [`PAUSE_MAX`].
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// The ledger on NATS. Clones share the connection.
#[derive(Clone)]
pub struct JetStreamLedger {
    bus: Bus,
    pub(super) stream: Stream<()>,
}

impl JetStreamLedger {
    /// The ledger behind this connection.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Open`] where the client cannot make a handle of the stream; NATS is not asked.
    pub async fn new(bus: &Bus) -> Result<Self, LedgerError> {
        let stream = bus.jetstream().get_stream_no_info(TRADES).await;
        let stream = stream.map_err(|error| LedgerError::Open { problem: chain(&error) })?;
        Ok(Self { bus: bus.clone(), stream })
    }

    /// The last version of a trade and the context that it was written in, for a step of its trace that something else leads
    /// to. It may be older than what was written a moment ago, as [`Ledger::read`] says.
    ///
    /// # Errors
    ///
    /// As [`Ledger::read`].
    pub async fn read_in_trace(&self, key: &TradeKey) -> Result<Option<(Recorded, Context)>, LedgerError> {
        let message = self.last(key).await?;
        message.map(|message| in_trace(key, &message)).transpose()
    }

    /// The same, surely of the newest version.
    ///
    /// # Errors
    ///
    /// As [`Ledger::read_latest`].
    pub async fn read_latest_in_trace(
        &self,
        key: &TradeKey,
    ) -> Result<Option<(Recorded, Context)>, LedgerError> {
        let message = self.newest(key).await?;
        message.map(|message| in_trace(key, &message)).transpose()
    }

    async fn last(&self, key: &TradeKey) -> Result<Option<StreamMessage>, LedgerError> {
        match self.stream.direct_get_last_for_subject(subjects::status(key)).await {
            Ok(message) => Ok(Some(message)),
            Err(error) if error.kind() == DirectGetErrorKind::NotFound => Ok(None),
            Err(error) => Err(LedgerError::Read { key: key.clone(), problem: chain(&error) }),
        }
    }

    async fn newest(&self, key: &TradeKey) -> Result<Option<StreamMessage>, LedgerError> {
        match self.stream.get_last_raw_message_by_subject(&subjects::status(key)).await {
            Ok(message) => Ok(Some(message)),
            Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(LedgerError::Read { key: key.clone(), problem: chain(&error) }),
        }
    }

    /// Place and id of the version that came right after `expected`: where two appends named the same predecessor, this
    /// is the one that was written. Newer versions may be there already, so it is not the last that is asked for.
    async fn successor(&self, key: &TradeKey, expected: u64) -> Result<Option<(u64, String)>, LedgerError> {
        let (subject, from) = (subjects::status(key), expected.saturating_add(1));
        match self.stream.get_first_raw_message_by_subject(subject, from).await {
            Ok(message) => Ok(Some((message.sequence, message_id(&message)))),
            Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(LedgerError::Read { key: key.clone(), problem: chain(&error) }),
        }
    }

    /// Whether the newest version surely is older than `expected`.
    async fn is_gone(&self, key: &TradeKey, expected: u64) -> bool {
        match self.stream.get_last_raw_message_by_subject(&subjects::status(key)).await {
            Ok(newest) => newest.sequence < expected,
            Err(error) => error.kind() == RawMessageErrorKind::NoMessageFound && expected > 0,
        }
    }
}

impl Ledger for JetStreamLedger {
    async fn read(&self, key: &TradeKey) -> Result<Option<Recorded>, LedgerError> {
        let message = self.last(key).await?;
        message.map(|message| recorded(key, &message)).transpose()
    }

    async fn read_latest(&self, key: &TradeKey) -> Result<Option<Recorded>, LedgerError> {
        let message = self.newest(key).await?;
        message.map(|message| recorded(key, &message)).transpose()
    }

    /// Repeats until the outcome is known: an answer that did not come says nothing, and giving up would leave a version
    /// of which its writer does not know.
    async fn append(&self, expected: u64, change: &StatusChange) -> Result<Append, LedgerError> {
        let key = &change.trade.key;
        let message = status_change_to_proto(change);
        let mut ids: Vec<String> = Vec::new();
        let mut pause = PAUSE_MIN;
        loop {
            // A fresh id for every try: with a shared one, two writers could both be told that theirs was stored.
            let id = Uuid::now_v7().to_string();
            let outgoing = Outgoing::of(&message).of_version(change).id(&id).expecting(expected);
            let first_try = ids.is_empty();
            ids.push(id);
            let error = match self.bus.store(subjects::append(key), outgoing).await {
                Ok(ack) => return Ok(Append::Written { sequence: ack.sequence }),
                Err(error) if is_conflict(&error) && first_try => return Ok(Append::Lost),
                Err(error) => error,
            };
            // No answer came, or a later try lost to somebody, perhaps to an earlier try: whose version is there now?
            match self.successor(key, expected).await {
                Ok(Some((sequence, id))) if ids.contains(&id) => return Ok(Append::Written { sequence }),
                Ok(Some(_)) => return Ok(Append::Lost),
                // The server lost what this version was to follow: no try can be written any more.
                Ok(None) if is_conflict(&error) && self.is_gone(key, expected).await => {
                    return Ok(Append::Lost);
                }
                Ok(None) if error.kind() == PublishErrorKind::MaxPayloadExceeded => {
                    return Err(LedgerError::Append { key: key.clone(), problem: chain(&error) });
                }
                Ok(None) | Err(_) => {}
            }
            tracing::warn!(trade = %key, error = chain(&error), "no answer to an append, asking again");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }
}

fn message_id(message: &StreamMessage) -> String {
    message
        .headers
        .get(async_nats::header::NATS_MESSAGE_ID)
        .map(|id| id.as_str().to_owned())
        .unwrap_or_default()
}

fn recorded(key: &TradeKey, message: &StreamMessage) -> Result<Recorded, LedgerError> {
    read_version(&message.payload, message.sequence).map_err(|source| LedgerError::Corrupt {
        key: key.clone(),
        sequence: message.sequence,
        source,
    })
}

fn in_trace(key: &TradeKey, message: &StreamMessage) -> Result<(Recorded, Context), LedgerError> {
    Ok((recorded(key, message)?, trace::extract(&message.headers)))
}

/// A stored version out of its bytes.
pub(crate) fn read_version(payload: &[u8], sequence: u64) -> Result<Recorded, Corrupt> {
    let message = v1::TradeStatusChanged::decode(payload)
        .map_err(|_| Corrupt::undecodable(v1::TradeStatusChanged::NAME))?;
    Ok(Recorded { change: status_change_from_proto(&message)?, sequence })
}
