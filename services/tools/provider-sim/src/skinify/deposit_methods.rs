//! `POST /create-deposit`, `GET /deposit-status`, `/get-deposits` and `/failed-ipn`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::answers::SUCCESS;
use super::deposit_wire::DepositRow;
use super::from_inventory::{NOTE_MIN_AMOUNT, NOTE_TRADER};
use super::ipn::md5_hex;
use super::lookups::{period, start_from};
use super::project::{Outcome, Skinify};
use super::words;
use crate::answer::Answer;
use crate::clock::seconds;
use crate::engine::deposit::{Deposit, DepositKind};
use crate::engine::deposit_life::NewDeposit;
use crate::engine::steam::is_steam_id;
use crate::fields::Fields;

#[derive(Serialize)]
struct CreateAnswer {
    status: &'static str,
    url: String,
    transaction_id: u64,
}

#[derive(Serialize)]
struct DepositAnswer {
    status: &'static str,
    deposit: DepositRow,
}

#[derive(Serialize)]
struct DepositsAnswer {
    status: &'static str,
    deposits: Vec<DepositRow>,
    total_count: String,
    has_more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_from: Option<usize>,
}

#[derive(Serialize)]
struct FailedIpn<'a> {
    transaction_id: &'a str,
    deposit_id: &'a str,
    ipn_status: String,
}

#[derive(Serialize)]
struct FailedIpnAnswer<'a> {
    status: &'static str,
    items: Vec<FailedIpn<'a>>,
}

/// What is kept of a deposit for an offer through the API; of the trade token only that there was one.
fn notes(fields: &Fields) -> BTreeMap<&'static str, String> {
    let trader = fields.get("steam_id").filter(|_| fields.get("trade_url_token").is_some());
    let noted = [(NOTE_TRADER, trader), (NOTE_MIN_AMOUNT, fields.get("min_amount"))];
    noted.into_iter().filter_map(|(name, value)| Some((name, value?.to_owned()))).collect()
}

impl Skinify {
    pub(super) fn create_deposit(&self, fields: &Fields) -> Outcome {
        let deposit_id = fields.get("deposit_id").ok_or(words::INVALID_DEPOSIT_ID)?;
        let steam_id = fields.get("steam_id");
        if steam_id.is_some_and(|id| !is_steam_id(id)) {
            return Err(words::INVALID_STEAM_ID);
        }
        if fields.get("priority_game").is_some_and(|word| words::game(word).is_none()) {
            return Err(words::INVALID_PRIORITY_GAME);
        }
        let notes = notes(fields);
        let new = NewDeposit {
            steam_id,
            currency: fields.get("currency").unwrap_or("usd"),
            result_url: fields.get("result_url"),
            game: fields.get("priority_game").and_then(words::game),
            waits_for_offer: notes.contains_key(NOTE_TRADER),
            notes,
            ..NewDeposit::of(DepositKind::Hosted, deposit_id)
        };
        let settings = self.project.shared.settings();
        let mut state = self.project.open();
        let now = state.now;
        // All that can be wrong with it here is an id that was used before.
        let created = state.create_deposit(new, &settings, now);
        let index = created.map_err(|_| words::DEPOSIT_ID_ALREADY_EXISTS)?;
        let transaction_id = state.deposits.get(index).ok_or(words::INTERNAL_ERROR)?.id;
        drop(state);
        let url = format!("https://skinify.io/pay?hash={}", md5_hex(&transaction_id.to_string()));
        Ok(Answer::json(&CreateAnswer { status: SUCCESS, url, transaction_id }))
    }

    pub(super) fn deposit_status(&self, fields: &Fields) -> Outcome {
        let state = self.project.open();
        let found = match (fields.get("deposit_id"), fields.get("transaction_id")) {
            (None, None) => return Err(words::DEPOSIT_ID_OR_TRANSACTION_ID_MISSING),
            (Some(deposit_id), _) => state.deposits.by_reference(deposit_id),
            (None, Some(text)) => {
                let transaction_id = text.parse().map_err(|_| words::INVALID_TRANSACTION_ID)?;
                state.deposits.by_id(transaction_id)
            }
        };
        let deposit = DepositRow::new(
            found.filter(|deposit| deposit.is_visible(state.now)).ok_or(words::DEPOSIT_NOT_FOUND)?,
            state.now,
        );
        drop(state);
        Ok(Answer::json(&DepositAnswer { status: SUCCESS, deposit }))
    }

    pub(super) fn get_deposits(&self, fields: &Fields) -> Outcome {
        let (from, until) = period(fields, "starting", "ending").ok_or(words::MISSING_STARTING_OR_ENDING)?;
        let start = start_from(fields);
        let state = self.project.open();
        let inside = |deposit: &&Deposit| {
            deposit.is_visible(state.now) && (from..=until).contains(&seconds(deposit.born.real_ms))
        };
        let found: Vec<&Deposit> = state.deposits.all().iter().filter(inside).collect();
        let page_end = start.saturating_add(state.rules.page_size);
        let has_more = page_end < found.len();
        let page = found.iter().skip(start).take(state.rules.page_size);
        let answer = DepositsAnswer {
            status: SUCCESS,
            deposits: page.map(|deposit| DepositRow::new(deposit, state.now)).collect(),
            total_count: found.len().to_string(),
            has_more,
            start_from: has_more.then_some(page_end),
        };
        drop(state);
        Ok(Answer::json(&answer))
    }

    pub(super) fn failed_ipn(&self) -> Answer {
        let state = self.project.open();
        let items = state.notifications.failed().map(|failed| FailedIpn {
            transaction_id: &failed.provider_id,
            deposit_id: &failed.reference,
            // No HTTP status at all is shown as 0.
            ipn_status: failed.answer.unwrap_or(0).to_string(),
        });
        Answer::json(&FailedIpnAnswer { status: SUCCESS, items: items.collect() })
    }
}
