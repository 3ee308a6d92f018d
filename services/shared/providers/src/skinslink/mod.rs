//! Skinslink: deposits on a hosted page, deposits of named items, purchases.
//!
//! | operation | call |
//! | --- | --- |
//! | purchase | `POST /merchant/purchase`, JSON, header `X-API-Key` |
//! | deposit on a page | `POST /merchant/create-intent` |
//! | deposit of items | `POST /merchant/create-deposit` |
//! | deposit of items by name | `POST /merchant/get-prices`, then `POST /merchant/create-deposit-by-hash-name` |
//! | look a purchase up | `GET /merchant/purchase/status?merchant_tx_id=a` |
//! | look a deposit up | `GET /merchant/deposit/status?merchant_tx_id=a` |
//! | everything else | see [`DEFAULTS`]`.support` |
//!
//! `success: true` does not mean success here: a call that made nothing but a failed trade is answered with HTTP 200,
//! `success: true` and `data.status: failed`. So `data.status` decides. Error words are documented only in part; the
//! HTTP status decides where they are missing, and for a call that places an order 408, 429 and 5xx leave the outcome
//! open.
//!
//! The documented status answer has no amount. Every deposit is created with a custom currency that is the United
//! States dollar at the rate 1 and the multiplier 1, so that the sum in that currency, which the status answer does
//! have, is what the merchant receives. A deposit by names cannot have one: its amount is in the answer that makes it.

mod answers;
mod errors;
mod look_up;
mod place;
mod queries;
mod requests;
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
use skinbus_domain::order::{Game, Operation};
use skinbus_domain::query::Query;
use skinbus_domain::quota::{Each, Limit, OperationLimit};
use skinbus_domain::rules::{ByKind, Idempotency};
use skinbus_domain::{Command, Currency, Order, Reference, Trade};

pub use webhook::SkinslinkWebhooks;

use crate::outcome::{self, UNREADABLE_ANSWER};
use crate::provider::{
    CommandAnswer, LookUp, LookUpTarget, LookedUp, NotBuildable, PlaceAnswer, Placing, Provider,
    ProviderDefaults, Queried,
};
use crate::registry::Endpoints;
use crate::request::Api;

/// What is documented about Skinslink, or assumed the safe way where it is not.
pub const DEFAULTS: ProviderDefaults = ProviderDefaults {
    name: "skinslink",
    title: "Skinslink",
    base_url: "https://api.skinslink.com/api/v1",
    feed_url: None,
    // Documented: no strict limit, but those below; more may be throttled.
    quota: Limit { requests: 60, per: Duration::from_secs(60) },
    operation_quotas: &[("inventory", ONE_IN_FIVE_SECONDS), ("lookup", ONE_A_SECOND)],
    limit_pause: Duration::from_secs(60),
    // Documented: 409 for a `merchant_tx_id` that was used. Seen in clients: a repeated purchase is answered with the
    // first one. In both cases nothing is bought or taken twice.
    idempotency: ByKind {
        purchase: Idempotency::UniqueReference,
        deposit_link: Idempotency::UniqueReference,
        deposit_items: Idempotency::UniqueReference,
        listing: Idempotency::Undocumented,
    },
    can_look_up: ByKind { purchase: true, deposit_link: true, deposit_items: true, listing: false },
    call_timeout: Duration::from_secs(40),
    place_calls: ByKind { deposit_items: 2, ..ByKind::all(1) },
    // Seen in clients: what is not found two minutes after a lost answer never arrived.
    settle_time: Duration::from_secs(300),
    refusal_settle_time: Duration::from_secs(15),
    // One id in a call.
    look_up_batch: ByKind::all(1),
    record_tells: ByKind::all(false),
    place_together_max: 1,
    price_currency: Currency::USD,
    support: support::of,
    violations: violations::of,
};

/// Documented: an inventory at most once in five seconds for each user.
const ONE_IN_FIVE_SECONDS: OperationLimit =
    OperationLimit { each: Each::User, limit: Limit { requests: 1, per: Duration::from_secs(5) } };
/// Documented: a status at most once a second for each deposit.
const ONE_A_SECOND: OperationLimit =
    OperationLimit { each: Each::Order, limit: Limit { requests: 1, per: Duration::from_secs(1) } };

/// A game as Skinslink calls it.
fn game_word(game: Game) -> &'static str {
    match game {
        Game::Cs2 => "csgo",
        Game::Dota2 => "dota2",
        Game::Rust => "rust",
        Game::Tf2 => "tf2",
    }
}

/// One account at Skinslink.
pub struct Skinslink {
    api: Api,
    result_url: Option<String>,
}

impl Skinslink {
    /// An account with this API key.
    #[must_use]
    pub fn new(endpoints: Endpoints, api_key: &SecretString) -> Self {
        Self {
            api: Api::new(&endpoints.base_url).with_secret_header("x-api-key", api_key),
            result_url: endpoints.result_url,
        }
    }
}

impl Provider for Skinslink {
    fn place(&self, order: &Order, reference: &Reference) -> Result<Request<Bytes>, NotBuildable> {
        match &order.operation {
            Operation::Purchase(purchase) => requests::purchase(&self.api, purchase, reference),
            Operation::Deposit(deposit) => {
                requests::deposit(&self.api, deposit, reference, self.result_url.as_deref())
            }
            Operation::Listing(_) => Err(NotBuildable("Skinslink sells nothing for users")),
        }
    }

    fn read_placed(&self, placing: &Placing<'_>, response: &Response<Bytes>, now: Timestamp) -> PlaceAnswer {
        place::read(&self.api, self.result_url.as_deref(), placing, response, now)
    }

    fn place_together(&self, _: &[(&Order, &Reference)]) -> Result<Request<Bytes>, NotBuildable> {
        Err(NotBuildable("Skinslink buys one item in a call"))
    }

    fn read_placed_together(
        &self,
        orders: &[(&Order, &Reference)],
        _: &Response<Bytes>,
        _: Timestamp,
    ) -> Vec<PlaceAnswer> {
        // Never asked for; were there an answer all the same, nobody could say what it means.
        orders.iter().map(|_| outcome::unknown("not_placeable").into()).collect()
    }

    fn look_up(&self, targets: &[LookUpTarget]) -> Result<LookUp, NotBuildable> {
        look_up::request(&self.api, targets)
    }

    fn read_looked_up(&self, asked: &[LookUpTarget], response: &Response<Bytes>, now: Timestamp) -> LookedUp {
        look_up::read(asked, response, now)
    }

    fn query(&self, query: &Query) -> Result<Request<Bytes>, NotBuildable> {
        queries::request(&self.api, query)
    }

    fn read_queried(&self, query: &Query, response: &Response<Bytes>, now: Timestamp) -> Queried {
        answers::read(query, response, now)
    }

    fn command(&self, _: &Command, _: &Trade) -> Result<Request<Bytes>, NotBuildable> {
        Err(NotBuildable("Skinslink documents no call that changes an order"))
    }

    fn read_commanded(&self, _: &Command, _: &Response<Bytes>, _: Timestamp) -> CommandAnswer {
        outcome::command_unknown(UNREADABLE_ANSWER).into()
    }
}
