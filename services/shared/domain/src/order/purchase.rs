//! Buying an item for a user.

use super::steam::{Game, SteamUser};
use crate::money::Money;

/// The merchant buys an item that is sent to the user.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Purchase {
    /// Who gets the item.
    pub recipient: SteamUser,
    /// The item's game. Always known for an item asked for by name.
    pub game: Option<Game>,
    /// Which item.
    pub item: Item,
    /// Never paid more.
    pub max_price: Money,
}

/// How the wanted item is named.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Item {
    /// The provider's id of an offered item.
    Offer(String),
    /// Steam's name of the item.
    Name(String),
}
