//! What SkinsBack can do, by which of its methods, or why not.

use crate::capability::{Capability, Support};

pub(super) const NO_LISTINGS: &str = "SkinsBack buys users' items itself; there is nothing to put on sale";
pub(super) const NO_RESERVATIONS: &str = "a purchase is never reserved: its trade offer is sent at once";
pub(super) const NOTHING_TO_CANCEL: &str =
    "neither a purchase nor a deposit can be taken back once it is placed";
pub(super) const NO_MONEY_HISTORY: &str = "the method's name is not in the documentation that can be read";
pub(super) const NO_STEAM_PRICES: &str = "SkinsBack tells its own prices only";

/// Whether SkinsBack can do this.
pub(super) fn of(capability: Capability) -> Support {
    use Support::{Supported, Unsupported};
    match capability {
        Capability::PurchaseByOffer | Capability::PurchaseByName => Supported("market_buy"),
        Capability::PurchaseTogether => Supported("market_batch_buy"),
        Capability::DepositLink => Supported("create"),
        Capability::DepositItems => Supported("create_from_user_inventory"),
        Capability::DepositItemsByName => {
            Unsupported("items are named by their asset ids, and no price can be asked for them")
        }
        Capability::Listing
        | Capability::LookUpListings
        | Capability::CancelListing
        | Capability::ChangePrice => Unsupported(NO_LISTINGS),
        Capability::LookUpPurchases => Supported("market_getinfo"),
        Capability::LookUpDeposits => Supported("orderstatus; many by orders"),
        Capability::Inventory => Supported("user_inventory"),
        Capability::Prices => Supported("market_pricelist"),
        Capability::Search => Supported("market_search"),
        Capability::Offers => Supported("market_pricelist with full"),
        Capability::OffersByPrice => Unsupported("the list has no filter; Skinbus filters it"),
        Capability::SteamPrices => Unsupported(NO_STEAM_PRICES),
        Capability::Balance => Supported("balance"),
        Capability::Currencies => Supported("currencies"),
        Capability::Status => Supported("status"),
        Capability::PurchaseHistory => Supported("market_history"),
        Capability::DepositHistory => Supported("orders"),
        Capability::MoneyHistory => Unsupported(NO_MONEY_HISTORY),
        Capability::FailedWebhooks => Supported("callback_error_list"),
        Capability::ApproveHold => Supported("offer_approve"),
        Capability::CancelReservation | Capability::UpdateTradeToken => Unsupported(NO_RESERVATIONS),
        Capability::DepositWebhooks => Supported("Result URL"),
        Capability::PurchaseWebhooks => Supported("Webhook Events URL"),
    }
}
