//! Publishing, with the headers that every Skinbus message carries.

use std::error::Error;

use async_nats::header::{NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, NATS_MESSAGE_ID};
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::publish::PublishAck;
use async_nats::{HeaderMap, HeaderValue};
use bytes::Bytes;
use skinbus_domain::Recorded;
use skinbus_domain::ids::{AccountId, Reference};
use skinbus_domain::trade::StatusChange;
use skinbus_proto::{Schema, status_change_to_proto, timestamp, v1};
use skinbus_runtime::clock;
use uuid::Uuid;

use crate::connection::Bus;
use crate::message::{CONTENT_TYPE, PROTOBUF, SCHEMA};
use crate::{subjects, trace};

/// "Wrong last sequence" in its constant form: on replicas, another write to the subject is in flight. The client knows
/// only the other form of it.
const WRONG_LAST_SEQUENCE_CONSTANT: u64 = 10_164;

/// A message on its way to a stream.
pub(crate) struct Outgoing<'a> {
    payload: Bytes,
    headers: HeaderMap,
    /// Whether it gets the context of the step that publishes it.
    is_traced: bool,
    version: Option<&'a StatusChange>,
}

impl<'a> Outgoing<'a> {
    /// A protobuf message with its content type and schema. It becomes a part of the trace of whoever publishes it.
    pub(crate) fn of<M: Schema>(message: &M) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, PROTOBUF);
        headers.insert(SCHEMA, M::NAME);
        let payload = Bytes::from(message.encode_to_vec());
        Self { payload, headers, is_traced: true, version: None }
    }

    /// Bytes that are no message of ours.
    pub(crate) fn bytes(payload: Bytes) -> Self {
        Self::with_headers(payload, HeaderMap::new())
    }

    /// Somebody else's message, as it came: its trace goes on where it was.
    pub(crate) fn with_headers(payload: Bytes, headers: HeaderMap) -> Self {
        Self { payload, headers, is_traced: false, version: None }
    }

    /// Which version of a trade it is, for its trace.
    pub(crate) fn of_version(mut self, change: &'a StatusChange) -> Self {
        self.version = Some(change);
        self
    }

    /// Sets a header.
    pub(crate) fn header(mut self, name: async_nats::HeaderName, value: impl AsRef<str>) -> Self {
        self.headers.insert(name, value.as_ref());
        self
    }

    /// A repeat with the same id within the stream's window is dropped.
    pub(crate) fn id(self, id: &str) -> Self {
        self.header(NATS_MESSAGE_ID, id)
    }

    /// Stored only where the subject's last message has this sequence; 0 means that there is none.
    pub(crate) fn expecting(mut self, last_subject_sequence: u64) -> Self {
        let sequence = HeaderValue::from(last_subject_sequence);
        self.headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, sequence);
        self
    }
}

impl Bus {
    /// Publishes to a stream and waits for its word that the message is stored.
    #[expect(clippy::disallowed_methods, reason = "the one place from which streams are published to")]
    pub(crate) async fn store(
        &self,
        subject: String,
        outgoing: Outgoing<'_>,
    ) -> Result<PublishAck, PublishError> {
        let Outgoing { payload, mut headers, is_traced, version } = outgoing;
        let span = is_traced.then(|| trace::publish(&subject, &mut headers));
        if let (Some(span), Some(change)) = (&span, version) {
            trace::about_version(span, change);
        }
        let message = PublishMessage::build().payload(payload).headers(headers);
        let sent = self.jetstream().send_publish(subject, message).await;
        let stored = async { sent?.await }.await;
        match (&span, &stored) {
            // Somebody was faster, which is what the expected sequence is for.
            (Some(span), Err(error)) if is_conflict(error) => span.set("skinbus.is_lost", || true),
            (Some(span), Err(_)) => span.failed("not_stored"),
            (Some(_), Ok(_)) | (None, _) => {}
        }
        stored
    }

    /// Publishes a message to a stream, dropped there if one with this `id` came before, and waits until it is stored.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: then it may or may not be stored; publishing again with the same id is safe.
    pub async fn store_once<M: Schema>(
        &self,
        subject: String,
        message: &M,
        id: &str,
    ) -> Result<u64, StoreError> {
        let shown = subject.clone();
        self.store(subject, Outgoing::of(message).id(id))
            .await
            .map(|ack| ack.sequence)
            .map_err(|source| StoreError { subject: shown, source: Box::new(source) })
    }
}

