//! Drives the simulated ShadowPay by real HTTP.

mod access;
mod buying;
mod controls;
mod links;
mod lists;
mod lives;
mod lookups;
mod notifications;
mod searches;
mod selling;
mod support;
