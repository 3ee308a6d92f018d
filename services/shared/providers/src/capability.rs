//! Everything that Skinbus can do with a provider. Each provider says for each whether it can, by which call, or why not.

/// One thing that a provider may be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Buying an item by the provider's id of the offer.
    PurchaseByOffer,
    /// Buying an item by Steam's name of it.
    PurchaseByName,
    /// Buying several items for one user in one call.
    PurchaseTogether,
    /// A hosted page on which a user gives items.
    DepositLink,
    /// A trade offer for items of a user, named by their asset ids.
    DepositItems,
    /// The same, priced by Steam's names of the items.
    DepositItemsByName,
    /// Putting a user's item on sale.
    Listing,
    /// Asking about purchases.
    LookUpPurchases,
    /// Asking about deposits.
    LookUpDeposits,
    /// Asking about listings.
    LookUpListings,
    /// A user's inventory with prices.
    Inventory,
    /// The price list.
    Prices,
    /// Searching for offers by name.
    Search,
    /// Listing single offers.
    Offers,
    /// The same, picked out by price by the provider itself.
    OffersByPrice,
    /// Prices of Steam's own market.
    SteamPrices,
    /// The account's balance.
    Balance,
    /// Known currencies.
    Currencies,
    /// Whether the provider serves.
    Status,
    /// The record of purchases.
    PurchaseHistory,
    /// The record of deposits.
    DepositHistory,
    /// The record of money movements.
    MoneyHistory,
    /// Webhooks that could not be delivered.
    FailedWebhooks,
    /// Taking the credit of a held deposit early.
    ApproveHold,
    /// Giving up a reserved purchase.
    CancelReservation,
    /// Taking an item off sale.
    CancelListing,
    /// Asking another price for a listed item.
    ChangePrice,
    /// A new trade URL for reserved purchases.
    UpdateTradeToken,
    /// Webhooks about deposits.
    DepositWebhooks,
    /// Webhooks about purchases.
    PurchaseWebhooks,
}

/// Whether a provider can do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// It can, by this call or these calls.
    Supported(&'static str),
    /// It cannot, for this reason.
    Unsupported(&'static str),
}

impl Support {
    /// Whether it can.
    #[must_use]
    pub const fn is_supported(self) -> bool {
        matches!(self, Self::Supported(_))
    }
}

impl Capability {
    /// Every capability, in the order of the documentation.
    pub const ALL: [Self; 30] = [
        Self::PurchaseByOffer,
        Self::PurchaseByName,
        Self::PurchaseTogether,
        Self::DepositLink,
        Self::DepositItems,
        Self::DepositItemsByName,
        Self::Listing,
        Self::LookUpPurchases,
        Self::LookUpDeposits,
        Self::LookUpListings,
        Self::Inventory,
        Self::Prices,
        Self::Search,
        Self::Offers,
        Self::OffersByPrice,
        Self::SteamPrices,
        Self::Balance,
        Self::Currencies,
        Self::Status,
        Self::PurchaseHistory,
        Self::DepositHistory,
        Self::MoneyHistory,
        Self::FailedWebhooks,
        Self::ApproveHold,
        Self::CancelReservation,
        Self::CancelListing,
        Self::ChangePrice,
        Self::UpdateTradeToken,
        Self::DepositWebhooks,
        Self::PurchaseWebhooks,
    ];

    /// The name in the documentation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PurchaseByOffer => "purchase by offer id",
            Self::PurchaseByName => "purchase by name",
            Self::PurchaseTogether => "several purchases in one call",
            Self::DepositLink => "deposit on a hosted page",
            Self::DepositItems => "deposit of named items",
            Self::DepositItemsByName => "deposit of items priced by name",
            Self::Listing => "listing",
            Self::LookUpPurchases => "look-up of purchases",
            Self::LookUpDeposits => "look-up of deposits",
            Self::LookUpListings => "look-up of listings",
            Self::Inventory => "query inventory",
            Self::Prices => "query prices",
            Self::Search => "query search",
            Self::Offers => "query offers",
            Self::OffersByPrice => "query offers, by price",
            Self::SteamPrices => "query steam_prices",
            Self::Balance => "query balance",
            Self::Currencies => "query currencies",
            Self::Status => "query status",
            Self::PurchaseHistory => "query history, purchases",
            Self::DepositHistory => "query history, deposits",
            Self::MoneyHistory => "query history, money",
            Self::FailedWebhooks => "query failed_webhooks",
            Self::ApproveHold => "command approve_hold",
            Self::CancelReservation => "command cancel, of a reservation",
            Self::CancelListing => "command cancel, of a listing",
            Self::ChangePrice => "command change_price",
            Self::UpdateTradeToken => "command update_trade_token",
            Self::DepositWebhooks => "webhooks about deposits",
            Self::PurchaseWebhooks => "webhooks about purchases",
        }
    }
}
