//! `POST /sell_items`, `/cancel_items` and `/change_item_price`.

use rust_decimal::Decimal;
use serde::Serialize;

use super::inventory::allowed_prices;
use super::project::ShadowPay;
use super::settings::{Effect, NotCancelled, PartialSale, Settings};
use super::trade_state::{CANCELLED, PENDING};
use super::wire::{Failure, Id, Money, Outcome};
use super::words::{self, Situation};
use crate::amount;
use crate::engine::catalogue::cents;
use crate::engine::inventory::{Asset, asset_by_id};
use crate::engine::listing::{Listing, ListingPhase};
use crate::engine::project::State;
use crate::engine::steam::is_steam_id;
use crate::fields::Fields;

/// The highest index of a list.
const HIGHEST_INDEX: usize = 100;
/// What one US dollar is worth, in hundredths.
const RATES: [(&str, u32); 4] = [("USD", 100), ("EUR", 92), ("RUB", 8_000), ("PLN", 390)];

#[derive(Debug, Serialize)]
struct SellAnswer {
    created_bid_ids: Vec<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct CancelledRow {
    assetid: Option<Id>,
    project: Option<&'static str>,
    state: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum NotCancelledRow {
    Row(CancelledRow),
    Id(Id),
}

#[derive(Debug, Serialize)]
struct CancelAnswer {
    cancelled_items: Vec<CancelledRow>,
    not_cancelled_items: Vec<NotCancelledRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct PriceAnswer {
    id: Id,
    new_price: Money,
    price_rate: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

fn seller(fields: &Fields) -> Result<&str, Failure> {
    fields.get("steamid").filter(|id| is_steam_id(id)).ok_or_else(|| words::WRONG_PARAMS.into())
}

/// The rows of a list, none of them beyond the documented index.
fn rows<'a>(fields: &'a Fields, name: &str) -> Result<Vec<Fields>, Failure> {
    let rows: Vec<(&'a str, Fields)> = fields.rows(name);
    let numbered = |(key, _): &(&str, Fields)| key.parse::<usize>().is_ok_and(|key| key <= HIGHEST_INDEX);
    if rows.is_empty() || !rows.iter().all(numbered) {
        return Err(words::WRONG_PARAMS.into());
    }
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// What is offered, if it can be sold for this price.
fn offered(offer: &Fields) -> Option<(&'static Asset, Decimal)> {
    let asset = asset_by_id(offer.get("id")?)?;
    let price = amount::parse(offer.get("price")?)?;
    let (lowest, highest) = allowed_prices(asset);
    let fits = asset.tradable
        && offer.get("project").and_then(words::game) == Some(asset.game)
        && (lowest..=highest).contains(&price);
    fits.then_some((asset, price))
}

/// Where a user's listing is.
fn listing_of<'a>(state: &'a State, steam_id: &str, id: Option<&str>) -> Option<(usize, &'a Listing)> {
    let index = state.listings.index_of(id?.parse().ok()?)?;
    let listing = state.listings.get(index).filter(|listing| listing.steam_id == steam_id)?;
    Some((index, listing))
}

fn cancelled_row(listing: &Listing, state: &'static str, settings: &Settings) -> CancelledRow {
    CancelledRow {
        assetid: Some(settings.id(listing.asset.id)),
        project: Some(words::project(listing.asset.game)),
        state,
    }
}

/// The word for an item that stays as it is.
fn kept_state(phase: ListingPhase) -> &'static str {
    match phase {
        ListingPhase::OnSale | ListingPhase::InTrade => PENDING,
        ListingPhase::Sold => "finished",
        ListingPhase::Canceled | ListingPhase::Returned => CANCELLED,
    }
}

impl ShadowPay {
    pub(super) fn sell_items(&self, fields: &Fields, settings: &Settings) -> Outcome {
        let steam_id = seller(fields)?;
        let offers = rows(fields, "offers")?;
        let common = self.project.shared.settings();
        let mut state = self.project.open();
        let now = state.now;
        let mut good: Vec<(&'static Asset, Decimal)> = Vec::new();
        for (asset, price) in offers.iter().filter_map(offered) {
            let twice = good.iter().any(|(other, _)| other.id == asset.id);
            if !twice && !state.listings.holds(steam_id, asset.id) {
                good.push((asset, price));
            }
        }
        let spoiled = settings.partial_sale == PartialSale::Refuse && good.len() < offers.len();
        if good.is_empty() || spoiled {
            return Err(settings.word(Situation::CannotSell).into());
        }
        let mut ids = Vec::new();
        for (asset, price) in good {
            let index = state.list_asset(steam_id, asset, price, &common, now);
            ids.extend(state.listings.get(index).map(|listing| settings.id(listing.id)));
        }
        drop(state);
        if settings.created_reversed {
            ids.reverse();
        }
        Ok(settings.answer(&SellAnswer { created_bid_ids: ids, status: settings.success(true) }))
    }

    /// The answer names assets, though the request names listings.
    pub(super) fn cancel_items(&self, fields: &Fields, settings: &Settings) -> Outcome {
        let steam_id = seller(fields)?;
        let items = rows(fields, "items")?;
        let mut state = self.project.open();
        let now = state.now;
        let idle = settings.without_effect.contains(&Effect::CancelItems);
        let (mut cancelled_items, mut not_cancelled_items) = (Vec::new(), Vec::new());
        for item in &items {
            let id = item.get("id");
            let found = listing_of(&state, steam_id, id).map(|(index, listing)| (index, listing.clone()));
            let row = match found {
                Some((index, listing))
                    if listing.phase == ListingPhase::OnSale
                        && (idle || state.cancel_listing(index, now)) =>
                {
                    cancelled_items.push(cancelled_row(&listing, CANCELLED, settings));
                    continue;
                }
                Some((_, listing)) => cancelled_row(&listing, kept_state(listing.phase), settings),
                None => CancelledRow { assetid: None, project: None, state: "not_found" },
            };
            not_cancelled_items.push(match settings.not_cancelled {
                NotCancelled::Rows => NotCancelledRow::Row(row),
                NotCancelled::Ids => NotCancelledRow::Id(settings.id(id.unwrap_or_default())),
            });
        }
        drop(state);
        let status = settings.success(true);
        Ok(settings.answer(&CancelAnswer { cancelled_items, not_cancelled_items, status }))
    }

    /// `new_price` is in US dollars, `price_rate` in the currency of the request.
    pub(super) fn change_item_price(&self, fields: &Fields, settings: &Settings) -> Outcome {
        let steam_id = seller(fields)?;
        let id = fields.get("id").ok_or(words::WRONG_PARAMS)?;
        let given = fields.get("price").and_then(amount::parse).ok_or(words::WRONG_PARAMS)?;
        let currency = fields.get("currency").ok_or(words::WRONG_PARAMS)?;
        let rate = RATES.iter().find(|(known, _)| *known == currency).ok_or(words::WRONG_PARAMS)?.1;
        let price = (given / cents(rate)).round_dp(2);
        let mut state = self.project.open();
        let (index, listing) =
            listing_of(&state, steam_id, Some(id)).ok_or_else(|| settings.word(Situation::NothingFound))?;
        let (lowest, highest) = allowed_prices(listing.asset);
        if !(lowest..=highest).contains(&price) {
            return Err(words::VALIDATION_ERROR.into());
        }
        let idle = settings.without_effect.contains(&Effect::ChangeItemPrice);
        if listing.phase != ListingPhase::OnSale || !(idle || state.listings.change_price(index, price)) {
            return Err(settings.word(Situation::NothingFound).into());
        }
        drop(state);
        Ok(settings.answer(&PriceAnswer {
            id: settings.id(id),
            new_price: settings.number_price(price),
            price_rate: settings.number_price(given),
            status: settings.success(true),
        }))
    }
}
