//! Pulling from a durable consumer in a way that can be stopped.
//!
//! A subscription that simply ends drops what the server has sent to it meanwhile, and that comes again only after its ack
//! wait. So every request is short, nothing ends before its requests have, and what still comes is given back.

use std::time::Duration;

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::consumer::pull::BatchConfig;
use async_nats::jetstream::{self, AckKind};
use async_nats::{StatusCode, Subject, Subscriber};
use futures_util::StreamExt;

use crate::connection::{Bus, chain};

/// How long the server keeps a request open: the longest that stopping takes.
const EXPIRES: Duration = Duration::from_secs(1);
/// The server says when a request has ended. Where it has not by then, the request is lost.
const SILENCE_MAX: Duration = Duration::from_secs(3);
/// How many messages of an ended request did not come.
const PENDING_MESSAGES: &str = "Nats-Pending-Messages";

/// The messages of one durable consumer.
pub(crate) struct Pull {
    context: jetstream::Context,
    consumer: PullConsumer,
    subscriber: Subscriber,
    inbox: Subject,
    /// Messages that open requests may still bring.
    open: usize,
}

/// Why no more messages come; a new [`Pull`] may have more luck.
#[derive(Debug, thiserror::Error)]
#[error("pulling: {0}")]
pub(crate) struct PullError(String);

impl PullError {
    /// For this reason.
    pub(crate) fn of(reason: &dyn std::error::Error) -> Self {
        Self(chain(reason))
    }
}

impl Bus {
    /// Pulls from the durable consumer `name` of `stream`.
    pub(crate) async fn pull(&self, stream: &str, name: &str) -> Result<Pull, PullError> {
        let failed = |error: &dyn std::error::Error| PullError::of(error);
        let consumer = self.jetstream().get_consumer_from_stream(name, stream).await;
        let consumer = consumer.map_err(|error| failed(&error))?;
        let inbox = Subject::from(self.client().new_inbox());
        let subscriber = self.client().subscribe(inbox.clone()).await.map_err(|error| failed(&error))?;
        Ok(Pull { context: self.jetstream().clone(), consumer, subscriber, inbox, open: 0 })
    }
}

impl Pull {
    /// The next message. The server is never asked for more than there is `room` for, this one included; what was asked
    /// for with more room may still come. Safe to drop and call again.
    pub(crate) async fn next(&mut self, room: usize) -> Result<jetstream::Message, PullError> {
        loop {
            // The next request goes out before the last is used up, so that no message waits for it.
            if room > 0 && self.open <= room / 2 {
                let batch = room.saturating_sub(self.open).max(1);
                let request = BatchConfig { batch, expires: Some(EXPIRES), ..BatchConfig::default() };
                let asked = self.consumer.request_batch(request, self.inbox.clone()).await;
                asked.map_err(|error| PullError(chain(&error)))?;
                self.open += batch;
            }
            if let Some(message) = self.receive().await? {
                return Ok(message);
            }
        }
    }

    /// Whether no request is open that may still bring messages.
    pub(crate) fn is_idle(&self) -> bool {
        self.open == 0
    }

    /// Asks for nothing more and gives back what still comes, so that nothing is left in hand.
    pub(crate) async fn stop(mut self) {
        let mut rest = Vec::new();
        while self.open > 0 {
            match self.receive().await {
                Ok(message) => rest.extend(message),
                Err(error) => {
                    tracing::warn!(
                        error = chain(&error),
                        "messages on their way come again after their ack wait"
                    );
                    break;
                }
            }
        }
        // Only now: earlier they would come back to the requests that are still open.
        for message in rest {
            if let Err(error) = message.ack_with(AckKind::Nak(None)).await {
                tracing::debug!(%error, "giving a message back");
            }
        }
    }

    /// A message, or `None` where the server told of the end of a request.
    async fn receive(&mut self) -> Result<Option<jetstream::Message>, PullError> {
        let received = tokio::time::timeout(SILENCE_MAX, self.subscriber.next()).await;
        let message = match received {
            Ok(Some(message)) => message,
            Ok(None) => return Err(PullError("the connection is closed".to_owned())),
            Err(_elapsed) => return Err(PullError("the server is silent".to_owned())),
        };
        match message.status {
            None | Some(StatusCode::OK) => {
                self.open = self.open.saturating_sub(1);
                Ok(Some(jetstream::Message { message, context: self.context.clone() }))
            }
            Some(status) => {
                let pending = message.headers.as_ref().and_then(|headers| headers.get(PENDING_MESSAGES));
                let pending = pending.and_then(|pending| pending.as_str().parse::<usize>().ok());
                let description = message.description.unwrap_or_default();
                let pending = pending.ok_or_else(|| PullError(format!("{status} {description}")))?;
                self.open = self.open.saturating_sub(pending);
                Ok(None)
            }
        }
    }
}
