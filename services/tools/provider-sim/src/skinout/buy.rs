//! `POST /withdraw/buy`.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::project::{Outcome, Skinout};
use super::purchase_wire::BuyAnswer;
use super::switches::NameMatch;
use super::thousandths::usd;
use super::words;
use crate::answer::Answer;
use crate::engine::buy::{Order, Refusal};
use crate::engine::catalogue::Item;
use crate::engine::market::Market;
use crate::fields::Fields;

/// The ceiling in USD; it comes in whole thousandths, so an amount in USD with a point is not understood.
fn max_price(fields: &Fields) -> Result<Option<Decimal>, &'static str> {
    let Some(text) = fields.get("max_price") else {
        return Ok(None);
    };
    text.parse().map(|thousandths| Some(usd(thousandths))).map_err(|_| words::INVALID_MAX_PRICE)
}

fn wanted_skin(market: &Market, fields: &Fields, name_match: NameMatch) -> Result<Arc<Item>, &'static str> {
    let shelf = match (fields.get("skin_id"), fields.get("skin_name")) {
        (Some(id), _) => market.by_id(id),
        (None, Some(name)) => match name_match {
            NameMatch::Exact => market.by_exact_name(name),
            NameMatch::Cheapest => market.search(name).min_by_key(|shelf| shelf.price),
        },
        (None, None) => return Err(words::SKIN_REQUIRED),
    };
    shelf.map(|shelf| Arc::clone(&shelf.item)).ok_or(words::SKIN_NOT_AVAILABLE)
}

impl Skinout {
    pub(super) fn buy(&self, fields: &Fields) -> Outcome {
        self.check_project_id(fields)?;
        let payment_id = self.payment_id(fields)?;
        // The trade token must be there, and is not looked at nor kept: what becomes of it is the skin's fate.
        let (Some(partner), Some(_)) = (fields.get("partner"), fields.get("token")) else {
            return Err(words::TRADE_URL_REQUIRED);
        };
        let partner = partner.parse().map_err(|_| words::INVALID_PARTNER)?;
        let max_price = max_price(fields)?;
        let switches = self.switches();
        let mut settings = self.project.shared.settings();
        if switches.sent_at_once {
            settings.durations.processing_ms = 0;
        }
        let mut state = self.project.open();
        let item = wanted_skin(&state.market, fields, switches.name_match)?;
        let order = Order { item, partner, max_price, reference: Some(payment_id) };
        let now = state.now;
        let index = state.buy(&order, &settings, now).map_err(sentence)?;
        let answer = state.purchases.get(index).map(|purchase| BuyAnswer::new(purchase, &switches, now));
        drop(state);
        answer.map(|answer| Answer::json(&answer)).ok_or(words::INTERNAL_ERROR)
    }
}

fn sentence(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::InsufficientFunds => words::NOT_ENOUGH_FUNDS,
        Refusal::Unavailable => words::SKIN_NOT_AVAILABLE,
        Refusal::TooDear => words::PRICE_TOO_HIGH,
        Refusal::RepeatedReference => words::PAYMENT_ID_EXISTS,
    }
}
