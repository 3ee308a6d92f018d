//! Items: in an inventory, in a price list, for sale.

use jiff::Timestamp;

use super::Details;
use crate::money::Money;
use crate::order::Game;

/// One item, or one kind of item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// Steam's asset id in an inventory, the provider's offer id of something for sale; none in lists by name.
    pub id: Option<String>,
    /// Steam's name of it.
    pub name: String,
    /// Its game, where the answer tells.
    pub game: Option<Game>,
    /// What it costs, or what the provider gives for it.
    pub price: Option<Money>,
    /// How many there are, in lists by name.
    pub count: Option<u64>,
    /// It cannot be traded, deposited or sold now.
    pub is_unavailable: bool,
    /// What else the provider tells.
    pub details: Details,
}

/// Some or all of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemPage {
    /// The items.
    pub items: Vec<Item>,
    /// The cursor of the next page at the provider; `None` on the last.
    pub next: Option<String>,
    /// When the provider made the list, where it tells.
    pub updated_at: Option<Timestamp>,
    /// Rows that could not be read and are left out.
    pub unreadable: u64,
    /// What else the provider tells about the list.
    pub details: Details,
}
