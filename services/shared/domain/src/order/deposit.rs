//! A user gives items, and the merchant is credited.

use rust_decimal::Decimal;

use super::steam::{Game, SteamUser};
use crate::money::{Currency, Money};

/// A user gives items; the merchant is credited for what arrives.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Deposit {
    /// Who gives. On a hosted page the user may switch to another account at some providers.
    pub user: SteamUser,
    /// The items' game. Always known where items are named.
    pub game: Option<Game>,
    /// Named: the provider sends a trade offer for them. None: a hosted page, whose address comes with the answer.
    pub items: Vec<DepositedItem>,
    /// The least that the user may give, for a hosted page.
    pub min_amount: Option<Money>,
    /// The most that the user may give, for a hosted page.
    pub max_amount: Option<Money>,
    /// What prices are shown in.
    pub currency: Option<Currency>,
    /// The merchant's own currency.
    pub custom_currency: Option<CustomCurrency>,
    /// What the shown amounts are multiplied with, in place of the project's own setting.
    pub multiplier: Option<Decimal>,
    /// Where the user's browser goes afterwards. A visit there proves nothing.
    pub success_url: Option<String>,
    /// Where the user's browser goes if nothing came of it.
    pub fail_url: Option<String>,
}

/// One item that a user gives.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DepositedItem {
    /// Steam's id of the item in the user's inventory.
    pub asset_id: String,
    /// Steam's name of it, for providers that price by name.
    pub market_hash_name: Option<String>,
    /// Not taken for less.
    pub min_price: Option<Money>,
}

/// A merchant's own currency.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CustomCurrency {
    /// Its label, one to four characters at every provider.
    pub name: String,
    /// How much of it one United States dollar is.
    pub rate: Decimal,
    /// Decimal places that it is shown with.
    pub decimals: Option<u32>,
}
