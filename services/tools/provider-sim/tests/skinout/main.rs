//! Drives the simulated Skinout by real HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

mod buying;
mod deposits;
mod lives;
mod lookups;
mod merchant;
mod requests;
mod skins;
mod support;
mod surprises;
mod webhooks;
