//! Deposits as our own services store them.

use rust_decimal::Decimal;
use skinbus_domain::order::{CustomCurrency, Deposit, DepositedItem};
use skinbus_domain::{Currency, Money};

use super::{game_from_proto, game_to_proto, user_from_proto, user_to_proto};
use crate::facts::{money_from_proto, money_to_proto};
use crate::{Corrupt, v1};

const MESSAGE: &str = "Deposit";

pub(super) fn to_proto(deposit: &Deposit) -> v1::Deposit {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    v1::Deposit {
        user: Some(user_to_proto(&deposit.user)),
        game: game_to_proto(deposit.game).into(),
        asset_ids: Vec::new(),
        min_amount: deposit.min_amount.as_ref().map(money_to_proto),
        max_amount: deposit.max_amount.as_ref().map(money_to_proto),
        currency: deposit.currency.map(|currency| currency.to_string()).unwrap_or_default(),
        custom_currency: deposit.custom_currency.as_ref().map(|custom| v1::CustomCurrency {
            name: custom.name.clone(),
            rate: custom.rate.to_string(),
            decimals: custom.decimals,
        }),
        success_url: text(&deposit.success_url),
        fail_url: text(&deposit.fail_url),
        items: deposit
            .items
            .iter()
            .map(|item| v1::DepositItem {
                asset_id: item.asset_id.clone(),
                market_hash_name: text(&item.market_hash_name),
                min_price: item.min_price.as_ref().map(money_to_proto),
            })
            .collect(),
        multiplier: deposit.multiplier.map(|multiplier| multiplier.to_string()).unwrap_or_default(),
    }
}

pub(super) fn from_proto(deposit: &v1::Deposit) -> Result<Deposit, Corrupt> {
    let corrupt = |field| Corrupt::of(MESSAGE, field);
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let user = deposit.user.as_ref().ok_or(corrupt("user"))?;
    let currency = (!deposit.currency.is_empty()).then(|| deposit.currency.parse::<Currency>());
    Ok(Deposit {
        user: user_from_proto(user)?,
        game: game_from_proto(v1::Game::try_from(deposit.game).map_err(|_| corrupt("game"))?),
        items: deposit.items.iter().map(item).collect::<Result<_, _>>()?,
        min_amount: money(deposit.min_amount.as_ref(), "min_amount")?,
        max_amount: money(deposit.max_amount.as_ref(), "max_amount")?,
        currency: currency.transpose().map_err(|_| corrupt("currency"))?,
        custom_currency: deposit.custom_currency.as_ref().map(custom_currency).transpose()?,
        multiplier: optional_decimal(&deposit.multiplier).map_err(|()| corrupt("multiplier"))?,
        success_url: text(&deposit.success_url),
        fail_url: text(&deposit.fail_url),
    })
}

fn item(item: &v1::DepositItem) -> Result<DepositedItem, Corrupt> {
    if item.asset_id.is_empty() {
        return Err(Corrupt::of("DepositItem", "asset_id"));
    }
    let name = &item.market_hash_name;
    Ok(DepositedItem {
        asset_id: item.asset_id.clone(),
        market_hash_name: (!name.is_empty()).then(|| name.clone()),
        min_price: money(item.min_price.as_ref(), "min_price")?,
    })
}

fn money(money: Option<&v1::Money>, field: &'static str) -> Result<Option<Money>, Corrupt> {
    money.map(|money| money_from_proto(money).ok_or(Corrupt::of(MESSAGE, field))).transpose()
}

fn custom_currency(custom: &v1::CustomCurrency) -> Result<CustomCurrency, Corrupt> {
    let corrupt = |field| Corrupt::of("CustomCurrency", field);
    let rate = optional_decimal(&custom.rate).ok().flatten().ok_or(corrupt("rate"))?;
    Ok(CustomCurrency { name: custom.name.clone(), rate, decimals: custom.decimals })
}

pub(crate) fn optional_decimal(text: &str) -> Result<Option<Decimal>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    Money::parse(Currency::USD, text).map(|money| Some(money.amount)).map_err(|_| ())
}
