//! ShadowPay, version 1: buying for a user, selling for a user, and links that are credited once for each
//! item sold.
//!
//! | path | what |
//! | --- | --- |
//! | `/shadowpay/api/v1/*` | the API; the token is a parameter of the form, on GET of the query |
//! | `/shadowpay/en/pay/{PUBLIC_HASH}` | creates a payment link; fault rules and `/_quota` see `/en/pay` |
//!
//! Its listings are the items of the engine's catalogue, which are bought by `id`, and what users put on
//! sale, which shows in the lists and can be sold by its fate, but is not bought here. The own id of a
//! purchase is `custom_id`, that of a deposit `order_id`. The first status of a trade is `active` without an
//! offer; then:
//!
//! | status | `state` | `steam_trade_offer_state` | `causer` |
//! | --- | --- | --- | --- |
//! | the offer is out | `active` | `2` | |
//! | in a hold, where the item is reserved first | `active` | `11` | |
//! | accepted | `finished`, before that `active` for `finish_delay_ms` | `3` | |
//! | rejected | `cancelled` | `7` | `buyer` |
//! | timed out | `cancelled` | `5` | `buyer` |
//! | bad trade token, user cannot trade | `cancelled` | null | `buyer` |
//! | not created | `cancelled` | null | `seller` |
//! | item gone | `cancelled` | `8` | `seller` |
//! | taken back by the user, by the provider | `cancelled` | `3` | `buyer`, `seller` |
//! | unknown status | `manual_review` | null | |
//!
//! The ledger writes them as `active/2`. Everything that ShadowPay does not document is a switch of its
//! object in the control API; `settings.rs` lists all of them.

mod arguments;
mod buy;
mod inventory;
mod ipn;
mod link;
mod lookups;
mod memory;
mod price_lists;
mod project;
mod routes;
mod search;
mod selling;
mod settings;
mod settings_patch;
mod signature;
mod time;
mod trade;
mod trade_state;
mod wire;
mod words;

use rust_decimal::Decimal;

pub use arguments::Arguments;
use project::ShadowPay;

/// The provider's name, in the control API and in the ledger.
const NAME: &str = "shadowpay";

/// The simulated merchant.
#[derive(Clone)]
pub struct Options {
    /// The API token.
    pub token: String,
    /// The part of the path that payment links are created under.
    pub public_hash: String,
    /// What links and their notifications are signed with.
    pub secret_hash: String,
    /// The name of the token in reports, which never show the token itself.
    pub alias: String,
    /// The balance to begin with, in USD.
    pub balance: Decimal,
    /// Where notifications of credits go.
    pub ipn_url: Option<String>,
}

impl Options {
    /// A merchant with these credentials and a balance that no test uses up.
    pub fn with_credentials(
        token: impl Into<String>,
        public_hash: impl Into<String>,
        secret_hash: impl Into<String>,
    ) -> Self {
        Self {
            token: token.into(),
            public_hash: public_hash.into(),
            secret_hash: secret_hash.into(),
            alias: "shadowpay".to_owned(),
            balance: Decimal::from(1_000_000_000_u64),
            ipn_url: None,
        }
    }
}

impl From<Options> for crate::Project {
    fn from(options: Options) -> Self {
        Self::new(NAME, move |shared| ShadowPay::new(options.clone(), shared))
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the credentials, which must not end in a log.
        formatter.debug_struct("Options").field("alias", &self.alias).finish_non_exhaustive()
    }
}
