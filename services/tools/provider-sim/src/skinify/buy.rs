//! `POST /withdraw/buy`.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::answers::BuyAnswer;
use super::project::{Outcome, Skinify};
use super::words;
use crate::amount;
use crate::answer::Answer;
use crate::engine::buy::{Order, Refusal};
use crate::engine::catalogue::Item;
use crate::engine::market::Market;
use crate::fields::Fields;

/// The shortest name that is searched for.
pub(super) const SHORTEST_NAME: usize = 3;

fn max_price(fields: &Fields) -> Result<Option<Decimal>, &'static str> {
    match fields.get("max_price") {
        Some(text) => amount::parse(text).map(Some).ok_or(words::INVALID_MAX_PRICE),
        None => Ok(None),
    }
}

fn wanted_skin(market: &Market, fields: &Fields) -> Result<Arc<Item>, &'static str> {
    let shelf = if let Some(id) = fields.get("id") {
        market.by_id(id)
    } else {
        let (Some(name), Some(game)) = (fields.get("name"), fields.get("game")) else {
            return Err(words::MISSING_SKIN_PARAMETERS);
        };
        if name.chars().count() < SHORTEST_NAME {
            return Err(words::NAME_TOO_SHORT);
        }
        market.by_name(name, words::game(game).ok_or(words::INVALID_GAME)?)
    };
    shelf.map(|shelf| Arc::clone(&shelf.item)).ok_or(words::SKIN_UNAVAILABLE)
}

impl Skinify {
    pub(super) fn buy(&self, fields: &Fields) -> Outcome {
        let partner = fields.get("partner").and_then(|text| text.parse().ok());
        // The trade token must be there, and is not looked at nor kept: what becomes of it is the skin's fate.
        let (Some(partner), Some(_)) = (partner, fields.get("token")) else {
            return Err(words::MISSING_PARTNER_OR_TOKEN);
        };
        let max_price = max_price(fields)?;
        let settings = self.project.shared.settings();
        let mut state = self.project.open();
        let item = wanted_skin(&state.market, fields)?;
        let order = Order { item, partner, max_price, reference: fields.get("custom_id") };
        let now = state.now;
        let index = state.buy(&order, &settings, now).map_err(word)?;
        let answer = state.purchases.get(index).map(|purchase| BuyAnswer::new(purchase, now));
        drop(state);
        answer.map(|answer| Answer::json(&answer)).ok_or(words::INTERNAL_ERROR)
    }
}

fn word(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::InsufficientFunds => words::INSUFFICIENT_FUNDS,
        Refusal::Unavailable => words::SKIN_UNAVAILABLE,
        Refusal::TooDear => words::SKIN_NOT_FOUND_BY_PRICE,
        Refusal::RepeatedReference => words::CUSTOM_ID_ALREADY_EXISTS,
    }
}
