//! `GET /withdraw/info`, `/withdraw/history` and `/project-balance`.

use super::answers::{BalanceAnswer, HistoryAnswer, InfoAnswer, PurchaseRow, SUCCESS};
use super::project::{Outcome, Skinify};
use super::words;
use crate::amount::Amount;
use crate::answer::Answer;
use crate::clock::seconds;
use crate::engine::purchase::Purchase;
use crate::fields::Fields;

/// A page's borders in unix seconds, both included.
pub(super) fn period(fields: &Fields, from: &str, until: &str) -> Option<(u64, u64)> {
    let bound = |name| fields.get(name).and_then(|text| text.parse::<u64>().ok());
    Some((bound(from)?, bound(until)?))
}

/// The cursor of the previous page.
pub(super) fn start_from(fields: &Fields) -> usize {
    fields.get("start_from").and_then(|text| text.parse().ok()).unwrap_or(0)
}

impl Skinify {
    /// Rows in the order of the ids asked for; ids that are not found have no row.
    pub(super) fn info(&self, fields: &Fields) -> Outcome {
        let purchase_ids = fields.list("purchase_ids");
        let custom_ids = fields.list("custom_ids");
        if purchase_ids.is_empty() && custom_ids.is_empty() {
            return Err(words::MISSING_ONE_OF_REQUIRED_PARAMS);
        }
        let state = self.project.open();
        let now = state.now;
        let by_id = purchase_ids.into_iter().filter_map(|id| state.purchases.index_of(id));
        let by_custom_id =
            custom_ids.into_iter().flat_map(|id| state.purchases.indexes_of(id).iter().copied());
        let items = by_id
            .chain(by_custom_id)
            .filter_map(|index| state.purchases.get(index))
            .filter(|purchase| purchase.is_visible(now))
            .map(|purchase| PurchaseRow::new(purchase, now))
            .collect();
        drop(state);
        Ok(Answer::json(&InfoAnswer { status: SUCCESS, items }))
    }

    /// Purchases made in the period, the oldest first, so that a cursor stays right while others are made.
    pub(super) fn history(&self, fields: &Fields) -> Outcome {
        let (from, until) =
            period(fields, "start_date", "end_date").ok_or(words::MISSING_START_OR_END_DATE)?;
        let statuses = fields.list("purchase_statuses");
        let start = start_from(fields);
        let state = self.project.open();
        let now = state.now;
        let all = state.purchases.all();
        let begin = all.partition_point(|purchase| seconds(purchase.born.real_ms) < from);
        let end = all.partition_point(|purchase| seconds(purchase.born.real_ms) <= until);
        let fits = |purchase: &&Purchase| {
            purchase.is_visible(now)
                && (statuses.is_empty() || statuses.contains(&words::status(purchase.status(now))))
        };
        let found: Vec<&Purchase> = all.get(begin..end).unwrap_or_default().iter().filter(fits).collect();
        let page_end = start.saturating_add(state.rules.page_size);
        let page = found.iter().skip(start).take(state.rules.page_size);
        let has_more = page_end < found.len();
        let answer = HistoryAnswer {
            status: SUCCESS,
            items: page.map(|purchase| PurchaseRow::new(purchase, now)).collect(),
            total_count: found.len().to_string(),
            has_more,
            start_from: has_more.then_some(page_end),
        };
        drop(state);
        Ok(Answer::json(&answer))
    }

    pub(super) fn project_balance(&self) -> Answer {
        let balance = self.project.open().balance.available();
        Answer::json(&BalanceAnswer { status: SUCCESS, balance: Amount(balance) })
    }
}
