//! What a merchant asks for, after validation: every value here keeps its rule.

mod deposit;
mod listing;
mod purchase;
mod steam;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use deposit::{CustomCurrency, Deposit, DepositedItem};
pub use listing::{ListedItem, Listing};
pub use purchase::{Item, Purchase};
pub use steam::{Game, InvalidSteamId, InvalidTradeToken, SteamId, SteamUser, TradeToken};

use crate::ids::{AccountId, TradeKey};
use crate::violation::Violation;

/// A valid order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Operation {
    /// The merchant buys an item that is sent to a user.
    Purchase(Purchase),
    /// A user gives items; the merchant is credited.
    Deposit(Deposit),
    /// A user's item is put on sale.
    Listing(Listing),
}

/// The kinds of orders, as far as providers treat them differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderKind {
    /// An item is bought for a user.
    Purchase,
    /// A hosted page takes a user's items.
    DepositLink,
    /// A trade offer asks for the named items of a user.
    DepositItems,
    /// A user's item is for sale.
    Listing,
}

impl OrderKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Purchase, Self::DepositLink, Self::DepositItems, Self::Listing];

    /// The kind with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The name in messages and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::DepositLink => "deposit_link",
            Self::DepositItems => "deposit_items",
            Self::Listing => "listing",
        }
    }
}

impl Operation {
    /// What kind of order this is.
    #[must_use]
    pub fn kind(&self) -> OrderKind {
        match self {
            Self::Purchase(_) => OrderKind::Purchase,
            Self::Deposit(deposit) if deposit.items.is_empty() => OrderKind::DepositLink,
            Self::Deposit(_) => OrderKind::DepositItems,
            Self::Listing(_) => OrderKind::Listing,
        }
    }

    /// The Steam user whom the order is about.
    #[must_use]
    pub fn user(&self) -> &SteamUser {
        match self {
            Self::Purchase(purchase) => &purchase.recipient,
            Self::Deposit(deposit) => &deposit.user,
            Self::Listing(listing) => &listing.seller,
        }
    }

    /// The same, to change it.
    pub fn user_mut(&mut self) -> &mut SteamUser {
        match self {
            Self::Purchase(purchase) => &mut purchase.recipient,
            Self::Deposit(deposit) => &mut deposit.user,
            Self::Listing(listing) => &mut listing.seller,
        }
    }

    /// The game of the items, where it is known.
    #[must_use]
    pub fn game(&self) -> Option<Game> {
        match self {
            Self::Purchase(purchase) => purchase.game,
            Self::Deposit(deposit) => deposit.game,
            Self::Listing(listing) => Some(listing.item.game),
        }
    }
}

/// Hash over a request's whole content: tells a repeat from a conflict.
pub type Fingerprint = [u8; 32];

/// A request as intake has read it: an order, or everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
