//! Skinify: deposits of users' skins, and purchases ("withdrawals") that are sent to users.
//!
//! | operation | call |
//! | --- | --- |
//! | purchase | `POST /withdraw/buy`, form encoded, header `Token` |
//! | deposit on a page | `POST /create-deposit` |
//! | deposit of items | `POST /create-deposit`, then `POST /create-steam-offer` |
//! | look purchases up | `GET /withdraw/info?custom_ids=a,b,c` |
//! | look a deposit up | `GET /deposit-status?deposit_id=a` |
//! | everything else | see [`DEFAULTS`]`.support` |
//!
//! What is documented nowhere is read the safe way: a repeated `custom_id` may buy again, so nothing is sent again while
//! the outcome is unknown; an error word that is not known to come before any purchase is no proof of a refusal.

mod commands;
mod deposit;
mod deposit_status;
mod errors;
mod feed;
mod items;
mod look_up;
mod place;
mod purchase;
mod queries;
mod records;
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
use secrecy::SecretString;
use skinbus_domain::order::Operation;
use skinbus_domain::query::Query;
use skinbus_domain::quota::Limit;
use skinbus_domain::rules::{ByKind, Idempotency};
use skinbus_domain::{Command, Currency, Order, Reference, Trade};

pub use feed::{SkinifyFeed, feed_signature_of};
pub use webhook::{SkinifyWebhooks, signature_of};

use crate::outcome::{self, UNREADABLE_ANSWER};
use crate::provider::{
    CommandAnswer, LookUp, LookUpTarget, LookedUp, NotBuildable, PlaceAnswer, Placing, Provider,
    ProviderDefaults, Queried,
};
use crate::registry::Endpoints;
use crate::request::Api;

/// What is documented about Skinify, or assumed the safe way where it is not.
pub const DEFAULTS: ProviderDefaults = ProviderDefaults {
    name: "skinify",
    title: "Skinify",
    base_url: "https://skinify.io/api",
    feed_url: Some(feed::URL),
    // Documented: 300 requests a minute, then a block of unstated length.
    quota: Limit { requests: 300, per: Duration::from_secs(60) },
    operation_quotas: &[],
    limit_pause: Duration::from_secs(60),
    idempotency: ByKind {
        // Not documented: `custom_id` is meant to protect against buying twice, but an official example shows two purchases with one.
        purchase: Idempotency::Undocumented,
        // Documented: a `deposit_id` that was used before is refused with `deposit_id_already_exists`.
        deposit_link: Idempotency::UniqueReference,
        deposit_items: Idempotency::UniqueReference,
        listing: Idempotency::Undocumented,
    },
    can_look_up: ByKind { purchase: true, deposit_link: true, deposit_items: true, listing: false },
    call_timeout: Duration::from_secs(30),
    place_calls: ByKind { deposit_items: 2, ..ByKind::all(1) },
    settle_time: Duration::from_secs(300),
    refusal_settle_time: Duration::from_secs(15),
    // Not documented: the longest list of `custom_ids`. Deposits are asked for one by one.
    look_up_batch: ByKind { purchase: 50, deposit_link: 1, deposit_items: 1, listing: 1 },
    // `/get-deposits` has the rows of `/deposit-status`, up to 1,000 in a page.
    record_tells: ByKind { purchase: false, deposit_link: true, deposit_items: true, listing: false },
    place_together_max: 1,
    price_currency: Currency::USD,
    support: support::of,
    violations: violations::of,
};

/// One account at Skinify.
pub struct Skinify {
    api: Api,
    result_url: Option<String>,
    /// Longest list of references that an address of this API has room for.
    references_max_bytes: usize,
}

impl Skinify {
    /// An account with this API token.
    #[must_use]
    pub fn new(endpoints: Endpoints, token: &SecretString) -> Self {
        Self {
            api: Api::new(&endpoints.base_url).with_secret_header("token", token),
            references_max_bytes: look_up::references_max_bytes(&endpoints.base_url),
            result_url: endpoints.result_url,
        }
    }
}

impl Provider for Skinify {
    fn place(&self, order: &Order, reference: &Reference) -> Result<Request<Bytes>, NotBuildable> {
        match &order.operation {
            Operation::Purchase(wanted) => purchase::request(&self.api, wanted, reference),
            Operation::Deposit(deposit) => {
                deposit::request(&self.api, self.result_url.as_deref(), deposit, reference)
            }
            Operation::Listing(_) => Err(NotBuildable("Skinify sells no items for users")),
        }
    }

    fn read_placed(&self, placing: &Placing<'_>, response: &Response<Bytes>, now: Timestamp) -> PlaceAnswer {
        place::read(&self.api, placing, response, now)
    }

    fn place_together(&self, _: &[(&Order, &Reference)]) -> Result<Request<Bytes>, NotBuildable> {
        Err(NotBuildable("Skinify buys one item in a call"))
    }

    fn read_placed_together(
        &self,
        orders: &[(&Order, &Reference)],
        _: &Response<Bytes>,
        _: Timestamp,
    ) -> Vec<PlaceAnswer> {
        // Never asked for; were there an answer all the same, nobody could say what it means.
        orders.iter().map(|_| outcome::unknown(UNREADABLE_ANSWER).into()).collect()
    }

    fn look_up(&self, targets: &[LookUpTarget]) -> Result<LookUp, NotBuildable> {
        look_up::request(&self.api, targets, self.references_max_bytes)
    }

    fn read_looked_up(&self, asked: &[LookUpTarget], response: &Response<Bytes>, now: Timestamp) -> LookedUp {
        look_up::read(asked, response, now)
    }

    fn query(&self, query: &Query) -> Result<Request<Bytes>, NotBuildable> {
        queries::request(&self.api, query)
    }

    fn read_queried(&self, query: &Query, response: &Response<Bytes>, now: Timestamp) -> Queried {
        queries::read(query, response, now)
    }

    fn command(&self, command: &Command, trade: &Trade) -> Result<Request<Bytes>, NotBuildable> {
        commands::request(&self.api, command, trade)
    }

    fn read_commanded(&self, command: &Command, response: &Response<Bytes>, now: Timestamp) -> CommandAnswer {
        commands::read(command, response, now)
    }
}
