//! A seeded simulation of the protocols on virtual time.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::missing_errors_doc,
    reason = "a simulation that cannot set up its world has failed"
)]

pub mod accounts;
pub mod client;
pub mod dispatch;
pub mod faults;
pub mod ingress;
pub mod intake;
pub mod nats;
pub mod oracle;
pub mod orders;
pub mod permits;
pub mod provider;
pub mod queue;
pub mod random;
pub mod run;
pub mod suite;
pub mod trace;
pub mod tracker;
pub mod truth;
pub mod users;
pub mod world;
