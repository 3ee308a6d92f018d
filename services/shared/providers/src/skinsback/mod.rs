//! SkinsBack: a stub.

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

/// What is documented about SkinsBack, or assumed the safe way where it is not.
pub const DEFAULTS: ProviderDefaults = ProviderDefaults {
    name: "skinsback",
    title: "SkinsBack",
    base_url: "https://skinsback.com/api.php",
    quota: Limit { requests: 60, per: Duration::from_secs(60) },
    limit_pause: Duration::from_secs(60),
    idempotency: ByKind::all(Idempotency::Undocumented),
    can_look_up: ByKind::all(false),
    call_timeout: Duration::from_secs(60),
    place_calls_max: 1,
    settle_time: Duration::from_secs(300),
    refusal_settle_time: Duration::from_secs(15),
    look_up_batch: 1,
    place_together_max: 1,
    price_currency: Currency::USD,
    support: |_| Support::Unsupported("not built yet"),
    violations: |_, _| Vec::new(),
};

/// How requests prove who sends them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Authentication {
    /// By the headers `X-CLIENT-ID` and `X-CLIENT-SECRET`.
    #[default]
    Headers,
    /// By the body fields `shopid` and `sign`.
    BodySignature,
}

/// The constant that `X-SIGN` carries: lower-case hex MD5 of Client ID and Client Secret.
#[must_use]
pub fn signature_of(_: &str, _: &SecretString) -> SecretString {
    SecretString::from(String::new())
}

/// One account at SkinsBack.
pub struct Skinsback;

impl Skinsback {
    /// An account.
    #[must_use]
    pub fn new(_: Endpoints, _: String, _: SecretString, _: Authentication) -> Self {
        Self
    }
}

impl Provider for Skinsback {
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
pub struct SkinsbackWebhooks;

impl SkinsbackWebhooks {
    /// Verifies with these.
    #[must_use]
    pub fn new(_: SecretString, _: Option<SecretString>) -> Self {
        Self
    }
}

impl Webhooks for SkinsbackWebhooks {
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
