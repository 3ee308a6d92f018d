//! The table: one case for each capability, which proves that a provider has it, or that it is refused.

use skinbus_proto::v1;
use skinbus_providers::Capability;

use crate::world::{Case, World, case};
use crate::{bought, commands, deposits, listings, lost, queries, refused, webhooks};

/// A case for every capability there is.
pub(crate) fn cases(world: &World) -> Vec<Case<'_>> {
    let one = |capability| {
        if world.supports(capability) { supported(world, capability) } else { unsupported(world, capability) }
    };
    Capability::ALL.into_iter().map(one).collect()
}

fn supported(world: &World, capability: Capability) -> Case<'_> {
    let name = capability.as_str();
    match capability {
        Capability::PurchaseByOffer => case(name, bought::by_offer(world)),
        Capability::PurchaseByName => case(name, bought::by_name(world)),
        Capability::PurchaseTogether => case(name, bought::together(world)),
        Capability::DepositLink => case(name, deposits::by_link(world)),
        Capability::DepositItems => case(name, deposits::of_items(world)),
        Capability::DepositItemsByName => case(name, deposits::of_named_items(world)),
        Capability::Listing => case(name, listings::sold(world)),
        Capability::LookUpPurchases => case(name, lost::purchases(world)),
        Capability::LookUpDeposits => case(name, lost::deposits(world)),
        Capability::LookUpListings => case(name, listings::seen_in_the_history(world)),
        Capability::Inventory => case(name, queries::inventory(world)),
        Capability::Prices => case(name, queries::prices(world)),
        Capability::Search => case(name, queries::search(world)),
        Capability::Offers => case(name, queries::offers(world)),
        Capability::OffersByPrice => case(name, queries::offers_by_price(world)),
        Capability::SteamPrices => case(name, queries::steam_prices(world)),
        Capability::Balance => case(name, queries::balance(world)),
        Capability::Currencies => case(name, queries::currencies(world)),
        Capability::Status => case(name, queries::status(world)),
        Capability::PurchaseHistory => case(name, queries::purchase_history(world)),
        Capability::DepositHistory => case(name, queries::deposit_history(world)),
        // No provider tells it; whoever adds one has to say here how it is proved.
        Capability::MoneyHistory => {
            case(name, async { panic!("nothing proves that the history of money is told") })
        }
        Capability::FailedWebhooks => case(name, queries::failed_webhooks(world)),
        Capability::ApproveHold => case(name, commands::approve_hold(world)),
        Capability::CancelReservation => case(name, commands::cancel_reservation(world)),
        Capability::CancelListing => case(name, listings::canceled(world)),
        Capability::ChangePrice => case(name, listings::repriced(world)),
        Capability::UpdateTradeToken => case(name, commands::update_trade_token(world)),
        Capability::DepositWebhooks => case(name, webhooks::about_deposits(world)),
        Capability::PurchaseWebhooks => case(name, webhooks::about_purchases(world)),
    }
}

fn unsupported(world: &World, capability: Capability) -> Case<'_> {
    let name = format!("without {}", capability.as_str());
    match capability {
        Capability::PurchaseByOffer => case(name, refused::purchase_by_offer(world)),
        Capability::PurchaseByName => case(name, refused::purchase_by_name(world)),
        Capability::PurchaseTogether => case(name, bought::one_by_one(world)),
        Capability::DepositLink => case(name, refused::deposit_link(world)),
        Capability::DepositItems => case(name, refused::deposit_items(world)),
        Capability::DepositItemsByName => case(name, refused::deposit_items_by_name(world)),
        Capability::Listing => case(name, refused::listing(world)),
        Capability::LookUpPurchases => case(name, refused::look_up(world, "purchase")),
        Capability::LookUpDeposits => case(name, refused::look_up(world, "deposit_link")),
        Capability::LookUpListings => case(name, refused::look_up(world, "listing")),
        Capability::Inventory => case(name, refused::query(world, "inventory", queries::cs2_inventory())),
        Capability::Prices => case(name, refused::query(world, "prices", queries::cs2_prices())),
        Capability::Search => case(name, refused::query(world, "search", queries::cs2_search())),
        Capability::Offers => case(name, refused::query(world, "offers", queries::cs2_offers())),
        // Skinbus picks them out itself.
        Capability::OffersByPrice => case(name, queries::offers_by_price(world)),
        Capability::SteamPrices => case(name, refused::query(world, "steam_prices", queries::cs2_prices())),
        Capability::Balance => case(name, refused::query(world, "balance", v1::BalanceRequest {})),
        Capability::Currencies => case(name, refused::query(world, "currencies", v1::CurrenciesRequest {})),
        Capability::Status => case(name, refused::query(world, "status", v1::StatusRequest {})),
        Capability::PurchaseHistory => case(name, refused::history(world, v1::HistoryKind::Purchases)),
        Capability::DepositHistory => case(name, refused::history(world, v1::HistoryKind::Deposits)),
        Capability::MoneyHistory => case(name, refused::history(world, v1::HistoryKind::Money)),
        Capability::FailedWebhooks => {
            case(name, refused::query(world, "failed_webhooks", v1::FailedWebhooksRequest::default()))
        }
        Capability::ApproveHold => case(name, refused::command(world, "approve_hold")),
        Capability::CancelReservation => case(name, refused::cancel_reservation(world)),
        Capability::CancelListing => case(name, refused::command_about_a_listing(world, "cancel")),
        Capability::ChangePrice => case(name, refused::command(world, "change_price")),
        Capability::UpdateTradeToken => case(name, refused::command(world, "update_trade_token")),
        Capability::DepositWebhooks => case(name, webhooks::none_about_deposits(world)),
        Capability::PurchaseWebhooks => case(name, webhooks::none_about_purchases(world)),
    }
}