/// A message that was perhaps not stored.
#[derive(Debug, thiserror::Error)]
#[error("publishing to {subject}")]
pub struct StoreError {
    /// Where to.
    subject: String,
    /// Why.
    #[source]
    source: Box<PublishError>,
}

/// What a refused compare-and-set looks like, in both its forms.
pub(crate) fn is_conflict(error: &PublishError) -> bool {
    if error.kind() == PublishErrorKind::WrongLastSequence {
        return true;
    }
    error
        .source()
        .and_then(|source| source.downcast_ref::<async_nats::jetstream::Error>())
        .is_some_and(|source| source.error_code().0 == WRONG_LAST_SEQUENCE_CONSTANT)
}

impl Bus {
    /// Hands an accepted order to dispatch. Handing the same version over again is dropped by the stream for a while,
    /// and harmless after that.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it is perhaps not handed over; doing it again is safe.
    pub async fn hand_over(&self, recorded: &Recorded) -> Result<(), StoreError> {
        let (key, version) = (&recorded.trade().key, recorded.change.version);
        self.dispatch(recorded, &format!("{}.{}.{version}", key.merchant, key.order_id)).await
    }

    /// Hands an order over once more that nobody may have any longer: its first hand-over, of which the stream still
    /// knows the id, may have become a dead letter. Only a repeat for the same `occasion` is dropped.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it is perhaps not handed over; doing it again is safe.
    pub async fn hand_over_again(&self, recorded: &Recorded, occasion: &str) -> Result<(), StoreError> {
        let (key, version) = (&recorded.trade().key, recorded.change.version);
        self.dispatch(recorded, &format!("{}.{}.{version}.{occasion}", key.merchant, key.order_id)).await
    }

    /// Has the tracker look at an order soon, as a webhook does that proves nothing. Whoever asks needs no right on `POLLS`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it is perhaps not asked for; asking again is safe.
    pub async fn hint(&self, account: &AccountId, reference: &Reference) -> Result<(), StoreError> {
        let hint = v1::WebhookReceived {
            account: account.to_string(),
            received_at: Some(timestamp(clock::now())),
            trust: v1::WebhookTrust::Hint.into(),
            reference: reference.to_string(),
            ..v1::WebhookReceived::default()
        };
        let id = format!("hint:{}", Uuid::now_v7());
        self.store_once(subjects::webhooks(account), &hint, &id).await.map(|_| ())
    }

    async fn dispatch(&self, recorded: &Recorded, id: &str) -> Result<(), StoreError> {
        let trade = recorded.trade();
        let Some(order) = &trade.order else { return Ok(()) };
        let message = v1::DispatchOrder {
            accepted: Some(status_change_to_proto(&recorded.change)),
            sequence: recorded.sequence,
        };
        self.store_once(subjects::dispatch(&order.account), &message, id).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(kind: PublishErrorKind, code: u64) -> PublishError {
        let answer = format!(r#"{{"code": 400, "err_code": {code}, "description": "as the server says"}}"#);
        let source: async_nats::jetstream::Error = serde_json::from_str(&answer).unwrap();
        PublishError::with_source(kind, source)
    }

    #[test]
    fn a_conflict_is_known_in_both_forms() {
        assert!(is_conflict(&refused(PublishErrorKind::WrongLastSequence, 10_071)));
        assert!(is_conflict(&refused(PublishErrorKind::Other, 10_164)));
    }

    #[test]
    fn nothing_else_is_a_conflict() {
        // Out of storage; wrong last message id.
        assert!(!is_conflict(&refused(PublishErrorKind::Other, 10_047)));
        assert!(!is_conflict(&refused(PublishErrorKind::WrongLastMessageId, 10_070)));
        for kind in [
            PublishErrorKind::TimedOut,
            PublishErrorKind::BrokenPipe,
            PublishErrorKind::StreamNotFound,
            PublishErrorKind::MaxPayloadExceeded,
            PublishErrorKind::Other,
        ] {
            assert!(!is_conflict(&PublishError::new(kind)), "{kind}");
        }
    }
}
