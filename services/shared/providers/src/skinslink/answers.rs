//! What the answers to questions say.

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use rust_decimal::Decimal;
use skinbus_domain::order::{Game, OrderKind};
use skinbus_domain::query::{
    Balance, BalanceLine, Details, HistoryKind, HistoryPage, HistoryRow, Item, ItemPage, OfferFilter, Query,
    QueryAnswer,
};
use skinbus_domain::{Cause, Currency, Money, Reference};

use super::queries::{HISTORY_LIMIT, OFFER_PAGES_MAX, offer_page};
use super::wire::{self, BalanceSums, Detail, Envelope, History, ItemList, ListedItem, Row};
use super::{errors, game_word, status};
use crate::outcome::http_problem;
use crate::provider::Queried;
use crate::rows::{self, is_wanted};
use crate::values::{BadField, id, iso_time, item_name, money, offset, shown};
use crate::wire::{Text, object};

/// What the answer to `query` says.
pub(super) fn read(query: &Query, response: &Response<Bytes>, now: Timestamp) -> Queried {
    if let Some(closed) = errors::closed(response, now) {
        return Queried::Closed(closed);
    }
    let status = response.status();
    match wire::envelope(response.body()) {
        Envelope::Success(data) if status == StatusCode::OK => match answer(query, data, now) {
            Ok(answer) => Queried::Answer(answer),
            Err(bad) => Queried::unreadable(format!("unreadable_{}", bad.0)),
        },
        Envelope::Error(refusal) => Queried::Refused {
            code: errors::query_code(status, &refusal),
            provider_code: errors::word(&refusal),
        },
        Envelope::Unrecognised(problem) if status.is_success() => Queried::unreadable(problem),
        Envelope::Success(_) | Envelope::Unrecognised(_) => Queried::unreadable(http_problem(status)),
    }
}

