//! What a merchant asks for, after validation: every value here keeps its rule.

mod purchase;
mod steam;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use purchase::{Item, Purchase};
pub use steam::{Game, InvalidSteamId, InvalidTradeToken, SteamId, SteamUser, TradeToken};

use crate::ids::{AccountId, TradeKey};
use crate::violation::Violation;

/// A valid order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The provider account that serves it.
    pub account: AccountId,
    /// The account's provider, for example `skinify`.
    pub provider: String,
    /// What is to be done.
    pub operation: Operation,
    /// Not sent to the provider after this.
    pub expires_at: Option<Timestamp>,
}

/// What an order wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// The merchant buys an item that is sent to a user.
    Purchase(Purchase),
}

/// Hash over a request's whole content: tells a repeat from a conflict.
pub type Fingerprint = [u8; 32];

/// A request as intake has read it: an order, or everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which order it is.
    pub key: TradeKey,
    /// Hash of its content.
    pub fingerprint: Fingerprint,
    /// The merchant's own notes, echoed in every status change.
    pub metadata: BTreeMap<String, String>,
    /// The order, or the broken rules (never empty).
    pub order: Result<Order, Vec<Violation>>,
}
