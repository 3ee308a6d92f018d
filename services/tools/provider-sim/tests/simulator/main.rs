//! Drives the simulated providers by real HTTP, each as its contract has it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

mod client;
mod merchant;
mod shadowpay;
mod skinify;
mod skinout;
mod skinsback;
mod skinslink;