fn answer(query: &Query, data: &str, now: Timestamp) -> Result<QueryAnswer, BadField> {
    match query {
        Query::Inventory { game, .. } | Query::Search { game, .. } => {
            items(data, *game, Ids::Needed, |_| true).map(|(page, _)| QueryAnswer::Items(page))
        }
        Query::Prices { game, .. } => {
            items(data, *game, Ids::None, |_| true).map(|(page, _)| QueryAnswer::Items(page))
        }
        Query::Offers(filter) => offers(data, filter).map(QueryAnswer::Items),
        Query::Balance => balance(data).map(QueryAnswer::Balance),
        Query::History { kind: HistoryKind::Purchases, from, until, cursor } => {
            history(data, (*from, *until), cursor.as_deref(), now).map(QueryAnswer::History)
        }
        Query::History { kind: HistoryKind::Deposits | HistoryKind::Money, .. }
        | Query::SteamPrices { .. }
        | Query::Currencies
        | Query::Status
        | Query::FailedWebhooks { .. } => Err(BadField("question")),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ids {
    /// A list of single items: one without an id cannot be bought or given.
    Needed,
    /// A list by names.
    None,
}

/// The items that are wanted, and how many pages the list has, where it tells.
fn items(
    data: &str,
    game: Game,
    ids: Ids,
    is_wanted: impl Fn(&Item) -> bool,
) -> Result<(ItemPage, Option<u64>), BadField> {
    let list: ItemList<'_> = wire::data(data, "list")?;
    if list.game.as_deref().is_some_and(|told| !told.is_empty() && told != game_word(game)) {
        return Err(BadField("game"));
    }
    let pages = list.total_pages.as_ref().map(|pages| pages.0.parse().map_err(|_| BadField("total_pages")));
    let mut page = ItemPage {
        updated_at: iso_time(list.last_update_at.as_deref(), "last_update_at")?,
        details: details([("total", list.total), ("sum", list.sum), ("max_items", list.max_items)]),
        ..ItemPage::default()
    };
    rows::items(&mut page, list.items, |raw| item(raw.get(), game, ids), is_wanted);
    Ok((page, pages.transpose()?))
}

fn item(raw: &str, game: Game, ids: Ids) -> Option<Item> {
    let row: ListedItem = object(raw.as_bytes()).ok()?;
    let id = match ids {
        Ids::Needed => Some(row.id.as_ref().and_then(id)?),
        Ids::None => None,
    };
    let count = row.count.map(|count| count.0.parse()).transpose().ok()?;
    Some(Item {
        id,
        name: item_name(&row.name)?,
        game: Some(game),
        price: Some(money(Currency::USD, &row.price, "price").ok()?),
        count,
        is_unavailable: false,
        details: details([
            ("image_url", row.image_url),
            ("exterior", row.exterior),
            ("rarity", row.rarity),
            ("rarity_color", row.rarity_color),
            ("class_id", row.class_id),
            ("instance_id", row.instance_id),
            ("float", row.float),
            ("inspect_url", row.inspect_url),
            ("phase", row.phase),
            ("paint_seed", row.paint_seed),
        ]),
    })
}

fn details<const N: usize>(given: [(&str, Option<Detail>); N]) -> Details {
    let told = given.into_iter().filter_map(|(name, detail)| Some((name.to_owned(), detail?.0?)));
    told.collect()
}

fn offers(data: &str, filter: &OfferFilter) -> Result<ItemPage, BadField> {
    let (mut page, pages) = items(data, filter.game, Ids::Needed, |item| is_wanted(item, filter))?;
    // Without a number of pages the answer is of the revision that gives the whole list at once.
    let read = offer_page(filter.cursor.as_deref()).ok_or(BadField("cursor"))?;
    let is_last = pages.is_none_or(|pages| read >= pages.min(OFFER_PAGES_MAX));
    page.next = (!is_last).then(|| (read + 1).to_string());
    Ok(page)
}

/// Seen in clients; not documented.
fn balance(data: &str) -> Result<Balance, BadField> {
    let sums: BalanceSums = wire::data(data, "balance")?;
    let line = |name: &str, text: &Text, field| -> Result<BalanceLine, BadField> {
        Ok(BalanceLine { name: name.to_owned(), amount: Some(signed(text, field)?) })
    };
    let mut lines = vec![line("available", &sums.available, "available")?];
    if let Some(hold) = &sums.hold {
        lines.push(line("on_hold", hold, "hold")?);
    }
    if let Some(total) = &sums.total {
        lines.push(line("total", total, "total")?);
    }
    Ok(Balance { lines, details: Details::new() })
}

/// A balance may be less than nothing after a reversal.
fn signed(text: &Text, field: &'static str) -> Result<Money, BadField> {
    let read = |digits: &str| money(Currency::USD, &Text(digits.to_owned()), field);
    match text.0.strip_prefix('-') {
        Some(digits) => read(digits).map(|owed| Money { amount: Decimal::ZERO - owed.amount, ..owed }),
        None => read(&text.0),
    }
}

fn history(
    data: &str,
    (from, until): (Timestamp, Timestamp),
    cursor: Option<&str>,
    now: Timestamp,
) -> Result<HistoryPage, BadField> {
    let list: History<'_> = wire::data(data, "list")?;
    let total = list.total.map(|total| total.0.parse().map_err(|_| BadField("total"))).transpose()?;
    let given = u64::try_from(list.data.len()).map_err(|_| BadField("list"))?;
    let mut page = HistoryPage { total, ..HistoryPage::default() };
    let mut is_past = false;
    for raw in list.data {
        let Some(row) = history_row(raw.get(), now) else {
            page.unreadable += 1;
            continue;
        };
        is_past = row.at.is_some_and(|at| at < from);
        // A row without a date may belong to the time that was asked for.
        if row.at.is_none_or(|at| (from..=until).contains(&at)) {
            page.rows.push(row);
        }
    }
    let seen = offset(cursor).and_then(|offset| offset.checked_add(given)).ok_or(BadField("cursor"))?;
    let has_more = given > 0 && !is_past && total.map_or(given >= HISTORY_LIMIT, |total| seen < total);
    page.next = has_more.then(|| seen.to_string());
    Ok(page)
}

fn history_row(raw: &str, now: Timestamp) -> Option<HistoryRow> {
    let row: Row = object(raw.as_bytes()).ok()?;
    let reference: Option<Reference> = row.merchant_tx_id.as_ref().and_then(|text| text.0.parse().ok());
    // A purchase that was not made by us may have any reference or none; the rest of it is read all the same.
    let read_as = reference.clone().or_else(|| "unknown".parse().ok())?;
    let read = status::observation(&row, &read_as, OrderKind::Purchase, Cause::LookUp, now).ok()?;
    let amount = row.amount.as_ref().map(|text| money(Currency::USD, text, "amount")).transpose().ok()?;
    let mut details = Details::new();
    if let Some(reason) = row.fail_reason.as_deref().filter(|reason| !reason.is_empty()) {
        details.insert("fail_reason".to_owned(), shown(reason));
    }
    if let Some(steam_id) = row.steam_id.as_ref().and_then(id) {
        details.insert("steam_id".to_owned(), steam_id);
    }
    Some(HistoryRow {
        reference,
        at: iso_time(row.date.as_deref(), "date").ok()?,
        progress: Some(read.progress),
        facts: read.facts,
        credits: Vec::new(),
        amount,
        details,
    })
}
