//! An HTTP simulator of the providers, for the demo, for tests and for a laptop.
//!
//! Each provider is one module with its **own** wire types, written from that provider's API and not from our
//! adapters, so that one wrong field cannot agree with itself. What is the same for all of them lives beside
//! the modules: the clock, the pace of a trade's life, the quota record, fault injection and the control API.
//!
//! | path | what |
//! | --- | --- |
//! | `/skinify/api/…` | Skinify's API; see [`skinify`] for the catalogue and the words |
//! | `GET /_ledger` | what was truly executed, whatever was answered; never shows a trade token |
//! | `GET /_quota` | every arrival counted, with the busiest window there ever was |
//! | `GET /_control`, `POST /_control` | the settings, and how to change them while it runs |
//!
//! A purchase's life is computed when somebody looks, from the time of purchase and the fate of its item, so
//! that a million purchases cost no timers.

mod amount;
mod answer;
mod call;
mod clock;
mod control;
mod delivery;
mod faults;
mod fields;
mod ledger;
mod notify;
mod pace;
mod provider;
mod quota;
mod random;
mod router;
mod server;
mod shared;
pub mod skinify;

use std::net::SocketAddr;

pub use server::{Simulator, StartError, run};

/// How a simulator is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 takes any free port.
    pub listen: SocketAddr,
    /// The simulated Skinify project.
    pub skinify: skinify::Options,
}
