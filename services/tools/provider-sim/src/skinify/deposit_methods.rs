//! `POST /create-deposit`, `GET /deposit-status`, `/get-deposits` and `/failed-ipn`.

use serde::Serialize;

use super::answers::SUCCESS;
use super::catalogue::Game;
use super::deposit_wire::DepositRow;
use super::deposits::{Deposit, NewDeposit};
use super::ipn::md5_hex;
use super::lookups::{period, start_from};
use super::project::{Outcome, Skinify};
use super::words;
use crate::answer::Answer;
use crate::clock::seconds;
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

/// A SteamID64: 17 digits, as every public individual account has.
fn is_steam_id(text: &str) -> bool {
    text.len() == 17 && text.starts_with("7656") && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Skinify {
    pub(super) fn create_deposit(&self, fields: &Fields) -> Outcome {
        let deposit_id = fields.get("deposit_id").ok_or(words::INVALID_DEPOSIT_ID)?;
        let steam_id = fields.get("steam_id");
        if steam_id.is_some_and(|id| !is_steam_id(id)) {
            return Err(words::INVALID_STEAM_ID);
        }
        if fields.get("priority_game").is_some_and(|word| Game::parse(word).is_none()) {
            return Err(words::INVALID_PRIORITY_GAME);
        }
        let transaction_id = {
            let mut state = self.state();
            let new = NewDeposit {
                deposit_id,
                steam_id,
                currency: fields.get("currency").unwrap_or("usd"),
                result_url: fields.get("result_url"),
                created_ms: self.shared.clock.now().real_ms,
            };
            state.deposits.create(&new).ok_or(words::DEPOSIT_ID_ALREADY_EXISTS)?
        };
        let url = format!("https://skinify.io/pay?hash={}", md5_hex(&transaction_id.to_string()));
        Ok(Answer::json(&CreateAnswer { status: SUCCESS, url, transaction_id }))
    }

    pub(super) fn deposit_status(&self, fields: &Fields) -> Outcome {
        let state = self.state();
        let found = match (fields.get("deposit_id"), fields.get("transaction_id")) {
            (None, None) => return Err(words::DEPOSIT_ID_OR_TRANSACTION_ID_MISSING),
            (Some(deposit_id), _) => state.deposits.by_deposit_id(deposit_id),
            (None, Some(text)) => {
                let transaction_id = text.parse().map_err(|_| words::INVALID_TRANSACTION_ID)?;
                state.deposits.by_transaction_id(transaction_id)
            }
        };
        let deposit = DepositRow::new(found.ok_or(words::DEPOSIT_NOT_FOUND)?);
        drop(state);
        Ok(Answer::json(&DepositAnswer { status: SUCCESS, deposit }))
    }

    pub(super) fn get_deposits(&self, fields: &Fields) -> Outcome {
        let (from, until) = period(fields, "starting", "ending").ok_or(words::MISSING_STARTING_OR_ENDING)?;
        let start = start_from(fields);
        let state = self.state();
        let inside = |deposit: &&Deposit| (from..=until).contains(&seconds(deposit.created_ms));
        let found: Vec<&Deposit> = state.deposits.all().iter().filter(inside).collect();
        let page_end = start.saturating_add(state.rules.page_size);
        let has_more = page_end < found.len();
        let page = found.iter().skip(start).take(state.rules.page_size);
        let answer = DepositsAnswer {
            status: SUCCESS,
            deposits: page.map(|deposit| DepositRow::new(deposit)).collect(),
            total_count: found.len().to_string(),
            has_more,
            start_from: has_more.then_some(page_end),
        };
        drop(state);
        Ok(Answer::json(&answer))
    }

    pub(super) fn failed_ipn(&self) -> Answer {
        let state = self.state();
        let items = state.deposits.failed().map(|failed| FailedIpn {
            transaction_id: &failed.transaction_id,
            deposit_id: &failed.deposit_id,
            // No HTTP status at all is shown as 0.
            ipn_status: failed.answer.unwrap_or(0).to_string(),
        });
        Answer::json(&FailedIpnAnswer { status: SUCCESS, items: items.collect() })
    }
}
