//! Drives the simulated Skinslink by real HTTP.

mod access;
mod buying;
mod deposits;
mod drafts;
mod errors;
mod events;
mod history;
mod lives;
mod market;
mod support;
mod webhooks;
