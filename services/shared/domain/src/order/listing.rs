//! A user's item is offered for sale at the provider.

use super::steam::{Game, SteamUser};
use crate::money::Money;

/// One item of a user is put on sale. One, because an order has one state: several items would have several.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Listing {
    /// Whose item it is.
    pub seller: SteamUser,
    /// The item.
    pub item: ListedItem,
}

/// An item that is for sale.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ListedItem {
    /// Steam's id of the item in the seller's inventory.
    pub asset_id: String,
    /// Its game.
    pub game: Game,
    /// What it is to cost.
    pub price: Money,
}
