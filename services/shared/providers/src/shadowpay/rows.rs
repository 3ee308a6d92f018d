//! Rows of ShadowPay's answers in canonical form. A row that cannot be read is counted, and hides no other.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use skinbus_domain::order::Game;
use skinbus_domain::query::{
    Balance, BalanceLine, Details, HistoryPage, HistoryRow, Item, ItemPage, QueryAnswer,
};
use skinbus_domain::{Currency, Money, Reference};

use super::status;
use super::wire::{self, Extra, Keyed, Listed, Trade};
use crate::provider::Queried;
use crate::rows;
use crate::values::{id, item_name, money};
use crate::wire::{Text, object};

/// What is told, under ShadowPay's own names.
fn details<'a>(extras: impl IntoIterator<Item = (&'a str, Extra)>) -> Details {
    extras.into_iter().filter_map(|(name, extra)| Some((name.to_owned(), extra.0?))).collect()
}

/// What `read` makes of the rows.
fn page<R>(told: impl IntoIterator<Item = R>, read: impl Fn(R) -> Option<Item>) -> ItemPage {
    let mut page = ItemPage::default();
    rows::items(&mut page, told, read, |_| true);
    page
}

/// Answer of `POST /get_balance`.
#[derive(Deserialize)]
pub(super) struct Balances {
    currency: String,
    balance: Text,
    deposit_balance: Option<Text>,
}

/// Both sums under their own names: which of them pays for purchases is not documented.
pub(super) fn balance(told: &Balances) -> Queried {
    let line = |name: &str, text: &Text| -> Option<BalanceLine> {
        let currency: Currency = told.currency.parse().ok()?;
        let amount = money(currency, text, "balance").ok()?;
        Some(BalanceLine { name: name.to_owned(), amount: Some(amount) })
    };
    let sums = [("balance", Some(&told.balance)), ("deposit_balance", told.deposit_balance.as_ref())];
    let given = sums.into_iter().filter_map(|(name, text)| text.map(|text| line(name, text)));
    match given.collect::<Option<Vec<_>>>() {
        Some(lines) => Queried::Answer(QueryAnswer::Balance(Balance { lines, details: Details::new() })),
        None => Queried::unreadable("an unreadable balance"),
    }
}

/// Answer of `POST /inventory`.
#[derive(Deserialize)]
pub(super) struct Inventory<'a> {
    #[serde(borrow)]
    inv: Vec<&'a RawValue>,
    total: Option<Extra>,
}

#[derive(Deserialize)]
struct Owned {
    assetid: Text,
    steam_market_hash_name: String,
    project: Option<String>,
    price: Text,
    tradable: Option<bool>,
    #[serde(default)]
    skip_reason: Extra,
    #[serde(default)]
    lowest_price: Extra,
    #[serde(default)]
    max_price: Extra,
    #[serde(default)]
    fee: Extra,
    #[serde(default)]
    steam_itemtype: Extra,
    #[serde(default)]
    rarity: Extra,
    #[serde(default)]
    exterior: Extra,
    #[serde(default)]
    is_stattrak: Extra,
    #[serde(default)]
    link: Extra,
}

pub(super) fn inventory(told: &Inventory<'_>) -> Queried {
    let mut page = page(told.inv.iter().copied(), owned);
    let total = told.total.as_ref().and_then(|total| total.0.clone());
    page.details = total.into_iter().map(|total| ("total".to_owned(), total)).collect();
    Queried::Answer(QueryAnswer::Items(page))
}

