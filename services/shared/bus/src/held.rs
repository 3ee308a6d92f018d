//! Messages that a worker keeps in hand as long as it needs, several at a time.

use std::time::Duration;

use async_nats::jetstream::{self, AckKind};
use skinbus_runtime::Shutdown;
use skinbus_runtime::telemetry::spans::Span;
use tokio::task::JoinHandle;

use crate::connection::{Bus, chain};
use crate::message::Incoming;
use crate::pull::{Pull, PullError};
use crate::topology::consumers::ACK_WAIT;
use crate::trace;

/// How often a message that stays in hand must be spoken for.
pub const PROGRESS_EVERY: Duration = Duration::from_secs(ACK_WAIT.as_secs() / 3);
/// Pause before messages are asked for again after the consumer failed.
const RETRY_PAUSE: Duration = Duration::from_millis(250);
/// Messages that are asked for ahead.
const AHEAD: usize = 500;

/// A message in hand. Dropped without a word, it comes again after its ack wait.
pub struct Held {
    /// What it says.
    pub incoming: Incoming,
    /// Working on it: until it is in nobody's hand here any more.
    pub span: Span,
    acker: jetstream::message::Acker,
}

impl Held {
    /// Keeps the message in hand without what it says, which takes most of its memory.
    #[must_use]
    pub fn without_content(mut self) -> Self {
        self.incoming.payload = bytes::Bytes::new();
        self.incoming.headers = async_nats::HeaderMap::new();
        self
    }

    /// It has had its effect.
    pub async fn acknowledge(self) {
        self.span.set("skinbus.disposition", || "acknowledge");
        self.answer(AckKind::Ack).await;
    }

    /// It is to come again, not before this has passed, and later each time: what keeps failing for as long as something
    /// is away must not use up the deliveries that a message has.
    pub async fn redeliver_after(self, pause: Duration) {
        self.span.failed("retry");
        self.span.set("skinbus.disposition", || "retry");
        let pause = pause.max(self.incoming.retry_pause());
        self.answer(AckKind::Nak(Some(pause))).await;
    }

    /// Another worker may have it at once.
    pub async fn give_back(self) {
        self.span.set("skinbus.disposition", || "give_back");
        self.answer(AckKind::Nak(None)).await;
    }

    /// It is still worked on.
    pub async fn progress(&self) {
        self.answer(AckKind::Progress).await;
    }

    /// An answer that does not arrive means a redelivery, which every worker can take.
    async fn answer(&self, kind: AckKind) {
        if let Err(error) = self.acker.ack_with(kind).await {
            tracing::debug!(%error, "acknowledging");
        }
    }
}

/// The messages of a durable consumer, for as long as nobody asks to end.
pub struct HeldMessages {
    bus: Bus,
    stream: &'static str,
    consumer: String,
    shutdown: Shutdown,
    messages: Option<Pull>,
    /// Goes on while nobody waits for a message: whoever has much else to do would begin it anew for ever.
    opening: Option<JoinHandle<Result<Pull, PullError>>>,
}

impl Bus {
    /// Takes messages of the durable consumer `consumer` of `stream` into hand.
    #[must_use]
    pub fn hold(&self, stream: &'static str, consumer: &str, shutdown: &Shutdown) -> HeldMessages {
        HeldMessages {
            bus: self.clone(),
            stream,
            consumer: consumer.to_owned(),
            shutdown: shutdown.clone(),
            messages: None,
            opening: None,
        }
    }
}

impl HeldMessages {
    /// The next message; `None` once the shutdown is requested. Safe to drop and call again.
    pub async fn next(&mut self) -> Option<Held> {
        self.next_within(AHEAD).await
    }

    /// The same for whoever has room for so many more messages: no more are asked for. Where there is no room and nothing is
    /// on its way, it waits for the shutdown.
    pub async fn next_within(&mut self, room: usize) -> Option<Held> {
        let shutdown = self.shutdown.clone();
        tokio::select! {
            biased;
            () = shutdown.requested() => None,
            held = self.receive(room.min(AHEAD)) => Some(held),
        }
    }

    /// What was received and not taken goes to another worker at once.
    pub async fn close(self) {
        if let Some(messages) = self.messages {
            messages.stop().await;
        }
    }

    async fn open(&mut self) -> Result<Pull, PullError> {
        let (bus, stream, consumer) = (&self.bus, self.stream, &self.consumer);
        let opening = self.opening.get_or_insert_with(|| {
            let (bus, consumer) = (bus.clone(), consumer.clone());
            tokio::spawn(async move {
                let opened = bus.pull(stream, &consumer).await;
                if opened.is_err() {
                    tokio::time::sleep(RETRY_PAUSE).await;
                }
                opened
            })
        });
        let opened = opening.await;
        self.opening = None;
        opened.unwrap_or_else(|error| Err(PullError::of(&error)))
    }

    async fn receive(&mut self, room: usize) -> Held {
        loop {
            let error = match &mut self.messages {
                Some(messages) if room == 0 && messages.is_idle() => std::future::pending().await,
                Some(messages) => match messages.next(room).await {
                    Ok(message) => return held(message, &self.consumer),
                    Err(error) => {
                        self.messages = None;
                        error
                    }
                },
                None => match self.open().await {
                    Ok(messages) => {
                        self.messages = Some(messages);
                        continue;
                    }
                    Err(error) => error,
                },
            };
            let (error, consumer) = (chain(&error), self.consumer.as_str());
            tracing::warn!(stream = self.stream, consumer, error, "no messages, asking again");
        }
    }
}

fn held(message: jetstream::Message, consumer: &str) -> Held {
    let incoming = Incoming::of_stream(&message);
    let span = trace::process(&incoming, consumer);
    let (_, acker) = message.split();
    Held { incoming, span, acker }
}
