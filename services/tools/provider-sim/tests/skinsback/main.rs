//! Drives the simulated SkinsBack by real HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

mod account;
mod authentication;
mod batch;
mod buying;
mod deposits;
mod events;
mod inventory;
mod lists;
mod lives;
mod lookups;
mod merchant;
mod options;
mod prices;
mod quota;
mod signing;
mod support;
mod switches;
mod webhooks;
