//! Price lists: `GET /withdraw/prices`, `/withdraw/price` and `/withdraw/search`, whose path and shape are guesses.

use serde::Serialize;

use super::answers::{Properties, SUCCESS};
use super::buy::SHORTEST_NAME;
use super::project::{Outcome, Skinify};
use super::words;
use crate::amount::Amount;
use crate::answer::Answer;
use crate::clock::seconds_up;
use crate::engine::market::Shelf;
use crate::fields::Fields;

#[derive(Debug, Serialize)]
struct Offer {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    name: String,
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
        let game = fields.get("game").and_then(words::game).ok_or(words::INVALID_GAME)?;
        let full_list = fields.flag("full_list");
        let include_hold = full_list && fields.flag("include_hold");
        let unhold_at = self.unhold_at();
        let state = self.project.open();
        let for_sale = state.market.for_sale(game).filter(|shelf| include_hold || !shelf.item.in_hold);
        let offers = for_sale.map(|shelf| {
            let offer = offer(shelf, unhold_at);
            if full_list {
                Offer { id: Some(shelf.item.id.to_string()), count: None, ..offer }
            } else {
                offer
            }
        });
        let answer = PricesAnswer { status: SUCCESS, skins: offers.collect() };
        drop(state);
        Ok(Answer::json(&answer))
    }

    pub(super) fn price(&self, fields: &Fields) -> Outcome {
        let id = fields.get("id").ok_or(words::MISSING_SKIN_PARAMETERS)?;
        let unhold_at = self.unhold_at();
        let state = self.project.open();
        let shown =
            |shelf: &&Shelf| shelf.is_stocked() && (!shelf.item.in_hold || fields.flag("include_hold"));
        let shelf = state.market.by_id(id).filter(shown).ok_or(words::SKIN_UNAVAILABLE)?;
        Ok(Answer::json(&PriceAnswer { status: SUCCESS, skin: offer(shelf, unhold_at) }))
    }

    /// Skins with a part of a name, of one game or of all.
    pub(super) fn search(&self, fields: &Fields) -> Outcome {
        let name = fields.get("name").unwrap_or_default();
        if name.chars().count() < SHORTEST_NAME {
            return Err(words::NAME_TOO_SHORT);
        }
        let game = fields.get("game").map(|word| words::game(word).ok_or(words::INVALID_GAME)).transpose()?;
        let unhold_at = self.unhold_at();
        let state = self.project.open();
        let fits = |shelf: &&Shelf| !shelf.item.in_hold && game.is_none_or(|game| shelf.item.game == game);
        let found = state.market.search(name).filter(fits);
        let skins =
            found.map(|shelf| Offer { id: Some(shelf.item.id.to_string()), ..offer(shelf, unhold_at) });
        let answer = PricesAnswer { status: SUCCESS, skins: skins.collect() };
        drop(state);
        Ok(Answer::json(&answer))
    }

    /// Unix seconds of the end of a hold that begins now.
    fn unhold_at(&self) -> u64 {
        let settings = self.project.shared.settings();
        let hold_ms = settings.durations.at(settings.speed).reservation_ms;
        seconds_up(self.project.shared.clock.now().real_ms.saturating_add(hold_ms))
    }
}

fn offer(shelf: &Shelf, unhold_at: u64) -> Offer {
    Offer {
        id: None,
        name: shelf.item.name.to_string(),
        price: Amount(shelf.price),
        count: Some(shelf.shown_stock()),
        properties: Properties {
            classid: shelf.item.class_id.to_string(),
            unhold_at: shelf.item.in_hold.then_some(unhold_at),
        },
    }
}
