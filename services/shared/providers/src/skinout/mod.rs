//! Skinout Pay: deposits on its hosted page, and purchases ("withdrawals") paid from the project's balance.
//!
//! | operation | call |
//! | --- | --- |
//! | purchase | `POST /withdraw/buy`, JSON, header `Api-Key` |
//! | deposit on a page | `POST /deposit/create`, JSON |
//! | look purchases up | `GET /withdraw/status?payment_id=a,b,c` |
//! | look a deposit up | `GET /deposit/status?payment_id=a` |
//! | search, list of skins, balance, currencies | see [`Paths`]: no documentation of them is known |
//! | everything else | see [`DEFAULTS`]`.support` |
//!
//! Amounts are whole thousandths of a dollar, except `min_amount`, which is plain dollars: both are text in requests.
//! Errors are sentences, of which one is documented: what they say decides nothing. What is documented nowhere is read
//! the safe way: a repeated `payment_id` may buy again, and an error in words is no proof that nothing was bought.

mod deposits;
mod lists;
mod look_up;
mod place;
mod purchases;
mod queries;
mod records;
mod support;
mod violations;
mod webhook;
mod wire;

#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;
use secrecy::SecretString;
use skinbus_domain::query::Query;
use skinbus_domain::quota::Limit;
use skinbus_domain::rules::{ByKind, Idempotency};
use skinbus_domain::{Command, Currency, Order, Reference, Trade};

pub use webhook::{SkinoutWebhooks, signature_of};

use crate::outcome;
use crate::provider::{
    Closed, CommandAnswer, LookUp, LookUpTarget, LookedUp, NotBuildable, PlaceAnswer, Placing, Provider,
    ProviderDefaults, Queried,
};
use crate::registry::Endpoints;
use crate::request::Api;

/// What is documented about Skinout Pay, or assumed the safe way where it is not.
pub const DEFAULTS: ProviderDefaults = ProviderDefaults {
    name: "skinout",
    title: "Skinout Pay",
    base_url: "https://pay.skinout.gg/api/v1",
    feed_url: None,
    // Not documented: one request a second is careful.
    quota: Limit { requests: 60, per: Duration::from_secs(60) },
    operation_quotas: &[],
    limit_pause: Duration::from_secs(60),
    // Not documented: `payment_id` "must be unique", but what becomes of a repeated one is said nowhere.
    idempotency: ByKind::all(Idempotency::Undocumented),
    can_look_up: ByKind { purchase: true, deposit_link: true, deposit_items: false, listing: false },
    call_timeout: Duration::from_secs(30),
    place_calls: ByKind::all(1),
    // Not documented: a skin is said to be sent within two minutes.
    settle_time: Duration::from_secs(300),
    refusal_settle_time: Duration::from_secs(15),
    // Not documented: the longest list of `payment_id`. Deposits are asked for one by one.
    look_up_batch: ByKind { purchase: 50, deposit_link: 1, deposit_items: 1, listing: 1 },
    // `/deposit/history` has the rows of `/deposit/status`, up to 1,000 in a page.
    record_tells: ByKind { purchase: false, deposit_link: true, deposit_items: false, listing: false },
    place_together_max: 1,
    price_currency: Currency::USD,
    support: support::of,
    violations: violations::of,
};

/// Where the methods are whose path is not documented; our best guess unless set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The list of available skins.
    pub list: String,
    /// Searching for skins.
    pub search: String,
    /// The project's balance.
    pub balance: String,
    /// Known currencies.
    pub currencies: String,
}

impl Default for Paths {
    fn default() -> Self {
        let path = |text: &str| text.to_owned();
        Self {
            list: path("/withdraw/list"),
            search: path("/withdraw/search"),
            balance: path("/balance"),
            currencies: path("/currencies"),
        }
    }
}

/// One account at Skinout Pay: a project.
pub struct Skinout {
    api: Api,
    project_id: String,
    paths: Paths,
}

impl Skinout {
    /// The project with this id and API key. `endpoints.result_url` is of no use here: webhooks go to the callback
    /// addresses in the project's own settings.
    #[must_use]
    pub fn new(endpoints: Endpoints, api_key: &SecretString, project_id: String, paths: Paths) -> Self {
        let api = Api::new(&endpoints.base_url).with_secret_header("api-key", api_key);
        Self { api, project_id, paths }
    }
}

impl Provider for Skinout {
    fn place(&self, order: &Order, reference: &Reference) -> Result<Request<Bytes>, NotBuildable> {
        place::request(self, order, reference)
    }

    fn read_placed(&self, placing: &Placing<'_>, response: &Response<Bytes>, now: Timestamp) -> PlaceAnswer {
        place::read(placing, response, now)
    }

    fn place_together(&self, _: &[(&Order, &Reference)]) -> Result<Request<Bytes>, NotBuildable> {
        Err(NotBuildable("Skinout buys one skin in a call"))
    }

    /// Nothing is ever placed so; and if it were, its outcome would be unknown.
    fn read_placed_together(
        &self,
        orders: &[(&Order, &Reference)],
        _: &Response<Bytes>,
        _: Timestamp,
    ) -> Vec<PlaceAnswer> {
        orders.iter().map(|_| outcome::unknown("not_placeable").into()).collect()
    }

    fn look_up(&self, targets: &[LookUpTarget]) -> Result<LookUp, NotBuildable> {
        look_up::request(&self.api, targets)
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

    fn command(&self, _: &Command, _: &Trade) -> Result<Request<Bytes>, NotBuildable> {
        Err(NotBuildable("Skinout changes no order that it has"))
    }

    fn read_commanded(&self, _: &Command, _: &Response<Bytes>, _: Timestamp) -> CommandAnswer {
        outcome::command_unknown("not_commandable").into()
    }
}

/// Until when the account is closed after an answer with this status. No limit is documented, neither its size nor how it
/// is told.
fn closed(status: StatusCode, now: Timestamp) -> Option<Closed> {
    outcome::closed(None, status, now, DEFAULTS.limit_pause)
}
