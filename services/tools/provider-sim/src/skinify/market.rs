//! What is for sale and at what price: `GET /withdraw/prices` and `/withdraw/price`.

use rust_decimal::Decimal;
use serde::Serialize;

use super::answers::{Properties, SUCCESS};
use super::catalogue::{self, CATALOGUE, Game, Skin};
use super::project::{Outcome, Skinify};
use super::words;
use crate::amount::Amount;
use crate::answer::Answer;
use crate::clock::seconds_up;
use crate::fields::Fields;

/// The count that is shown where the stock is unlimited.
const SHOWN_STOCK: u64 = 1000;

#[derive(Debug)]
struct Shelf {
    price: Decimal,
    stock: Option<u64>,
}

/// Prices and stock, by the place in the catalogue.
#[derive(Debug)]
pub(super) struct Market {
    shelves: Vec<Shelf>,
}

impl Default for Market {
    fn default() -> Self {
        Self { shelves: CATALOGUE.iter().map(|skin| Shelf { price: skin.price, stock: None }).collect() }
    }
}

impl Market {
    pub(super) fn price(&self, skin: &Skin) -> Decimal {
        self.shelves.get(skin.index).map_or(skin.price, |shelf| shelf.price)
    }

    /// How many are left; unlimited without a number.
    pub(super) fn stock(&self, skin: &Skin) -> Option<u64> {
        self.shelves.get(skin.index).and_then(|shelf| shelf.stock)
    }

    pub(super) fn has(&self, skin: &Skin) -> bool {
        self.stock(skin) != Some(0)
    }

    pub(super) fn take(&mut self, skin: &Skin) {
        if let Some(stock) = self.shelves.get_mut(skin.index).and_then(|shelf| shelf.stock.as_mut()) {
            *stock = stock.saturating_sub(1);
        }
    }

    pub(super) fn set_price(&mut self, skin: &Skin, price: Decimal) {
        if let Some(shelf) = self.shelves.get_mut(skin.index) {
            shelf.price = price;
        }
    }

    pub(super) fn set_stock(&mut self, skin: &Skin, stock: Option<u64>) {
        if let Some(shelf) = self.shelves.get_mut(skin.index) {
            shelf.stock = stock;
        }
    }
}

#[derive(Debug, Serialize)]
struct Offer {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'static str>,
    name: &'static str,
    price: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    properties: Properties,
}

#[derive(Debug, Serialize)]
struct PricesAnswer {
    status: &'static str,
    skins: Vec<Offer>,
}

#[derive(Debug, Serialize)]
struct PriceAnswer {
    status: &'static str,
    skin: Offer,
}

impl Skinify {
    /// Every name is in the catalogue once, so grouping by name changes the fields and not the rows.
    pub(super) fn prices(&self, fields: &Fields) -> Outcome {
        let game = fields.get("game").and_then(Game::parse).ok_or(words::INVALID_GAME)?;
        let full_list = fields.flag("full_list");
        let include_hold = full_list && fields.flag("include_hold");
        let state = self.state();
        let for_sale = CATALOGUE
            .iter()
            .filter(|skin| skin.game == game && state.market.has(skin) && (include_hold || !skin.in_hold));
        let offers = for_sale.map(|skin| {
            let offer = self.offer(&state.market, skin);
            if full_list { Offer { id: Some(skin.id), count: None, ..offer } } else { offer }
        });
        let answer = PricesAnswer { status: SUCCESS, skins: offers.collect() };
        drop(state);
        Ok(Answer::json(&answer))
    }

    pub(super) fn price(&self, fields: &Fields) -> Outcome {
        let id = fields.get("id").ok_or(words::MISSING_SKIN_PARAMETERS)?;
        let skin = catalogue::by_id(id).ok_or(words::SKIN_UNAVAILABLE)?;
        let state = self.state();
        if !state.market.has(skin) || (skin.in_hold && !fields.flag("include_hold")) {
            return Err(words::SKIN_UNAVAILABLE);
        }
        Ok(Answer::json(&PriceAnswer { status: SUCCESS, skin: self.offer(&state.market, skin) }))
    }

    fn offer(&self, market: &Market, skin: &Skin) -> Offer {
        let settings = self.shared.settings();
        let hold_ms = settings.durations.at(settings.speed).reservation_ms;
        let unhold_at = seconds_up(self.shared.clock.now().real_ms.saturating_add(hold_ms));
        Offer {
            id: None,
            name: skin.name,
            price: Amount(market.price(skin)),
            count: Some(market.stock(skin).unwrap_or(SHOWN_STOCK)),
            properties: Properties { classid: skin.classid, unhold_at: skin.in_hold.then_some(unhold_at) },
        }
    }
}
