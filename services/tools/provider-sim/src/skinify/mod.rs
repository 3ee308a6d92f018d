//! Skinify: a project whose balance pays for skins, and which is credited for deposits.
//!
//! Mounted under `/skinify/api`. The fate of a purchase is that of the skin, unless it is set for the skin or
//! for the own id (`custom_id`) through the control API. Stock is unlimited unless it is set.
//!
//! | skin id | game | price | name | fate |
//! | --- | --- | --- | --- | --- |
//! | 88101 | rust | 0.04 | `Accepted Rust Door` | accepted, final at once |
//! | 88102 | csgo | 1.25 | `Protected \| Sand Dune (Field-Tested)` | accepted, under trade protection |
//! | 88103 | rust | 0.10 | `Canceled Rust Hatchet` | the user rejects the offer |
//! | 88104 | rust | 0.11 | `Timed Out Rust Torch` | the user never answers |
//! | 88105 | rust | 0.12 | `Invalid Token Rust Bag` | the trade token is bad |
//! | 88106 | rust | 0.13 | `Not Tradable Rust Vest` | the user cannot trade |
//! | 88107 | rust | 0.14 | `Create Failed Rust Crate` | the trade cannot be created |
//! | 88108 | rust | 0.15 | `Unavailable Rust Rock` | the item is gone |
//! | 88109 | csgo | 2.50 | `Rolled Back By User \| Predator (Field-Tested)` | undone by the user after acceptance |
//! | 88110 | csgo | 3.75 | `Rolled Back By Provider \| Safari Mesh (Field-Tested)` | undone by the provider |
//! | 88111 | csgo | 4.20 | `Reserved \| Boreal Forest (Field-Tested)` | reserved first; a hold item in price lists |
//! | 88112 | rust | 0.50 | `Instant Rust Jacket` | `accepted` in the answer to buy |
//! | 88113 | rust | 0.60 | `Insufficient Funds Rust Roof` | refused: not enough balance |
//! | 88114 | csgo | 9999.00 | `Expensive \| Dragon Lore (Factory New)` | accepted, but dearer than a usual `max_price` |
//! | 88115 | tf2 | 0.33 | `Stuck Team Hat` | never leaves `processing` |
//! | 88116 | dota2 | 0.44 | `Unknown Status Dota Sword` | gets a status word that nobody documented |
//! | 88117 | rust | 0.55 | `Late Rust Lock` | times out, and is accepted after all |

mod answers;
mod balance;
mod buy;
mod catalogue;
mod deposit_methods;
mod deposit_wire;
mod deposits;
mod events;
mod fate;
mod ipn;
mod lookups;
mod market;
mod patch;
mod project;
mod purchase;
mod reservations;
mod routes;
mod rules;
mod words;

use rust_decimal::Decimal;

pub(crate) use patch::{SkinifyPatch, SkinifyView};
pub(crate) use project::Skinify;

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

impl std::fmt::Debug for Options {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the token, which must not end in a log.
        formatter.debug_struct("Options").field("alias", &self.alias).finish_non_exhaustive()
    }
}
