//! Items in answers: an inventory, the price list, what is for sale. Lists are large, so rows are read one by one from
//! where they stand, and a bad one is counted and left out.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use skinbus_domain::Currency;
use skinbus_domain::order::Game;
use skinbus_domain::query::{Details, Item, ItemPage, OfferFilter, QueryAnswer};

use super::wire::{Rows, flag, text_or_nothing};
use crate::rows::{self, is_wanted};
use crate::values::{id, item_name, money, unix_seconds};
use crate::wire::{Text, object};

const DETAIL_MAX_CHARS: usize = 256;

/// Keeps what only SkinsBack tells, under its name, where it is told and short.
pub(super) fn keep(details: &mut Details, name: &str, text: Option<&Text>) {
    let Some(text) = text.filter(|text| !text.0.is_empty() && !text.0.chars().any(char::is_control)) else {
        return;
    };
    details.insert(name.to_owned(), text.0.chars().take(DETAIL_MAX_CHARS).collect());
}

fn page(
    fields: &[u8],
    item_of: impl Fn(&RawValue) -> Option<Item>,
    is_wanted: impl Fn(&Item) -> bool,
) -> Option<ItemPage> {
    let list: Rows<'_> = object(fields).ok()?;
    let mut page = ItemPage {
        updated_at: unix_seconds(list.last_update.as_ref(), "last_update").ok().flatten(),
        ..ItemPage::default()
    };
    keep(&mut page.details, "last_update", list.last_update.as_ref());
    keep(&mut page.details, "currency_local", list.currency_local.as_ref());
    rows::items(&mut page, list.items, item_of, is_wanted);
    Some(page)
}

/// A row of the price list or of a search.
#[derive(Deserialize)]
struct Row {
    id: Option<Text>,
    name: String,
    price: Text,
    #[serde(default, deserialize_with = "text_or_nothing")]
    count: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    classid: Option<Text>,
}

fn row(raw: &RawValue, game: Game) -> Option<Item> {
    let row: Row = object(raw.get().as_bytes()).ok()?;
    let mut item = Item {
        id: row.id.as_ref().and_then(id),
        name: item_name(&row.name)?,
        game: Some(game),
        price: Some(money(Currency::USD, &row.price, "price").ok()?),
        count: row.count.as_ref().and_then(|count| count.0.parse().ok()),
        ..Item::default()
    };
    keep(&mut item.details, "classid", row.classid.as_ref());
    Some(item)
}

/// A row that names one copy, so it has an id that can be bought.
fn copy(raw: &RawValue, game: Game) -> Option<Item> {
    row(raw, game).filter(|item| item.id.is_some())
}

/// The price list by name.
pub(super) fn prices(fields: &[u8], game: Game) -> Option<QueryAnswer> {
    page(fields, |raw| row(raw, game), |_| true).map(QueryAnswer::Items)
}

/// What a search found. SkinsBack finds names that contain the text; only those that are the name are wanted.
pub(super) fn found(fields: &[u8], game: Game, names: &[String]) -> Option<QueryAnswer> {
    page(fields, |raw| copy(raw, game), |item| names.contains(&item.name)).map(QueryAnswer::Items)
}

/// Single copies, from the full price list; SkinsBack filters nothing itself.
pub(super) fn offers(fields: &[u8], filter: &OfferFilter) -> Option<QueryAnswer> {
    let mut page = page(fields, |raw| copy(raw, filter.game), |item| is_wanted(item, filter))?;
    once_each(&mut page.items);
    Some(QueryAnswer::Items(page))
}

/// Knives with a phase are listed twice under one id, with and without it in the name: the longer name tells more.
fn once_each(items: &mut Vec<Item>) {
    let mut kept: Vec<Item> = Vec::with_capacity(items.len());
    let mut places: HashMap<String, usize> = HashMap::with_capacity(items.len());
    for item in items.drain(..) {
        let place = item.id.as_ref().and_then(|id| places.get(id)).copied();
        match place.and_then(|place| kept.get_mut(place)) {
            Some(known) if item.name.len() > known.name.len() => *known = item,
            Some(_) => {}
            None => {
                places.extend(item.id.clone().map(|id| (id, kept.len())));
                kept.push(item);
            }
        }
    }
    *items = kept;
}

/// A row of an inventory.
#[derive(Deserialize)]
struct Owned<'a> {
    item: Asset<'a>,
    name: String,
    price: Option<Text>,
    #[serde(borrow)]
    disabled: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    price_local: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    multiplied_price_local: Option<Text>,
}

#[derive(Deserialize)]
struct Asset<'a> {
    asset_id: Text,
    #[serde(borrow)]
    tradable: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    class_id: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    app_id: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    icon_url: Option<Text>,
    // The documentation names these without their place in the row.
    #[serde(default, deserialize_with = "text_or_nothing")]
    price_local: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    multiplied_price_local: Option<Text>,
}

/// A user's items. The price is in dollars, whatever the local prices beside it are in.
pub(super) fn inventory(fields: &[u8], game: Game) -> Option<QueryAnswer> {
    page(fields, |raw| owned(raw, game), |_| true).map(QueryAnswer::Items)
}

fn owned(raw: &RawValue, game: Game) -> Option<Item> {
    let row: Owned<'_> = object(raw.get().as_bytes()).ok()?;
    // A flag that cannot be read is no permission.
    let is_disabled = row.disabled.is_some() && flag(row.disabled) != Some(false);
    let is_tradable = row.item.tradable.is_none() || flag(row.item.tradable) == Some(true);
    let price = match &row.price {
        Some(price) => Some(money(Currency::USD, price, "price").ok()?),
        None if is_disabled => None,
        None => return None,
    };
    let mut item = Item {
        id: Some(id(&row.item.asset_id)?),
        name: item_name(&row.name)?,
        game: Some(game),
        price,
        is_unavailable: is_disabled || !is_tradable,
        ..Item::default()
    };
    for (name, text) in [
        ("class_id", &row.item.class_id),
        ("app_id", &row.item.app_id),
        ("icon_url", &row.item.icon_url),
        ("price_local", &row.price_local.or(row.item.price_local)),
        ("multiplied_price_local", &row.multiplied_price_local.or(row.item.multiplied_price_local)),
    ] {
        keep(&mut item.details, name, text.as_ref());
    }
    Some(item)
}
