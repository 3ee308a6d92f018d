//! What ShadowPay can do, by which call, or why not.

use crate::capability::{Capability, Support};

/// Whether ShadowPay can do this.
pub(super) fn of(capability: Capability) -> Support {
    use Support::{Supported, Unsupported};
    match capability {
        Capability::PurchaseByOffer => Supported("GET /get_item_by_id, POST /buy_item"),
        Capability::PurchaseByName => Unsupported("sells by the id of an offer only: search first"),
        Capability::PurchaseTogether => Unsupported("one item in a call"),
        Capability::DepositLink => Supported("POST /pay/{public hash}"),
        Capability::DepositItems | Capability::DepositItemsByName => {
            Unsupported("users put items on sale themselves, on its page")
        }
        Capability::Listing => Supported("POST /sell_items"),
        Capability::LookUpPurchases => Supported("POST /list_buy_info_by_custom_id"),
        Capability::LookUpDeposits => Unsupported("its notifications are the only record of payments"),
        Capability::LookUpListings => Supported("POST /operation_history: sales only"),
        Capability::Inventory => Supported("POST /inventory"),
        Capability::Prices => Supported("POST /search_items_by_list_names without names"),
        Capability::Search => Supported("POST /search_item, POST /search_items_by_list_names"),
        Capability::Offers => Supported("GET /get_items_on_sale; one offer: GET /get_item_by_id"),
        Capability::OffersByPrice => Supported("POST /search_similar_items"),
        Capability::SteamPrices => Supported("GET /get_steam_prices"),
        Capability::Balance => Supported("POST /get_balance"),
        Capability::Currencies => Unsupported("USD only"),
        Capability::Status => Unsupported("no such call"),
        Capability::PurchaseHistory => Supported("POST /operation_history"),
        Capability::DepositHistory => Unsupported("its notifications are the only record of payments"),
        Capability::MoneyHistory => Unsupported("no such call"),
        Capability::FailedWebhooks => Unsupported("no such call"),
        Capability::ApproveHold => Unsupported("no holds on deposits"),
        Capability::CancelReservation => Unsupported("no reservations"),
        Capability::CancelListing => Supported("POST /cancel_items"),
        Capability::ChangePrice => Supported("POST /change_item_price"),
        Capability::UpdateTradeToken => Unsupported("no such call"),
        Capability::DepositWebhooks => Supported("IPN, one for each sold item"),
        Capability::PurchaseWebhooks => Unsupported("not sent"),
    }
}
