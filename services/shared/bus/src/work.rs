//! Working through a stream: what a handler decides about a message becomes its acknowledgement.

use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::{self, AckKind};
use futures_util::FutureExt;
use skinbus_runtime::telemetry::spans::Span;
use skinbus_runtime::{Shutdown, clock};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::connection::{Bus, chain};
use crate::dead::Cause;
use crate::message::Incoming;
use crate::metrics;
use crate::topology::consumers::ACK_WAIT;
use crate::trace;

/// What becomes of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// It has had its effect.
    Acknowledge,
    /// It is to come again, not before this has passed.
    RedeliverAfter(Duration),
    /// Something that it needs is away. It is to come again, later each time, so that an hour of such trouble does not use
    /// up its deliveries.
    Retry,
    /// Nobody can work on it: it is stored as a dead letter, and only then ended.
    Dead(Cause),
}

/// How a consumer is worked on.
#[derive(Debug, Clone, Copy)]
pub struct WorkOptions {
    /// Name in dead letters' subjects and in logs, for example `intake`.
    pub stage: &'static str,
    /// Messages in hand at the same time.
    pub concurrency: usize,
    /// Messages that may wait in this process for a free hand. They are hidden from other replicas, and come again when
    /// they wait for longer than the ack wait: 0 where a handler may take long.
    pub ahead: usize,
    /// Deliveries after which a message whose handler keeps failing is dead.
    pub deliveries_max: u64,
}

/// Deliveries that a message has in every service, see [`WorkOptions::deliveries_max`]. With the pauses of
/// [`Disposition::Retry`] they last for more than an hour of trouble that passes.
pub const DELIVERIES_MAX: u64 = 100;

/// Pause before messages are asked for again after the consumer failed.
const RETRY_PAUSE: Duration = Duration::from_millis(250);
/// Most messages that are asked for ahead.
const ROOM_MAX: usize = 500;

impl Bus {
    /// Works through the durable consumer `name` of `stream` until the shutdown, then finishes what is in hand.
    ///
    /// The handler is called once per delivery. While it runs, the server is told that there is progress.
    pub async fn work<Handler, Handling>(
        &self,
        stream: &'static str,
        name: &str,
        options: WorkOptions,
        shutdown: &Shutdown,
        handler: Handler,
    ) where
        Handler: Fn(Incoming) -> Handling + Send + Sync + 'static,
        Handling: Future<Output = Disposition> + Send + 'static,
    {
        let slots = Arc::new(Semaphore::new(options.concurrency));
        let (handler, consumer) = (Arc::new(handler), Arc::<str>::from(name));
        let mut tasks = JoinSet::new();
        while !shutdown.is_requested() {
            let mut messages = match self.pull(stream, name).await {
                Ok(messages) => messages,
                Err(error) => {
                    tracing::warn!(stream, consumer = name, error = chain(&error), "asking for messages");
                    tokio::select! {
                        () = tokio::time::sleep(RETRY_PAUSE) => continue,
                        () = shutdown.requested() => break,
                    }
                }
            };
            loop {
                let slot = tokio::select! {
                    biased;
                    () = shutdown.requested() => break,
                    slot = Arc::clone(&slots).acquire_owned() => slot,
                };
                let Ok(slot) = slot else { break };
                while tasks.try_join_next().is_some() {}
                let room = 1 + slots.available_permits() + options.ahead;
                let next = tokio::select! {
                    biased;
                    () = shutdown.requested() => break,
                    next = messages.next(room.min(ROOM_MAX)) => next,
                };
                match next {
                    Ok(message) => {
                        let delivery =
                            Delivery { bus: self.clone(), consumer: Arc::clone(&consumer), message, options };
                        let handler = Arc::clone(&handler);
                        tasks.spawn(async move {
                            delivery.handle(handler.as_ref()).await;
                            drop(slot);
                        });
                    }
                    Err(error) => {
                        tracing::warn!(stream, consumer = name, error = chain(&error), "receiving messages");
                        break;
                    }
                }
            }
            if shutdown.is_requested() {
                messages.stop().await;
            }
        }
        while tasks.join_next().await.is_some() {}
    }
}

/// Says in its trace what becomes of a message.
fn tell(span: &Span, disposition: &Disposition) {
    let word = match disposition {
        Disposition::Acknowledge => "acknowledge",
        Disposition::RedeliverAfter(_) => "redeliver",
        Disposition::Retry => {
            span.failed("retry");
            "retry"
        }
        Disposition::Dead(cause) => {
            span.set("skinbus.dead_reason", || cause.reason);
            "dead"
        }
    };
    span.set("skinbus.disposition", || word);
}

/// One message in hand.
struct Delivery {
    bus: Bus,
    consumer: Arc<str>,
    message: jetstream::Message,
    options: WorkOptions,
}

impl Delivery {
    async fn handle<Handler, Handling>(self, handler: &Handler)
    where
        Handler: Fn(Incoming) -> Handling,
        Handling: Future<Output = Disposition>,
    {
        let incoming = Incoming::of_stream(&self.message);
        let span = trace::process(&incoming, &self.consumer);
        span.run(self.work_on(incoming, handler, &span)).await;
    }

    async fn work_on<Handler, Handling>(&self, incoming: Incoming, handler: &Handler, span: &Span)
    where
        Handler: Fn(Incoming) -> Handling,
        Handling: Future<Output = Disposition>,
    {
        let began = clock::monotonic_now();
        let disposition = if incoming.deliveries > self.options.deliveries_max {
            Disposition::Dead(Cause::new("too_many_deliveries", "its handler failed every time"))
        } else {
            self.with_progress(pin!(handler(incoming.clone()))).await
        };
        tell(span, &disposition);
        let outcome = self.settle(&incoming, disposition).await;
        metrics::requests::message(self.options.stage, outcome, clock::monotonic_now().duration_since(began));
    }

    /// Keeps the message ours while the handler runs. It is pinned elsewhere, or this would hold it twice.
    async fn with_progress(&self, handling: Pin<&mut impl Future<Output = Disposition>>) -> Disposition {
        let mut handling = AssertUnwindSafe(handling).catch_unwind();
        loop {
            tokio::select! {
                biased;
                disposition = &mut handling => {
                    // A handler that panicked has said nothing.
                    return disposition.unwrap_or(Disposition::Retry);
                }
                () = tokio::time::sleep(ACK_WAIT / 3) => self.answer(AckKind::Progress).await,
            }
        }
    }

    /// Does what was decided, and gives its name for metrics.
    async fn settle(&self, incoming: &Incoming, disposition: Disposition) -> &'static str {
        let (kind, outcome) = match disposition {
            Disposition::Acknowledge => (AckKind::Ack, "acknowledged"),
            Disposition::RedeliverAfter(pause) => (AckKind::Nak(Some(pause)), "redelivered"),
            Disposition::Retry => (AckKind::Nak(Some(incoming.retry_pause())), "retried"),
            Disposition::Dead(cause) => match self.bus.bury(self.options.stage, incoming, &cause).await {
                Ok(()) => (AckKind::Term, "dead"),
                Err(error) => {
                    tracing::error!(error = chain(&error), "storing a dead letter; the message comes again");
                    (AckKind::Nak(Some(incoming.retry_pause())), "retried")
                }
            },
        };
        self.answer(kind).await;
        outcome
    }

    /// An answer that does not arrive means a redelivery, which every handler can take.
    async fn answer(&self, kind: AckKind) {
        if let Err(error) = self.message.ack_with(kind).await {
            tracing::debug!(%error, stage = self.options.stage, "acknowledging");
        }
    }
}
