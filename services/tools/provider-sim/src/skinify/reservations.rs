//! `POST /withdraw/cancel-reservation` and `/withdraw/update-trade-token`.

use super::answers::{CancelAnswer, DoneAnswer, SUCCESS};
use super::project::{Outcome, Skinify};
use super::words;
use crate::answer::Answer;
use crate::engine::fate::Status;
use crate::fields::Fields;

/// The length of the `token` of a Trade URL.
const TRADE_TOKEN_LENGTH: usize = 8;

impl Skinify {
    /// Cancels the first fitting purchase that is reserved.
    pub(super) fn cancel_reservation(&self, fields: &Fields) -> Outcome {
        let mut state = self.project.open();
        let now = state.now;
        let candidates = match (fields.get("purchase_id"), fields.get("custom_id")) {
            (Some(id), _) => state.purchases.index_of(id).into_iter().collect(),
            (None, Some(id)) => state.purchases.indexes_of(id).to_vec(),
            (None, None) => return Err(words::MISSING_ONE_OF_REQUIRED_PARAMS),
        };
        let canceled = candidates.into_iter().find(|index| state.cancel_reservation(*index, now));
        let purchase = canceled.and_then(|index| state.purchases.get(index));
        let answer = purchase.map(|purchase| CancelAnswer::new(purchase, now));
        drop(state);
        answer.map(|answer| Answer::json(&answer)).ok_or(words::RESERVATION_NOT_FOUND)
    }

    /// Changes every reservation of one user. The new token is only counted, never kept.
    pub(super) fn update_trade_token(&self, fields: &Fields) -> Outcome {
        let (Some(partner), Some(token)) = (fields.get("partner"), fields.get("token")) else {
            return Err(words::MISSING_PARTNER_OR_TOKEN);
        };
        if token.len() != TRADE_TOKEN_LENGTH {
            return Err(words::INVALID_TRADE_TOKEN);
        }
        let mut state = self.project.open();
        let now = state.now;
        let reserved = state.purchases.all_mut().iter_mut().filter(|purchase| {
            purchase.partner.to_string() == partner && purchase.status(now) == Status::Reserved
        });
        reserved.for_each(|purchase| purchase.trade_token_updates += 1);
        drop(state);
        Ok(Answer::json(&DoneAnswer { status: SUCCESS }))
    }
}
