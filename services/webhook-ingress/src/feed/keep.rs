//! Hints on their way into the stream, beside the connection: storing never keeps it from being read.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use skinbus_domain::ids::AccountId;
use skinbus_proto::v1;
use skinbus_providers::FeedHint;
use skinbus_runtime::{RunError, Shutdown, clock};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::metrics::{Metrics, Outcome};
use crate::sampler::Sampler;
use crate::store::Store;

/// Most hints that wait.
const WAITING_MAX: usize = 256;

/// A hint, and when it came in.
pub(super) type Waiting = (FeedHint, Timestamp);

#[derive(Debug, thiserror::Error)]
#[error("the store gave no word in time")]
struct NoWord;

pub(super) struct Keeper<S> {
    account: AccountId,
    store: S,
    store_timeout: Duration,
    metrics: Arc<Metrics>,
    waiting: mpsc::Receiver<Waiting>,
    not_stored: Sampler,
}

impl<S: Store> Keeper<S> {
    /// The keeper, and where hints for it are put.
    pub(super) fn new(
        account: AccountId,
        store: S,
        store_timeout: Duration,
        metrics: Arc<Metrics>,
    ) -> (mpsc::Sender<Waiting>, Self) {
        let (hints, waiting) = mpsc::channel(WAITING_MAX);
        (hints, Self { account, store, store_timeout, metrics, waiting, not_stored: Sampler::default() })
    }

    /// Stores one hint after the other until the shutdown; what waits then is forgotten.
    pub(super) async fn run(mut self, shutdown: &Shutdown) {
        loop {
            let (hint, received_at) = tokio::select! {
                biased;
                () = shutdown.requested() => return,
                waiting = self.waiting.recv() => match waiting {
                    Some(waiting) => waiting,
                    None => return,
                },
            };
            let outcome = self.keep(hint, received_at).await;
            self.metrics.event(&self.account, outcome);
        }
    }

    async fn keep(&self, hint: FeedHint, received_at: Timestamp) -> Outcome {
        let id = format!("{}:{}", self.account, hint.event_key);
        let webhook = message(&self.account, hint, received_at);
        let stored = timeout(self.store_timeout, self.store.store(&self.account, &id, &webhook)).await;
        match stored.unwrap_or_else(|_elapsed| Err(RunError::from(NoWord))) {
            Ok(()) => Outcome::Stored,
            Err(error) => {
                if let Some(skipped) = self.not_stored.take(clock::monotonic_now()) {
                    let error = skinbus_bus::chain(error.as_ref());
                    tracing::warn!(account = %self.account, error, skipped, "an event is perhaps not stored; its order is polled");
                }
                Outcome::NotStored
            }
        }
    }
}

/// What is stored: a webhook that proves nothing.
fn message(account: &AccountId, hint: FeedHint, received_at: Timestamp) -> v1::WebhookReceived {
    v1::WebhookReceived {
        account: account.to_string(),
        received_at: Some(skinbus_proto::timestamp(received_at)),
        trust: v1::WebhookTrust::Hint.into(),
        content_type: "application/json".to_owned(),
        reference: hint.reference.to_string(),
        provider_id: hint.provider_id,
        claimed_status: hint.claimed_status,
        body: hint.body.into(),
        ..v1::WebhookReceived::default()
    }
}

#[cfg(test)]
mod tests {
    use skinbus_providers::registry::{FeedCredentials, feed};
    use skinbus_providers::{EventFeed, Frame};
    use tokio::time::sleep;

    use super::*;

    /// Stores nothing: it refuses at once, or gives no word.
    #[derive(Clone)]
    struct Away {
        is_silent: bool,
    }

    impl Store for Away {
        async fn store(&self, _: &AccountId, _: &str, _: &v1::WebhookReceived) -> Result<(), RunError> {
            if self.is_silent {
                sleep(Duration::from_secs(3600)).await;
            }
            Err("away".into())
        }
    }

    fn hint() -> FeedHint {
        let credentials =
            FeedCredentials::Skinsback { client_id: "1".to_owned(), signature: "s3cret".into() };
        let mut feed: Box<dyn EventFeed> = feed(credentials, None);
        let data = r#"{"buy_id":"7","offer_status":"accepted","custom_id":"wd-1"}"#;
        let frame = feed.read(&format!(r#"{{"event":"status_change","data":{data}}}"#));
        let Frame::Hint(hint) = frame else { panic!("{frame:?}") };
        hint
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_stored_is_forgotten_and_keeps_nothing_back() {
        for is_silent in [false, true] {
            let account: AccountId = "skinsback_main".parse().unwrap();
            let (store_timeout, metrics) = (Duration::from_secs(5), Arc::new(Metrics::new()));
            let (hints, keeper) = Keeper::new(account, Away { is_silent }, store_timeout, metrics);
            assert_eq!(keeper.keep(hint(), clock::now()).await, Outcome::NotStored);
            // More than can wait is refused, and not waited for.
            let taken = (0..300).filter(|_| hints.try_send((hint(), clock::now())).is_ok()).count();
            assert_eq!(taken, WAITING_MAX);
            drop(hints);
            keeper.run(&Shutdown::new()).await;
        }
    }

    #[test]
    fn what_is_stored_proves_nothing() {
        let webhook = message(&"skinsback_main".parse().unwrap(), hint(), clock::now());
        assert_eq!((webhook.trust(), webhook.observation.is_none()), (v1::WebhookTrust::Hint, true));
        assert_eq!((webhook.reference.as_str(), webhook.provider_id.as_str()), ("wd-1", "7"));
    }
}
