//! Skinslink's methods and their paths.

use http::Method as Verb;

/// Where the API is mounted.
pub(super) const PREFIX: &str = "/skinslink/api/v1";

/// One method of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    CreateIntent,
    Inventory,
    CreateDeposit,
    GetPrices,
    CreateByHashName,
    DepositStatus,
    Available,
    Search,
    Events,
    Purchase,
    History,
    PurchaseStatus,
    Balance,
}

impl Method {
    /// Every method.
    const ALL: [Self; 13] = [
        Self::CreateIntent,
        Self::Inventory,
        Self::CreateDeposit,
        Self::GetPrices,
        Self::CreateByHashName,
        Self::DepositStatus,
        Self::Available,
        Self::Search,
        Self::Events,
        Self::Purchase,
        Self::History,
        Self::PurchaseStatus,
        Self::Balance,
    ];

    /// The method at a path below the prefix, for this verb.
    pub(super) fn at(path: &str, verb: &Verb) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.path() == path && method.verb() == *verb)
    }

    /// Whether there is a method at a path below the prefix, for whatever verb.
    pub(super) fn is_path(path: &str) -> bool {
        Self::ALL.iter().any(|method| method.path() == path)
    }

    /// The path below the prefix.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::CreateIntent => "/merchant/create-intent",
            Self::Inventory => "/merchant/inventory",
            Self::CreateDeposit => "/merchant/create-deposit",
            Self::GetPrices => "/merchant/get-prices",
            Self::CreateByHashName => "/merchant/create-deposit-by-hash-name",
            Self::DepositStatus => "/merchant/deposit/status",
            Self::Available => "/merchant/purchase/available",
            Self::Search => "/merchant/purchase/search",
            Self::Events => "/merchant/purchase/events",
            Self::Purchase | Self::History => "/merchant/purchase",
            Self::PurchaseStatus => "/merchant/purchase/status",
            Self::Balance => "/merchant/balance",
        }
    }

    /// What requests are counted under: two methods share a path.
    pub(super) fn counted_as(self) -> &'static str {
        match self {
            Self::History => "GET /merchant/purchase",
            Self::CreateIntent
            | Self::Inventory
            | Self::CreateDeposit
            | Self::GetPrices
            | Self::CreateByHashName
            | Self::DepositStatus
            | Self::Available
            | Self::Search
            | Self::Events
            | Self::Purchase
            | Self::PurchaseStatus
            | Self::Balance => self.path(),
        }
    }

    /// Whether only the newer age has it.
    pub(super) fn is_newer(self) -> bool {
        match self {
            Self::Events | Self::Balance => true,
            Self::CreateIntent
            | Self::Inventory
            | Self::CreateDeposit
            | Self::GetPrices
            | Self::CreateByHashName
            | Self::DepositStatus
            | Self::Available
            | Self::Search
            | Self::Purchase
            | Self::History
            | Self::PurchaseStatus => false,
        }
    }

    fn verb(self) -> Verb {
        match self {
            Self::CreateIntent
            | Self::Inventory
            | Self::CreateDeposit
            | Self::GetPrices
            | Self::CreateByHashName
            | Self::Purchase => Verb::POST,
            Self::DepositStatus
            | Self::Available
            | Self::Search
            | Self::Events
            | Self::History
            | Self::PurchaseStatus
            | Self::Balance => Verb::GET,
        }
    }
}