fn owned(row: &RawValue) -> Option<Item> {
    let row: Owned = object(row.get().as_bytes()).ok()?;
    let price = money(Currency::USD, &row.price, "price").ok()?;
    // `false` where nothing is in the way.
    let skip_reason = Extra(row.skip_reason.0.filter(|reason| !matches!(reason.as_str(), "false" | "")));
    Some(Item {
        id: Some(id(&row.assetid)?),
        name: item_name(&row.steam_market_hash_name)?,
        game: row.project.as_deref().and_then(status::game),
        price: Some(price),
        count: None,
        is_unavailable: row.tradable == Some(false) || skip_reason.0.is_some(),
        details: details([
            ("skip_reason", skip_reason),
            ("lowest_price", row.lowest_price),
            ("max_price", row.max_price),
            ("fee", row.fee),
            ("steam_itemtype", row.steam_itemtype),
            ("rarity", row.rarity),
            ("exterior", row.exterior),
            ("is_stattrak", row.is_stattrak),
            ("link", row.link),
        ]),
    })
}

/// One offer, in each of the calls that list offers.
#[derive(Deserialize)]
struct Offered {
    id: Text,
    steam_market_hash_name: String,
    price: Text,
    project: Option<String>,
    #[serde(default)]
    floatvalue: Extra,
    #[serde(default)]
    paintindex: Extra,
    #[serde(default)]
    paintseed: Extra,
    #[serde(default)]
    steam_asset_id: Extra,
    #[serde(default)]
    time_created: Extra,
}

/// Offers of a list. Where a row does not tell its game, it is of the one that was asked for.
pub(super) fn offers(listed: &Listed<'_>, asked: Option<Game>) -> ItemPage {
    page(listed.data.iter().copied(), |row| offered(row, asked))
}

fn offered(row: &RawValue, asked: Option<Game>) -> Option<Item> {
    let row: Offered = object(row.get().as_bytes()).ok()?;
    let price = money(Currency::USD, &row.price, "price").ok()?;
    Some(Item {
        id: Some(id(&row.id)?),
        name: item_name(&row.steam_market_hash_name)?,
        game: row.project.as_deref().map_or(asked, status::game),
        price: Some(price),
        count: None,
        is_unavailable: false,
        details: details([
            ("floatvalue", row.floatvalue),
            ("paintindex", row.paintindex),
            ("paintseed", row.paintseed),
            ("steam_asset_id", row.steam_asset_id),
            ("time_created", row.time_created),
        ]),
    })
}

/// The order of rows is not documented.
pub(super) fn cheapest_first(mut page: ItemPage) -> ItemPage {
    page.items.sort_by_key(|item| item.price.map(|price| price.amount));
    page
}

/// Answer of `GET /get_item_by_id`.
#[derive(Deserialize)]
pub(super) struct Found<'a> {
    #[serde(borrow)]
    item: &'a RawValue,
    #[serde(default)]
    is_seller_online: Extra,
}

/// The one offer that was asked for.
pub(super) fn offer(found: &Found<'_>, offer_id: &str, game: Game) -> Result<ItemPage, Queried> {
    let not_found = || Queried::Refused { code: "not_found", provider_code: String::new() };
    if matches!(found.item.get(), "null" | "[]" | "{}" | "false") {
        return Err(not_found());
    }
    let mut item = offered(found.item, None).ok_or_else(|| Queried::unreadable("an unreadable offer"))?;
    if item.id.as_deref() != Some(offer_id) {
        return Err(Queried::unreadable("another offer than the one asked for"));
    }
    if item.game.is_some_and(|told| told != game) {
        return Err(not_found());
    }
    item.is_unavailable = found.is_seller_online.0.as_deref() == Some("false");
    item.details.extend(details([("is_seller_online", Extra(found.is_seller_online.0.clone()))]));
    Ok(ItemPage { items: vec![item], ..ItemPage::default() })
}

#[derive(Deserialize)]
struct Grouped {
    id: Text,
    price: Text,
}

/// Offers grouped by name, cheapest first within a name: the provider sorts the other way round.
pub(super) fn groups(keyed: &Keyed<'_>, game: Game) -> ItemPage {
    let mut all = ItemPage::default();
    for (name, group) in keyed.data.iter().flat_map(|data| &data.0) {
        match group_of(name, group, game) {
            Some(page) => {
                let page = cheapest_first(page);
                all.unreadable += page.unreadable;
                all.items.extend(page.items);
            }
            None => all.unreadable += 1,
        }
    }
    all
}

