//! What Skinout Pay can do, by which call, or why not.

use crate::capability::{Capability, Support};

/// Whether Skinout Pay can do this.
pub(super) fn of(capability: Capability) -> Support {
    use Support::{Supported, Unsupported};
    match capability {
        Capability::PurchaseByOffer => Supported("POST /withdraw/buy with skin_id"),
        Capability::PurchaseByName => Supported("POST /withdraw/buy with skin_name"),
        Capability::DepositLink => Supported("POST /deposit/create"),
        Capability::LookUpPurchases => Supported("GET /withdraw/status"),
        Capability::LookUpDeposits => Supported("GET /deposit/status; many by /deposit/history"),
        Capability::Prices | Capability::Offers => Supported("the list of skins; its path is a setting"),
        Capability::OffersByPrice => Unsupported("the list has no filter; Skinbus filters it"),
        Capability::Search => Supported("POST /withdraw/search"),
        Capability::Balance => Supported("the project's balance; its path is a setting"),
        Capability::Currencies => Supported("the list of currencies; its path is a setting"),
        Capability::PurchaseHistory => Supported("GET /withdraw/history"),
        Capability::DepositHistory => Supported("GET /deposit/history"),
        Capability::DepositWebhooks => Supported("Deposit Callback URL: a hint"),
        Capability::PurchaseWebhooks => Supported("Withdraw Callback URL: a hint"),
        Capability::PurchaseTogether => Unsupported("a call buys one skin"),
        Capability::DepositItems | Capability::DepositItemsByName => {
            Unsupported("users choose their items on the hosted page")
        }
        Capability::Listing | Capability::LookUpListings => Unsupported("items of users are not put on sale"),
        Capability::Inventory => Unsupported("only the hosted page shows inventories"),
        Capability::SteamPrices => Unsupported("prices of Steam's market are not told"),
        Capability::Status => Unsupported("there is no such call"),
        Capability::MoneyHistory => Unsupported("movements of money are not told"),
        Capability::FailedWebhooks => Unsupported("failed webhooks are not told"),
        Capability::ApproveHold => Unsupported("a hold ends by itself"),
        Capability::CancelReservation => Unsupported("purchases are not reserved"),
        Capability::CancelListing | Capability::ChangePrice => Unsupported("there are no listings"),
        Capability::UpdateTradeToken => Unsupported("a purchase keeps its trade URL"),
    }
}
