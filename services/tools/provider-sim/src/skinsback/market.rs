//! `market_pricelist` and `market_search`.

use super::guards::{array, is_short_name};
use super::json::{Json, object, text};
use super::problems::{Problem, UNKNOWN_GAME, market};
use super::project::{Asked, Outcome, SkinsBack};
use super::style::Usual;
use super::switches::Age;
use super::words::{self, SUCCESS};
use crate::clock::seconds;
use crate::engine::catalogue::Game;
use crate::engine::market::Shelf;

/// What older clients got who named no game.
const USUAL_GAME: Game = Game::Csgo;

/// The game that is asked for; the one of old clients without any.
pub(super) fn game(asked: &Asked<'_>) -> Result<Game, Problem> {
    match asked.fields.get("game") {
        Some(word) => words::game(word, asked.switches.age).ok_or(UNKNOWN_GAME),
        None => Ok(USUAL_GAME),
    }
}

/// A name with a phase before the wear; none for what has no wear.
fn phased(name: &str) -> Option<String> {
    let (front, wear) = name.rsplit_once(" (")?;
    Some(format!("{front} Phase 2 ({wear}"))
}

impl SkinsBack {
    /// Rows by name, or with `full` by id. Every name is in the catalogue once, so these are the same rows.
    pub(super) fn market_pricelist(&self, asked: &Asked<'_>) -> Outcome {
        let game = game(asked)?;
        let full = asked.fields.is_true("full");
        let state = self.project.open();
        let mut rows = Vec::new();
        for shelf in state.market.for_sale(game) {
            let name = shelf.item.name.as_ref();
            if !full {
                rows.push(by_name(shelf, asked));
                continue;
            }
            rows.push(by_id(shelf, name, Usual::Number, asked));
            if let Some(name) = phased(name).filter(|_| asked.switches.phased_duplicates) {
                rows.push(by_id(shelf, &name, Usual::Number, asked));
            }
        }
        let last_update = asked.style.whole(Usual::Text, seconds(state.now.real_ms));
        drop(state);
        Ok(object([("status", text(SUCCESS)), ("last_update", last_update), ("items", Json::List(rows))]))
    }

    /// Finds parts of names with `name`, and whole names with `names`.
    pub(super) fn market_search(&self, asked: &Asked<'_>) -> Outcome {
        let names = array(asked.fields, "names");
        let name = asked.fields.get("name");
        if name.is_none() && names.is_empty() {
            return Err(match asked.switches.age {
                Age::Current => market::NAME_OR_NAMES_REQUIRED,
                Age::Old => market::MISSING_NAME,
            });
        }
        if name.iter().chain(&names).any(|name| is_short_name(name)) {
            return Err(market::NAME_MIN_LENGTH_3);
        }
        let game = game(asked)?;
        let state = self.project.open();
        let row = |shelf: &Shelf| by_id(shelf, &shelf.item.name, Usual::Text, asked);
        let rows = match name {
            Some(name) => {
                state.market.search(name).filter(|shelf| shelf.item.game == game).map(row).collect()
            }
            None => {
                let found = names.iter().filter_map(|name| state.market.by_name(name, game));
                found.filter(|shelf| shelf.is_stocked()).map(row).collect()
            }
        };
        drop(state);
        Ok(object([("status", text(SUCCESS)), ("items", Json::List(rows))]))
    }
}

fn by_name(shelf: &Shelf, asked: &Asked<'_>) -> Json {
    object([
        ("name", text(shelf.item.name.as_ref())),
        ("price", asked.style.price(Usual::Number, shelf.price)),
        ("classid", text(shelf.item.class_id.as_ref())),
        ("count", asked.style.whole(Usual::Number, shelf.shown_stock())),
    ])
}

fn by_id(shelf: &Shelf, name: &str, price: Usual, asked: &Asked<'_>) -> Json {
    object([
        ("id", asked.style.digits(Usual::Text, shelf.item.id.to_string())),
        ("name", text(name)),
        ("price", asked.style.price(price, shelf.price)),
        ("classid", text(shelf.item.class_id.as_ref())),
    ])
}