fn group_of(name: &str, group: &RawValue, game: Game) -> Option<ItemPage> {
    let name = item_name(name)?;
    let rows: Vec<&RawValue> = serde_json::from_str(group.get()).ok()?;
    Some(page(rows, |row| {
        let row: Grouped = object(row.get().as_bytes()).ok()?;
        let price = money(Currency::USD, &row.price, "price").ok()?;
        Some(Item {
            id: Some(id(&row.id)?),
            name: name.clone(),
            game: Some(game),
            price: Some(price),
            ..Item::default()
        })
    }))
}

/// The price list: for each name its cheapest offer and how many there are.
pub(super) fn prices(keyed: &Keyed<'_>, game: Game) -> ItemPage {
    let mut list = ItemPage::default();
    for (name, group) in keyed.data.iter().flat_map(|data| &data.0) {
        let Some(group) = group_of(name, group, game) else {
            list.unreadable += 1;
            continue;
        };
        list.unreadable += group.unreadable;
        let count = u64::try_from(group.items.len()).ok();
        if let Some(cheapest) =
            group.items.into_iter().min_by_key(|item| item.price.map(|price| price.amount))
        {
            list.items.push(Item { id: None, count, ..cheapest });
        }
    }
    list
}

#[derive(Deserialize)]
struct SteamPrice {
    steam_market_hash_name: String,
    price: Text,
}

/// Prices of Steam's market.
pub(super) fn steam_prices(listed: &Listed<'_>, game: Game) -> ItemPage {
    page(listed.data.iter().copied(), |row| {
        let row: SteamPrice = object(row.get().as_bytes()).ok()?;
        let price = money(Currency::USD, &row.price, "price").ok()?;
        let name = item_name(&row.steam_market_hash_name)?;
        Some(Item { name, game: Some(game), price: Some(price), ..Item::default() })
    })
}

/// The rows of the history between these moments; the provider cannot be asked for a part. A row whose time cannot be
/// read is told all the same. The history has no documented length, so it surely reaches back far enough only where it
/// has an older row.
pub(super) fn history(listed: &Listed<'_>, from: Timestamp, until: Timestamp) -> HistoryPage {
    let mut page = HistoryPage { may_be_partial: true, ..HistoryPage::default() };
    for row in &listed.data {
        match history_row(row) {
            Some(row) if row.at.is_some_and(|at| at < from) => page.may_be_partial = false,
            Some(row) if row.at.is_some_and(|at| at > until) => {}
            Some(row) => page.rows.push(row),
            None => page.unreadable += 1,
        }
    }
    page
}

fn history_row(row: &RawValue) -> Option<HistoryRow> {
    let trade: Trade<'_> = object(row.get().as_bytes()).ok()?;
    let facts = status::facts(&trade).ok()?;
    let reference: Option<Reference> =
        trade.custom_id.as_ref().and_then(|custom_id| custom_id.0.parse().ok());
    let amount: Option<Money> = facts.price_paid;
    let items = trade.items().unwrap_or_default();
    let (asset_id, project) = match items.as_slice() {
        [item] => (item.steam_asset_id.as_ref().and_then(id), item.project.clone()),
        [] | [_, _, ..] => (None, None),
    };
    let told = |text: Option<&Text>| Extra(text.and_then(id));
    Some(HistoryRow {
        reference,
        at: trade.time_created.as_deref().and_then(wire::time),
        progress: Some(status::progress(&trade)),
        credits: Vec::new(),
        amount,
        details: details([
            ("steam_to_steamid", told(trade.steam_to_steamid.as_ref())),
            ("causer", told(trade.causer.as_ref())),
            ("steam_asset_id", Extra(asset_id)),
            ("project", Extra(project.filter(|project| !project.is_empty()))),
            ("time_created", Extra(trade.time_created.as_deref().and_then(item_name))),
        ]),
        facts,
    })
}
