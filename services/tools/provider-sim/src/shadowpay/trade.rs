//! The trade object.

use serde::Serialize;

use super::settings::Settings;
use super::time::date_time;
use super::trade_state::TradeState;
use super::wire::{Id, Money, Nullable};
use super::words;
use crate::clock::{Moment, seconds};
use crate::engine::listing::{Listing, ListingPhase};
use crate::engine::purchase::Purchase;

/// Who sells everything that is in the catalogue.
pub(super) const SELLER_STEAM_ID: &str = "76561198240011552";
/// Who buys what users of ours put on sale, and the trade token that their trades show.
const BUYER_STEAM_ID: &str = "76561198033330042";
const BUYER_TRADE_TOKEN: &str = "SimBuyer";
/// Trade offers are numbered like trades, from here.
const FIRST_OFFER_ID: u64 = 7_120_000_000;
/// Trades of listings are numbered like listings, from here: far from those of purchases.
const FIRST_SALE_ID: u64 = 3_000_000;
/// Steam's assets of the catalogue are numbered like its items, from here.
const FIRST_ASSET_ID: u64 = 28_800_000_000;

/// The asset behind an item of the catalogue.
pub(super) fn asset_id(item_id: &str) -> String {
    (FIRST_ASSET_ID + item_id.parse::<u64>().unwrap_or_default()).to_string()
}

#[derive(Debug, Serialize)]
struct TradeItem {
    state: String,
    project: &'static str,
    steam_market_hash_name: String,
    steam_asset_id: Id,
    price: Money,
}

/// A trade in answers.
#[derive(Debug, Serialize)]
pub(super) struct Trade {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Id>,
    state: String,
    price: Money,
    steam_trade_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    steam_trade_offer_state: Nullable<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steam_tradeofferid: Nullable<Id>,
    steam_to_steamid: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    steam_from_steamid: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causer: Nullable<String>,
    time_created: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_id: Nullable<String>,
    items: [TradeItem; 1],
}

impl Trade {
    /// The trade of a purchase.
    pub(super) fn of_purchase(
        purchase: &Purchase,
        trade_token: String,
        now: Moment,
        settings: &Settings,
    ) -> Self {
        let TradeState { state, offer_state, causer, item_state } =
            TradeState::of_purchase(purchase, now, settings);
        let offer_id = offer_state.is_some().then(|| settings.id(FIRST_OFFER_ID + purchase.id));
        Self {
            id: Some(settings.id(purchase.id)),
            state,
            price: settings.text_price(purchase.price),
            steam_trade_token: trade_token,
            steam_trade_offer_state: settings
                .nullable(offer_state.map(|number| settings.offer_state(number))),
            steam_tradeofferid: settings.nullable(offer_id),
            steam_to_steamid: settings.id(purchase.steam_id()),
            steam_from_steamid: None,
            causer: settings.nullable(causer),
            time_created: date_time(seconds(purchase.born.real_ms)),
            custom_id: settings.nullable(purchase.reference.clone()),
            items: [TradeItem {
                state: item_state,
                project: words::project(purchase.item.game),
                steam_market_hash_name: purchase.item.name.to_string(),
                steam_asset_id: settings.id(asset_id(&purchase.item.id)),
                price: settings.text_price(purchase.price),
            }],
        }
    }

    /// The same as the look-up by own ids shows it.
    pub(super) fn looked_up(self, settings: &Settings) -> Self {
        let id = self.id.filter(|_| settings.lookup_with_id);
        Self { id, steam_from_steamid: Some(settings.id(SELLER_STEAM_ID)), ..self }
    }

    /// The trade of a listing that somebody bought, and when that was in real unix milliseconds.
    pub(super) fn of_listing(listing: &Listing, now: Moment, settings: &Settings) -> Option<(u64, Self)> {
        let traded = |phase: ListingPhase| match phase {
            ListingPhase::InTrade | ListingPhase::Sold | ListingPhase::Returned => true,
            ListingPhase::OnSale | ListingPhase::Canceled => false,
        };
        let (_, life_ms) = listing.history.iter().find(|(phase, _)| traded(*phase))?;
        let TradeState { state, offer_state, causer, item_state } = TradeState::of_listing(listing.phase)?;
        let id = FIRST_SALE_ID + listing.id;
        let created_ms = now.real_of(*life_ms, listing.born.real_ms);
        let trade = Self {
            id: Some(settings.id(id)),
            state,
            price: settings.text_price(listing.price),
            steam_trade_token: BUYER_TRADE_TOKEN.to_owned(),
            steam_trade_offer_state: settings
                .nullable(offer_state.map(|number| settings.offer_state(number))),
            steam_tradeofferid: settings.nullable(Some(settings.id(FIRST_OFFER_ID + id))),
            steam_to_steamid: settings.id(BUYER_STEAM_ID),
            steam_from_steamid: None,
            causer: settings.nullable(causer),
            time_created: date_time(seconds(created_ms)),
            custom_id: settings.nullable(None),
            items: [TradeItem {
                state: item_state,
                project: words::project(listing.asset.game),
                steam_market_hash_name: listing.asset.name.to_owned(),
                steam_asset_id: settings.id(listing.asset.id),
                price: settings.text_price(listing.price),
            }],
        };
        Some((created_ms, trade))
    }
}
