//! `GET /merchant/purchase/available` and `/merchant/purchase/search`.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::Serialize;

use super::deposit_wire::{date, money};
use super::envelope::{Failure, Outcome, success};
use super::project::Skinslink;
use super::query::{self, number};
use super::request::Problems;
use super::switches::Switches;
use super::words;
use crate::amount::Number;
use crate::engine::catalogue::Game;
use crate::engine::market::Shelf;
use crate::fields::Fields;
use crate::random::mixed;

/// Into how many pages the list is cut.
const PAGES: usize = 16;
const MESSAGE: &str = "Successfully retrieved purchase prices";
/// What ends the readable part of a hexadecimal id.
const END: u8 = b'\n';
/// How long hexadecimal ids are.
const HEX_LENGTH: usize = 264;

/// How an item looks, as far as its name tells.
#[derive(Debug)]
pub(super) struct Looks<'a> {
    pub(super) exterior: Option<&'a str>,
    pub(super) rarity: Option<&'static str>,
    pub(super) rarity_color: Option<&'static str>,
}

impl<'a> Looks<'a> {
    /// Only items of one game have an exterior and a rarity here.
    pub(super) fn of(name: &'a str, game: Game) -> Self {
        match game {
            Game::Csgo => Self {
                exterior: name.rsplit_once('(').and_then(|(_, rest)| rest.strip_suffix(')')),
                rarity: Some("Mil-Spec"),
                rarity_color: Some("#4b69ff"),
            },
            Game::Dota2 | Game::Rust | Game::Tf2 => Self { exterior: None, rarity: None, rarity_color: None },
        }
    }
}

/// Where an item's picture would be.
pub(super) fn image_url(id: &str) -> String {
    format!("https://example.invalid/i/{id}.png")
}

/// An id as lists show it.
pub(super) fn shown_id<'a>(id: &'a str, switches: &Switches) -> Cow<'a, str> {
    if !switches.hex_ids {
        return Cow::Borrowed(id);
    }
    let seed = id.bytes().fold(0, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let mut hex: String = id.bytes().chain([END]).map(|byte| format!("{byte:02x}")).collect();
    for salt in 0.. {
        if hex.len() >= HEX_LENGTH {
            break;
        }
        hex.push_str(&format!("{:016x}", mixed(seed ^ salt)));
    }
    hex.truncate(HEX_LENGTH);
    Cow::Owned(hex)
}

/// The usual id of an id that lists show.
pub(super) fn usual_id(shown: &str) -> Cow<'_, str> {
    if shown.len() != HEX_LENGTH {
        return Cow::Borrowed(shown);
    }
    let bytes = shown.as_bytes().chunks(2).map_while(|pair| {
        let byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        (byte != END).then_some(char::from(byte))
    });
    Cow::Owned(bytes.collect())
}

/// One item. What is added by the newer age, and what on request, is absent otherwise.
#[derive(Debug, Serialize)]
pub(super) struct ItemView<'a> {
    id: Cow<'a, str>,
    name: &'a str,
    price: Number,
    image_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    exterior: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rarity: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rarity_color: Option<&'static str>,
    #[serde(flatten)]
    extended: Option<Extended>,
}

#[derive(Debug, Serialize)]
struct Extended {
    class_id: u64,
    instance_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    float: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inspect_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paint_seed: Option<u64>,
}

impl<'a> ItemView<'a> {
    /// The item on a shelf.
    pub(super) fn new(shelf: &'a Shelf, extended: bool, switches: &Switches) -> Self {
        let item = shelf.item.as_ref();
        let looks = switches.is_newer().then(|| Looks::of(&item.name, item.game));
        Self {
            id: shown_id(&item.id, switches),
            name: &item.name,
            price: money(shelf.price),
            image_url: image_url(&item.id),
            exterior: looks.as_ref().and_then(|looks| looks.exterior),
            rarity: looks.as_ref().and_then(|looks| looks.rarity),
            rarity_color: looks.as_ref().and_then(|looks| looks.rarity_color),
            extended: (extended && switches.is_newer()).then(|| Extended::new(shelf)),
        }
    }
}

