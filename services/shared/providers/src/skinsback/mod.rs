//! SkinsBack: deposits on its page and by trade offer, purchases one by one and several at once.
//!
//! | operation | call |
//! | --- | --- |
//! | purchase, several purchases | `market_buy`, `market_batch_buy` |
//! | deposit on a page | `create` |
//! | deposit of items | `create_from_user_inventory` |
//! | look purchases up | `market_getinfo` |
//! | look a deposit up | `orderstatus` |
//! | everything else | see [`DEFAULTS`]`.support` |
//!
//! Every call is a `POST` of its method to one address. References are unique at SkinsBack (`custom_id`, `order_id`): one
//! that is known already is refused without a word about what it belongs to, so a look-up follows.

mod account;
mod commands;
mod errors;
mod feed;
mod fields;
mod items;
mod look_up;
mod place;
mod queries;
mod records;
mod request;
mod signing;
mod status;
mod support;
mod together;
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
use skinbus_domain::query::Query;
use skinbus_domain::quota::Limit;
use skinbus_domain::rules::{ByKind, Idempotency};
use skinbus_domain::{Command, Currency, Order, Reference, Trade};

pub use feed::SkinsbackFeed;
pub use signing::signature_of;
pub use webhook::SkinsbackWebhooks;

use crate::provider::{
    CommandAnswer, LookUp, LookUpTarget, LookedUp, NotBuildable, PlaceAnswer, Placing, Provider,
    ProviderDefaults, Queried,
};
use crate::registry::Endpoints;
use crate::request::Api;

/// What is documented about SkinsBack, or assumed the safe way where it is not.
pub const DEFAULTS: ProviderDefaults = ProviderDefaults {
    name: "skinsback",
    title: "SkinsBack",
    base_url: "https://skinsback.com/api.php",
    feed_url: Some(feed::URL),
    // Documented: 500 requests a minute, then a block of unstated length.
    quota: Limit { requests: 500, per: Duration::from_secs(60) },
    operation_quotas: &[],
    limit_pause: Duration::from_secs(60),
    // Documented: a used `order_id` or `custom_id` is refused by name. There are no listings.
    idempotency: ByKind {
        purchase: Idempotency::UniqueReference,
        deposit_link: Idempotency::UniqueReference,
        deposit_items: Idempotency::UniqueReference,
        listing: Idempotency::Undocumented,
    },
    can_look_up: ByKind { purchase: true, deposit_link: true, deposit_items: true, listing: false },
    call_timeout: Duration::from_secs(60),
    place_calls: ByKind::all(1),
    settle_time: Duration::from_secs(300),
    refusal_settle_time: Duration::from_secs(15),
    // Not documented: the longest list of `custom_ids`. Deposits are asked for one by one.
    look_up_batch: ByKind { purchase: 50, deposit_link: 1, deposit_items: 1, listing: 1 },
    // `orders` has the rows of `orderstatus`, up to 1,000 in a page.
    record_tells: ByKind { purchase: false, deposit_link: true, deposit_items: true, listing: false },
    // Not documented: the longest list of `items`.
    place_together_max: 10,
    price_currency: Currency::USD,
    support: support::of,
    violations: violations::of,
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

/// One account at SkinsBack.
pub struct Skinsback {
    api: Api,
    client_id: String,
    client_secret: SecretString,
    authentication: Authentication,
    result_url: Option<String>,
}

impl Skinsback {
    /// An account of the project with this Client ID and Client Secret.
    #[must_use]
    pub fn new(
        endpoints: Endpoints,
        client_id: String,
        client_secret: SecretString,
        authentication: Authentication,
    ) -> Self {
        let api = Api::new(&endpoints.base_url);
        let api = match authentication {
            Authentication::Headers => api
                .with_secret_header("x-client-id", &SecretString::from(client_id.clone()))
                .with_secret_header("x-client-secret", &client_secret),
            Authentication::BodySignature => api,
        };
        Self { api, client_id, client_secret, authentication, result_url: endpoints.result_url }
    }
}

impl Provider for Skinsback {
    fn place(&self, order: &Order, reference: &Reference) -> Result<Request<Bytes>, NotBuildable> {
        self.request(place::parameters(&order.operation, reference, self.result_url.as_deref())?)
    }

    fn read_placed(&self, placing: &Placing<'_>, response: &Response<Bytes>, now: Timestamp) -> PlaceAnswer {
        place::read(placing, response, now)
    }

    fn place_together(&self, orders: &[(&Order, &Reference)]) -> Result<Request<Bytes>, NotBuildable> {
        self.request(together::parameters(orders)?)
    }

    fn read_placed_together(
        &self,
        orders: &[(&Order, &Reference)],
        response: &Response<Bytes>,
        now: Timestamp,
    ) -> Vec<PlaceAnswer> {
        together::read(orders, response, now)
    }

    fn look_up(&self, targets: &[LookUpTarget]) -> Result<LookUp, NotBuildable> {
        let (parameters, asked) = look_up::parameters(targets)?;
        Ok(LookUp { request: self.request(parameters)?, asked })
    }

    fn read_looked_up(&self, asked: &[LookUpTarget], response: &Response<Bytes>, now: Timestamp) -> LookedUp {
        look_up::read(asked, response, now)
    }

    fn query(&self, query: &Query) -> Result<Request<Bytes>, NotBuildable> {
        self.request(queries::parameters(query)?)
    }

    fn read_queried(&self, query: &Query, response: &Response<Bytes>, now: Timestamp) -> Queried {
        queries::read(query, response, now)
    }

    fn command(&self, command: &Command, trade: &Trade) -> Result<Request<Bytes>, NotBuildable> {
        self.request(commands::parameters(command, trade)?)
    }

    fn read_commanded(&self, _: &Command, response: &Response<Bytes>, now: Timestamp) -> CommandAnswer {
        commands::read(response, now)
    }
}
