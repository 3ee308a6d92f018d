//! `GET /get_steam_prices`, `/get_item_by_id` and `/get_items_on_sale`.

use rust_decimal::Decimal;
use serde::Serialize;

use super::project::ShadowPay;
use super::search::{count, listed_s, shown_price, wanted_game};
use super::settings::Settings;
use super::time::date_time;
use super::wire::{DataAnswer, Id, Money, Nullable, Outcome};
use super::words::{self, Situation};
use crate::clock::seconds;
use crate::engine::catalogue::{Game, cents};
use crate::engine::listing::{Listing, ListingPhase};
use crate::engine::market::Shelf;
use crate::fields::Fields;

/// Rows of the list of items where no limit is given.
const USUAL_LIMIT: usize = 15_000;
/// How much dearer things are at Steam, in hundredths.
const STEAM_RATE: u32 = 112;

#[derive(Debug, Serialize)]
struct SteamPrice {
    steam_market_hash_name: String,
    price: Money,
}

#[derive(Debug, Serialize)]
struct ItemRow {
    id: Id,
    steam_market_hash_name: String,
    price: Money,
    project: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    floatvalue: Nullable<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paintindex: Nullable<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paintseed: Nullable<Id>,
    time_created: String,
}

#[derive(Debug, Serialize)]
struct ItemAnswer {
    item: ItemRow,
    is_seller_online: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

/// What makes weapons of one name differ: digits that follow from the id, for CS:GO only.
fn float_value(id: u64, game: Game) -> Option<String> {
    (game == Game::Csgo).then(|| Decimal::new(i64::try_from(id % 9_999 + 1).unwrap_or(1), 4).to_string())
}

fn shelf_row(shelf: &Shelf, price: Money, settings: &Settings) -> ItemRow {
    let item = &shelf.item;
    let float = float_value(item.id.parse().unwrap_or_default(), item.game);
    ItemRow {
        id: settings.id(&item.id),
        steam_market_hash_name: item.name.to_string(),
        price,
        project: words::project(item.game),
        floatvalue: settings.nullable(float),
        paintindex: settings.nullable(None),
        paintseed: settings.nullable(None),
        time_created: date_time(listed_s(&item.id)),
    }
}

fn listing_row(listing: &Listing, price: Money, settings: &Settings) -> ItemRow {
    ItemRow {
        id: settings.id(listing.id),
        steam_market_hash_name: listing.asset.name.to_owned(),
        price,
        project: words::project(listing.asset.game),
        floatvalue: settings.nullable(None),
        paintindex: settings.nullable(None),
        paintseed: settings.nullable(None),
        time_created: date_time(seconds(listing.born.real_ms)),
    }
}

impl ShadowPay {
    pub(super) fn get_steam_prices(&self, fields: &Fields, settings: &Settings) -> Outcome {
        let game = fields.get("project").and_then(words::game).ok_or(words::WRONG_PARAMS)?;
        let (limit, offset) = (count(fields, "limit")?, count(fields, "offset")?);
        let state = self.project.open();
        let page = state.market.for_sale(game).skip(offset.unwrap_or(0)).take(limit.unwrap_or(usize::MAX));
        let row = |shelf: &Shelf| SteamPrice {
            steam_market_hash_name: shelf.item.name.to_string(),
            price: settings.number_price((shelf.price * cents(STEAM_RATE)).round_dp(2)),
        };
        let data: Vec<_> = page.map(row).collect();
        drop(state);
        Ok(settings.answer(&DataAnswer { data: Some(data), status: settings.success(false) }))
    }

    pub(super) fn get_item_by_id(&self, fields: &Fields, settings: &Settings) -> Outcome {
        let id = fields.get("id").ok_or(words::WRONG_PARAMS)?;
        let state = self.project.open();
        let shelf = state.market.by_id(id).filter(|shelf| shelf.is_stocked());
        let item = if let Some(shelf) = shelf {
            let price = settings.number_price(shown_price(shelf, settings));
            Some(shelf_row(shelf, price, settings))
        } else {
            let index = id.parse().ok().and_then(|id| state.listings.index_of(id));
            let listing = index.and_then(|index| state.listings.get(index));
            let on_sale = listing.filter(|listing| listing.phase == ListingPhase::OnSale);
            on_sale.map(|listing| listing_row(listing, settings.number_price(listing.price), settings))
        };
        drop(state);
        let item = item.ok_or_else(|| settings.word(Situation::NothingFound))?;
        let is_seller_online = !settings.offline_items.contains(id);
        Ok(settings.answer(&ItemAnswer { item, is_seller_online, status: settings.success(true) }))
    }

    /// What is in the catalogue, then what users of ours sell.
    pub(super) fn get_items_on_sale(&self, fields: &Fields, settings: &Settings) -> Outcome {
        let game = wanted_game(fields)?;
        let limit = count(fields, "limit")?.unwrap_or(USUAL_LIMIT);
        let offset = count(fields, "offset")?.unwrap_or(0);
        let state = self.project.open();
        let catalogue = state
            .market
            .for_sale(game)
            .map(|shelf| shelf_row(shelf, settings.text_price(shelf.price), settings));
        let own = state.listings.all().iter();
        let on_sale =
            own.filter(|listing| listing.phase == ListingPhase::OnSale && listing.asset.game == game);
        let sold_by_users =
            on_sale.map(|listing| listing_row(listing, settings.text_price(listing.price), settings));
        let data: Vec<_> = catalogue.chain(sold_by_users).skip(offset).take(limit).collect();
        drop(state);
        Ok(settings.answer(&DataAnswer { data: Some(data), status: settings.success(false) }))
    }
}
