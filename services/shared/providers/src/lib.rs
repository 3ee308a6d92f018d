//! Provider adapters: canonical operations to HTTP requests, HTTP responses to outcomes, webhook bytes to meanings.
//!
//! This crate does no I/O and reads no clock: an adapter builds a [`http::Request`] and reads a [`http::Response`]; who
//! sends it, when, and how often is not its business. Only explicit success and explicit, documented refusal are
//! definite; whatever an adapter does not recognise is an unknown outcome.
//!
//! Adding a provider is one folder here and one line in [`registry`].

pub mod capability;
mod discreet;
pub mod drift;
mod envelope;
pub mod feed;
mod outcome;
pub mod provider;
pub mod registry;
mod request;
mod retry_after;
mod rows;
pub mod shadowpay;
pub mod skinify;
pub mod skinout;
pub mod skinsback;
pub mod skinslink;
#[cfg(test)]
mod test_support;
mod values;
mod webhook;
mod wire;

pub use capability::{Capability, Support};
pub use feed::{EventFeed, FeedHint, Frame};
pub use provider::{
    Closed, CommandAnswer, Forged, LookUp, LookUpTarget, LookedUp, NotBuildable, PlaceAnswer, Placing,
    Provider, ProviderDefaults, Queried, Verdict, WebhookEvent, WebhookRequest, WebhookTrust, Webhooks,
};
