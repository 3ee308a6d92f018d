//! `POST /en/pay/{PUBLIC_HASH}`, which creates a payment link.

use std::collections::BTreeMap;

use serde::Serialize;

use super::project::ShadowPay;
use super::settings::Settings;
use super::wire::Outcome;
use super::words::{self, Situation};
use super::{ipn, signature};
use crate::amount;
use crate::engine::deposit::DepositKind;
use crate::engine::deposit_life::NewDeposit;
use crate::engine::steam::is_steam_id;
use crate::fields::Fields;
use crate::random::mixed;

#[derive(Debug, Serialize)]
struct LinkAnswer<'a> {
    token: &'a str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

/// The token of a link: 32 hexadecimal digits that look random and are the same in every run.
fn link_token(number: u64) -> String {
    format!("{:016x}{:016x}", mixed(number), mixed(!number))
}

impl ShadowPay {
    pub(super) fn create_link(&self, fields: &Fields, settings: &Settings) -> Outcome {
        let (Some(account), Some(order_id), Some(steam_id), Some(currency), Some(given)) = (
            fields.get("account"),
            fields.get("order_id"),
            fields.get("security_steam_id"),
            fields.get("currency"),
            fields.get("signature"),
        ) else {
            return Err(words::WRONG_PARAMS.into());
        };
        // The text that was sent is signed, whatever its form.
        let amount = fields.get("amount");
        let secret_hash = &self.options.secret_hash;
        if given != signature::of_link(order_id, amount.unwrap_or_default(), currency, secret_hash) {
            return Err(settings.word(Situation::BadSignature).into());
        }
        let requested = amount.map(amount::parse);
        let is_valid = account.bytes().all(|byte| byte.is_ascii_digit())
            && is_steam_id(steam_id)
            && currency == "USD"
            && requested.is_none_or(|amount| amount.is_some_and(|amount| amount.is_sign_positive()));
        if !is_valid {
            return Err(words::VALIDATION_ERROR.into());
        }
        let new = NewDeposit {
            steam_id: Some(steam_id),
            currency,
            requested: requested.flatten(),
            notes: BTreeMap::from([(ipn::ACCOUNT, account.to_owned())]),
            ..NewDeposit::of(DepositKind::Link, order_id)
        };
        let common = self.project.shared.settings();
        let mut state = self.project.open();
        let now = state.now;
        // All that can be wrong with it here is an order id that was used before.
        let created = state.create_deposit(new, &common, now);
        let index = created.map_err(|_| settings.word(Situation::RepeatedOrderId))?;
        let deposit = state.deposits.get_mut(index).ok_or(words::INTERNAL_ERROR)?;
        let token = deposit.notes.entry(ipn::TOKEN).or_insert_with(|| link_token(deposit.id)).clone();
        drop(state);
        let url = format!("https://shadowpay.com/en/pay?token={token}");
        Ok(settings.answer(&LinkAnswer { token: &token, url, status: settings.success(true) }))
    }
}
