//! What users own: the same fixed assets for every user.

use rust_decimal::Decimal;

use super::catalogue::{Game, cents};

/// One thing in a user's Steam inventory.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asset {
    /// Steam's asset id.
    pub(crate) id: &'static str,
    pub(crate) game: Game,
    pub(crate) name: &'static str,
    /// What a provider pays for it, in USD.
    pub(crate) price: Decimal,
    /// False for one in a trade hold, which providers refuse.
    pub(crate) tradable: bool,
}

const fn asset(id: &'static str, game: Game, price: u32, name: &'static str) -> Asset {
    Asset { id, game, name, price: cents(price), tradable: true }
}

/// Everything that every user owns.
pub(crate) static INVENTORY: [Asset; 11] = [
    asset("30117720401", Game::Csgo, 740, "Deposited | Carbon Fiber (Field-Tested)"),
    asset("30117720402", Game::Csgo, 1_215, "Deposited | Night Stripe (Minimal Wear)"),
    asset("30117720403", Game::Csgo, 213, "Deposited | Carnivore (Well-Worn)"),
    asset("30117720404", Game::Csgo, 9_900, "Deposited | Worm God (Factory New)"),
    Asset { tradable: false, ..asset("30117720405", Game::Csgo, 500, "Held | Groundwater (Field-Tested)") },
    asset("41227720401", Game::Rust, 120, "Deposited Rust Door"),
    asset("41227720402", Game::Rust, 345, "Deposited Rust Jacket"),
    asset("52337720401", Game::Dota2, 88, "Deposited Dota Sword"),
    asset("52337720402", Game::Dota2, 260, "Deposited Dota Cape"),
    asset("63447720401", Game::Tf2, 33, "Deposited Team Hat"),
    asset("63447720402", Game::Tf2, 410, "Deposited Team Key"),
];

/// The asset with this id.
pub(crate) fn asset_by_id(id: &str) -> Option<&'static Asset> {
    INVENTORY.iter().find(|asset| asset.id == id)
}

/// What these are worth together.
pub(crate) fn worth(assets: &[&'static Asset]) -> Decimal {
    assets.iter().map(|asset| asset.price).sum()
}
