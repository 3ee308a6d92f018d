//! `POST /inventory`.

use rust_decimal::Decimal;
use serde::Serialize;

use super::project::ShadowPay;
use super::settings::Settings;
use super::wire::{Id, Money, Outcome};
use super::words;
use crate::engine::catalogue::{Game, cents};
use crate::engine::inventory::Asset;
use crate::engine::steam::is_steam_id;
use crate::fields::Fields;

/// The fee in percent.
const FEE_PERCENT: u32 = 5;

#[derive(Debug, Serialize)]
struct AssetRow {
    price: Money,
    lowest_price: Money,
    max_price: Money,
    fee: Money,
    steam_market_hash_name: &'static str,
    assetid: Id,
    project: &'static str,
    steam_itemtype: &'static str,
    rarity: &'static str,
    exterior: &'static str,
    is_stattrak: bool,
    tradable: bool,
    link: String,
    skip_reason: SkipReason,
}

/// `false`, or why an asset cannot be sold.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum SkipReason {
    None(bool),
    Word(&'static str),
}

#[derive(Debug, Serialize)]
struct InventoryAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    total: Id,
    inv: Vec<AssetRow>,
}

/// The lowest and the highest price that can be asked for an asset.
pub(super) fn allowed_prices(asset: &Asset) -> (Decimal, Decimal) {
    // 97.5 percent, to the cent.
    let lowest = asset.price * Decimal::from_parts(975, 0, 0, false, 3);
    (lowest.round_dp(2), asset.price * Decimal::from(30))
}

/// What stands in brackets at the end of a name.
fn exterior(name: &'static str) -> &'static str {
    name.rsplit_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or_default()
}

fn row(asset: &'static Asset, settings: &Settings) -> AssetRow {
    let (lowest, highest) = allowed_prices(asset);
    let is_weapon = asset.game == Game::Csgo;
    AssetRow {
        price: settings.number_price(asset.price),
        lowest_price: settings.number_price(lowest),
        max_price: settings.number_price(highest),
        fee: settings.number_price(cents(FEE_PERCENT * 100)),
        steam_market_hash_name: asset.name,
        assetid: settings.id(asset.id),
        project: words::project(asset.game),
        steam_itemtype: if is_weapon { "SMG" } else { "" },
        rarity: if is_weapon { "Mil-Spec" } else { "" },
        exterior: exterior(asset.name),
        is_stattrak: false,
        tradable: asset.tradable,
        link: format!("steam://rungame/730/0/+csgo_econ_action_preview%20S0A{}D0", asset.id),
        skip_reason: if asset.tradable { SkipReason::None(false) } else { SkipReason::Word("not_tradable") },
    }
}

impl ShadowPay {
    /// What a user owns and has not put on sale.
    pub(super) fn inventory(&self, fields: &Fields, settings: &Settings) -> Outcome {
        let steam_id = fields.get("steamid").filter(|id| is_steam_id(id)).ok_or(words::WRONG_PARAMS)?;
        let game = fields.get("game").and_then(words::game).ok_or(words::WRONG_PARAMS)?;
        let assets = self.project.open().inventory(steam_id, game);
        let inv: Vec<_> = assets.into_iter().map(|asset| row(asset, settings)).collect();
        let total = settings.id(inv.len());
        Ok(settings.answer(&InventoryAnswer { status: settings.success(true), total, inv }))
    }
}
