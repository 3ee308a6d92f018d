//! The account at the provider, and the provider itself.

use rust_decimal::Decimal;

use super::Details;
use crate::money::Money;

/// The account's money.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Balance {
    /// The sums, each under its name. `available` is what purchases are paid from, where the provider has only one.
    pub lines: Vec<BalanceLine>,
    /// What else the provider tells.
    pub details: Details,
}

/// One sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceLine {
    /// What it is, for example `available` or `on_hold`; else the provider's own word.
    pub name: String,
    /// How much. `None` where the provider does not tell in which currency; the number is then among the details.
    pub amount: Option<Money>,
}

/// A currency that prices may be shown in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrencyRate {
    /// Its code, in capitals.
    pub code: String,
    /// How much of it one United States dollar is, where the provider tells.
    pub rate: Option<Decimal>,
}

/// Whether the provider serves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerStatus {
    /// It does.
    pub is_available: bool,
    /// Why not, in the provider's word.
    pub reason: Option<String>,
    /// What else the provider tells.
    pub details: Details,
}
