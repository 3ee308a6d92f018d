//! `market_getinfo`.

use super::guards::array;
use super::json::{Json, object, text};
use super::problems::market;
use super::project::{Asked, Outcome, SkinsBack};
use super::purchase_wire;
use super::switches::UnknownIds;
use super::words::SUCCESS;
use crate::engine::purchase::Purchase;

impl SkinsBack {
    /// One id is answered flat, a list with rows. There is no single `custom_id`.
    pub(super) fn market_getinfo(&self, asked: &Asked<'_>) -> Outcome {
        let buy_ids = array(asked.fields, "buy_ids");
        let custom_ids = array(asked.fields, "custom_ids");
        let state = self.project.open();
        let now = state.now;
        let is_visible = |purchase: &&Purchase| purchase.is_visible(now);
        if let Some(buy_id) = asked.fields.get("buy_id") {
            let found = state.purchases.by_id(buy_id).filter(is_visible).ok_or(market::OFFER_NOT_FOUND)?;
            let mut fields = vec![("status".into(), text(SUCCESS))];
            fields.extend(purchase_wire::row(found, now, asked));
            return Ok(Json::Object(fields));
        }
        let found: Vec<Vec<&Purchase>> = if buy_ids.is_empty() {
            let all = |id: &&str| state.purchases.by_reference(id).filter(is_visible).collect();
            custom_ids.iter().map(all).collect()
        } else {
            let one = |id: &&str| state.purchases.by_id(id).filter(is_visible).into_iter().collect();
            buy_ids.iter().map(one).collect()
        };
        if found.is_empty() {
            return Err(market::MISSING_BUY_ID);
        }
        match asked.switches.unknown_ids {
            UnknownIds::Error if found.iter().any(Vec::is_empty) => return Err(market::OFFER_NOT_FOUND),
            UnknownIds::Error | UnknownIds::LeftOut => {}
        }
        let rows = found.into_iter().flatten();
        let rows = rows.map(|purchase| Json::Object(purchase_wire::row(purchase, now, asked))).collect();
        Ok(object([("status", text(SUCCESS)), ("items", Json::List(rows))]))
    }
}
