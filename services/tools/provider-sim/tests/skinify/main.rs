//! Drives the simulated Skinify by real HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

mod buying;
mod by_themselves;
mod controls;
mod deposits;
mod faults;
mod from_inventory;
mod lives;
mod lookups;
mod merchant;
mod quota;
mod support;
