//! Changes of an order that the provider already has.
//!
//! A command changes the trade's state in no way: what became of it is seen when the trade is looked at again.

use crate::money::Money;
use crate::order::TradeToken;
use crate::trade::Reason;

/// A change of an order at the provider. Repeating one is harmless at every provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Command {
    /// Take the credit of a held deposit early; a later reversal is then the merchant's loss.
    ApproveHold,
    /// Give up what can still be given up: a reservation, a listed item.
    Cancel,
    /// Ask another price for a listed item.
    ChangePrice {
        /// The new price.
        price: Money,
    },
    /// The user has a new trade URL.
    UpdateTradeToken {
        /// The new token.
        trade_token: TradeToken,
    },
}

impl Command {
    /// The command's name in subjects and metrics.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::ApproveHold => "approve_hold",
            Self::Cancel => "cancel",
            Self::ChangePrice { .. } => "change_price",
            Self::UpdateTradeToken { .. } => "update_trade_token",
        }
    }
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CommandOutcome {
    /// The provider says that it is done.
    Done,
    /// The provider surely did not do it.
    Refused(Reason),
    /// It may or may not have been done; look at the trade, and send it again if it was not.
    Unknown(Reason),
}
