//! `POST /deposit/create`, `GET /deposit/status` and `/deposit/history`.

use rust_decimal::Decimal;
use serde::Serialize;

use super::currency::Currency;
use super::deposit_wire::{DepositRow, Place};
use super::period::Period;
use super::project::{Outcome, Skinout};
use super::webhook::md5_hex;
use super::words;
use crate::amount;
use crate::answer::Answer;
use crate::engine::catalogue::cents;
use crate::engine::deposit::{Deposit, DepositKind};
use crate::engine::deposit_life::NewDeposit;
use crate::engine::steam::is_steam_id;
use crate::fields::Fields;

/// The lowest minimum that can be asked for, in USD.
const LOWEST_MIN_AMOUNT: Decimal = cents(10);

#[derive(Serialize)]
struct CreateAnswer {
    success: bool,
    url: String,
    transaction_id: u64,
}

#[derive(Serialize)]
struct DepositAnswer {
    success: bool,
    #[serde(flatten)]
    deposit: DepositRow,
}

#[derive(Serialize)]
struct DepositsAnswer {
    success: bool,
    items: Vec<DepositRow>,
    total_count: String,
}

/// The least that is to be paid, in USD and not in thousandths.
fn min_amount(fields: &Fields) -> Result<Option<Decimal>, &'static str> {
    let Some(text) = fields.get("min_amount") else {
        return Ok(None);
    };
    let amount = amount::parse(text).filter(|amount| *amount >= LOWEST_MIN_AMOUNT);
    amount.map(Some).ok_or(words::INVALID_MIN_AMOUNT)
}

impl Skinout {
    pub(super) fn create_deposit(&self, fields: &Fields) -> Outcome {
        self.check_project_id(fields)?;
        let payment_id = self.payment_id(fields)?;
        let currency = Currency::wanted(fields)?;
        let requested = min_amount(fields)?;
        let steam_id = fields.get("steamid");
        if steam_id.is_some_and(|id| !is_steam_id(id)) {
            return Err(words::INVALID_STEAM_ID);
        }
        let payer = self.switches().payer_steamid;
        let new = NewDeposit {
            steam_id: if payer.is_empty() { steam_id } else { Some(payer.as_str()) },
            // The balance is credited in USD, whatever the user is shown.
            currency: "usd",
            requested,
            notes: currency.notes().into_iter().collect(),
            ..NewDeposit::of(DepositKind::Hosted, payment_id)
        };
        let settings = self.project.shared.settings();
        let mut state = self.project.open();
        let now = state.now;
        // All that can be wrong with it here is an id that was used before.
        let created = state.create_deposit(new, &settings, now);
        let index = created.map_err(|_| words::PAYMENT_ID_EXISTS)?;
        let transaction_id = state.deposits.get(index).ok_or(words::INTERNAL_ERROR)?.id;
        drop(state);
        let url = format!("https://pay.skinout.gg/deposit/{}", md5_hex(&transaction_id.to_string()));
        Ok(Answer::json(&CreateAnswer { success: true, url, transaction_id }))
    }

    /// One deposit by one id; a list of ids is an id that nobody has.
    pub(super) fn deposit_status(&self, fields: &Fields) -> Outcome {
        let switches = self.switches();
        let state = self.project.open();
        let found = match (fields.get("payment_id"), fields.get("transaction_id")) {
            (None, None) => return Err(words::ONE_ID_REQUIRED),
            (Some(payment_id), _) => state.deposits.by_reference(payment_id),
            (None, Some(text)) => text.parse().ok().and_then(|id| state.deposits.by_id(id)),
        };
        let found = found.filter(|deposit| deposit.is_visible(state.now)).ok_or(words::DEPOSIT_NOT_FOUND)?;
        let deposit = DepositRow::new(found, Place::Status, &switches, state.now);
        drop(state);
        Ok(Answer::json(&DepositAnswer { success: true, deposit }))
    }

    pub(super) fn deposit_history(&self, fields: &Fields) -> Outcome {
        let period = Period::read(fields)?;
        let switches = self.switches();
        let state = self.project.open();
        let now = state.now;
        let born_ms = |deposit: &Deposit| deposit.born.real_ms;
        let shown = |deposit: &Deposit| deposit.is_visible(now);
        let (page, total_count) = period.page(state.deposits.all(), born_ms, shown, &state.rules);
        let row = |deposit| DepositRow::new(deposit, Place::History, &switches, now);
        let items = page.into_iter().map(row).collect();
        drop(state);
        Ok(Answer::json(&DepositsAnswer { success: true, items, total_count }))
    }
}
