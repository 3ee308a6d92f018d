//! Which trades are open, without reading the whole ledger: every open trade has a look that is planned or due, or waits for a
//! person, of whom an alert was raised.

use std::time::Duration;

use async_nats::header::NATS_SEQUENCE;
use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use bytes::Bytes;
use futures_util::StreamExt;
use skinbus_domain::AlertKind;
use skinbus_domain::ids::TradeKey;
use skinbus_proto::v1;

use crate::connection::{Bus, chain};
use crate::message::Incoming;
use crate::subjects;
use crate::topology::{DEAD, POLLS};

/// Messages in one answer.
const BATCH: u32 = 1_000;
/// How long the next message of an answer may take.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// The batch is over. Its form is that of the server, which the client does not know.
const NO_CONTENT: u16 = 204;
/// There is nothing more.
const NOT_FOUND: u16 = 404;

/// NATS gave no answer.
#[derive(Debug, thiserror::Error)]
#[error("looking for open trades in {stream}: {problem}")]
pub struct OpenTradesError {
    stream: &'static str,
    problem: String,
}

/// One answer of the server.
struct Batch {
    keys: Vec<TradeKey>,
    /// Sequence of its last message; `None` where it has none.
    up_to: Option<u64>,
}

impl Bus {
    /// Shows `visit` the trade of every look that was planned or fell due after this place in the stream, and that is not
    /// over; gives the place up to which it has read. A trade may be shown several times. Nothing is taken out.
    ///
    /// # Errors
    ///
    /// [`OpenTradesError`] where NATS gives no answer; what was shown until then is true.
    pub async fn looks_after(
        &self,
        place: u64,
        mut visit: impl FnMut(TradeKey),
    ) -> Result<u64, OpenTradesError> {
        let mut read_up_to = place;
        loop {
            let batch = self.batch_after(read_up_to).await?;
            batch.keys.into_iter().for_each(&mut visit);
            match batch.up_to {
                Some(up_to) => read_up_to = up_to,
                None => return Ok(read_up_to),
            }
        }
    }

    /// Shows `visit` every trade that came to wait for a person, for as long as alerts are kept. It may be decided by now.
    ///
    /// # Errors
    ///
    /// [`OpenTradesError`] where NATS gives no answer.
    pub async fn reviews(&self, mut visit: impl FnMut(TradeKey)) -> Result<(), OpenTradesError> {
        let failed = |error: &dyn std::error::Error| failed(DEAD, chain(error));
        let stream = self.jetstream().get_stream_no_info(DEAD).await.map_err(|error| failed(&error))?;
        let config = OrderedConfig {
            filter_subject: subjects::alert(AlertKind::NeedsReview.as_str()),
            deliver_policy: DeliverPolicy::All,
            ..OrderedConfig::default()
        };
        let consumer = stream.create_consumer(config).await.map_err(|error| failed(&error))?;
        let mut pending = consumer.cached_info().num_pending;
        let mut messages = consumer.messages().await.map_err(|error| failed(&error))?;
        while pending > 0 {
            let next = tokio::time::timeout(READ_TIMEOUT, messages.next()).await;
            let Some(message) = next.map_err(|error| failed(&error))? else { break };
            let message = message.map_err(|error| failed(&error))?;
            pending = message.info().map_err(|error| failed(error.as_ref()))?.pending;
            let alert = Incoming::from(message.message).decode::<v1::Alert>().ok();
            alert.and_then(|alert| key(&alert.merchant, &alert.order_id)).into_iter().for_each(&mut visit);
        }
        Ok(())
    }

    /// The client has no such request: many answers to one.
    #[expect(clippy::disallowed_methods, reason = "asks to read; nothing is stored that could be lost")]
    async fn batch_after(&self, place: u64) -> Result<Batch, OpenTradesError> {
        let failed = |error: &dyn std::error::Error| failed(POLLS, chain(error));
        let client = self.client();
        let inbox = client.new_inbox();
        let mut answers = client.subscribe(inbox.clone()).await.map_err(|error| failed(&error))?;
        let first = place.saturating_add(1);
        let request = format!(r#"{{"seq":{first},"next_by_subj":"skinbus.v1.poll.>","batch":{BATCH}}}"#);
        let subject = format!("$JS.API.DIRECT.GET.{POLLS}");
        let asked = client.publish_with_reply(subject, inbox, Bytes::from(request)).await;
        asked.map_err(|error| failed(&error))?;
        let mut batch = Batch { keys: Vec::new(), up_to: None };
        loop {
            let next = tokio::time::timeout(READ_TIMEOUT, answers.next()).await;
            let Some(message) = next.map_err(|error| failed(&error))? else {
                return Err(OpenTradesError { stream: POLLS, problem: "the answer was cut".to_owned() });
            };
            match message.status.map(|status| status.as_u16()) {
                None => {}
                Some(NO_CONTENT | NOT_FOUND) => return Ok(batch),
                Some(status) => {
                    return Err(OpenTradesError { stream: POLLS, problem: format!("status {status}") });
                }
            }
            let incoming = Incoming::from(message);
            batch.up_to = sequence(&incoming).or(batch.up_to);
            batch.keys.extend(looked_at(&incoming));
        }
    }
}

/// The trade of a planned or due look; `None` for whatever else lies in the stream, which its schema tells.
fn looked_at(incoming: &Incoming) -> Option<TradeKey> {
    let due: v1::PollDue = incoming.decode().ok()?;
    key(&due.merchant, &due.order_id)
}

fn sequence(incoming: &Incoming) -> Option<u64> {
    incoming.headers.get(NATS_SEQUENCE)?.as_str().parse().ok()
}

fn key(merchant: &str, order_id: &str) -> Option<TradeKey> {
    Some(TradeKey { merchant: merchant.parse().ok()?, order_id: order_id.parse().ok()? })
}

fn failed(stream: &'static str, problem: String) -> OpenTradesError {
    OpenTradesError { stream, problem }
}
