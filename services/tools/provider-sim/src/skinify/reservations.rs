//! `POST /withdraw/cancel-reservation` and `/withdraw/update-trade-token`.

use super::answers::{CancelAnswer, DoneAnswer, SUCCESS};
use super::fate::Status;
use super::project::{Outcome, Skinify, State};
use super::words;
use crate::answer::Answer;
use crate::clock::Moment;
use crate::fields::Fields;

/// The length of the `token` of a Trade URL.
const TRADE_TOKEN_LENGTH: usize = 8;

impl Skinify {
    pub(super) fn cancel_reservation(&self, fields: &Fields) -> Outcome {
        let purchase_id = fields.get("purchase_id");
        let custom_id = fields.get("custom_id");
        if purchase_id.is_none() && custom_id.is_none() {
            return Err(words::MISSING_ONE_OF_REQUIRED_PARAMS);
        }
        let mut state = self.state();
        let now = self.shared.clock.now();
        let answer = state.cancel(purchase_id, custom_id, now).ok_or(words::RESERVATION_NOT_FOUND)?;
        drop(state);
        Ok(Answer::json(&answer))
    }

    /// Changes every reservation of one user. The new token is only counted, never kept.
    pub(super) fn update_trade_token(&self, fields: &Fields) -> Outcome {
        let (Some(partner), Some(token)) = (fields.get("partner"), fields.get("token")) else {
            return Err(words::MISSING_PARTNER_OR_TOKEN);
        };
        if token.len() != TRADE_TOKEN_LENGTH {
            return Err(words::INVALID_TRADE_TOKEN);
        }
        let mut state = self.state();
        let now = self.shared.clock.now();
        let reserved = state.purchases.all_mut().iter_mut().filter(|purchase| {
            purchase.partner.to_string() == partner && purchase.status(now) == Status::Reserved
        });
        reserved.for_each(|purchase| purchase.trade_token_updates += 1);
        drop(state);
        Ok(Answer::json(&DoneAnswer { status: SUCCESS }))
    }
}

impl State {
    /// Cancels the first fitting purchase that is reserved, and pays its price back.
    fn cancel(
        &mut self,
        purchase_id: Option<&str>,
        custom_id: Option<&str>,
        now: Moment,
    ) -> Option<CancelAnswer> {
        let candidates: Vec<usize> = match (purchase_id, custom_id) {
            (Some(id), _) => self.purchases.index_of(id).into_iter().collect(),
            (None, Some(id)) => self.purchases.indexes_of_custom(id).to_vec(),
            (None, None) => Vec::new(),
        };
        let reserved = |index: &usize| {
            self.purchases.all().get(*index).is_some_and(|purchase| purchase.status(now) == Status::Reserved)
        };
        let index = candidates.into_iter().find(reserved)?;
        let purchase = self.purchases.get_mut(index)?;
        purchase.canceled_life_ms = Some(now.life_ms);
        purchase.refunded = true;
        self.balance.credit(purchase.price);
        Some(CancelAnswer::new(purchase, now))
    }
}
