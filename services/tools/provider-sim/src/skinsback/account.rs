//! `balance`, `currencies` and `status`.

use rust_decimal::Decimal;

use super::json::{Json, named, object, text};
use super::money;
use super::project::{Asked, SkinsBack};
use super::style::Usual;
use super::words::SUCCESS;
use crate::engine::deposit::{Deposit, Phase};

/// How many decimals a balance always has.
const BALANCE_DECIMALS: u32 = 3;

impl SkinsBack {
    pub(super) fn balance(&self, asked: &Asked<'_>) -> Json {
        let state = self.project.open();
        let balance = state.balance.available();
        let is_paid = |deposit: &&Deposit| deposit.phase == Phase::Paid;
        let deals: Decimal = state
            .deposits
            .all()
            .iter()
            .filter(is_paid)
            .filter_map(|deposit| Some(deposit.payment?.amount))
            .sum();
        drop(state);
        let write = |sum: Decimal| asked.style.digits(Usual::Text, money::decimals(sum, BALANCE_DECIMALS));
        let own = |sum: Decimal| write(money::in_currency(sum, &asked.switches.balance_currency));
        object([
            ("status", text(SUCCESS)),
            ("balance", own(balance)),
            ("balance_in_currencies", money::in_currencies(balance, write)),
            ("deals_sum", own(deals)),
            ("deals_sum_in_currencies", money::in_currencies(deals, write)),
            ("withdraw_sum", own(Decimal::ZERO)),
            ("withdraw_sum_in_currencies", money::in_currencies(Decimal::ZERO, write)),
        ])
    }

    /// The shape is not documented: a map of codes to what one US dollar is worth.
    pub(super) fn currencies(asked: &Asked<'_>) -> Json {
        let write = |rate| asked.style.amount(Usual::Number, rate);
        object([("status", text(SUCCESS)), ("currencies", money::rates(write))])
    }

    pub(super) fn status(asked: &Asked<'_>) -> Json {
        let reason = asked.switches.unavailable.as_ref();
        let mut fields = named([("status", text(SUCCESS)), ("available", Json::Flag(reason.is_none()))]);
        fields.extend(reason.map(|reason| ("reason".into(), text(reason.as_str()))));
        Json::Object(fields)
    }
}
