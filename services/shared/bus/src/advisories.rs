//! What the server says of messages that were delivered too often, and what becomes of them.

use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::stream::{RawMessageErrorKind, Stream};

use crate::connection::{Bus, chain};
use crate::dead::Cause;
use crate::message::Incoming;
use crate::publish::StoreError;
use crate::topology::{DISPATCH, INTAKE, ORDERS, POLLS, TRACKER_RECONCILE, TRACKER_WEBHOOKS, WEBHOOKS};

/// A message that the server delivers no more: its handler took the process with it, every time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abandoned {
    /// Where it lies.
    stream: &'static str,
    sequence: u64,
    /// Who could not work on it, as in dead letters' subjects.
    stage: &'static str,
    /// Nobody else needs it: the stream is a queue.
    is_queued: bool,
    deliveries: u64,
}

/// Why an abandoned message is not a dead letter yet; trying again is safe.
#[derive(Debug, thiserror::Error)]
pub enum RescueError {
    /// It could not be read or removed.
    #[error("{operation} the message {sequence} of {stream}: {problem}")]
    Stream {
        /// What was tried.
        operation: &'static str,
        /// Where it lies.
        stream: &'static str,
        /// Its sequence there.
        sequence: u64,
        /// Why it failed.
        problem: String,
    },
    /// Its letter is perhaps not stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an advisory says.
#[derive(Debug)]
pub enum Advisory {
    /// A message of ours is abandoned.
    Abandoned(Abandoned),
    /// It is about a consumer that is none of ours.
    NotOurs,
    /// It cannot be read.
    Unreadable,
}

impl Advisory {
    /// Reads what the server published.
    #[must_use]
    pub fn read(incoming: &Incoming) -> Self {
        let Ok(advisory) = serde_json::from_slice::<serde_json::Value>(&incoming.payload) else {
            return Self::Unreadable;
        };
        let text = |name: &str| advisory.get(name).and_then(serde_json::Value::as_str);
        let (Some(stream), Some(consumer)) = (text("stream"), text("consumer")) else {
            return Self::Unreadable;
        };
        let Some(sequence) = advisory.get("stream_seq").and_then(serde_json::Value::as_u64) else {
            return Self::Unreadable;
        };
        let deliveries = advisory.get("deliveries").and_then(serde_json::Value::as_u64).unwrap_or(0);
        // By stream and consumer: another consumer of one of our streams is somebody else's, and so is what it cannot do.
        // The ledger is not here: it is followed without a limit, and nothing is ever taken out of it.
        let (stream, stage, is_queued) = match stream {
            ORDERS if consumer == INTAKE => (ORDERS, "intake", true),
            DISPATCH if consumer.starts_with("dispatch_") => (DISPATCH, "dispatch", true),
            POLLS if consumer.starts_with("tracker_due_") => (POLLS, "tracker", true),
            POLLS if consumer == TRACKER_RECONCILE => (POLLS, "reconcile", true),
            WEBHOOKS if consumer == TRACKER_WEBHOOKS => (WEBHOOKS, "webhooks", false),
            _ => return Self::NotOurs,
        };
        Self::Abandoned(Abandoned { stream, sequence, stage, is_queued, deliveries })
    }
}

impl Bus {
    /// Stores an abandoned message as a dead letter, once; `false` where it is gone already.
    ///
    /// # Errors
    ///
    /// [`RescueError`] where it is perhaps not stored; trying again is safe.
    pub async fn bury_abandoned(&self, abandoned: &Abandoned) -> Result<bool, RescueError> {
        let Some(message) = self.find(abandoned).await? else { return Ok(false) };
        let incoming = Incoming {
            subject: message.subject.to_string(),
            headers: message.headers,
            payload: message.payload,
            stream: abandoned.stream.to_owned(),
            sequence: abandoned.sequence,
            deliveries: abandoned.deliveries,
        };
        let detail = format!("its handler ended the process, or never ended, {} times", abandoned.deliveries);
        self.bury(abandoned.stage, &incoming, &Cause::new("handler_crashed", detail)).await?;
        Ok(true)
    }

    /// Takes an abandoned message out of its queue; only once it is buried. What lies in a stream that keeps its messages
    /// stays there.
    ///
    /// # Errors
    ///
    /// [`RescueError`] where it perhaps still lies there; trying again is safe.
    pub async fn remove_abandoned(&self, abandoned: &Abandoned) -> Result<(), RescueError> {
        if !abandoned.is_queued {
            return Ok(());
        }
        let stream = self.stream_of(abandoned).await?;
        let Err(error) = stream.delete_message(abandoned.sequence).await else { return Ok(()) };
        // Where it is gone by now, somebody else was faster.
        match self.find(abandoned).await? {
            None => Ok(()),
            Some(_) => Err(failed("removing", abandoned, &error)),
        }
    }

    async fn find(&self, abandoned: &Abandoned) -> Result<Option<StreamMessage>, RescueError> {
        match self.stream_of(abandoned).await?.get_raw_message(abandoned.sequence).await {
            Ok(message) => Ok(Some(message)),
            Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(failed("reading", abandoned, &error)),
        }
    }

    async fn stream_of(&self, abandoned: &Abandoned) -> Result<Stream<()>, RescueError> {
        let stream = self.jetstream().get_stream_no_info(abandoned.stream).await;
        stream.map_err(|error| failed("finding", abandoned, &error))
    }
}

fn failed(operation: &'static str, abandoned: &Abandoned, error: &dyn std::error::Error) -> RescueError {
    let Abandoned { stream, sequence, .. } = *abandoned;
    RescueError::Stream { operation, stream, sequence, problem: chain(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advisory(stream: &str, consumer: &str) -> Advisory {
        let text = format!(
            r#"{{"type": "io.nats.jetstream.advisory.v1.max_deliver", "id": "x", "stream": "{stream}",
                "consumer": "{consumer}", "stream_seq": 7, "deliveries": 150}}"#
        );
        read(text.into_bytes())
    }

    fn read(payload: Vec<u8>) -> Advisory {
        let (subject, headers) = (String::new(), async_nats::HeaderMap::new());
        Advisory::read(&Incoming {
            subject,
            headers,
            payload: payload.into(),
            stream: String::new(),
            sequence: 1,
            deliveries: 1,
        })
    }

    #[test]
    fn only_queues_lose_a_message() {
        for (stream, consumer, is_queued) in [
            ("ORDERS", "intake", true),
            ("DISPATCH", "dispatch_skinify_main", true),
            ("POLLS", "tracker_due_skinify_main", true),
            ("POLLS", "tracker_reconcile", true),
            ("WEBHOOKS", "tracker_webhooks", false),
        ] {
            let Advisory::Abandoned(abandoned) = advisory(stream, consumer) else { panic!("{stream}") };
            assert_eq!((abandoned.stream, abandoned.sequence, abandoned.deliveries), (stream, 7, 150));
            assert_eq!(abandoned.is_queued, is_queued, "{stream}");
        }
    }

    #[test]
    fn what_is_not_ours_is_left_alone() {
        for (stream, consumer) in [
            ("TRADES", "tracker_trades"),
            ("TRADES", "somebody"),
            ("ORDERS", "somebody"),
            ("WEBHOOKS", "somebody"),
            ("ADVISORIES", "mover"),
            ("DEAD", "intake"),
        ] {
            assert!(matches!(advisory(stream, consumer), Advisory::NotOurs), "{stream} {consumer}");
        }
        assert!(matches!(read(b"{}".to_vec()), Advisory::Unreadable));
        assert!(matches!(read(vec![0xff]), Advisory::Unreadable));
    }
}
