//! What every adapter offers. The traits have no default methods: what a provider cannot do is said explicitly.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use jiff::Timestamp;
use skinbus_domain::ids::OrderId;
use skinbus_domain::order::{Game, OrderKind, SteamId};
use skinbus_domain::query::{Query, QueryAnswer};
use skinbus_domain::quota::{Limit, OperationLimit};
use skinbus_domain::rules::{ByKind, Idempotency};
use skinbus_domain::{
    Command, CommandOutcome, Currency, Observation, Order, Outcome, Reference, Trade, Violation,
};

use crate::capability::{Capability, Support};

/// One provider's API, for one account.
pub trait Provider: Send + Sync {
    /// The request that places `order` under `reference`; the first one, where the provider needs two.
    ///
    /// # Errors
    ///
    /// [`NotBuildable`] where the order lacks what the API needs; then nothing was sent.
    fn place(&self, order: &Order, reference: &Reference) -> Result<Request<Bytes>, NotBuildable>;

    /// What the answer to a placing call means. `now` is when it came in.
    fn read_placed(&self, placing: &Placing<'_>, response: &Response<Bytes>, now: Timestamp) -> PlaceAnswer;

    /// The request that places several purchases for one user in one call.
    ///
    /// # Errors
    ///
    /// [`NotBuildable`] where the provider has no such call, or the orders do not fit into one.
    fn place_together(&self, orders: &[(&Order, &Reference)]) -> Result<Request<Bytes>, NotBuildable>;

    /// What the answer to [`Provider::place_together`] means for each of the orders, in their order.
    fn read_placed_together(
        &self,
        orders: &[(&Order, &Reference)],
        response: &Response<Bytes>,
        now: Timestamp,
    ) -> Vec<PlaceAnswer>;

    /// The request that looks up the first of `targets` and as many of those that follow as fit with it.
    ///
    /// # Errors
    ///
    /// [`NotBuildable`] where not even the first can be asked for.
    fn look_up(&self, targets: &[LookUpTarget]) -> Result<LookUp, NotBuildable>;

    /// What the answer to [`Provider::look_up`] says about the targets that were asked for.
    fn read_looked_up(&self, asked: &[LookUpTarget], response: &Response<Bytes>, now: Timestamp) -> LookedUp;

    /// The request that asks `query`.
    ///
    /// # Errors
    ///
    /// [`NotBuildable`] where the provider cannot be asked this.
    fn query(&self, query: &Query) -> Result<Request<Bytes>, NotBuildable>;

    /// What the answer to [`Provider::query`] says.
    fn read_queried(&self, query: &Query, response: &Response<Bytes>, now: Timestamp) -> Queried;

    /// The request that changes an order which the provider already has.
    ///
    /// # Errors
    ///
    /// [`NotBuildable`] where the provider has no such change for this trade.
    fn command(&self, command: &Command, trade: &Trade) -> Result<Request<Bytes>, NotBuildable>;

    /// What the answer to [`Provider::command`] means.
    fn read_commanded(&self, command: &Command, response: &Response<Bytes>, now: Timestamp) -> CommandAnswer;
}

/// What is known of a provider without any credentials.
#[derive(Debug, Clone, Copy)]
pub struct ProviderDefaults {
    /// Its name in settings, for example `skinify`.
    pub name: &'static str,
    /// Its name for people, for example `Skinify`.
    pub title: &'static str,
    /// Where its API is.
    pub base_url: &'static str,
    /// Where its real-time events are; `None` where it has none.
    pub feed_url: Option<&'static str>,
    /// Its documented rate limit, or a careful one where none is documented.
    pub quota: Limit,
    /// What is documented for single operations besides, by their names in [`skinbus_domain::quota::OPERATIONS`].
    pub operation_quotas: &'static [(&'static str, OperationLimit)],
    /// How long an account stays closed after the provider said that its limit is reached.
    pub limit_pause: Duration,
    /// What it does with a repeated reference.
    pub idempotency: ByKind<Idempotency>,
    /// Whether it can be asked about an order.
    pub can_look_up: ByKind<bool>,
    /// How long a call may take, where the account's settings do not say.
    pub call_timeout: Duration,
    /// How many calls placing one order takes at most. What all but the last do moves nothing of value.
    pub place_calls: ByKind<u32>,
    /// See [`skinbus_domain::PlacingRules::settle_time`].
    pub settle_time: Duration,
    /// See [`skinbus_domain::PlacingRules::refusal_settle_time`].
    pub refusal_settle_time: Duration,
    /// How many trades one look-up takes at most.
    pub look_up_batch: ByKind<usize>,
    /// Whether its record of orders of a kind, [`skinbus_domain::query::Query::History`], has all that a look-up has, so that one
    /// page of it may stand for many look-ups.
    pub record_tells: ByKind<bool>,
    /// How many purchases one call of [`Provider::place_together`] takes at most; 1 where there is no such call.
    pub place_together_max: usize,
    /// The currency of its prices.
    pub price_currency: Currency,
    /// What it can do, and by which call.
    pub support: fn(Capability) -> Support,
    /// Everything about a well-formed order that this provider cannot serve.
    pub violations: fn(&OrderId, &Order) -> Vec<Violation>,
}

