//! What Skinslink can do, by which call, or why not.

use crate::capability::{Capability, Support};

/// Whether Skinslink can do this.
pub(super) fn of(capability: Capability) -> Support {
    use Support::{Supported, Unsupported};
    match capability {
        Capability::PurchaseByOffer | Capability::PurchaseByName => Supported("POST /merchant/purchase"),
        Capability::PurchaseTogether => Unsupported("one call buys one item"),
        Capability::DepositLink => Supported("POST /merchant/create-intent"),
        Capability::DepositItems => Supported("POST /merchant/create-deposit"),
        Capability::DepositItemsByName => {
            Supported("POST /merchant/get-prices, then POST /merchant/create-deposit-by-hash-name")
        }
        Capability::Listing => Unsupported("Skinslink sells nothing for users"),
        Capability::LookUpPurchases => Supported("GET /merchant/purchase/status"),
        Capability::LookUpDeposits => Supported("GET /merchant/deposit/status"),
        Capability::LookUpListings => Unsupported("there are no listings"),
        Capability::Inventory => Supported("POST /merchant/inventory"),
        Capability::Prices => Supported("GET /merchant/purchase/available"),
        Capability::Search => Supported("GET /merchant/purchase/search"),
        Capability::Offers => Supported("GET /merchant/purchase/available with full=true"),
        Capability::OffersByPrice => Unsupported("the list has no filter; Skinbus filters it"),
        Capability::SteamPrices => Unsupported("Skinslink tells only its own prices"),
        Capability::Balance => Supported("GET /merchant/balance"),
        Capability::Currencies => Unsupported("prices are in USD; no call lists others"),
        Capability::Status => Unsupported("no such call is documented"),
        Capability::PurchaseHistory => Supported("GET /merchant/purchase"),
        Capability::DepositHistory => Unsupported("no such call is documented"),
        Capability::MoneyHistory => Unsupported("no such call is documented"),
        Capability::FailedWebhooks => Unsupported("no such call is documented"),
        Capability::ApproveHold => Unsupported("a hold ends by itself"),
        Capability::CancelReservation => Unsupported("nothing is reserved, and no call cancels a purchase"),
        Capability::CancelListing => Unsupported("there are no listings"),
        Capability::ChangePrice => Unsupported("there are no listings"),
        Capability::UpdateTradeToken => Unsupported("no such call is documented"),
        Capability::DepositWebhooks => Supported("webhooks with trade_id"),
        Capability::PurchaseWebhooks => Supported("webhooks with purchase_id"),
    }
}
