//! `POST /merchant/inventory`.

use serde::Serialize;

use super::deposit_wire::money;
use super::deposits::check_account;
use super::envelope::{Outcome, success};
use super::market::{Looks, image_url};
use super::project::Skinslink;
use super::request::Body;
use super::switches::Switches;
use super::words;
use crate::amount::Number;
use crate::call::Call;
use crate::engine::inventory::worth;
use crate::engine::steam::steam_id_of;
use crate::shared::lock;

/// How long one waits before asking for the same user's inventory again.
const INVENTORY_GAP_MS: u64 = 5_000;

#[derive(Serialize)]
struct AssetView {
    id: &'static str,
    name: &'static str,
    price: Number,
    image_url: String,
    exterior: Option<&'static str>,
    rarity: Option<&'static str>,
    rarity_color: Option<&'static str>,
}

#[derive(Serialize)]
struct InventoryView {
    items: Vec<AssetView>,
    total: usize,
    sum: Number,
    game: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_items: Option<usize>,
}

impl Skinslink {
    /// Shows what is tradable, and remembers when, because its prices do not last.
    pub(super) fn inventory(&self, call: &Call, switches: &Switches) -> Outcome {
        let mut body = Body::read(call, "InventoryRequest")?;
        let game = body.game()?;
        let partner = body.trade_link(1)?;
        let account_field = body.problems.account_field();
        body.problems.finish()?;
        self.throttle(format!("inventory {partner}"), INVENTORY_GAP_MS, switches)?;
        check_account(&account_field, partner, switches)?;
        let state = self.project.open();
        let mut assets = state.inventory(&steam_id_of(partner), game);
        assets.retain(|asset| asset.tradable);
        lock(&self.memory).snapshots.insert((partner, game), state.now.life_ms);
        drop(state);
        let items = assets.iter().map(|asset| {
            let looks = Looks::of(asset.name, game);
            AssetView {
                id: asset.id,
                name: asset.name,
                price: money(asset.price),
                image_url: image_url(asset.id),
                exterior: looks.exterior,
                rarity: looks.rarity,
                rarity_color: looks.rarity_color,
            }
        });
        let view = InventoryView {
            items: items.collect(),
            total: assets.len(),
            sum: money(worth(&assets)),
            game: words::game_word(game),
            max_items: switches.is_newer().then_some(switches.max_items),
        };
        Ok(success("Inventory fetched successfully", &view))
    }
}
