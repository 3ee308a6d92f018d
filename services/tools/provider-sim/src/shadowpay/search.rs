//! `POST /search_item`, `/search_items_by_list_names` and `/search_similar_items`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;

use super::project::ShadowPay;
use super::settings::Settings;
use super::time::date_time;
use super::trade::asset_id;
use super::wire::{Id, Money, Outcome};
use super::words;
use crate::amount;
use crate::engine::catalogue::{Game, cents};
use crate::engine::market::Shelf;
use crate::fields::Fields;

/// Rows of a search by price where no limit is given.
const USUAL_LIMIT: usize = 500;
/// When the first listing of the catalogue was made, in unix seconds.
const FIRST_LISTED_S: u64 = 1_740_905_910;
/// So that no item was listed much later than any other.
const LISTED_WITHIN_S: u64 = 1_000_000;
/// What the id of a dearer listing begins with; that of the item follows.
const DEARER: &str = "9";

#[derive(Debug, Serialize)]
struct NamedRow {
    id: Id,
    steam_market_hash_name: String,
    price: Money,
}

#[derive(Debug, Serialize)]
struct GroupedRow {
    id: Id,
    price: Money,
}

#[derive(Debug, Serialize)]
struct SimilarRow {
    id: Id,
    steam_market_hash_name: String,
    price: Money,
    steam_asset_id: Id,
    time_created: String,
}

/// When an item of the catalogue was listed, in unix seconds.
pub(super) fn listed_s(item_id: &str) -> u64 {
    FIRST_LISTED_S + item_id.parse::<u64>().unwrap_or_default() % LISTED_WITHIN_S
}

/// The price that searches show for an item.
pub(super) fn shown_price(shelf: &Shelf, settings: &Settings) -> Decimal {
    settings.shown_prices.get(shelf.item.id.as_ref()).map_or(shelf.price, |amount| amount.0)
}

/// The listings of one name, the dearest first.
fn listings(shelf: &Shelf, settings: &Settings) -> Vec<(String, Decimal)> {
    let price = shown_price(shelf, settings);
    let own = (shelf.item.id.to_string(), price);
    if settings.dearer_listings {
        let dearer = price + (price / Decimal::TEN).round_dp(2) + cents(1);
        vec![(format!("{DEARER}{}", shelf.item.id), dearer), own]
    } else {
        vec![own]
    }
}

/// The game that is asked for; CS:GO where none is.
pub(super) fn wanted_game(fields: &Fields) -> Result<Game, &'static str> {
    words::game(fields.get("project").unwrap_or("csgo")).ok_or(words::WRONG_PARAMS)
}

/// An optional bound.
fn bound<T>(
    fields: &Fields,
    name: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, &'static str> {
    fields.get(name).map(|text| read(text).ok_or(words::WRONG_PARAMS)).transpose()
}

/// An optional count.
pub(super) fn count(fields: &Fields, name: &str) -> Result<Option<usize>, &'static str> {
    bound(fields, name, |text| text.parse().ok())
}

impl ShadowPay {
    pub(super) fn search_item(&self, fields: &Fields, settings: &Settings) -> Outcome {
        let game = wanted_game(fields)?;
        let name = fields.get("steam_market_hash_name").ok_or(words::WRONG_PARAMS)?;
        let state = self.project.open();
        let shelf = state.market.by_name(name, game).filter(|shelf| shelf.is_stocked());
        let found = shelf.map(|shelf| listings(shelf, settings)).unwrap_or_default();
        drop(state);
        let row = |(id, price)| NamedRow {
            id: settings.id(id),
            steam_market_hash_name: name.to_owned(),
            price: settings.text_price(price),
        };
        settings.found(found.into_iter().map(row).collect())
    }

    /// `from` is the bound that is nearer to now; both are read as unix seconds.
    pub(super) fn search_items_by_list_names(&self, fields: &Fields, settings: &Settings) -> Outcome {
        let game = wanted_game(fields)?;
        let names = fields.values("steam_market_hash_name");
        let seconds = |text: &str| text.parse::<u64>().ok();
        let newest_s = bound(fields, "from", seconds)?.unwrap_or(u64::MAX);
        let oldest_s = bound(fields, "to", seconds)?.unwrap_or(0);
        let state = self.project.open();
        let shelves: Vec<&Shelf> = if names.is_empty() {
            state.market.for_sale(game).collect()
        } else {
            let named = names.into_iter().filter_map(|name| state.market.by_name(name, game));
            named.filter(|shelf| shelf.is_stocked()).collect()
        };
        let in_time = |shelf: &&Shelf| (oldest_s..=newest_s).contains(&listed_s(&shelf.item.id));
        let row = |(id, price)| GroupedRow { id: settings.id(id), price: settings.text_price(price) };
        let group = |shelf: &Shelf| {
            let rows: Vec<_> = listings(shelf, settings).into_iter().map(row).collect();
            (shelf.item.name.to_string(), rows)
        };
        let data: BTreeMap<_, _> = shelves.into_iter().filter(in_time).map(group).collect();
        drop(state);
        let is_empty = data.is_empty();
        settings.found_map(data, is_empty)
    }

    pub(super) fn search_similar_items(&self, fields: &Fields, settings: &Settings) -> Outcome {
        let game = wanted_game(fields)?;
        let from = bound(fields, "price_from", amount::parse)?;
        let to = bound(fields, "price_to", amount::parse)?;
        let usual = if settings.similar_unlimited { usize::MAX } else { USUAL_LIMIT };
        let limit = count(fields, "limit")?.unwrap_or(usual);
        let state = self.project.open();
        let fits = |shelf: &&Shelf| {
            let price = shown_price(shelf, settings);
            from.is_none_or(|from| from <= price) && to.is_none_or(|to| price <= to)
        };
        let mut shelves: Vec<&Shelf> = state.market.for_sale(game).filter(fits).collect();
        shelves.sort_by_key(|shelf| Reverse(listed_s(&shelf.item.id)));
        let row = |shelf: &Shelf| SimilarRow {
            id: settings.id(&shelf.item.id),
            steam_market_hash_name: shelf.item.name.to_string(),
            price: settings.text_price(shown_price(shelf, settings)),
            steam_asset_id: settings.id(asset_id(&shelf.item.id)),
            time_created: date_time(listed_s(&shelf.item.id)),
        };
        let rows = shelves.into_iter().take(limit).map(row).collect();
        drop(state);
        settings.found(rows)
    }
}
