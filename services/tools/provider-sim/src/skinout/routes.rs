//! Skinout's methods and their paths.

use http::Method as Verb;

/// Where the API is mounted.
pub(super) const PREFIX: &str = "/skinout/api/v1";

/// One method of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    CreateDeposit,
    DepositStatus,
    DepositHistory,
    List,
    Search,
    Buy,
    PurchaseStatus,
    PurchaseHistory,
    Balance,
    Currencies,
}

impl Method {
    const ALL: [Self; 10] = [
        Self::CreateDeposit,
        Self::DepositStatus,
        Self::DepositHistory,
        Self::List,
        Self::Search,
        Self::Buy,
        Self::PurchaseStatus,
        Self::PurchaseHistory,
        Self::Balance,
        Self::Currencies,
    ];

    /// The method at a path below the prefix.
    pub(super) fn at(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.path() == path)
    }

    /// The path below the prefix, also the one that requests are counted under.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::CreateDeposit => "/deposit/create",
            Self::DepositStatus => "/deposit/status",
            Self::DepositHistory => "/deposit/history",
            Self::List => "/withdraw/list",
            Self::Search => "/withdraw/search",
            Self::Buy => "/withdraw/buy",
            Self::PurchaseStatus => "/withdraw/status",
            Self::PurchaseHistory => "/withdraw/history",
            Self::Balance => "/balance",
            Self::Currencies => "/currencies",
        }
    }

    /// Creating methods are POST, reading ones are GET.
    pub(super) fn verb(self) -> Verb {
        match self {
            Self::CreateDeposit | Self::Search | Self::Buy => Verb::POST,
            Self::DepositStatus
            | Self::DepositHistory
            | Self::List
            | Self::PurchaseStatus
            | Self::PurchaseHistory
            | Self::Balance
            | Self::Currencies => Verb::GET,
        }
    }

    /// Whether the pages require `Content-Type: application/json`; both histories do, though they are GET.
    pub(super) fn requires_content_type(self) -> bool {
        match self {
            Self::CreateDeposit | Self::Search | Self::Buy | Self::DepositHistory | Self::PurchaseHistory => {
                true
            }
            Self::DepositStatus | Self::List | Self::PurchaseStatus | Self::Balance | Self::Currencies => {
                false
            }
        }
    }
}
