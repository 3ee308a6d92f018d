//! The fixed catalogue: one skin for each fate, so that an id says what will happen.

use rust_decimal::Decimal;
use serde::Serialize;

use super::fate::Fate;

/// A game as Skinify calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Game {
    Dota2,
    Csgo,
    Rust,
    Tf2,
}

impl Game {
    /// Reads Skinify's word.
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "dota2" => Some(Self::Dota2),
            "csgo" => Some(Self::Csgo),
            "rust" => Some(Self::Rust),
            "tf2" => Some(Self::Tf2),
            _ => None,
        }
    }
}

/// One skin that can be bought.
#[derive(Debug)]
pub(super) struct Skin {
    /// Its place in the catalogue.
    pub(super) index: usize,
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) game: Game,
    pub(super) price: Decimal,
    pub(super) classid: &'static str,
    pub(super) fate: Fate,
    /// In a trade hold: price lists show it only with `include_hold`.
    pub(super) in_hold: bool,
}

const fn skin(
    index: usize,
    id: &'static str,
    game: Game,
    cents: u32,
    name: &'static str,
    fate: Fate,
) -> Skin {
    let classid = match game {
        Game::Dota2 => "570000111",
        Game::Csgo => "310777000",
        Game::Rust => "252490111",
        Game::Tf2 => "440000111",
    };
    let price = Decimal::from_parts(cents, 0, 0, false, 2);
    Skin { index, id, name, game, price, classid, fate, in_hold: matches!(fate, Fate::Reserved) }
}

/// Every skin there is.
pub(super) static CATALOGUE: [Skin; 17] = [
    skin(0, "88101", Game::Rust, 4, "Accepted Rust Door", Fate::Accepted),
    skin(1, "88102", Game::Csgo, 125, "Protected | Sand Dune (Field-Tested)", Fate::AcceptedProtected),
    skin(2, "88103", Game::Rust, 10, "Canceled Rust Hatchet", Fate::Canceled),
    skin(3, "88104", Game::Rust, 11, "Timed Out Rust Torch", Fate::TimedOut),
    skin(4, "88105", Game::Rust, 12, "Invalid Token Rust Bag", Fate::InvalidToken),
    skin(5, "88106", Game::Rust, 13, "Not Tradable Rust Vest", Fate::UserNotTradable),
    skin(6, "88107", Game::Rust, 14, "Create Failed Rust Crate", Fate::CreateFailed),
    skin(7, "88108", Game::Rust, 15, "Unavailable Rust Rock", Fate::ItemUnavailable),
    skin(
        8,
        "88109",
        Game::Csgo,
        250,
        "Rolled Back By User | Predator (Field-Tested)",
        Fate::RolledBackByUser,
    ),
    skin(
        9,
        "88110",
        Game::Csgo,
        375,
        "Rolled Back By Provider | Safari Mesh (Field-Tested)",
        Fate::RolledBackByProvider,
    ),
    skin(10, "88111", Game::Csgo, 420, "Reserved | Boreal Forest (Field-Tested)", Fate::Reserved),
    skin(11, "88112", Game::Rust, 50, "Instant Rust Jacket", Fate::Instant),
    skin(12, "88113", Game::Rust, 60, "Insufficient Funds Rust Roof", Fate::InsufficientFunds),
    skin(13, "88114", Game::Csgo, 999_900, "Expensive | Dragon Lore (Factory New)", Fate::AcceptedProtected),
    skin(14, "88115", Game::Tf2, 33, "Stuck Team Hat", Fate::StuckProcessing),
    skin(15, "88116", Game::Dota2, 44, "Unknown Status Dota Sword", Fate::UnknownStatus),
    skin(16, "88117", Game::Rust, 55, "Late Rust Lock", Fate::AcceptedAfterTimeout),
];

/// The skin with this id.
pub(super) fn by_id(id: &str) -> Option<&'static Skin> {
    CATALOGUE.iter().find(|skin| skin.id == id)
}

/// The skin with exactly this name.
pub(super) fn by_name(name: &str, game: Game) -> Option<&'static Skin> {
    CATALOGUE.iter().find(|skin| skin.name == name && skin.game == game)
}

#[cfg(test)]
mod tests {
    use super::CATALOGUE;

    #[test]
    fn every_skin_knows_its_place() {
        for (index, skin) in CATALOGUE.iter().enumerate() {
            assert_eq!(skin.index, index, "{}", skin.id);
        }
    }
}
