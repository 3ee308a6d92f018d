//! Drives the simulated Skinslink by real HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

mod access;
mod buying;
mod deposits;
mod drafts;
mod errors;
mod events;
mod history;
mod lives;
mod market;
mod merchant;
mod support;
mod webhooks;
