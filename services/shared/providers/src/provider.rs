//! What every adapter offers. The traits have no default methods: what a provider cannot do is said explicitly.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use jiff::Timestamp;
use skinbus_domain::quota::Limit;
use skinbus_domain::rules::Idempotency;
use skinbus_domain::{Currency, Observation, Order, Outcome, Reference};

/// One provider's API, for one account.
pub trait Provider: Send + Sync {
    /// The request that places `order` under `reference`.
    ///
    /// # Errors
    ///
    /// [`NotBuildable`] where the order lacks what the API needs; then nothing was sent.
    fn place(&self, order: &Order, reference: &Reference) -> Result<Request<Bytes>, NotBuildable>;

    /// What the answer to [`Provider::place`] means. `now` is when it came in.
    fn read_placed(&self, reference: &Reference, response: &Response<Bytes>, now: Timestamp) -> PlaceAnswer;

    /// The request that looks up the first of `references`: as many as fit into one.
    ///
    /// # Errors
    ///
    /// [`NotBuildable`] where not even one fits.
    fn look_up(&self, references: &[Reference]) -> Result<LookUp, NotBuildable>;

    /// What the answer to [`Provider::look_up`] says.
    fn read_looked_up(&self, response: &Response<Bytes>, now: Timestamp) -> LookedUp;
}

/// What is known of a provider without any credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderDefaults {
    /// Its name in settings, for example `skinify`.
    pub name: &'static str,
    /// Where its API is.
    pub base_url: &'static str,
    /// Its documented rate limit.
    pub quota: Limit,
    /// How long an account stays closed after the provider said that its limit is reached.
    pub limit_pause: Duration,
    /// What it does with a repeated reference.
    pub idempotency: Idempotency,
    /// See [`skinbus_domain::PlacingRules::settle_time`].
    pub settle_time: Duration,
    /// See [`skinbus_domain::PlacingRules::refusal_settle_time`].
    pub refusal_settle_time: Duration,
    /// How many references one look-up takes at most.
    pub look_up_batch: usize,
    /// The currency of its prices.
    pub price_currency: Currency,
    /// What it can do.
    pub capabilities: Capabilities,
}

/// What a provider can do with an order, each with the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Buying an item for a user.
    pub purchase: Support,
    /// Being paid in items by a user.
    pub deposit: Support,
    /// Offering a user's items for sale.
    pub listing: Support,
}

/// Whether an operation is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// It is.
    Supported,
    /// It is not, for this reason.
    Unsupported(&'static str),
}

/// A request that cannot be built. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("building the request: {0}")]
pub struct NotBuildable(pub &'static str);

/// What an answer to a placing call means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceAnswer {
    /// The outcome of the call.
    pub outcome: Outcome,
    /// The provider closes the account until then, for this reason.
    pub closed: Option<(Timestamp, &'static str)>,
}

/// A look-up that is to be sent.
#[derive(Debug)]
pub struct LookUp {
    /// The request.
    pub request: Request<Bytes>,
    /// How many of the references, from the first, it asks for.
    pub asked: usize,
}

/// What a look-up said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookedUp {
    /// The provider's rows for what was asked.
    Rows {
        /// What it knows.
        rows: Vec<Observation>,
        /// Rows that could not be read and may be anybody's. Where there are any, no reference may be taken for absent.
        unreadable: usize,
    },
    /// The provider closes the account until then.
    Closed {
        /// Until then.
        until: Timestamp,
        /// Why.
        reason: &'static str,
    },
    /// The answer cannot be read: nothing is known.
    Unreadable {
        /// What was seen; never more of the body than its error word.
        problem: String,
    },
}

/// One provider's webhooks. Proving the sender is separate from reading the meaning.
pub trait Webhooks: Send + Sync {
    /// Whether the sender knows our secret.
    ///
    /// # Errors
    ///
    /// [`Forged`] with a word for the counter.
    fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<WebhookTrust, Forged>;

    /// What a verified webhook says. `None` where it names nothing that we could look up.
    fn read(&self, headers: &HeaderMap, body: &[u8]) -> Option<WebhookEvent>;
}

/// What a webhook proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookTrust {
    /// A constant secret: only a reason to look the trade up.
    Hint,
    /// The signature covers what is said.
    Binding,
}

/// A webhook whose sender is not proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the webhook is not proved: {reason}")]
pub struct Forged {
    /// Why, as a metric label.
    pub reason: &'static str,
}

/// What a webhook says, without what proves its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEvent {
    /// Our reference.
    pub reference: String,
    /// The provider's id.
    pub provider_id: String,
    /// The status it claims.
    pub claimed_status: String,
    /// Equal for two deliveries of one event.
    pub event_key: String,
    /// Its fields as JSON, without the proof.
    pub body: Bytes,
}
