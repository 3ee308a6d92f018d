//! Skinout Pay: a project whose balance pays for skins ("purchases"), and which is credited for deposits.
//!
//! Mounted under `/skinout/api/v1`. Its skins are the items of the engine's catalogue; the own id is `payment_id`.
//! Money is whole thousandths of a USD, except `min_amount` (USD) and `amount_currency` (the shown currency).
//!
//! | path | what |
//! | --- | --- |
//! | `POST /deposit/create`, `GET /deposit/status`, `GET /deposit/history` | deposits on the provider's page |
//! | `POST /withdraw/buy`, `GET /withdraw/status`, `GET /withdraw/history` | purchases |
//! | `POST /withdraw/search` | skins by a part of their name |
//! | `GET /withdraw/list`, `GET /balance`, `GET /currencies` | known to exist; path and shape are guesses |
//!
//! What a purchase's fate is called: `create_failed` and any other failure to send is `error`; the fate
//! `item_unavailable` is `error_inventory_private`, a status that no other fate has and no other provider knows;
//! a timeout is `canceled`, like a rejection; and a reservation is `pending`, since Skinout knows none.
//! A deposit with a `min_amount` that lives by itself is paid with exactly that.
//!
//! Every error is a sentence. All but one are ours and can be replaced through `error_words`, by the usual one.
//!
//! # Switches
//!
//! In the object `skinout` of the control API, besides the fields that every provider has:
//!
//! | field | value | meaning |
//! | --- | --- | --- |
//! | `age` | `newer`, `older` | the older one has no `in_hold`, `time_settlement` and `rollback_*`, and says `skins` for `items` |
//! | `strict` | true | the documented content type, JSON types and safe ids are demanded |
//! | `auth_http_status`, `limit_http_status` | 200, 429 | the HTTP status of a wrong key, and of too many requests |
//! | `pending_numeric_ids` | false | ids of digits are numbers in the status of a pending deposit |
//! | `settlement_type` | `string`, `number` | the type of `time_settlement` |
//! | `absent`, `absent_settlement` | `omitted`, `null`, `empty`, `zero` | how what is not there is written; the second for `time_settlement` |
//! | `currency_rate_type` | `as_seen`, `number`, `string` | as seen is the number 1 for USD and a string otherwise |
//! | `name_match` | `exact`, `cheapest` | whether `skin_name` is a whole name or a part of one |
//! | `sent_at_once` | false | the answer to buy has the status `sent` |
//! | `fee_thousandths` | 0 | how much less `skin.price` is than `amount` |
//! | `search_id`, `search_price_type` | `id`, `skin_id`, `both`, `none`; `number`, `string` | rows of search |
//! | `most_ids` | 50 | how many ids one purchase status takes |
//! | `status_order` | `asked`, `reversed` | the order of rows of purchase status |
//! | `hidden_payment_ids` | list | purchases that status leaves out, though history has them |
//! | `payer_steamid` | text | who pays deposits that are created from now on; empty is who was named |
//! | `tell_purchases` | list of `{"payment_id", "status", "url"}` | right signature, invented status; `url` is optional |
//!
//! Forged notifications have a wrong signature. Nothing is tried again unless `notifications.gaps_ms` says so, and
//! a held deposit is told of only with `notifications.send_pending`.

mod arguments;
mod buy;
mod currency;
mod deposit_methods;
mod deposit_wire;
mod lookups;
mod market;
mod period;
mod project;
mod purchase_wire;
mod request;
mod routes;
mod slot;
mod switches;
mod thousandths;
mod webhook;
mod words;

use rust_decimal::Decimal;

pub use arguments::Arguments;
use project::Skinout;

/// The provider's name, in the control API and in the ledger.
const NAME: &str = "skinout";

/// The simulated project.
#[derive(Clone)]
pub struct Options {
    /// The Api Key. Its MD5 is the signature of every notification.
    pub api_key: String,
    /// The project's id.
    pub project_id: u64,
    /// The name of the key in reports, which never show the key itself.
    pub alias: String,
    /// The balance to begin with, in USD.
    pub balance: Decimal,
    /// The project's "Deposit Callback URL".
    pub webhook_url: Option<String>,
    /// The project's "Withdraw Callback URL".
    pub purchase_webhook_url: Option<String>,
}

impl Options {
    /// A project with these credentials and a balance that no test uses up.
    pub fn with_credentials(api_key: impl Into<String>, project_id: u64) -> Self {
        Self {
            api_key: api_key.into(),
            project_id,
            alias: NAME.to_owned(),
            balance: Decimal::from(1_000_000_000_u64),
            webhook_url: None,
            purchase_webhook_url: None,
        }
    }
}

impl From<Options> for crate::Project {
    fn from(options: Options) -> Self {
        Self::new(NAME, move |shared| Skinout::new(options.clone(), shared))
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the key and the addresses, which must not end in a log.
        formatter.debug_struct("Options").field("alias", &self.alias).finish_non_exhaustive()
    }
}
