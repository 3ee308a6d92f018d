//! Skinslink: deposits of skins that credit a balance, and purchases of skins that it pays for.
//!
//! Mounted under `/skinslink/api/v1`; every call has the API key in `X-Api-Key`, and the own id is `merchant_tx_id`.
//!
//! | path | what |
//! | --- | --- |
//! | `POST /merchant/create-intent` | a deposit on the hosted page |
//! | `POST /merchant/inventory` | what a user can give, priced for five minutes |
//! | `POST /merchant/create-deposit` | a deposit of chosen assets |
//! | `POST /merchant/get-prices` | prices by name, and a draft |
//! | `POST /merchant/create-deposit-by-hash-name` | commits a draft |
//! | `GET /merchant/deposit/status` | one deposit, or a draft |
//! | `GET /merchant/purchase/available` | what can be bought, grouped or one by one |
//! | `GET /merchant/purchase/search` | the same for some names |
//! | `GET /merchant/purchase/events` | what changed since |
//! | `POST /merchant/purchase` | buys |
//! | `GET /merchant/purchase` | the history |
//! | `GET /merchant/purchase/status` | one purchase |
//! | `GET /merchant/balance` | the balance |
//!
//! The switches that only this provider has are the fields of `Switches`; a map replaces the one before.
//! An HTTP status in `error_http_status` other than 200 replaces the documented status of every error. Webhooks are
//! sent at most once, for the five statuses that have one; those of purchases go to `purchase_url`.
//!
//! Skinslink has no links that are credited, so an invented notification with a `trade_id` is one about a purchase,
//! whose id is the `transaction_id`.
//!
//! A purchase that is refused at once is an answer with the status `failed`; it is kept for look-ups, and is not in
//! the ledger, because nothing was executed.

mod arguments;
mod dates;
mod deposit_lookup;
mod deposit_wire;
mod deposits;
mod envelope;
mod feed;
mod feed_method;
mod hash_names;
mod history;
mod inventory;
mod market;
mod memory;
mod project;
mod purchase_wire;
mod purchases;
mod query;
mod refused;
mod request;
mod routes;
mod switches;
mod terms;
mod webhook;
mod words;

use rust_decimal::Decimal;

pub use arguments::Arguments;
use project::Skinslink;

/// The provider's name, in the control API and in the ledger.
const NAME: &str = "skinslink";

/// The simulated project.
#[derive(Clone)]
pub struct Options {
    /// The API key.
    pub api_key: String,
    /// The secret that webhooks are signed with.
    pub webhook_secret: String,
    /// The name of the key in reports, which never show the key itself.
    pub alias: String,
    /// The balance to begin with, in USD.
    pub balance: Decimal,
    /// Where webhooks go, except those of deposits with a `result_url`.
    pub webhook_url: Option<String>,
}

impl Options {
    /// A project with these credentials and a balance that no test uses up.
    pub fn with_credentials(api_key: impl Into<String>, webhook_secret: impl Into<String>) -> Self {
        Self {
            api_key: api_key.into(),
            webhook_secret: webhook_secret.into(),
            alias: NAME.to_owned(),
            balance: Decimal::from(1_000_000_000_u64),
            webhook_url: None,
        }
    }
}

impl From<Options> for crate::Project {
    fn from(options: Options) -> Self {
        Self::new(NAME, move |shared| Skinslink::new(options.clone(), shared))
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the key and the secret, which must not end in a log.
        formatter.debug_struct("Options").field("alias", &self.alias).finish_non_exhaustive()
    }
}
