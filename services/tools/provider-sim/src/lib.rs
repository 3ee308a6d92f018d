//! An HTTP simulator of the providers, for the demo, for tests and for a laptop.
//!
//! Each provider is one module with its **own** wire types, written from that provider's API and not from our
//! adapters, so that one wrong field cannot agree with itself. What is the same for all of them lives beside
//! the modules: the clock, the pace of a trade's life, the quota record, fault injection and the control API; and
//! in the engine, which keeps purchases, deposits, listings, stock, prices, the balance and the notifications.
//!
//! | path | what |
//! | --- | --- |
//! | `/skinify/api/…` | Skinify's API; see [`skinify`] |
//! | `/shadowpay/…` | ShadowPay's API and its payment links; see [`shadowpay`] |
//! | `/skinout/api/v1/…` | Skinout Pay's API; see [`skinout`] |
//! | `/skinsback/api.php` | SkinsBack's API; see [`skinsback`] |
//! | `/skinslink/api/v1/…` | Skinslink's API; see [`skinslink`] |
//! | `GET /_ledger` | what was truly executed, whatever was answered; never shows a trade token |
//! | `GET /_quota` | every arrival counted, with the busiest window there ever was |
//! | `GET /_arrivals` | every request one by one, with its time and our own ids; after `{"record_arrivals": true}` |
//! | `GET /_control`, `POST /_control` | the settings, and how to change them while it runs |
//!
//! A purchase's life is computed when somebody looks, from the time of purchase and the fate of its item, so
//! that a million purchases cost no timers.

mod amount;
#[allow(dead_code, reason = "some parts are used by some providers only")]
mod answer;
mod arrivals;
#[allow(dead_code, reason = "some parts are used by some providers only")]
mod call;
mod clock;
mod control;
mod delivery;
#[allow(dead_code, reason = "some parts are used by some providers only")]
mod engine;
mod faults;
#[allow(dead_code, reason = "some parts are used by some providers only")]
mod fields;
pub mod in_process;
mod ledger;
#[allow(dead_code, reason = "some parts are used by some providers only")]
mod notify;
mod options;
mod pace;
mod program;
mod provider;
mod quota;
mod random;
mod router;
mod server;
pub mod shadowpay;
mod shared;
pub mod skinify;
pub mod skinout;
pub mod skinsback;
pub mod skinslink;
mod websocket;

pub use options::{Options, Project};
pub use program::main;
pub use server::{Simulator, StartError, run};
