//! One request: route, method, size, proof, store, and only then the answer.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use skinbus_providers::WebhookRequest;
use skinbus_runtime::{RunError, clock, crash};
use tokio::time::timeout;

use crate::accounts::{Account, Age, Prepared};
use crate::answer::Outcome;
use crate::listener::Limits;
use crate::metrics::Metrics;
use crate::read::{self, Message};
use crate::store::Store;
use crate::traced;

/// The answer to what is not proved, where no provider's word is known.
const REFUSAL: &str = "not authorized";

/// The service behind every connection.
pub(crate) struct Ingress<S> {
    accounts: Prepared,
    store: S,
    limits: Limits,
    pub(crate) metrics: Metrics,
}

#[derive(Debug, thiserror::Error)]
#[error("the store gave no word in time")]
struct NoWord;

impl<S: Store> Ingress<S> {
    pub(crate) fn new(accounts: Prepared, store: S, limits: Limits) -> Self {
        Self { accounts, store, limits, metrics: Metrics::new() }
    }

    /// How many accounts take webhooks.
    pub(crate) fn accounts(&self) -> usize {
        self.accounts.len()
    }

    pub(crate) async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Full<Bytes>> {
        let is_empty = request.body().is_end_stream();
        let Some((account, path_age)) = self.accounts.find(request.uri().path()) else {
            return self.ended(None, Outcome::NotFound, None, is_empty);
        };
        let is_taken = match *request.method() {
            Method::POST => true,
            Method::GET => account.current.webhooks.takes_get(),
            _ => false,
        };
        if !is_taken {
            return self.ended(Some(account), Outcome::WrongMethod, None, is_empty);
        }
        let span = traced::begin(&request, account);
        let response = span.run(self.taken(account, request, peer, path_age)).await;
        traced::end(&span, response.status());
        response
    }

    async fn taken(
        &self,
        account: &Account,
        request: Request<Incoming>,
        peer: SocketAddr,
        path_age: Age,
    ) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        match self.body(body).await {
            Err(outcome) => self.ended(Some(account), outcome, None, false),
            Ok(body) => {
                let webhook = WebhookRequest {
                    headers: &head.headers,
                    query: head.uri.query().unwrap_or_default(),
                    body: &body,
                };
                let (outcome, age) = self.take(account, &webhook, peer).await;
                self.ended(Some(account), outcome, age.map(|age| age.max(path_age)), true)
            }
        }
    }

    /// `age` is there where the sender proved himself.
    fn ended(
        &self,
        account: Option<&Account>,
        outcome: Outcome,
        age: Option<Age>,
        is_all_read: bool,
    ) -> Response<Full<Bytes>> {
        self.metrics.ended(account.map(|account| &account.id), outcome, age);
        outcome.response(is_all_read, account.map_or(REFUSAL, |account| account.current.webhooks.refusal()))
    }

    async fn body(&self, body: Incoming) -> Result<Bytes, Outcome> {
        let limit = self.limits.body_bytes;
        // A length that is announced is believed: nothing of what is too large anyway is read.
        let announced = body.size_hint().lower();
        if usize::try_from(announced).map_or(true, |announced| announced > limit) {
            return Err(Outcome::TooLarge);
        }
        match timeout(self.limits.read_timeout, Limited::new(body, limit).collect()).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Outcome::TooLarge),
            Ok(Err(_)) => Err(Outcome::BrokenOff),
            Err(_elapsed) => Err(Outcome::TooSlow),
        }
    }

    /// Proves a whole request and stores what it says.
    async fn take(
        &self,
        account: &Account,
        webhook: &WebhookRequest<'_>,
        peer: SocketAddr,
    ) -> (Outcome, Option<Age>) {
        let (trust, proof, age) = match account.verify(webhook) {
            Ok(proved) => proved,
            Err(forged) => {
                if let Some(skipped) = account.forged.take(clock::monotonic_now()) {
                    let reason = forged.reason;
                    tracing::warn!(account = %account.id, reason, %peer, skipped, "refused a webhook without proof");
                }
                return (Outcome::Forged(forged.reason), None);
            }
        };
        let message = read::message(&account.id, proof, trust, webhook);
        let outcome = self.keep(account, &message).await;
        if outcome == Outcome::StoredUnread
            && let Some(skipped) = account.unread.take(clock::monotonic_now())
        {
            tracing::warn!(account = %account.id, skipped, "stored a webhook that names nothing to look up");
        }
        (outcome, Some(age))
    }

    async fn keep(&self, account: &Account, message: &Message) -> Outcome {
        crash::crash_point("ingress.before_store");
        let started = clock::monotonic_now();
        let storing = self.store.store(&account.id, &message.id, &message.webhook);
        let stored = timeout(self.limits.store_timeout, storing).await;
        let now = clock::monotonic_now();
        let outcome = match stored.unwrap_or_else(|_elapsed| Err(RunError::from(NoWord))) {
            Ok(()) => {
                crash::crash_point("ingress.after_store");
                message.outcome
            }
            Err(error) => {
                if let Some(skipped) = account.not_stored.take(now) {
                    let error = skinbus_bus::chain(error.as_ref());
                    tracing::error!(account = %account.id, error, skipped, "a webhook is perhaps not stored");
                }
                Outcome::NotStored
            }
        };
        self.metrics.stored(now.saturating_duration_since(started), outcome);
        outcome
    }
}
