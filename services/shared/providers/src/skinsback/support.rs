//! What SkinsBack can do, by which of its methods, or why not.

use crate::capability::{Capability, Support};

pub(super) const NO_LISTINGS: &str = "SkinsBack buys users' items itself; there is nothing to put on sale";
pub(super) const NO_RESERVATIONS: &str = "a purchase is never reserved: its trade offer is sent at once";
pub(super) const NOTHING_TO_CANCEL: &str =
    "neither a purchase nor a deposit can be taken back once it is placed";
pub(super) const NO_MONEY_HISTORY: &str = "the method's name is not in the documentation that can be read";
pub(super) const NO_STEAM_PRICES: &str = "SkinsBack tells its own prices only";

/// Whether SkinsBack can do this.
pub(super) fn support(capability: Capability) -> Support {
    match capability {
        Capability::PurchaseByOffer | Capability::PurchaseByName => Support::Supported("market_buy"),
        Capability::PurchaseTogether => Support::Supported("market_batch_buy"),
        Capability::DepositLink => Support::Supported("create"),
        Capability::DepositItems => Support::Supported("create_from_user_inventory"),
        Capability::DepositItemsByName => {
            Support::Unsupported("items are named by their asset ids, and no price can be asked for them")
        }
        Capability::Listing
        | Capability::LookUpListings
        | Capability::CancelListing
        | Capability::ChangePrice => Support::Unsupported(NO_LISTINGS),
        Capability::LookUpPurchases => Support::Supported("market_getinfo"),
        Capability::LookUpDeposits => Support::Supported("orderstatus"),
        Capability::Inventory => Support::Supported("user_inventory"),
        Capability::Prices => Support::Supported("market_pricelist"),
        Capability::Search => Support::Supported("market_search"),
        Capability::Offers => Support::Supported("market_pricelist with full"),
        Capability::OffersByPrice => Support::Unsupported("the list has no filter; Skinbus filters it"),
        Capability::SteamPrices => Support::Unsupported(NO_STEAM_PRICES),
        Capability::Balance => Support::Supported("balance"),
        Capability::Currencies => Support::Supported("currencies"),
        Capability::Status => Support::Supported("status"),
        Capability::PurchaseHistory => Support::Supported("market_history"),
        Capability::DepositHistory => Support::Supported("orders"),
        Capability::MoneyHistory => Support::Unsupported(NO_MONEY_HISTORY),
        Capability::FailedWebhooks => Support::Supported("callback_error_list"),
        Capability::ApproveHold => Support::Supported("offer_approve"),
        Capability::CancelReservation | Capability::UpdateTradeToken => Support::Unsupported(NO_RESERVATIONS),
        Capability::DepositWebhooks => Support::Supported("Result URL"),
        Capability::PurchaseWebhooks => Support::Supported("Webhook Events URL"),
    }
}
