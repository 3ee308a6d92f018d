//! Drives the simulated ShadowPay by real HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

mod access;
mod buying;
mod controls;
mod links;
mod lists;
mod lives;
mod lookups;
mod merchant;
mod notifications;
mod searches;
mod selling;
mod support;
