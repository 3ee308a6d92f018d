//! Items: a user's inventory, prices by name, single offers. Lists may be long, so each row is read on its own and
//! nothing is kept of the answer but what is returned.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use skinbus_domain::Currency;
use skinbus_domain::order::Game;
use skinbus_domain::query::{Details, Item, ItemPage, OfferFilter, QueryAnswer};

use super::wire::{Inventory, InventoryRow, Price, SkinRow, Skins, flag};
use crate::rows::{self, is_wanted};
use crate::values::{BadField, id, item_name, money, unix_seconds};
use crate::wire::{Text, object};

/// The answer of `POST /steam-inventory`. Its currency is said once, for all prices.
pub(super) fn inventory(answer: &Inventory<'_>) -> Result<QueryAnswer, &'static str> {
    let currency = answer.currency.parse().map_err(|_| "an inventory without a readable currency")?;
    Ok(page(&answer.inventory, |raw| inventory_item(raw, currency), |_| true))
}

/// The answer of `GET /withdraw/prices`, grouped by name.
pub(super) fn prices(answer: &Skins<'_>, game: Game) -> QueryAnswer {
    page(&answer.skins, |raw| Ok(Item { id: None, game: Some(game), ..skin(raw)? }), |_| true)
}

/// The answer of `GET /withdraw/prices` with `full_list=1`. The provider has no filter.
pub(super) fn offers(answer: &Skins<'_>, filter: &OfferFilter) -> QueryAnswer {
    let read = |raw: &str| {
        let item = skin(raw)?;
        item.id.is_some().then_some(()).ok_or(BadField("id"))?;
        Ok(Item { game: Some(filter.game), ..item })
    };
    page(&answer.skins, read, |item| is_wanted(item, filter))
}

/// The answer of `GET /withdraw/price`. It does not name the offer, nor its game.
pub(super) fn offer(answer: &Price<'_>, offer_id: &str) -> Result<QueryAnswer, &'static str> {
    let item = skin(answer.skin.get()).map_err(|_| "an offer that cannot be read")?;
    if item.id.as_ref().is_some_and(|id| id != offer_id) {
        return Err("another offer than the one asked for");
    }
    let is_sold_out = item.count == Some(0);
    Ok(QueryAnswer::Items(ItemPage {
        items: vec![Item {
            id: Some(offer_id.to_owned()),
            is_unavailable: item.is_unavailable || is_sold_out,
            ..item
        }],
        ..ItemPage::default()
    }))
}

fn page(
    told: &[&RawValue],
    read: impl Fn(&str) -> Result<Item, BadField>,
    is_wanted: impl Fn(&Item) -> bool,
) -> QueryAnswer {
    let mut page = ItemPage::default();
    rows::items(&mut page, told.iter(), |raw| read(raw.get()).ok(), is_wanted);
    QueryAnswer::Items(page)
}

/// Something for sale. Prices are in USD (documented).
fn skin(raw: &str) -> Result<Item, BadField> {
    let row: SkinRow = object(raw.as_bytes()).map_err(|_| BadField("row"))?;
    let properties = row.properties.unwrap_or_default();
    let details: Details =
        properties.iter().filter_map(|(name, raw)| Some((name.clone(), scalar(raw)?))).collect();
    let unhold_at = details.get("unhold_at").map(|text| Text(text.clone()));
    Ok(Item {
        id: row.id.as_ref().and_then(id),
        name: item_name(&row.name).ok_or(BadField("name"))?,
        game: None,
        price: Some(money(Currency::USD, &row.price, "price")?),
        count: row.count.map(|count| count.0.parse().map_err(|_| BadField("count"))).transpose()?,
        // In a hold it can only be reserved, which was not asked for.
        is_unavailable: unix_seconds(unhold_at.as_ref(), "unhold_at")?.is_some(),
        details,
    })
}

fn inventory_item(raw: &str, currency: Currency) -> Result<Item, BadField> {
    let row: InventoryRow<'_> = object(raw.as_bytes()).map_err(|_| BadField("row"))?;
    let is_tradable = flag(row.tradable).map_err(|()| BadField("tradable"))?;
    let is_disabled = flag(row.disabled).map_err(|()| BadField("disabled"))?;
    let details = [
        ("type", row.kind),
        ("quality", row.quality),
        ("short_type", row.short_type),
        ("img", row.img),
        ("gid", row.gid.clone()),
    ];
    Ok(Item {
        id: Some(id(&row.id).ok_or(BadField("id"))?),
        name: item_name(&row.name).ok_or(BadField("name"))?,
        game: row.gid.and_then(|app| game_of_app(&app.0)),
        price: row.price.map(|price| money(currency, &price, "price")).transpose()?,
        count: None,
        is_unavailable: is_tradable == Some(false) || is_disabled == Some(true),
        details: details
            .into_iter()
            .filter_map(|(name, text)| Some((name.to_owned(), text?.0)))
            .collect::<BTreeMap<_, _>>(),
    })
}

/// A text or number, as text; nothing for whatever is larger.
fn scalar(raw: &RawValue) -> Option<String> {
    serde_json::from_str::<Text>(raw.get()).ok().map(|text| text.0)
}

/// The game with this number at Steam.
fn game_of_app(app: &str) -> Option<Game> {
    match app {
        "730" => Some(Game::Cs2),
        "570" => Some(Game::Dota2),
        "252490" => Some(Game::Rust),
        "440" => Some(Game::Tf2),
        _ => None,
    }
}
