//! Operations that may have a limit of their own, besides the account's.

use super::Limit;

/// Look-ups that were asked for by a webhook alone which anybody may have sent.
pub const HINTED_LOOK_UP: &str = "hinted_lookup";

/// Every operation that calls a provider: placing, looking up, the questions and the commands.
pub const OPERATIONS: [&str; 17] = [
    "place",
    "lookup",
    HINTED_LOOK_UP,
    "inventory",
    "prices",
    "steam_prices",
    "search",
    "offers",
    "balance",
    "currencies",
    "status",
    "history",
    "failed_webhooks",
    "approve_hold",
    "cancel",
    "change_price",
    "update_trade_token",
];

/// Calls that are counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Which calls, like `balance` or `inventory.76561198000000042`.
    pub key: String,
    /// Their limit.
    pub limit: Limit,
}

/// Which calls of an operation are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Each {
    /// All of the account.
    Account,
    /// Those about one Steam user; of `inventory` only.
    User,
    /// Those about one order; of `lookup` only, and only where a look-up asks for one order.
    Order,
}

impl Each {
    /// Whether calls of this operation can be counted so.
    #[must_use]
    pub fn fits(self, operation: &str) -> bool {
        match self {
            Self::Account => true,
            Self::User => operation == "inventory",
            Self::Order => operation == "lookup",
        }
    }
}

/// The limit of one operation of a provider, besides the account's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationLimit {
    /// Which calls are counted together.
    pub each: Each,
    /// How many of them.
    pub limit: Limit,
}

impl OperationLimit {
    /// How many look-ups hints may cause unless something else is set: a tenth of what the account may ask. Whoever forges
    /// hints spends no more than that.
    #[must_use]
    pub fn of_hints(account: Limit) -> Self {
        let limit = Limit { requests: (account.requests / 10).max(1), per: account.per };
        Self { each: Each::Account, limit }
    }

    /// What a call is counted with: by the user or the order that it is about, where that matters. `None` where it is not
    /// counted.
    #[must_use]
    pub fn of(&self, operation: &str, user: Option<&str>, order: Option<&str>) -> Option<Operation> {
        let key = match self.each {
            Each::Account => operation.to_owned(),
            Each::User => format!("{operation}.{}", user?),
            Each::Order => format!("{operation}.{}", order?),
        };
        Some(Operation { key, limit: self.limit })
    }
}
