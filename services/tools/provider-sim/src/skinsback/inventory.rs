//! `user_inventory`, and the parameters it shares with deposits from the inventory.

use rust_decimal::Decimal;

use super::guards::is_trade_token;
use super::json::{Json, object, text};
use super::problems::{Problem, inventory};
use super::project::{Asked, Outcome, SkinsBack};
use super::style::Usual;
use super::words::{SUCCESS, app_id};
use super::{money, words};
use crate::engine::catalogue::Game;
use crate::engine::inventory::Asset;
use crate::engine::steam::is_steam_id;
use crate::fields::Fields;
use crate::shared::lock;

/// The longest label of an own currency.
const LONGEST_LABEL: usize = 4;

/// Whose inventory, and of what game.
#[derive(Debug)]
pub(super) struct Owner<'a> {
    pub(super) game: Game,
    pub(super) steam_id: &'a str,
}

impl<'a> Owner<'a> {
    /// The owner that is asked for.
    pub(super) fn read(asked: &Asked<'a>) -> Result<Self, Problem> {
        let (fields, age) = (asked.fields, asked.switches.age);
        let game = fields.get("game").and_then(|word| words::game(word, age));
        let game = game.ok_or(inventory::INVALID_GAME)?;
        let steam_id = fields.get("steam_id").filter(|id| is_steam_id(id));
        let steam_id = steam_id.ok_or(inventory::INVALID_STEAM_ID)?;
        let token = fields.get("trade_token").filter(|token| is_trade_token(token));
        token.ok_or(inventory::INVALID_TRADE_TOKEN)?;
        Ok(Self { game, steam_id })
    }
}

/// The currency that a user is shown.
#[derive(Debug)]
pub(super) struct Local<'a> {
    pub(super) currency: &'a str,
    /// What one US dollar is worth.
    pub(super) rate: Decimal,
    pub(super) multiplier: Option<Decimal>,
}

impl<'a> Local<'a> {
    /// The currency that is asked for: a real one, else US dollars; an own one goes before both.
    pub(super) fn read(fields: &'a Fields) -> Result<Self, Problem> {
        let currency = fields.get("currency").unwrap_or("usd");
        let rate = money::rate(currency).ok_or(inventory::INVALID_CURRENCY)?;
        let (least, most) = (Decimal::new(5, 1), Decimal::TWO);
        let multiplier = fields
            .get("custom_multiplier")
            .map(|text| money::parse_between(text, least, most).ok_or(inventory::INVALID_CUSTOM_MULTIPLIER))
            .transpose()?;
        let (label, own_rate) = (fields.get("custom_currency"), fields.get("custom_currency_rate"));
        if label.is_none() && own_rate.is_none() {
            return Ok(Self { currency, rate, multiplier });
        }
        let label = label.filter(|label| label.chars().count() <= LONGEST_LABEL);
        let currency = label.ok_or(inventory::INVALID_CUSTOM_CURRENCY)?;
        let rate = own_rate.and_then(|text| money::parse_between(text, Decimal::new(1, 1), Decimal::MAX));
        let rate = rate.ok_or(inventory::INVALID_CUSTOM_CURRENCY_RATE)?;
        Ok(Self { currency, rate, multiplier })
    }

    /// An amount of US dollars, without and with a multiplier.
    pub(super) fn amounts(&self, usd: Decimal, usual_multiplier: Decimal) -> (Decimal, Decimal) {
        let local = usd * self.rate;
        let multiplied = local * self.multiplier.unwrap_or(usual_multiplier);
        (local.round_dp(2), multiplied.round_dp(2))
    }
}

impl SkinsBack {
    pub(super) fn user_inventory(&self, asked: &Asked<'_>) -> Outcome {
        let owner = Owner::read(asked)?;
        let local = Local::read(asked.fields)?;
        let state = self.project.open();
        let multiplier = state.rules.multiplier;
        let rows = state
            .inventory(owner.steam_id, owner.game)
            .into_iter()
            .map(|asset| row(asset, &local, multiplier, asked))
            .collect();
        let life_ms = state.now.life_ms;
        drop(state);
        lock(&self.memory).inventories.insert((owner.steam_id.to_owned(), owner.game), life_ms);
        let data = object([("currency_local", text(local.currency)), ("items", Json::List(rows))]);
        Ok(object([("status", text(SUCCESS)), ("data", data)]))
    }
}

fn row(asset: &Asset, local: &Local<'_>, multiplier: Decimal, asked: &Asked<'_>) -> Json {
    let number = |amount| asked.style.amount(Usual::Number, amount);
    let (in_local, multiplied) = local.amounts(asset.price, multiplier);
    let item = object([
        ("asset_id", text(asset.id)),
        ("tradable", asked.style.flag(asset.tradable)),
        ("app_id", text(app_id(asset.game))),
        ("icon_url", text(format!("icon-{}", asset.id))),
        ("class_id", text(format!("9{}", asset.id))),
    ]);
    object([
        ("item", item),
        ("name", text(asset.name)),
        ("price", number(asset.price)),
        ("price_local", number(in_local)),
        ("multiplied_price_local", number(multiplied)),
        ("disabled", Json::Flag(!asset.tradable)),
    ])
}
