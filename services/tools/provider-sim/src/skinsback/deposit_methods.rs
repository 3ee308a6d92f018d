//! `create`, `orderstatus` and `offer_approve`.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::deposit_wire::{self, PAYER, Wire};
use super::guards::{is_order_id, is_trade_token};
use super::json::{Json, object, text, whole};
use super::money;
use super::problems::{Problem, create, inventory::INTERNAL_ERROR, order};
use super::project::{Asked, Outcome, SkinsBack};
use super::switches::Switches;
use super::words::SUCCESS;
use crate::engine::deposit::DepositKind;
use crate::engine::deposit_life::NewDeposit;
use crate::engine::project::Opened;
use crate::engine::steam::is_steam_id;
use crate::fields::Fields;
use crate::random::mixed;
use crate::shared::lock;

/// What a user gives in USD where only limits say how much, unless they say otherwise.
const USUAL_DEPOSIT: Decimal = Decimal::from_parts(2_000, 0, 0, false, 2);

/// What a limited deposit will be worth, in USD; nothing for one without limits.
fn limited_amount(fields: &Fields, switches: &Switches) -> Result<Option<Decimal>, Problem> {
    let (least, most) = (fields.get("min_amount"), fields.get("max_amount"));
    let currency = fields.get("currency");
    let limited = least.is_some() || most.is_some();
    if limited && currency.is_none() {
        return Err(create::AMOUNT_REQUIRES_CURRENCY);
    }
    let read = |text: Option<&str>, problem| {
        let positive = |text| money::parse(text).filter(|amount| *amount > Decimal::ZERO);
        text.map(|text| positive(text).ok_or(problem)).transpose()
    };
    let least = read(least, create::INVALID_MIN_AMOUNT)?;
    let most = read(most, create::INVALID_MAX_AMOUNT)?;
    if most.zip(least).is_some_and(|(most, least)| most < least) {
        return Err(create::INVALID_MAX_AMOUNT);
    }
    let rate = currency.map(|word| money::rate(word).ok_or(create::INVALID_CURRENCY)).transpose()?;
    let Some(rate) = rate.filter(|_| limited) else {
        return Ok(None);
    };
    let in_usd = |amount: Decimal| (amount / rate).round_dp(2);
    // Limits under the smallest deposit are raised to it.
    let smallest = switches.minimum_deposit.0;
    let least = least.map_or(smallest, in_usd).max(smallest);
    let most = most.map_or(Decimal::MAX, in_usd).max(least);
    Ok(Some(USUAL_DEPOSIT.clamp(least, most)))
}

impl SkinsBack {
    pub(super) fn create(&self, asked: &Asked<'_>) -> Outcome {
        let (fields, switches) = (asked.fields, asked.switches);
        let order_id = fields.get("order_id").filter(|id| is_order_id(id, switches));
        let order_id = order_id.ok_or(create::INVALID_ORDER_ID)?;
        let steam_id = fields.get("steam_id");
        if steam_id.is_some_and(|id| !is_steam_id(id)) {
            return Err(create::INVALID_STEAM_ID);
        }
        if fields.get("trade_token").is_some_and(|token| !is_trade_token(token)) {
            return Err(create::INVALID_TRADE_TOKEN);
        }
        let payer = switches.depositor_steam_id.clone().map(|payer| (PAYER, payer));
        let new = NewDeposit {
            steam_id,
            result_url: fields.get("result_url"),
            requested: limited_amount(fields, switches)?,
            notes: BTreeMap::from_iter(payer),
            ..NewDeposit::of(DepositKind::Hosted, order_id)
        };
        if lock(&self.memory).refused_orders.contains(order_id) {
            return Err(create::ORDER_ID_ALREADY_EXISTS);
        }
        let settings = self.project.shared.settings();
        let mut state = self.project.open();
        let now = state.now;
        // All that can be wrong with it here is an id that was used before.
        let created = state.create_deposit(new, &settings, now);
        let index = created.map_err(|_| create::ORDER_ID_ALREADY_EXISTS)?;
        let transaction_id = state.deposits.get(index).ok_or(INTERNAL_ERROR)?.id;
        drop(state);
        Ok(object([
            ("status", text(SUCCESS)),
            ("url", text(format!("https://skinsback.example/pay/{:016x}", mixed(transaction_id)))),
            ("transaction_id", whole(transaction_id)),
        ]))
    }

    fn find_deposit(state: &Opened<'_>, asked: &Asked<'_>) -> Result<usize, Problem> {
        let found = match (asked.fields.get("transaction_id"), asked.fields.get("order_id")) {
            (None, None) => return Err(order::ID_MISSING),
            (Some(text), _) => {
                let transaction_id = text.parse().map_err(|_| order::INVALID_TRANSACTION_ID)?;
                state.deposits.index_of_id(transaction_id)
            }
            (None, Some(order_id)) if is_order_id(order_id, asked.switches) => {
                state.deposits.index_of(order_id)
            }
            (None, Some(_)) => return Err(order::INVALID_ORDER_ID),
        };
        let is_visible =
            |index: &usize| state.deposits.get(*index).is_some_and(|deposit| deposit.is_visible(state.now));
        found.filter(is_visible).ok_or(order::TRANSACTION_NOT_FOUND)
    }

    /// The status at the top is the deposit's: the envelope has none of its own here.
    pub(super) fn orderstatus(&self, asked: &Asked<'_>) -> Outcome {
        let state = self.project.open();
        let index = Self::find_deposit(&state, asked)?;
        let deposit = state.deposits.get(index).ok_or(INTERNAL_ERROR)?;
        Ok(Json::Object(deposit_wire::looked_up(deposit, state.now, &Wire::of_answers(asked))))
    }

    /// Whatever is not held cannot be approved; the word for what is not held yet is not documented.
    pub(super) fn offer_approve(&self, asked: &Asked<'_>) -> Outcome {
        let mut state = self.project.open();
        let now = state.now;
        let index = Self::find_deposit(&state, asked)?;
        if !state.approve_deposit(index, now) {
            return Err(order::ALREADY_APPROVED_OR_CANCELED);
        }
        drop(state);
        Ok(object([("status", text(SUCCESS))]))
    }
}
