//! `market_batch_buy`.

use super::buy::{Copy, Wanted, max_price, recipient};
use super::json::{Json, object, optional, text};
use super::problems::{Problem, market};
use super::project::{Asked, Outcome, SkinsBack};
use super::purchase_wire;
use super::style::Usual;
use super::words::SUCCESS;
use crate::fields::Fields;

impl SkinsBack {
    /// Each row succeeds or fails for itself.
    pub(super) fn market_batch_buy(&self, asked: &Asked<'_>) -> Outcome {
        let partner = recipient(asked.fields)?;
        let rows = asked.fields.rows("items");
        if rows.is_empty() {
            return Err(market::MISSING_NAME_AND_ID);
        }
        let (mut purchased, mut unavailable) = (Vec::new(), Vec::new());
        for (_, row) in &rows {
            let wanted = Wanted {
                copy: Copy::ById(row.get("id").unwrap_or_default()),
                max_price: max_price(row),
                custom_id: row.get("custom_id"),
            };
            match self.buy_one(&wanted, partner, asked) {
                Ok((purchase, now)) => {
                    purchased.push(Json::Object(purchase_wire::bought(&purchase, now, true, asked)));
                }
                Err(problem) => unavailable.push(self.not_bought(row, problem, asked)),
            }
        }
        Ok(object([
            ("status", text(SUCCESS)),
            ("purchased", Json::List(purchased)),
            ("unavailable", Json::List(unavailable)),
        ]))
    }

    fn not_bought(&self, row: &Fields, problem: Problem, asked: &Asked<'_>) -> Json {
        let code = asked.switches.error_codes.get(problem.name).copied().unwrap_or(problem.code);
        let name = self.project.open().rules.error_word(problem.name).to_owned();
        object([
            ("id", asked.style.own_id(Usual::Number, row.get("id").unwrap_or_default())),
            ("custom_id", optional(row.get("custom_id"))),
            ("error_code", asked.style.digits(Usual::Number, code.to_string())),
            ("error_message", text(name)),
        ])
    }
}
