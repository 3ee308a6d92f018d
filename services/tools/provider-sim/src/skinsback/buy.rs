//! `market_buy`.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::guards::is_short_name;
use super::json::{Json, text};
use super::money;
use super::problems::{Problem, inventory::INTERNAL_ERROR, market};
use super::project::{Asked, Outcome, SkinsBack};
use super::words::SUCCESS;
use super::{market as catalogue, purchase_wire};
use crate::clock::Moment;
use crate::engine::buy::{Order, Refusal};
use crate::engine::catalogue::{Game, Item};
use crate::engine::project::State;
use crate::engine::purchase::Purchase;
use crate::engine::rules::Repeated;
use crate::fields::Fields;
use crate::shared::lock;

/// Which copy is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Copy<'a> {
    ById(&'a str),
    /// Any of this name; of no game that is known without a game.
    ByName(&'a str, Option<Game>),
}

/// One thing to be bought.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) copy: Copy<'a>,
    pub(super) max_price: Option<Decimal>,
    pub(super) custom_id: Option<&'a str>,
}

/// The highest price; what is no number is nothing, as in PHP.
pub(super) fn max_price(fields: &Fields) -> Option<Decimal> {
    fields.get("max_price").map(|text| money::parse(text).unwrap_or(Decimal::ZERO))
}

/// The Steam account that is to get it. The token must be there, and is not kept: what becomes of it is the fate.
pub(super) fn recipient(fields: &Fields) -> Result<u32, Problem> {
    let (Some(partner), Some(_)) = (fields.get("partner"), fields.get("token")) else {
        return Err(market::MISSING_PARTNER_OR_TOKEN);
    };
    partner.parse().map_err(|_| market::INVALID_PARTNER_VALUE)
}

fn wanted_copy<'a>(asked: &Asked<'a>) -> Result<Copy<'a>, Problem> {
    if let Some(id) = asked.fields.get("id") {
        return Ok(Copy::ById(id));
    }
    let name = asked.fields.get("name").ok_or(market::MISSING_NAME_AND_ID)?;
    if is_short_name(name) {
        return Err(market::NAME_MIN_LENGTH_3);
    }
    Ok(Copy::ByName(name, catalogue::game(asked).ok()))
}

fn find(state: &State, copy: Copy<'_>) -> Option<Arc<Item>> {
    let shelf = match copy {
        Copy::ById(id) => state.market.by_id(id),
        Copy::ByName(name, game) => state.market.by_name(name, game?),
    };
    shelf.map(|shelf| Arc::clone(&shelf.item))
}

fn problem(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::InsufficientFunds => market::INSUFFICIENT_FUNDS,
        Refusal::Unavailable => market::SKIN_UNAVAILABLE,
        Refusal::TooDear => market::SKINS_NOT_FOUND_AT_PRICE,
        Refusal::RepeatedReference => market::CUSTOM_ID_ALREADY_EXISTS,
    }
}

impl SkinsBack {
    pub(super) fn market_buy(&self, asked: &Asked<'_>) -> Outcome {
        let copy = wanted_copy(asked)?;
        let partner = recipient(asked.fields)?;
        let wanted =
            Wanted { copy, max_price: max_price(asked.fields), custom_id: asked.fields.get("custom_id") };
        let (purchase, now) = self.buy_one(&wanted, partner, asked)?;
        let mut fields = vec![("status".into(), text(SUCCESS))];
        fields.extend(purchase_wire::bought(&purchase, now, asked.switches.echo_custom_id, asked));
        Ok(Json::Object(fields))
    }

    /// Buys one copy, or finds the purchase that its own id stands for.
    pub(super) fn buy_one(
        &self,
        wanted: &Wanted<'_>,
        partner: u32,
        asked: &Asked<'_>,
    ) -> Result<(Purchase, Moment), Problem> {
        let settings = self.project.shared.settings();
        let mut state = self.project.open();
        let now = state.now;
        let index = match self.known(&state, wanted, asked)? {
            Some(index) => index,
            None => {
                let refused = |refusal| self.refused(wanted, problem(refusal), asked);
                let item = find(&state, wanted.copy).ok_or_else(|| refused(Refusal::Unavailable))?;
                let Wanted { max_price, custom_id: reference, .. } = *wanted;
                let order = Order { item, partner, max_price, reference };
                state.buy(&order, &settings, now).map_err(refused)?
            }
        };
        let purchase = state.purchases.get(index).cloned().ok_or(INTERNAL_ERROR)?;
        Ok((purchase, now))
    }

    /// The purchase that a repeated own id is answered with before anything else is looked at.
    fn known(&self, state: &State, wanted: &Wanted<'_>, asked: &Asked<'_>) -> Result<Option<usize>, Problem> {
        let Some(custom_id) = wanted.custom_id else {
            return Ok(None);
        };
        if lock(&self.memory).refused_purchases.contains(custom_id) {
            return Err(market::CUSTOM_ID_ALREADY_EXISTS);
        }
        let first = state.purchases.indexes_of(custom_id).first().copied();
        match (first, state.rules.repeated_reference) {
            (None, _) | (Some(_), Repeated::BuyAgain) => Ok(None),
            (Some(_), Repeated::Reject | Repeated::ReturnFirst) if asked.switches.custom_id_checked_last => {
                Ok(None)
            }
            (Some(_), Repeated::Reject) => Err(market::CUSTOM_ID_ALREADY_EXISTS),
            (Some(first), Repeated::ReturnFirst) => Ok(Some(first)),
        }
    }

    /// Notes that an own id was refused, where that uses it up.
    fn refused(&self, wanted: &Wanted<'_>, problem: Problem, asked: &Asked<'_>) -> Problem {
        if asked.switches.refused_ids_are_used
            && let Some(custom_id) = wanted.custom_id
        {
            lock(&self.memory).refused_purchases.insert(custom_id.to_owned());
        }
        problem
    }
}
