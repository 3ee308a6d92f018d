//! ShadowPay's methods and their paths.

use http::Method as Verb;

/// Where ShadowPay is mounted.
pub(super) const PREFIX: &str = "/shadowpay";
/// Where its API is, below the prefix.
const API: &str = "/api/v1";
/// Where links are created, below the prefix; the public hash follows.
const PAY: &str = "/en/pay/";

/// One method of the API, or the creation of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    CreateLink,
    GetBalance,
    BuyItem,
    ListBuyInfo,
    OperationHistory,
    SearchItem,
    SearchItemsByListNames,
    SearchSimilarItems,
    Inventory,
    SellItems,
    CancelItems,
    ChangeItemPrice,
    GetSteamPrices,
    GetItemById,
    GetItemsOnSale,
}

impl Method {
    /// Every method.
    pub(super) const ALL: [Self; 15] = [
        Self::CreateLink,
        Self::GetBalance,
        Self::BuyItem,
        Self::ListBuyInfo,
        Self::OperationHistory,
        Self::SearchItem,
        Self::SearchItemsByListNames,
        Self::SearchSimilarItems,
        Self::Inventory,
        Self::SellItems,
        Self::CancelItems,
        Self::ChangeItemPrice,
        Self::GetSteamPrices,
        Self::GetItemById,
        Self::GetItemsOnSale,
    ];

    /// The method at a whole path.
    pub(super) fn at(path: &str) -> Option<Self> {
        if public_hash(path).is_some() {
            return Some(Self::CreateLink);
        }
        let below = path.strip_prefix(PREFIX)?.strip_prefix(API)?;
        Self::ALL.into_iter().find(|method| *method != Self::CreateLink && method.path() == below)
    }

    /// The path that requests are counted under, and that fault rules see for links.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::CreateLink => "/en/pay",
            Self::GetBalance => "/get_balance",
            Self::BuyItem => "/buy_item",
            Self::ListBuyInfo => "/list_buy_info_by_custom_id",
            Self::OperationHistory => "/operation_history",
            Self::SearchItem => "/search_item",
            Self::SearchItemsByListNames => "/search_items_by_list_names",
            Self::SearchSimilarItems => "/search_similar_items",
            Self::Inventory => "/inventory",
            Self::SellItems => "/sell_items",
            Self::CancelItems => "/cancel_items",
            Self::ChangeItemPrice => "/change_item_price",
            Self::GetSteamPrices => "/get_steam_prices",
            Self::GetItemById => "/get_item_by_id",
            Self::GetItemsOnSale => "/get_items_on_sale",
        }
    }

    /// The verb that is documented for it.
    pub(super) fn verb(self) -> Verb {
        match self {
            Self::GetSteamPrices | Self::GetItemById | Self::GetItemsOnSale => Verb::GET,
            Self::CreateLink
            | Self::GetBalance
            | Self::BuyItem
            | Self::ListBuyInfo
            | Self::OperationHistory
            | Self::SearchItem
            | Self::SearchItemsByListNames
            | Self::SearchSimilarItems
            | Self::Inventory
            | Self::SellItems
            | Self::CancelItems
            | Self::ChangeItemPrice => Verb::POST,
        }
    }
}

/// The public hash in a path that links are created under.
pub(super) fn public_hash(path: &str) -> Option<&str> {
    path.strip_prefix(PREFIX)?.strip_prefix(PAY).filter(|hash| !hash.is_empty() && !hash.contains('/'))
}
