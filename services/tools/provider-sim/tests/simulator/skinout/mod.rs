//! Drives the simulated Skinout by real HTTP.

mod buying;
mod deposits;
mod lives;
mod lookups;
mod requests;
mod skins;
mod support;
mod surprises;
mod webhooks;
