//! ShadowPay, API v1: payment links ("Pay by Steam Skins"), purchases and listings ("CORE").
//!
//! | operation | call |
//! | --- | --- |
//! | purchase | `GET /get_item_by_id`, then `POST /buy_item` |
//! | deposit on a page | `POST {pay_url}/{public hash}` |
//! | listing | `POST /sell_items`; `POST /cancel_items`, `POST /change_item_price` |
//! | look purchases up | `POST /list_buy_info_by_custom_id` |
//! | look listings up | `POST /operation_history` |
//! | everything else | see [`DEFAULTS`]`.support` |
//!
//! The API token is a parameter of every call: in the body of a `POST`, in the address of a `GET`, as documented. So the
//! address of a request is a secret here (invariant S1).
//!
//! What is documented nowhere is read the safe way: a payment link has no look-up, so a lost answer ends the order and a
//! late payment is still credited; "not found" proves no absence.

mod commands;
mod errors;
mod link;
mod listing;
mod look_up;
mod purchase;
mod queries;
mod rows;
mod signing;
mod status;
mod support;
mod violations;
mod webhook;
mod wire;

#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use skinbus_domain::order::Operation;
use skinbus_domain::query::Query;
use skinbus_domain::quota::Limit;
use skinbus_domain::rules::{ByKind, Idempotency};
use skinbus_domain::{Command, Currency, Order, OrderKind, Reference, Trade};

pub use webhook::ShadowpayWebhooks;

use crate::outcome;
use crate::provider::{
    CommandAnswer, LookUp, LookUpTarget, LookedUp, NotBuildable, PlaceAnswer, Placing, Provider,
    ProviderDefaults, Queried,
};
use crate::registry::Endpoints;
use crate::request::Api;

/// Where payment links are made; documented with the language in it.
const PAY_URL: &str = "https://shadowpay.com/en/pay";

/// What is documented about ShadowPay, or assumed the safe way where it is not.
pub const DEFAULTS: ProviderDefaults = ProviderDefaults {
    name: "shadowpay",
    title: "ShadowPay",
    base_url: "https://shadowpay.com/api/v1",
    feed_url: None,
    // Not documented: one request a second is careful.
    quota: Limit { requests: 60, per: Duration::from_secs(60) },
    operation_quotas: &[],
    limit_pause: Duration::from_secs(60),
    // A repeated `custom_id` is refused, but a purchase starts with a look at the offer: repeated after a lost answer, that
    // look would find the offer gone, because it was bought, and call the order refused. So purchases are not repeated.
    // Links and listings have no documented protection at all.
    idempotency: ByKind::all(Idempotency::Undocumented),
    can_look_up: ByKind { purchase: true, deposit_link: false, deposit_items: false, listing: true },
    call_timeout: Duration::from_secs(30),
    place_calls: ByKind { purchase: 2, ..ByKind::all(1) },
    settle_time: Duration::from_secs(300),
    // "Not found" right after an error may mean "not yet": the same time, over which it is asked five times.
    refusal_settle_time: Duration::from_secs(300),
    // Not documented: the longest list of `custom_id`.
    // Listings are read from the whole history, in one request.
    look_up_batch: ByKind { purchase: 50, deposit_link: 1, deposit_items: 1, listing: 500 },
    record_tells: ByKind::all(false),
    place_together_max: 1,
    price_currency: Currency::USD,
    support: support::of,
    violations: violations::of,
};

/// One account at ShadowPay.
pub struct Shadowpay {
    api: Api,
    pay: Api,
    token: SecretString,
    public_hash: String,
    secret_hash: SecretString,
}

impl Shadowpay {
    /// An account with this API token. Payment links are made under `pay_url`, or at ShadowPay's own address, with the two
    /// hashes of the merchant.
    #[must_use]
    pub fn new(
        endpoints: Endpoints,
        token: SecretString,
        public_hash: String,
        secret_hash: SecretString,
        pay_url: Option<String>,
    ) -> Self {
        Self {
            api: Api::new(&endpoints.base_url),
            pay: Api::new(pay_url.as_deref().unwrap_or(PAY_URL)),
            token,
            public_hash,
            secret_hash,
        }
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<Request<Bytes>, NotBuildable> {
        self.api.post_form(path, &self.with_token(fields))
    }

    fn get(&self, path: &str, fields: &[(&str, &str)]) -> Result<Request<Bytes>, NotBuildable> {
        self.api.get(path, &self.with_token(fields))
    }

    fn with_token<'a>(&'a self, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        [&[("token", self.token.expose_secret())], fields].concat()
    }
}

impl Provider for Shadowpay {
    fn place(&self, order: &Order, reference: &Reference) -> Result<Request<Bytes>, NotBuildable> {
        match &order.operation {
            Operation::Purchase(purchase) => purchase::check(self, purchase),
            Operation::Deposit(deposit) => link::request(self, deposit, reference),
            Operation::Listing(listing) => listing::request(self, listing),
        }
    }

    fn read_placed(&self, placing: &Placing<'_>, response: &Response<Bytes>, now: Timestamp) -> PlaceAnswer {
        match placing.order.operation.kind() {
            OrderKind::Purchase if placing.call <= 1 => purchase::read_checked(self, placing, response, now),
            OrderKind::Purchase => purchase::read_bought(placing, response, now),
            OrderKind::DepositLink | OrderKind::DepositItems => link::read(placing, response, now),
            OrderKind::Listing => listing::read(placing, response, now),
        }
    }

    fn place_together(&self, _: &[(&Order, &Reference)]) -> Result<Request<Bytes>, NotBuildable> {
        Err(NotBuildable("ShadowPay buys one item in a call"))
    }

    fn read_placed_together(
        &self,
        orders: &[(&Order, &Reference)],
        _: &Response<Bytes>,
        _: Timestamp,
    ) -> Vec<PlaceAnswer> {
        orders.iter().map(|_| outcome::unknown("unsupported").into()).collect()
    }

    fn look_up(&self, targets: &[LookUpTarget]) -> Result<LookUp, NotBuildable> {
        look_up::request(self, targets)
    }

    fn read_looked_up(&self, asked: &[LookUpTarget], response: &Response<Bytes>, now: Timestamp) -> LookedUp {
        look_up::read(asked, response, now)
    }

    fn query(&self, query: &Query) -> Result<Request<Bytes>, NotBuildable> {
        queries::request(self, query)
    }

    fn read_queried(&self, query: &Query, response: &Response<Bytes>, now: Timestamp) -> Queried {
        queries::read(query, response, now)
    }

    fn command(&self, command: &Command, trade: &Trade) -> Result<Request<Bytes>, NotBuildable> {
        commands::request(self, command, trade)
    }

    fn read_commanded(&self, command: &Command, response: &Response<Bytes>, now: Timestamp) -> CommandAnswer {
        commands::read(command, response, now)
    }
}
