//! SkinsBack: a project whose balance pays for skins, and which is credited for deposits.
//!
//! One URL, `POST /skinsback/api.php`; the body, JSON or a form, names the method in `method`. Fault rules see the
//! method as the end of the path, such as `/market_buy`. The own ids are `order_id` for deposits and `custom_id` for
//! purchases; deposits notify the Result URL, purchases the events URL.
//!
//! | methods | |
//! | --- | --- |
//! | `create`, `user_inventory`, `create_from_user_inventory`, `orderstatus`, `orders`, `offer_approve`, `callback_error_list` | deposits |
//! | `market_pricelist`, `market_search`, `market_buy`, `market_batch_buy`, `market_getinfo`, `market_history` | purchases |
//! | `balance`, `currencies`, `status` | the project |
//!
//! What SkinsBack leaves open, or does in more than one way, is switched in the control API: the fields of `Switches`.

mod account;
mod arguments;
mod authentication;
mod batch;
mod buy;
mod deposit_methods;
mod deposit_wire;
mod feed;
mod from_inventory;
mod guards;
mod inventory;
mod json;
mod lists;
mod market;
mod methods;
mod money;
mod problems;
mod project;
mod purchase_lookups;
mod purchase_wire;
mod signature;
mod style;
mod switches;
mod time;
mod webhook;
mod words;

use rust_decimal::Decimal;

pub use arguments::Arguments;
use project::SkinsBack;

/// The provider's name, in the control API and in the ledger.
const NAME: &str = "skinsback";

/// The simulated project.
#[derive(Clone)]
pub struct Options {
    /// The Client ID, which is also `shopid`.
    pub client_id: String,
    /// The Client Secret.
    pub client_secret: String,
    /// The name of the credentials in reports, which never show the credentials themselves.
    pub alias: String,
    /// The balance to begin with, in USD.
    pub balance: Decimal,
    /// The Result URL, for deposits without a `result_url`.
    pub webhook_url: Option<String>,
    /// The Webhook Events URL, for purchases.
    pub events_url: Option<String>,
}

impl Options {
    /// A project with these credentials and a balance that no test uses up.
    pub fn with_credentials(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            alias: NAME.to_owned(),
            balance: Decimal::from(1_000_000_000_u64),
            webhook_url: None,
            events_url: None,
        }
    }
}

impl From<Options> for crate::Project {
    fn from(options: Options) -> Self {
        Self::new(NAME, move |shared| SkinsBack::new(options.clone(), shared))
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the credentials, which must not end in a log.
        formatter.debug_struct("Options").field("alias", &self.alias).finish_non_exhaustive()
    }
}