impl Extended {
    fn new(shelf: &Shelf) -> Self {
        let item = shelf.item.as_ref();
        let seed = mixed(item.class_id.bytes().map(u64::from).sum());
        let is_weapon = item.game == Game::Csgo;
        // Between 0 and 1, with more digits than a price has.
        let wear = Decimal::new(i64::try_from(seed % 1_000_000_000).unwrap_or_default(), 9);
        Self {
            class_id: item.class_id.parse().unwrap_or_default(),
            instance_id: 188_530_139,
            float: is_weapon.then_some(Number(wear)),
            inspect_url: is_weapon
                .then(|| format!("steam://rungame/730/0/+csgo_econ_action_preview%20{}", item.id)),
            phase: None,
            paint_seed: is_weapon.then_some(seed % 1_000),
        }
    }
}

#[derive(Serialize)]
struct Group<'a> {
    name: &'a str,
    count: u64,
    price: Number,
    game: &'static str,
    image_url: String,
}

#[derive(Serialize)]
struct List<Row> {
    game: &'static str,
    total: usize,
    items: Vec<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_update_at: Option<String>,
    /// Seen in clients.
    #[serde(rename = "total_pages", skip_serializing_if = "Option::is_none")]
    pages: Option<usize>,
}

/// The page that an item is on, which never changes.
fn page_of(id: &str) -> usize {
    let sum = id.bytes().fold(0, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    usize::try_from(mixed(sum) % 16).unwrap_or_default() + 1
}

impl Skinslink {
    /// Every name is there once, so grouping changes the fields and not the rows.
    pub(super) fn available(&self, query: &Fields, switches: &Switches) -> Outcome {
        let game = query::game(query)?;
        let extended = switches.is_newer() && query.is_true("extended");
        let mut problems = Problems::of("AvailableItemsRequest");
        let page = number(query, &mut problems, "page", 0, (1, PAGES));
        problems.finish()?;
        let page = Some(page).filter(|page| *page > 0 && switches.is_newer());
        if self.is_rebuilding() {
            return Err(Failure::no_prices());
        }
        let state = self.project.open();
        let on_page = |shelf: &&Shelf| page.is_none_or(|page| page_of(&shelf.item.id) == page);
        let shelves: Vec<&Shelf> = state.market.for_sale(game).filter(on_page).collect();
        let last_update_at = switches.is_newer().then(|| date(state.now.real_ms, switches));
        let pages = page.map(|_| PAGES);
        let (total, game) = (shelves.len(), words::game_word(game));
        if query.is_true("full") || extended {
            let items = shelves.iter().map(|shelf| ItemView::new(shelf, extended, switches)).collect();
            return Ok(success(MESSAGE, &List { game, total, items, last_update_at, pages }));
        }
        let groups = shelves.iter().map(|shelf| Group {
            name: &shelf.item.name,
            count: shelf.shown_stock(),
            price: money(shelf.price),
            game,
            image_url: image_url(&shelf.item.id),
        });
        Ok(success(MESSAGE, &List { game, total, items: groups.collect(), last_update_at, pages }))
    }

    pub(super) fn search(&self, query: &Fields, switches: &Switches) -> Outcome {
        let game = query::game(query)?;
        // Repeated, and neither with brackets nor with commas.
        let given = query.scalars().filter(|(name, text)| *name == "names" && !text.is_empty());
        let names: Vec<&str> = given.map(|(_, text)| text).collect();
        let mut problems = Problems::of("SearchItemsRequest");
        if names.is_empty() {
            problems.add("names", "required");
        }
        problems.finish()?;
        if self.is_rebuilding() {
            return Err(Failure::no_prices());
        }
        let extended = query.is_true("extended");
        let state = self.project.open();
        let found = names.iter().filter_map(|name| state.market.by_name(name, game));
        let items: Vec<ItemView<'_>> = found
            .filter(|shelf| shelf.is_stocked())
            .map(|shelf| ItemView::new(shelf, extended, switches))
            .collect();
        let list = List {
            game: words::game_word(game),
            total: items.len(),
            items,
            last_update_at: None,
            pages: None,
        };
        Ok(success(MESSAGE, &list))
    }
}
