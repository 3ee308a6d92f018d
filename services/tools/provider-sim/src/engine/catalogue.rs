//! The fixed catalogue: one item for each fate, so that an id says what will happen; and fillers for long lists.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::fate::Fate;

/// A game. Every provider has its own word for it; the words here are for the ledger and the control API only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Game {
    Dota2,
    Csgo,
    Rust,
    Tf2,
}

impl Game {
    /// Every game.
    pub(crate) const ALL: [Self; 4] = [Self::Dota2, Self::Csgo, Self::Rust, Self::Tf2];
}

/// One item that can be bought.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) id: Cow<'static, str>,
    pub(crate) name: Cow<'static, str>,
    pub(crate) game: Game,
    /// The price to begin with; the one in force is on the item's shelf.
    pub(crate) price: Decimal,
    /// Steam's class id.
    pub(crate) class_id: Cow<'static, str>,
    pub(crate) fate: Fate,
    /// In a trade hold: price lists of some providers show it only when asked to.
    pub(crate) in_hold: bool,
}

/// An amount of so many cents.
pub(crate) const fn cents(cents: u32) -> Decimal {
    Decimal::from_parts(cents, 0, 0, false, 2)
}

const fn item(id: &'static str, game: Game, price: u32, name: &'static str, fate: Fate) -> Item {
    let class_id = match game {
        Game::Dota2 => "570000111",
        Game::Csgo => "310777000",
        Game::Rust => "252490111",
        Game::Tf2 => "440000111",
    };
    Item {
        id: Cow::Borrowed(id),
        name: Cow::Borrowed(name),
        game,
        price: cents(price),
        class_id: Cow::Borrowed(class_id),
        fate,
        in_hold: matches!(fate, Fate::Reserved),
    }
}

/// The items that are always there, the same for every provider.
pub(crate) static CATALOGUE: [Item; 17] = [
    item("88101", Game::Rust, 4, "Accepted Rust Door", Fate::Accepted),
    item("88102", Game::Csgo, 125, "Protected | Sand Dune (Field-Tested)", Fate::AcceptedProtected),
    item("88103", Game::Rust, 10, "Canceled Rust Hatchet", Fate::Canceled),
    item("88104", Game::Rust, 11, "Timed Out Rust Torch", Fate::TimedOut),
    item("88105", Game::Rust, 12, "Invalid Token Rust Bag", Fate::InvalidToken),
    item("88106", Game::Rust, 13, "Not Tradable Rust Vest", Fate::UserNotTradable),
    item("88107", Game::Rust, 14, "Create Failed Rust Crate", Fate::CreateFailed),
    item("88108", Game::Rust, 15, "Unavailable Rust Rock", Fate::ItemUnavailable),
    item("88109", Game::Csgo, 250, "Rolled Back By User | Predator (Field-Tested)", Fate::RolledBackByUser),
    item(
        "88110",
        Game::Csgo,
        375,
        "Rolled Back By Provider | Safari Mesh (Field-Tested)",
        Fate::RolledBackByProvider,
    ),
    item("88111", Game::Csgo, 420, "Reserved | Boreal Forest (Field-Tested)", Fate::Reserved),
    item("88112", Game::Rust, 50, "Instant Rust Jacket", Fate::Instant),
    item("88113", Game::Rust, 60, "Insufficient Funds Rust Roof", Fate::InsufficientFunds),
    item("88114", Game::Csgo, 999_900, "Expensive | Dragon Lore (Factory New)", Fate::AcceptedProtected),
    item("88115", Game::Tf2, 33, "Stuck Team Hat", Fate::StuckProcessing),
    item("88116", Game::Dota2, 44, "Unknown Status Dota Sword", Fate::UnknownStatus),
    item("88117", Game::Rust, 55, "Late Rust Lock", Fate::AcceptedAfterTimeout),
];

/// The id of the first filler.
const FIRST_FILLER_ID: u32 = 2_000_001;

/// One of the generated items that make a price list long. It is accepted when it is bought.
pub(crate) fn filler(number: u32) -> Item {
    let games = [Game::Csgo, Game::Csgo, Game::Rust, Game::Dota2];
    let game = usize::try_from(number).ok().and_then(|number| games.get(number % games.len()));
    let game = game.copied().unwrap_or(Game::Csgo);
    let id = FIRST_FILLER_ID.saturating_add(number);
    let name = match game {
        Game::Csgo => format!("Filler | Pattern {id} (Field-Tested)"),
        Game::Dota2 | Game::Rust | Game::Tf2 => format!("Filler Thing {id}"),
    };
    Item {
        id: Cow::Owned(id.to_string()),
        name: Cow::Owned(name),
        game,
        // Spread without any order, from 0.03 up to about 200.
        price: cents(number.wrapping_mul(7_919) % 20_000 + 3),
        class_id: Cow::Owned((500_000_000 + u64::from(number)).to_string()),
        fate: Fate::Accepted,
        in_hold: false,
    }
}
