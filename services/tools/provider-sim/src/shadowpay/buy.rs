//! `POST /buy_item`.

use std::sync::Arc;

use serde::Serialize;

use super::project::ShadowPay;
use super::settings::{CustomIdChecked, PayingBalance, SetRefusal, Settings};
use super::time::date_time;
use super::trade::{SELLER_STEAM_ID, Trade};
use super::wire::{Ban, Failure, Id, Outcome};
use super::words;
use crate::clock::{Moment, seconds};
use crate::engine::buy::{Order, Refusal};
use crate::engine::project::State;
use crate::engine::rules::Repeated;
use crate::engine::steam::{is_steam_id, partner_of};
use crate::fields::Fields;
use crate::shared::lock;

/// The length of the `token` of a Trade URL.
const TRADE_TOKEN_LENGTH: usize = 8;
/// The longest own id.
const LONGEST_CUSTOM_ID: usize = 64;
/// How long a ban lasts of which no end was given.
const BAN_S: u64 = 12 * 3600;

#[derive(Debug, Serialize)]
struct BuyAnswer {
    id: Id,
    trade_data: Trade,
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

/// The parameters, read and found to make sense. `price` is not looked at: it is no ceiling.
struct Wish<'a> {
    item_id: &'a str,
    steam_id: &'a str,
    partner: u32,
    trade_token: &'a str,
    custom_id: Option<&'a str>,
}

/// Letters, digits, `-` and `_`, as trade tokens and own ids have.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

impl<'a> Wish<'a> {
    fn read(fields: &'a Fields, custom_id: Option<&'a str>) -> Result<Self, Failure> {
        let (Some(item_id), Some(steam_id), Some(trade_token)) =
            (fields.get("id"), fields.get("steamid"), fields.get("trade_token"))
        else {
            return Err(words::WRONG_PARAMS.into());
        };
        let partner = partner_of(steam_id).filter(|_| is_steam_id(steam_id));
        let partner = partner.ok_or(words::EMPTY_USER_DATA)?;
        if trade_token.len() != TRADE_TOKEN_LENGTH || !is_plain(trade_token) {
            return Err(words::INVALID_TRADELINK.into());
        }
        Ok(Self { item_id, steam_id, partner, trade_token, custom_id })
    }
}

impl ShadowPay {
    pub(super) fn buy_item(&self, fields: &Fields, settings: &Settings) -> Outcome {
        let custom_id = fields.get("custom_id");
        if custom_id.is_some_and(|id| id.len() > LONGEST_CUSTOM_ID || !is_plain(id)) {
            return Err(words::VALIDATION_ERROR.into());
        }
        let bought = Wish::read(fields, custom_id).and_then(|wish| self.try_to_buy(&wish, settings));
        if let (Err(failure), Some(id)) = (&bought, custom_id)
            && settings.refused_consumes_custom_id
            && failure.word != words::CUSTOM_ID_EXIST
        {
            lock(&self.memory).consumed.insert(id.to_owned());
        }
        bought
    }

    fn try_to_buy(&self, wish: &Wish<'_>, settings: &Settings) -> Outcome {
        let common = self.project.shared.settings();
        let mut state = self.project.open();
        let now = state.now;
        if settings.custom_id_checked == CustomIdChecked::First
            && let Some(index) = self.known(&state, wish.custom_id)?
        {
            return self.bought(&state, index, now, settings);
        }
        let refusal = settings.refusal(wish.custom_id, wish.item_id);
        if let Some(refusal) = refusal.filter(|refusal| !refusal.executed) {
            return Err(failure(refusal, now));
        }
        let shelf = state.market.by_id(wish.item_id).filter(|shelf| shelf.is_stocked());
        let shelf = shelf.ok_or(words::NO_ITEM)?;
        let (item, price) = (Arc::clone(&shelf.item), shelf.price);
        let too_little = settings.paying_balance == PayingBalance::Both
            && settings.other_balance.is_some_and(|other| other.0 < price);
        if too_little || state.balance.available() < price {
            return Err(words::NEED_SUM.into());
        }
        if wish.steam_id == SELLER_STEAM_ID {
            return Err(words::TRADE_YOURSELF.into());
        }
        if settings.offline_items.contains(wish.item_id) {
            return Err(words::SELLER_OFFLINE_ERROR.into());
        }
        if let Some(index) = self.known(&state, wish.custom_id)? {
            return self.bought(&state, index, now, settings);
        }
        let order = Order { item, partner: wish.partner, max_price: None, reference: wish.custom_id };
        let index = state.buy(&order, &common, now).map_err(word)?;
        if let Some(purchase) = state.purchases.get(index) {
            lock(&self.memory).trade_tokens.entry(purchase.id).or_insert_with(|| wish.trade_token.to_owned());
        }
        match refusal {
            Some(refusal) => Err(failure(refusal, now)),
            None => self.bought(&state, index, now, settings),
        }
    }

    /// The purchase that a used own id is answered with, or that it is used; none where it buys.
    fn known(&self, state: &State, custom_id: Option<&str>) -> Result<Option<usize>, Failure> {
        let Some(id) = custom_id else {
            return Ok(None);
        };
        let first = state.purchases.indexes_of(id).first().copied();
        match state.rules.repeated_reference {
            Repeated::Reject if first.is_some() || lock(&self.memory).consumed.contains(id) => {
                Err(words::CUSTOM_ID_EXIST.into())
            }
            Repeated::ReturnFirst => Ok(first),
            Repeated::Reject | Repeated::BuyAgain => Ok(None),
        }
    }

    fn bought(&self, state: &State, index: usize, now: Moment, settings: &Settings) -> Outcome {
        let purchase = state.purchases.get(index).ok_or(words::INTERNAL_ERROR)?;
        let trade_token = lock(&self.memory).trade_token(purchase.id);
        Ok(settings.answer(&BuyAnswer {
            id: settings.id(purchase.id),
            trade_data: Trade::of_purchase(purchase, trade_token, now, settings),
            success: true,
            status: settings.success(true),
        }))
    }
}

fn word(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::InsufficientFunds => words::NEED_SUM,
        Refusal::Unavailable => words::NO_ITEM,
        Refusal::TooDear => words::WRONG_PARAMS,
        Refusal::RepeatedReference => words::CUSTOM_ID_EXIST,
    }
}

/// An error that was asked for, with its ban where it has one.
fn failure(refusal: &SetRefusal, now: Moment) -> Failure {
    let given = refusal.ban_until.is_some() || refusal.ban_reason.is_some();
    let ban = (given || refusal.error == words::BUYER_HAS_BUY_ITEMS_BAN).then(|| Ban {
        until: refusal.ban_until.clone().unwrap_or_else(|| date_time(seconds(now.real_ms) + BAN_S)),
        reason: refusal.ban_reason.clone().unwrap_or_else(|| "declined_offers".to_owned()),
    });
    Failure { word: refusal.error.clone(), ban }
}
