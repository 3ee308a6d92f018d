//! NATS JetStream as Skinbus uses it: topology, ledger, quota store, work queues, schedules, dead letters.
//!
//! This is the only crate that speaks to NATS. It decides nothing about trades: it stores what the domain decided, with
//! compare-and-set, and gives work to handlers whose outcome becomes the acknowledgement.

pub mod advisories;
pub mod backlog;
pub mod claims;
pub mod connection;
pub mod dead;
pub mod drift;
pub mod held;
pub mod inspect;
pub mod ledger;
pub mod lists;
pub mod merchant;
pub mod message;
mod metrics;
pub mod open_trades;
pub mod permissions;
pub mod polls;
pub mod publish;
mod pull;
pub mod queries;
pub mod quota;
pub mod reconcile;
mod refusals;
pub mod schedule;
pub mod subjects;
pub mod topology;
pub mod trace;
pub mod work;

pub use connection::{Bus, ConnectError, chain};
pub use ledger::{Append, Ledger, LedgerError};
pub use message::Incoming;
pub use work::{DELIVERIES_MAX, Disposition, WorkOptions};