/// A request that cannot be built. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("building the request: {0}")]
pub struct NotBuildable(pub &'static str);

/// A placing call whose answer is to be read.
#[derive(Debug, Clone, Copy)]
pub struct Placing<'a> {
    /// What is being placed.
    pub order: &'a Order,
    /// Under which reference.
    pub reference: &'a Reference,
    /// The number of the call: 1 for the first, 2 for the one that the first answer asked for.
    pub call: u32,
}

/// What an answer to a placing call means.
#[derive(Debug)]
pub struct PlaceAnswer {
    /// What it came to.
    pub verdict: Verdict,
    /// The provider closes the account until then, for this reason.
    pub closed: Option<Closed>,
}

/// What a placing call came to.
#[derive(Debug)]
pub enum Verdict {
    /// The order is placed, or not, or nobody knows.
    Outcome(Outcome),
    /// The provider needs one more call to place the order. If that one is never sent, a look-up tells where the order
    /// stands.
    Next(Request<Bytes>),
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Self {
        Self::Outcome(outcome)
    }
}

impl From<Outcome> for PlaceAnswer {
    fn from(outcome: Outcome) -> Self {
        Self { verdict: outcome.into(), closed: None }
    }
}

/// The provider serves nobody for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// Until then.
    pub until: Timestamp,
    /// Why.
    pub reason: &'static str,
}

/// One trade that is to be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookUpTarget {
    /// Our reference.
    pub reference: Reference,
    /// What kind of order it is: providers keep them apart.
    pub kind: OrderKind,
    /// The provider's id, where it has told it.
    pub provider_id: Option<String>,
    /// The items' game, where it is known.
    pub game: Option<Game>,
    /// The Steam user whom the order is about.
    pub user: SteamId,
    /// A listing's item, in the user's inventory.
    pub asset_id: Option<String>,
    /// When the order was accepted: the provider has nothing older under this reference.
    pub since: Timestamp,
}

/// A look-up that is to be sent.
#[derive(Debug)]
pub struct LookUp {
    /// The request.
    pub request: Request<Bytes>,
    /// How many of the targets, from the first, it asks for.
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
    /// The provider closes the account.
    Closed(Closed),
    /// The answer cannot be read: nothing is known.
    Unreadable {
        /// What was seen; never more of the body than its error word.
        problem: String,
    },
}

impl LookedUp {
    /// The provider has none of what was asked for.
    pub(crate) fn nothing() -> Self {
        Self::Rows { rows: Vec::new(), unreadable: 0 }
    }

    /// The one row for the one thing that was asked for.
    pub(crate) fn row(row: Observation) -> Self {
        Self::Rows { rows: vec![row], unreadable: 0 }
    }

    /// An answer that cannot be read, with what was seen.
    pub(crate) fn unreadable(problem: impl Into<String>) -> Self {
        Self::Unreadable { problem: problem.into() }
    }
}

/// What the answer to a query said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Queried {
    /// It is answered.
    Answer(QueryAnswer),
    /// The provider refuses to answer.
    Refused {
        /// Why, as a stable word like `private_inventory`.
        code: &'static str,
        /// The provider's own word, where it may be shown.
        provider_code: String,
    },
    /// The provider closes the account.
    Closed(Closed),
    /// The answer cannot be read.
    Unreadable {
        /// What was seen; never more of the body than its error word.
        problem: String,
    },
}

impl Queried {
    /// An answer that cannot be read, with what was seen.
    pub(crate) fn unreadable(problem: impl Into<String>) -> Self {
        Self::Unreadable { problem: problem.into() }
    }
}

/// What an answer to a command means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandAnswer {
    /// What it came to.
    pub outcome: CommandOutcome,
    /// The provider closes the account.
    pub closed: Option<Closed>,
}

impl From<CommandOutcome> for CommandAnswer {
    fn from(outcome: CommandOutcome) -> Self {
        Self { outcome, closed: None }
    }
}

/// One provider's webhooks. Proving the sender is separate from reading the meaning.
pub trait Webhooks: Send + Sync {
    /// Whether the sender knows our secret.
    ///
    /// # Errors
    ///
    /// [`Forged`] with a word for the counter.
    fn verify(&self, webhook: &WebhookRequest<'_>) -> Result<WebhookTrust, Forged>;

    /// What a verified webhook says. `None` where it names nothing that we could look up.
    fn read(&self, webhook: &WebhookRequest<'_>, trust: WebhookTrust) -> Option<WebhookEvent>;

    /// Whether the provider sends its webhooks as `GET` too, with the fields in the query.
    fn takes_get(&self) -> bool;

    /// The body that tells the provider that its webhook was not taken.
    fn refusal(&self) -> &'static str;
}

/// A webhook as it came in.
#[derive(Debug, Clone, Copy)]
pub struct WebhookRequest<'a> {
    /// The request's headers.
    pub headers: &'a HeaderMap,
    /// What follows `?` in its address; empty where nothing does.
    pub query: &'a str,
    /// The request's body.
    pub body: &'a [u8],
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
    /// What it says, where its signature covers all of that and it could be read.
    pub observation: Option<Observation>,
    /// Its fields as JSON, without the proof.
    pub body: Bytes,
}
