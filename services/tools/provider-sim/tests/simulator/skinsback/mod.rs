//! Drives the simulated SkinsBack by real HTTP.

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
mod options;
mod prices;
mod quota;
mod signing;
mod support;
mod switches;
mod webhooks;
