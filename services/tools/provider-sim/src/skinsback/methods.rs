//! SkinsBack's methods, all at one path.

/// Where the API is mounted.
pub(super) const PREFIX: &str = "/skinsback";
/// The one path of the API.
pub(super) const PATH: &str = "/skinsback/api.php";

/// One method of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Create,
    UserInventory,
    CreateFromUserInventory,
    OrderStatus,
    Orders,
    OfferApprove,
    CallbackErrorList,
    MarketPricelist,
    MarketSearch,
    MarketBuy,
    MarketBatchBuy,
    MarketGetinfo,
    MarketHistory,
    Balance,
    Currencies,
    Status,
}

impl Method {
    const ALL: [Self; 16] = [
        Self::Create,
        Self::UserInventory,
        Self::CreateFromUserInventory,
        Self::OrderStatus,
        Self::Orders,
        Self::OfferApprove,
        Self::CallbackErrorList,
        Self::MarketPricelist,
        Self::MarketSearch,
        Self::MarketBuy,
        Self::MarketBatchBuy,
        Self::MarketGetinfo,
        Self::MarketHistory,
        Self::Balance,
        Self::Currencies,
        Self::Status,
    ];

    /// The value of the field `method`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::UserInventory => "user_inventory",
            Self::CreateFromUserInventory => "create_from_user_inventory",
            Self::OrderStatus => "orderstatus",
            Self::Orders => "orders",
            Self::OfferApprove => "offer_approve",
            Self::CallbackErrorList => "callback_error_list",
            Self::MarketPricelist => "market_pricelist",
            Self::MarketSearch => "market_search",
            Self::MarketBuy => "market_buy",
            Self::MarketBatchBuy => "market_batch_buy",
            Self::MarketGetinfo => "market_getinfo",
            Self::MarketHistory => "market_history",
            Self::Balance => "balance",
            Self::Currencies => "currencies",
            Self::Status => "status",
        }
    }

    /// The method with this word.
    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.word() == word)
    }

    /// Whether it is part of the market, which can be switched off.
    pub(super) fn is_of_market(self) -> bool {
        match self {
            Self::MarketPricelist
            | Self::MarketSearch
            | Self::MarketBuy
            | Self::MarketBatchBuy
            | Self::MarketGetinfo
            | Self::MarketHistory => true,
            Self::Create
            | Self::UserInventory
            | Self::CreateFromUserInventory
            | Self::OrderStatus
            | Self::Orders
            | Self::OfferApprove
            | Self::CallbackErrorList
            | Self::Balance
            | Self::Currencies
            | Self::Status => false,
        }
    }
}
