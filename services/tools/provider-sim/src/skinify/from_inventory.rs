//! Deposits without Skinify's page: `POST /steam-inventory` and `/create-steam-offer`.

use rust_decimal::Decimal;
use serde::Serialize;

use super::deposit_wire::rate;
use super::project::{Outcome, Skinify};
use super::words;
use crate::amount::{self, Amount};
use crate::answer::Answer;
use crate::engine::catalogue::Game;
use crate::engine::deposit::{Deposit, Phase};
use crate::engine::inventory::{Asset, worth};
use crate::engine::project::State;
use crate::engine::steam::is_steam_id;
use crate::fields::Fields;

/// The note of a deposit that was created with a Steam id and a trade token; the token itself is not kept.
pub(super) const NOTE_TRADER: &str = "trader";
/// The note of the least that a deposit takes, in its currency.
pub(super) const NOTE_MIN_AMOUNT: &str = "min_amount";

/// The length of the `token` of a Trade URL.
const TRADE_TOKEN_LENGTH: usize = 8;

/// One thing of a user. These answers have `success` in place of `status`.
#[derive(Serialize)]
struct Thing {
    id: &'static str,
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    quality: &'static str,
    img: String,
    tradable: u8,
    short_type: &'static str,
    disabled: u8,
    price: Amount,
    /// Steam's id of the game.
    gid: &'static str,
}

impl Thing {
    fn new(asset: &'static Asset, rate: Decimal) -> Self {
        let (gid, kind) = match asset.game {
            Game::Csgo => ("730", "pistol"),
            Game::Dota2 => ("570", "wearable"),
            Game::Rust => ("252490", "item"),
            Game::Tf2 => ("440", "misc"),
        };
        Self {
            id: asset.id,
            name: asset.name,
            kind,
            quality: "consumer",
            img: format!("-9a81dl{}", asset.id),
            tradable: u8::from(asset.tradable),
            short_type: wear(asset.name),
            disabled: u8::from(!asset.tradable),
            price: Amount((asset.price * rate).round_dp(2)),
            gid,
        }
    }
}

/// The usual abbreviation of the wear in a name.
fn wear(name: &str) -> &'static str {
    let known = [
        ("(Factory New)", "FN"),
        ("(Minimal Wear)", "MW"),
        ("(Field-Tested)", "FT"),
        ("(Well-Worn)", "WW"),
        ("(Battle-Scarred)", "BS"),
    ];
    known.iter().find(|(long, _)| name.ends_with(long)).map_or("", |(_, short)| short)
}

#[derive(Serialize)]
struct InventoryAnswer<'a> {
    inventory: Vec<Thing>,
    success: bool,
    currency: &'a str,
}

#[derive(Serialize)]
struct OfferAnswer {
    success: bool,
    currency: String,
    tradeofferid: String,
}

/// Where the deposit is that an offer is for.
fn wanted_deposit(state: &State, fields: &Fields) -> Result<usize, &'static str> {
    let found = match (fields.get("deposit_id"), fields.get("transaction_id")) {
        (None, None) => return Err(words::DEPOSIT_ID_OR_TRANSACTION_ID_MISSING),
        (Some(deposit_id), _) => state.deposits.index_of(deposit_id),
        (None, Some(text)) => {
            let transaction_id = text.parse().map_err(|_| words::INVALID_TRANSACTION_ID)?;
            state.deposits.index_of_id(transaction_id)
        }
    };
    found.ok_or(words::DEPOSIT_NOT_FOUND)
}

/// What the user still has of the things that were chosen: all of them, each once.
fn chosen(
    state: &State,
    deposit: &Deposit,
    game: Game,
    ids: &[&str],
) -> Result<Vec<&'static Asset>, &'static str> {
    let mut left = state.inventory(&deposit.steam_id, game);
    left.retain(|asset| asset.tradable);
    let take = |id: &&str| {
        let index = left.iter().position(|asset| asset.id == *id)?;
        Some(left.swap_remove(index))
    };
    ids.iter().map(take).collect::<Option<_>>().ok_or(words::INVENTORY_UPDATED)
}

impl Skinify {
    pub(super) fn steam_inventory(&self, fields: &Fields) -> Outcome {
        let game = fields.get("game").and_then(words::game).ok_or(words::INVALID_GAME)?;
        let currency = fields.get("currency").unwrap_or("usd");
        let rate = rate(currency).ok_or(words::INVALID_CURRENCY)?;
        let steam_id = fields.get("steam_id").ok_or(words::STEAM_ID_MISSING)?;
        let token = fields.get("trade_token").ok_or(words::TRADE_TOKEN_MISSING)?;
        if !is_steam_id(steam_id) || token.len() != TRADE_TOKEN_LENGTH {
            return Err(words::INVALID_TRADEURL);
        }
        if let Some(word) = self.switches().inventory_errors.get(steam_id) {
            return Err(word);
        }
        let mut assets = self.project.open().inventory(steam_id, game);
        assets.retain(|asset| asset.tradable || fields.flag("show_disabled"));
        if assets.is_empty() {
            return Err(words::EMPTY_INVENTORY);
        }
        let inventory = assets.into_iter().map(|asset| Thing::new(asset, rate)).collect();
        Ok(Answer::json(&InventoryAnswer { inventory, success: true, currency }))
    }

    /// Sends the offer of a deposit, once.
    pub(super) fn create_steam_offer(&self, fields: &Fields) -> Outcome {
        let game = fields.get("game").and_then(words::game).ok_or(words::INVALID_GAME)?;
        let switches = self.switches();
        let mut state = self.project.open();
        let now = state.now;
        let index = wanted_deposit(&state, fields)?;
        let deposit = state.deposits.get(index).ok_or(words::DEPOSIT_NOT_FOUND)?;
        if !deposit.notes.contains_key(NOTE_TRADER) {
            return Err(words::REQUEST_DEPOSIT_INVENTORY);
        }
        if deposit.phase != Phase::Created {
            return Err(words::ORDER_CHANGED_STATE);
        }
        let ids: Vec<&str> = fields.values("items").into_iter().filter(|id| !id.is_empty()).collect();
        if ids.is_empty() {
            return Err(words::NOTHING_THINGS_SELECTED);
        }
        let assets = chosen(&state, deposit, game, &ids)?;
        // A deposit in a currency without a rate counts in USD.
        let amount = worth(&assets) * rate(&deposit.currency).unwrap_or(Decimal::ONE);
        let amount = amount.round_dp(2);
        let least = deposit.notes.get(NOTE_MIN_AMOUNT).and_then(|text| amount::parse(text));
        if least.is_some_and(|least| amount < least) {
            return Err(words::MIN_DEAL_SUM);
        }
        let by_user = switches.inventory_errors.get(&deposit.steam_id);
        if let Some(word) = switches.offer_errors.get(&deposit.reference).or(by_user) {
            return Err(word);
        }
        if !state.offer_deposit(index, assets, amount, now) {
            return Err(words::ORDER_CHANGED_STATE);
        }
        let deposit = state.deposits.get(index).ok_or(words::INTERNAL_ERROR)?;
        let tradeofferid = deposit.offer_id().ok_or(words::INTERNAL_ERROR)?;
        let currency = deposit.currency.clone();
        drop(state);
        Ok(Answer::json(&OfferAnswer { success: true, currency, tradeofferid }))
    }
}
