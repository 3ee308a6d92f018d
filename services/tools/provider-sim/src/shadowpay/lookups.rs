//! `POST /get_balance`, `/list_buy_info_by_custom_id` and `/operation_history`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::project::ShadowPay;
use super::settings::{LookupKey, PayingBalance, Settings};
use super::trade::Trade;
use super::wire::{DataAnswer, Money, Outcome};
use super::words;
use crate::answer::Answer;
use crate::fields::Fields;
use crate::shared::lock;

#[derive(Debug, Serialize)]
struct BalanceAnswer {
    currency: &'static str,
    balance: Money,
    deposit_balance: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

impl ShadowPay {
    pub(super) fn get_balance(&self, settings: &Settings) -> Answer {
        let paying = self.project.open().balance.available();
        let other = settings.other_balance.map_or(paying, |amount| amount.0);
        let (balance, deposit_balance) = match settings.paying_balance {
            PayingBalance::Both | PayingBalance::DepositBalance => (other, paying),
            PayingBalance::Balance => (paying, other),
        };
        settings.answer(&BalanceAnswer {
            currency: "USD",
            balance: settings.text_price(balance),
            deposit_balance: settings.text_price(deposit_balance),
            status: settings.success(true),
        })
    }

    /// Where an own id was used twice, the map has room for the newer purchase only.
    pub(super) fn list_buy_info(&self, fields: &Fields, settings: &Settings) -> Outcome {
        let ids = fields.list("custom_id");
        if ids.is_empty() {
            return Err(words::WRONG_PARAMS.into());
        }
        let state = self.project.open();
        let now = state.now;
        let memory = lock(&self.memory);
        let mut data = BTreeMap::new();
        for id in ids {
            for purchase in state.purchases.by_reference(id).filter(|purchase| purchase.is_visible(now)) {
                let key = match settings.lookup_key {
                    LookupKey::CustomId => id.to_owned(),
                    LookupKey::TradeId => purchase.id.to_string(),
                };
                let trade = Trade::of_purchase(purchase, memory.trade_token(purchase.id), now, settings);
                data.insert(key, trade.looked_up(settings));
            }
        }
        drop((memory, state));
        let is_empty = data.is_empty();
        settings.found_map(data, is_empty)
    }

    /// The newest trades, of purchases and of listings; not more than fit on a page.
    pub(super) fn operation_history(&self, settings: &Settings) -> Answer {
        let state = self.project.open();
        let now = state.now;
        let rows = state.rules.page_size;
        let memory = lock(&self.memory);
        let newest = state.purchases.all().iter().rev().filter(|purchase| purchase.is_visible(now));
        let bought = newest.take(rows).map(|purchase| {
            let trade_token = memory.trade_token(purchase.id);
            (purchase.born.real_ms, Trade::of_purchase(purchase, trade_token, now, settings))
        });
        let listings = state.listings.all().iter().rev();
        let sold = listings.filter_map(|listing| Trade::of_listing(listing, now, settings));
        let mut trades: Vec<_> = bought.chain(sold).collect();
        trades.sort_by_key(|(created_ms, _)| Reverse(*created_ms));
        let data: Vec<_> = trades.into_iter().take(rows).map(|(_, trade)| trade).collect();
        settings.answer(&DataAnswer { data: Some(data), status: settings.success(true) })
    }
}
