//! What Skinify can do, by which call, or why not.

use crate::capability::{Capability, Support};

/// Whether Skinify can do this. The calls are documented, unless the reason says something else.
pub(super) fn of(capability: Capability) -> Support {
    use Support::{Supported, Unsupported};
    match capability {
        Capability::PurchaseByOffer | Capability::PurchaseByName => Supported("POST /withdraw/buy"),
        Capability::PurchaseTogether => Unsupported("one call buys one item"),
        Capability::DepositLink => Supported("POST /create-deposit"),
        Capability::DepositItems => Supported("POST /create-deposit, then POST /create-steam-offer"),
        Capability::DepositItemsByName => Unsupported("items are named by their asset ids only"),
        Capability::Listing => Unsupported("the provider sells no items for users"),
        Capability::LookUpPurchases => Supported("GET /withdraw/info"),
        Capability::LookUpDeposits => Supported("GET /deposit-status; many by /get-deposits"),
        Capability::LookUpListings => Unsupported("the provider has no listings"),
        Capability::Inventory => Supported("POST /steam-inventory"),
        Capability::Prices => Supported("GET /withdraw/prices"),
        Capability::Search => Unsupported("the path of the search is not documented; use prices or offers"),
        Capability::Offers => {
            Supported("GET /withdraw/prices with full_list=1; one offer: GET /withdraw/price")
        }
        Capability::OffersByPrice => Unsupported("the list has no filter; Skinbus filters it"),
        Capability::SteamPrices => Unsupported("the provider does not tell them"),
        Capability::Balance => Supported("GET /project-balance"),
        Capability::Currencies => Unsupported("no such call is documented"),
        Capability::Status => Unsupported("no such call is documented"),
        Capability::PurchaseHistory => Supported("GET /withdraw/history"),
        Capability::DepositHistory => Supported("GET /get-deposits"),
        Capability::MoneyHistory => Unsupported("the provider has no such record"),
        Capability::FailedWebhooks => Supported("GET /failed-ipn"),
        Capability::ApproveHold => Unsupported("a hold ends on its own"),
        Capability::CancelReservation => Supported("POST /withdraw/cancel-reservation"),
        Capability::CancelListing => Unsupported("the provider has no listings"),
        Capability::ChangePrice => Unsupported("the provider has no listings"),
        Capability::UpdateTradeToken => Supported("POST /withdraw/update-trade-token"),
        Capability::DepositWebhooks => Supported("IPN, as a hint"),
        Capability::PurchaseWebhooks => Unsupported("the provider sends none"),
    }
}
