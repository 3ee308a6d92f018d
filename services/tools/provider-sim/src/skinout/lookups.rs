//! `GET /withdraw/status` and `/withdraw/history`.

use serde::Serialize;

use super::period::Period;
use super::project::{Outcome, Skinout};
use super::purchase_wire::PurchaseRow;
use super::switches::StatusOrder;
use super::words;
use crate::answer::Answer;
use crate::engine::purchase::Purchase;
use crate::fields::Fields;

#[derive(Serialize)]
struct StatusAnswer {
    success: bool,
    items: Vec<PurchaseRow>,
}

#[derive(Serialize)]
struct HistoryAnswer {
    success: bool,
    items: Vec<PurchaseRow>,
    total_count: String,
}

impl Skinout {
    /// Rows by comma-separated ids; ids that are not found have no row.
    pub(super) fn purchase_status(&self, fields: &Fields) -> Outcome {
        let (payment_ids, transaction_ids) = (fields.list("payment_id"), fields.list("transaction_id"));
        let asked = payment_ids.len() + transaction_ids.len();
        let switches = self.switches();
        if asked == 0 {
            return Err(words::ONE_ID_REQUIRED);
        }
        if asked > switches.most_ids {
            return Err(words::TOO_MANY_IDS);
        }
        let state = self.project.open();
        let now = state.now;
        let by_payment_id = payment_ids.into_iter().flat_map(|id| state.purchases.by_reference(id));
        let by_transaction_id = transaction_ids.into_iter().filter_map(|id| state.purchases.by_id(id));
        let hidden = |purchase: &Purchase| {
            purchase.reference.as_ref().is_some_and(|id| switches.hidden_payment_ids.contains(id))
        };
        let mut items: Vec<_> = by_payment_id
            .chain(by_transaction_id)
            .filter(|purchase| purchase.is_visible(now) && !hidden(purchase))
            .map(|purchase| PurchaseRow::new(purchase, &switches, now))
            .collect();
        drop(state);
        match switches.status_order {
            StatusOrder::Asked => {}
            StatusOrder::Reversed => items.reverse(),
        }
        Ok(Answer::json(&StatusAnswer { success: true, items }))
    }

    pub(super) fn purchase_history(&self, fields: &Fields) -> Outcome {
        let period = Period::read(fields)?;
        let switches = self.switches();
        let state = self.project.open();
        let now = state.now;
        let born_ms = |purchase: &Purchase| purchase.born.real_ms;
        let shown = |purchase: &Purchase| purchase.is_visible(now);
        let (page, total_count) = period.page(state.purchases.all(), born_ms, shown, &state.rules);
        let items = page.into_iter().map(|purchase| PurchaseRow::new(purchase, &switches, now)).collect();
        drop(state);
        Ok(Answer::json(&HistoryAnswer { success: true, items, total_count }))
    }
}
