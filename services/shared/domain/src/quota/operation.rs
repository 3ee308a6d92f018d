//! Operations that may have a limit of their own, besides the account's.

use super::{Lane, Limit};

/// Look-ups that were asked for by a webhook alone which anybody may have sent.
pub const HINTED_LOOK_UP: &str = "hinted_lookup";

/// Look-ups by plan. They are paced rather than limited: see [`OperationLimit::of_plan`].
pub const PLANNED_LOOK_UP: &str = "planned_lookup";

/// Every operation that calls a provider: placing, looking up, the questions and the commands.
pub const OPERATIONS: [&str; 18] = [
    "place",
    "lookup",
    HINTED_LOOK_UP,
    PLANNED_LOOK_UP,
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

impl Operation {
    /// Whether only the beginnings of its calls are counted, so that they come evenly, however long their answers take. What
    /// the provider allows is kept by the account's window.
    #[must_use]
    pub fn is_paced(&self) -> bool {
        self.key == PLANNED_LOOK_UP
    }
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

    /// How many look-ups the plan may cause in a tenth of the account's window unless something else is set: a little more than
    /// a tenth of what look-ups may have. Where more is due than the limit takes, they would else use it up in its first
    /// moment, and nobody would be looked at for the rest of it.
    #[must_use]
    pub fn of_plan(account: Limit) -> Self {
        let usable = account.requests.saturating_sub(Lane::LookUps.reserve(&account));
        let limit = Limit { requests: usable.div_ceil(9).max(1), per: account.per / 10 };
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
