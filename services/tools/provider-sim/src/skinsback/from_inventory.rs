//! `create_from_user_inventory`.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::deposit_wire::MULTIPLIER;
use super::guards::{array, is_order_id, result_url};
use super::inventory::{Local, Owner};
use super::json::{Json, object, optional, text, whole};
use super::problems::{Problem, inventory};
use super::project::{Asked, Outcome, SkinsBack};
use super::style::Usual;
use super::words::SUCCESS;
use super::{money, time};
use crate::clock::Moment;
use crate::engine::deposit::{Deposit, DepositKind};
use crate::engine::deposit_life::NewDeposit;
use crate::engine::inventory::{Asset, worth};
use crate::engine::project::State;
use crate::engine::rules::Repeated;
use crate::shared::lock;

/// The notes of what a user was shown, so that the same answer can be given once more.
const LOCAL_CURRENCY: &str = "local_currency";
const LOCAL_RATE: &str = "local_rate";

const BOT_STEAM_ID: &str = "76561199000000101";
const BOT_NAME: &str = "Simulated bot";

/// A request whose parameters are all right in themselves.
struct Wish<'a> {
    owner: Owner<'a>,
    asset_ids: Vec<&'a str>,
    order_id: &'a str,
    result_url: Option<&'a str>,
    local: Local<'a>,
}

impl<'a> Wish<'a> {
    fn read(asked: &Asked<'a>) -> Result<Self, Problem> {
        let fields = asked.fields;
        let owner = Owner::read(asked)?;
        let asset_ids = array(fields, "item_asset_ids");
        let all_digits = |id: &&str| id.bytes().all(|byte| byte.is_ascii_digit());
        let distinct: BTreeSet<_> = asset_ids.iter().collect();
        if asset_ids.is_empty() || distinct.len() != asset_ids.len() || !asset_ids.iter().all(all_digits) {
            return Err(inventory::INVALID_ITEM_ASSET_IDS);
        }
        let order_id = fields.get("order_id").filter(|id| is_order_id(id, asked.switches));
        let order_id = order_id.ok_or(inventory::INVALID_ORDER_ID)?;
        let result_url = result_url(fields)?;
        Ok(Self { owner, asset_ids, order_id, result_url, local: Local::read(fields)? })
    }

    /// The assets, if all of them are there and are taken.
    fn assets(&self, state: &State, smallest: Decimal) -> Result<Vec<&'static Asset>, Problem> {
        let owned = state.inventory(self.owner.steam_id, self.owner.game);
        let find = |id: &&str| owned.iter().find(|asset| asset.id == *id).copied();
        let assets: Option<Vec<_>> = self.asset_ids.iter().map(find).collect();
        let assets = assets.ok_or(inventory::SOME_ITEM_NOT_FOUND)?;
        if assets.iter().any(|asset| !asset.tradable) {
            return Err(inventory::ITEM_NOT_ACCEPTABLE);
        }
        if worth(&assets) < smallest {
            return Err(inventory::AMOUNT_LESS_MINIMUM);
        }
        Ok(assets)
    }
}

impl SkinsBack {
    pub(super) fn create_from_user_inventory(&self, asked: &Asked<'_>) -> Outcome {
        let wish = Wish::read(asked)?;
        let settings = self.project.shared.settings();
        let mut state = self.project.open();
        let now = state.now;
        // Before the assets are looked for, which are away once the first request has worked.
        let known = state.deposits.index_of(wish.order_id);
        let index = match (known, state.rules.repeated_deposit) {
            (Some(_), Repeated::Reject) => return Err(inventory::ORDER_ID_ALREADY_EXISTS),
            (Some(first), Repeated::ReturnFirst) => first,
            (None, Repeated::Reject | Repeated::ReturnFirst) | (_, Repeated::BuyAgain) => {
                let assets = self.acceptable(&wish, &state, asked, now)?;
                let created = state.create_deposit(new_deposit(&wish, assets), &settings, now);
                created.map_err(|_| inventory::ORDER_ID_ALREADY_EXISTS)?
            }
        };
        let multiplier = state.rules.multiplier;
        let deposit = state.deposits.get(index).ok_or(inventory::INTERNAL_ERROR)?;
        Ok(object([("status", text(SUCCESS)), ("data", data(deposit, multiplier, now, asked))]))
    }

    fn acceptable(
        &self,
        wish: &Wish<'_>,
        state: &State,
        asked: &Asked<'_>,
        now: Moment,
    ) -> Result<Vec<&'static Asset>, Problem> {
        let mut memory = lock(&self.memory);
        if memory.refused_orders.contains(wish.order_id) {
            return Err(inventory::ORDER_ID_ALREADY_EXISTS);
        }
        let loaded = memory.inventories.get(&(wish.owner.steam_id.to_owned(), wish.owner.game));
        let is_fresh =
            |loaded_ms: &u64| now.life_ms.saturating_sub(*loaded_ms) <= asked.switches.inventory_fresh_ms;
        let assets = match loaded.filter(|loaded_ms| is_fresh(loaded_ms)) {
            Some(_) => wish.assets(state, asked.switches.minimum_deposit.0),
            None => Err(inventory::INVENTORY_IS_OUTDATED),
        };
        if assets.is_err() && asked.switches.refused_ids_are_used {
            memory.refused_orders.insert(wish.order_id.to_owned());
        }
        assets
    }
}

fn new_deposit<'a>(wish: &Wish<'a>, assets: Vec<&'static Asset>) -> NewDeposit<'a> {
    let multiplier = wish.local.multiplier.map(|multiplier| (MULTIPLIER, multiplier.to_string()));
    let shown = [(LOCAL_CURRENCY, wish.local.currency.to_owned()), (LOCAL_RATE, wish.local.rate.to_string())];
    NewDeposit {
        steam_id: Some(wish.owner.steam_id),
        result_url: wish.result_url,
        game: Some(wish.owner.game),
        assets,
        offer_sent: true,
        notes: shown.into_iter().chain(multiplier).collect(),
        ..NewDeposit::of(DepositKind::FromInventory, wish.order_id)
    }
}

fn data(deposit: &Deposit, usual_multiplier: Decimal, now: Moment, asked: &Asked<'_>) -> Json {
    let note = |name| deposit.notes.get(name).map(String::as_str);
    let number = |name| note(name).and_then(money::parse);
    let local = Local {
        currency: note(LOCAL_CURRENCY).unwrap_or("usd"),
        rate: number(LOCAL_RATE).unwrap_or(Decimal::ONE),
        multiplier: number(MULTIPLIER),
    };
    let sum = deposit.payment.map_or(Decimal::ZERO, |payment| payment.amount);
    let (in_local, multiplied) = local.amounts(sum, usual_multiplier);
    let expires = deposit.born.life_ms.saturating_add(deposit.pace.offer_timeout_ms);
    let amount = |amount| asked.style.amount(Usual::Number, amount);
    object([
        ("transaction_id", whole(deposit.id)),
        ("sum", amount(sum)),
        ("local_sum", amount(in_local)),
        ("local_sum_multiplied", amount(multiplied)),
        ("local_currency", text(local.currency)),
        ("trade_offer_id", optional(deposit.offer_id())),
        ("trade_offer_expiry_at", text(time::iso(now.real_of(expires, deposit.born.real_ms)))),
        ("bot_steam_id", text(BOT_STEAM_ID)),
        ("bot_name", text(BOT_NAME)),
    ])
}
