//! Skinify's methods and their paths.

use http::Method as Verb;

/// Where the API is mounted.
pub(super) const PREFIX: &str = "/skinify/api";

/// One method of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Buy,
    Info,
    History,
    CancelReservation,
    UpdateTradeToken,
    Prices,
    Price,
    Search,
    ProjectBalance,
    CreateDeposit,
    DepositStatus,
    GetDeposits,
    FailedIpn,
    SteamInventory,
    CreateSteamOffer,
}

impl Method {
    /// The method at a path below the prefix.
    pub(super) fn at(path: &str) -> Option<Self> {
        match path {
            "/withdraw/buy" => Some(Self::Buy),
            "/withdraw/info" => Some(Self::Info),
            "/withdraw/history" => Some(Self::History),
            "/withdraw/cancel-reservation" => Some(Self::CancelReservation),
            "/withdraw/update-trade-token" => Some(Self::UpdateTradeToken),
            "/withdraw/prices" => Some(Self::Prices),
            "/withdraw/price" => Some(Self::Price),
            "/withdraw/search" => Some(Self::Search),
            "/project-balance" => Some(Self::ProjectBalance),
            "/create-deposit" => Some(Self::CreateDeposit),
            "/deposit-status" => Some(Self::DepositStatus),
            "/get-deposits" => Some(Self::GetDeposits),
            "/failed-ipn" => Some(Self::FailedIpn),
            "/steam-inventory" => Some(Self::SteamInventory),
            "/create-steam-offer" => Some(Self::CreateSteamOffer),
            _ => None,
        }
    }

    /// The path that requests are counted under.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Buy => "/withdraw/buy",
            Self::Info => "/withdraw/info",
            Self::History => "/withdraw/history",
            Self::CancelReservation => "/withdraw/cancel-reservation",
            Self::UpdateTradeToken => "/withdraw/update-trade-token",
            Self::Prices => "/withdraw/prices",
            Self::Price => "/withdraw/price",
            Self::Search => "/withdraw/search",
            Self::ProjectBalance => "/project-balance",
            Self::CreateDeposit => "/create-deposit",
            Self::DepositStatus => "/deposit-status",
            Self::GetDeposits => "/get-deposits",
            Self::FailedIpn => "/failed-ipn",
            Self::SteamInventory => "/steam-inventory",
            Self::CreateSteamOffer => "/create-steam-offer",
        }
    }

    pub(super) fn verb(self) -> Verb {
        match self {
            Self::Buy
            | Self::CancelReservation
            | Self::UpdateTradeToken
            | Self::CreateDeposit
            | Self::SteamInventory
            | Self::CreateSteamOffer => Verb::POST,
            Self::Info
            | Self::History
            | Self::Prices
            | Self::Price
            | Self::Search
            | Self::ProjectBalance
            | Self::DepositStatus
            | Self::GetDeposits
            | Self::FailedIpn => Verb::GET,
        }
    }
}
