//! What every simulated provider does in the same way, whatever words it has for it.
//!
//! A provider owns a [`Project`] and opens its state for each request: [`Project::open`] first lets happen what is
//! due by now. It never counts time itself. What is to be told goes to the [`courier`], which asks the provider for
//! the words.
//!
//! The fate of a purchase is that of the item, unless it is set for the item or for the own id through the control
//! API. Stock is unlimited unless it is set.
//!
//! | item id | game | price | name | fate |
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
//! | 88112 | rust | 0.50 | `Instant Rust Jacket` | accepted in the answer to buy |
//! | 88113 | rust | 0.60 | `Insufficient Funds Rust Roof` | refused: not enough balance |
//! | 88114 | csgo | 9999.00 | `Expensive \| Dragon Lore (Factory New)` | accepted, but dearer than a usual `max_price` |
//! | 88115 | tf2 | 0.33 | `Stuck Team Hat` | never gets past its first status |
//! | 88116 | dota2 | 0.44 | `Unknown Status Dota Sword` | gets a status word that nobody documented |
//! | 88117 | rust | 0.55 | `Late Rust Lock` | times out, and is accepted after all |

pub(crate) mod agenda;
pub(crate) mod balance;
pub(crate) mod buy;
pub(crate) mod catalogue;
pub(crate) mod courier;
pub(crate) mod deposit;
pub(crate) mod deposit_life;
mod events;
pub(crate) mod fate;
pub(crate) mod feed;
mod gate;
pub(crate) mod inventory;
pub(crate) mod listing;
pub(crate) mod market;
pub(crate) mod news;
pub(crate) mod notifications;
pub(crate) mod patch;
pub(crate) mod project;
pub(crate) mod purchase;
pub(crate) mod rules;
pub(crate) mod steam;
pub(crate) mod view;

pub(crate) use project::Project;
