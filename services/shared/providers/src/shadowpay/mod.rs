//! ShadowPay: a stub.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use secrecy::SecretString;
use skinbus_domain::query::Query;
use skinbus_domain::quota::Limit;
use skinbus_domain::rules::{ByKind, Idempotency};
use skinbus_domain::trade::Reason;
use skinbus_domain::{Command, CommandOutcome, Currency, Order, Outcome, Reference, Trade};

use crate::capability::Support;
use crate::provider::{
    CommandAnswer, Forged, LookUp, LookUpTarget, LookedUp, NotBuildable, PlaceAnswer, Placing, Provider,
    ProviderDefaults, Queried, WebhookEvent, WebhookRequest, WebhookTrust, Webhooks,
};
use crate::registry::Endpoints;

/// What is documented about ShadowPay, or assumed the safe way where it is not.
pub const DEFAULTS: ProviderDefaults = ProviderDefaults {
    name: "shadowpay",
    title: "ShadowPay",
    base_url: "https://shadowpay.com/api/v1",
    quota: Limit { requests: 60, per: Duration::from_secs(60) },
    limit_pause: Duration::from_secs(60),
    idempotency: ByKind::all(Idempotency::Undocumented),
    can_look_up: ByKind::all(false),
    call_timeout: Duration::from_secs(30),
    place_calls_max: 1,
    settle_time: Duration::from_secs(300),
    refusal_settle_time: Duration::from_secs(15),
    look_up_batch: 1,
    place_together_max: 1,
    price_currency: Currency::USD,
    support: |_| Support::Unsupported("not built yet"),
    violations: |_, _| Vec::new(),
};

/// One account at ShadowPay.
pub struct Shadowpay;

impl Shadowpay {
    /// An account.
    #[must_use]
    pub fn new(_: Endpoints, _: SecretString, _: String, _: SecretString, _: Option<String>) -> Self {
        Self
    }
}

impl Provider for Shadowpay {
    fn place(&self, _: &Order, _: &Reference) -> Result<Request<Bytes>, NotBuildable> {
        Err(NotBuildable("not built yet"))
    }
    fn read_placed(&self, _: &Placing<'_>, _: &Response<Bytes>, _: Timestamp) -> PlaceAnswer {
        Outcome::Refused(Reason::new("not_built")).into()
    }
    fn place_together(&self, _: &[(&Order, &Reference)]) -> Result<Request<Bytes>, NotBuildable> {
        Err(NotBuildable("not built yet"))
    }
    fn read_placed_together(
        &self,
        _: &[(&Order, &Reference)],
        _: &Response<Bytes>,
        _: Timestamp,
    ) -> Vec<PlaceAnswer> {
        Vec::new()
    }
    fn look_up(&self, _: &[LookUpTarget]) -> Result<LookUp, NotBuildable> {
        Err(NotBuildable("not built yet"))
    }
    fn read_looked_up(&self, _: &[LookUpTarget], _: &Response<Bytes>, _: Timestamp) -> LookedUp {
        LookedUp::Unreadable { problem: String::new() }
    }
    fn query(&self, _: &Query) -> Result<Request<Bytes>, NotBuildable> {
        Err(NotBuildable("not built yet"))
    }
    fn read_queried(&self, _: &Query, _: &Response<Bytes>, _: Timestamp) -> Queried {
        Queried::Unreadable { problem: String::new() }
    }
    fn command(&self, _: &Command, _: &Trade) -> Result<Request<Bytes>, NotBuildable> {
        Err(NotBuildable("not built yet"))
    }
    fn read_commanded(&self, _: &Command, _: &Response<Bytes>, _: Timestamp) -> CommandAnswer {
        CommandOutcome::Unknown(Reason::new("not_built")).into()
    }
}

/// The webhook side of one account.
pub struct ShadowpayWebhooks;

impl ShadowpayWebhooks {
    /// Verifies with these.
    #[must_use]
    pub fn new(_: SecretString) -> Self {
        Self
    }
}

impl Webhooks for ShadowpayWebhooks {
    fn verify(&self, _: &WebhookRequest<'_>) -> Result<WebhookTrust, Forged> {
        Err(Forged { reason: "not_built" })
    }
    fn read(&self, _: &WebhookRequest<'_>, _: WebhookTrust) -> Option<WebhookEvent> {
        None
    }
    fn takes_get(&self) -> bool {
        false
    }
    fn refusal(&self) -> &'static str {
        "error"
    }
}
