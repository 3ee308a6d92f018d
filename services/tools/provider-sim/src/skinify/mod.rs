//! Skinify: a project whose balance pays for skins, and which is credited for deposits.
//!
//! Mounted under `/skinify/api`. Its skins are the items of the engine's catalogue; the own id is `custom_id`.
//!
//! A deposit that is created with a `steam_id` and a `trade_url_token` can be offered with `/create-steam-offer`. By
//! itself it gets an offer only after `offer_timeout_ms`, as if its user went to the page after all. The control
//! API's object `skinify` has two more fields, with errors that are documented and need an unlucky user:
//! `inventory_errors` by Steam id, for inventories and offers, and `offer_errors` by `deposit_id`, for offers;
//! `null` takes one back.

mod answers;
mod arguments;
mod buy;
mod deposit_methods;
mod deposit_wire;
mod feed;
mod from_inventory;
mod ipn;
mod lookups;
mod market;
mod project;
mod reservations;
mod routes;
mod switches;
mod words;

use rust_decimal::Decimal;

pub use arguments::Arguments;
use project::Skinify;

/// The provider's name, in the control API and in the ledger.
const NAME: &str = "skinify";

/// The simulated project.
#[derive(Clone)]
pub struct Options {
    /// The API token.
    pub token: String,
    /// The name of the token in reports, which never show the token itself.
    pub alias: String,
    /// The balance to begin with, in USD.
    pub balance: Decimal,
    /// Where IPN for deposits without a `result_url` go.
    pub ipn_url: Option<String>,
}

impl Options {
    /// A project with this token and a balance that no test uses up.
    pub fn with_token(token: impl Into<String>) -> Self {
        Self {
            token: token.into(),
            alias: "skinify".to_owned(),
            balance: Decimal::from(1_000_000_000_u64),
            ipn_url: None,
        }
    }
}

impl From<Options> for crate::Project {
    fn from(options: Options) -> Self {
        Self::new(NAME, move |shared| Skinify::new(options.clone(), shared))
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the token, which must not end in a log.
        formatter.debug_struct("Options").field("alias", &self.alias).finish_non_exhaustive()
    }
}
