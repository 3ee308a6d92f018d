//! Questions to providers and their answers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use skinbus_domain::order::{Game, SteamUser};
use skinbus_domain::query::{
    Balance, CurrencyRate, FailedWebhookPage, HistoryKind, HistoryPage, HistoryRow, Item, OfferFilter, Query,
    ServerStatus,
};
use skinbus_domain::{Currency, Money};

use crate::credit::credit_to_proto;
use crate::facts::{facts_to_proto, money_from_proto, money_to_proto};
use crate::lookup::lay_progress;
use crate::order::{game_from_proto, game_to_proto, user_from_proto};
use crate::{timestamp_from_proto, timestamp_to_proto, v1};

/// A question that cannot be asked: the field, and what it must be. It quotes no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} {rule}")]
pub struct InvalidQuery {
    /// The field's path.
    pub field: &'static str,
    /// What it must be.
    pub rule: &'static str,
}

const NAMES_MAX: usize = 2000;
const TEXT_MAX_BYTES: usize = 300;

fn invalid(field: &'static str, rule: &'static str) -> InvalidQuery {
    InvalidQuery { field, rule }
}

fn game(given: i32) -> Result<Game, InvalidQuery> {
    let game = v1::Game::try_from(given).ok().and_then(game_from_proto);
    game.ok_or(invalid("game", "must be a known game"))
}

/// An amount out of the proto form; `None` where it is none.
#[must_use]
pub fn money(money: &v1::Money) -> Option<Money> {
    money_from_proto(money)
}

fn optional_money(given: Option<&v1::Money>, field: &'static str) -> Result<Option<Money>, InvalidQuery> {
    given
        .map(|money| money_from_proto(money).ok_or(invalid(field, "must be an amount with its currency")))
        .transpose()
}

fn text(given: &str) -> Option<String> {
    (!given.is_empty()).then(|| given.to_owned())
}

fn moment(given: Option<&prost_types::Timestamp>, field: &'static str) -> Result<Timestamp, InvalidQuery> {
    given.and_then(timestamp_from_proto).ok_or(invalid(field, "must be a valid time"))
}

/// An inventory question.
///
/// # Errors
///
/// [`InvalidQuery`] with the first field that is missing or wrong.
pub fn inventory(request: &v1::InventoryRequest) -> Result<Query, InvalidQuery> {
    let user: SteamUser = request
        .user
        .as_ref()
        .and_then(|user| user_from_proto(user).ok())
        .ok_or(invalid("user", "must be a Steam user, with a valid trade token where one is given"))?;
    let currency = text(&request.currency).map(|code| code.parse::<Currency>()).transpose();
    let currency = currency.map_err(|_| invalid("currency", "must be three letters, like USD"))?;
    Ok(Query::Inventory { user, game: game(request.game)?, currency })
}

/// The game of a price list.
///
/// # Errors
///
/// [`InvalidQuery`] where it is none.
pub fn price_list_game(request: &v1::PricesRequest) -> Result<Game, InvalidQuery> {
    game(request.game)
}

/// A search.
///
/// # Errors
///
/// [`InvalidQuery`] with the first field that is missing or wrong.
pub fn search(request: &v1::SearchRequest) -> Result<Query, InvalidQuery> {
    let names = &request.market_hash_names;
    let is_name =
        |name: &String| (1..=TEXT_MAX_BYTES).contains(&name.len()) && !name.chars().any(char::is_control);
    if names.is_empty() || names.len() > NAMES_MAX || !names.iter().all(is_name) {
        return Err(invalid("market_hash_names", "must be 1 to 2000 names of 1 to 300 bytes"));
    }
    Ok(Query::Search { game: game(request.game)?, names: names.clone() })
}

/// Which offers are wanted; without a cursor.
///
/// # Errors
///
/// [`InvalidQuery`] with the first field that is missing or wrong.
pub fn offers(request: &v1::OffersRequest) -> Result<OfferFilter, InvalidQuery> {
    if request.offer_id.len() > TEXT_MAX_BYTES || request.offer_id.chars().any(char::is_control) {
        return Err(invalid("offer_id", "must have at most 300 bytes"));
    }
    Ok(OfferFilter {
        game: game(request.game)?,
        offer_id: text(&request.offer_id),
        min_price: optional_money(request.min_price.as_ref(), "min_price")?,
        max_price: optional_money(request.max_price.as_ref(), "max_price")?,
        cursor: None,
    })
}

/// A look into the records.
///
/// # Errors
///
/// [`InvalidQuery`] with the first field that is missing or wrong.
pub fn history(request: &v1::HistoryRequest) -> Result<Query, InvalidQuery> {
    let kind = match request.kind() {
        v1::HistoryKind::Unspecified => return Err(invalid("kind", "must be a known kind")),
        v1::HistoryKind::Purchases => HistoryKind::Purchases,
        v1::HistoryKind::Deposits => HistoryKind::Deposits,
        v1::HistoryKind::Money => HistoryKind::Money,
    };
    let from = moment(request.from.as_ref(), "from")?;
    let until = moment(request.until.as_ref(), "until")?;
    if until < from {
        return Err(invalid("until", "must not be before from"));
    }
    Ok(Query::History { kind, from, until, cursor: text(&request.page_token) })
}

/// The webhooks that failed.
#[must_use]
pub fn failed_webhooks(request: &v1::FailedWebhooksRequest) -> Query {
    Query::FailedWebhooks { cursor: text(&request.page_token) }
}

/// An item in the proto form.
#[must_use]
pub fn item_to_proto(item: &Item) -> v1::Item {
    v1::Item {
        id: item.id.clone().unwrap_or_default(),
        market_hash_name: item.name.clone(),
        game: game_to_proto(item.game).into(),
        price: item.price.as_ref().map(money_to_proto),
        count: item.count,
        unavailable: item.is_unavailable,
        details: item.details.clone(),
    }
}

/// A balance in the proto form.
#[must_use]
pub fn balance_to_proto(balance: &Balance, fetched_at: Timestamp) -> v1::BalanceResponse {
    let line = |line: &skinbus_domain::query::BalanceLine| v1::BalanceLine {
        name: line.name.clone(),
        amount: line.amount.as_ref().map(money_to_proto),
    };
    v1::BalanceResponse {
        lines: balance.lines.iter().map(line).collect(),
        details: balance.details.clone(),
        fetched_at: Some(timestamp_to_proto(fetched_at)),
    }
}

/// Currencies in the proto form.
#[must_use]
pub fn currencies_to_proto(currencies: &[CurrencyRate], fetched_at: Timestamp) -> v1::CurrenciesResponse {
    let rate = |currency: &CurrencyRate| v1::CurrencyRate {
        code: currency.code.clone(),
        rate: currency.rate.map(|rate| rate.to_string()).unwrap_or_default(),
    };
    v1::CurrenciesResponse {
        currencies: currencies.iter().map(rate).collect(),
        fetched_at: Some(timestamp_to_proto(fetched_at)),
    }
}

/// A provider's status in the proto form.
#[must_use]
pub fn status_to_proto(status: &ServerStatus, fetched_at: Timestamp) -> v1::StatusResponse {
    v1::StatusResponse {
        available: status.is_available,
        reason: status.reason.clone().unwrap_or_default(),
        details: status.details.clone(),
        fetched_at: Some(timestamp_to_proto(fetched_at)),
    }
}

/// A page of a record in the proto form.
#[must_use]
pub fn history_to_proto(page: &HistoryPage, fetched_at: Timestamp) -> v1::HistoryResponse {
    v1::HistoryResponse {
        rows: page.rows.iter().map(history_row).collect(),
        next_page_token: page.next.clone().unwrap_or_default(),
        total: page.total,
        unreadable: page.unreadable,
        fetched_at: Some(timestamp_to_proto(fetched_at)),
        may_be_partial: page.may_be_partial,
    }
}

fn history_row(row: &HistoryRow) -> v1::HistoryRow {
    let mut trade = v1::LookupRow {
        reference: row.reference.as_ref().map(ToString::to_string).unwrap_or_default(),
        facts: facts_to_proto(&row.facts),
        credits: row.credits.iter().map(credit_to_proto).collect(),
        ..v1::LookupRow::default()
    };
    if let Some(progress) = &row.progress {
        lay_progress(&mut trade, progress);
    }
    v1::HistoryRow {
        trade: Some(trade),
        at: row.at.map(timestamp_to_proto),
        amount: row.amount.as_ref().map(money_to_proto),
        details: row.details.clone(),
    }
}

/// Failed webhooks in the proto form.
#[must_use]
pub fn failed_webhooks_to_proto(
    page: &FailedWebhookPage,
    fetched_at: Timestamp,
) -> v1::FailedWebhooksResponse {
    let webhook = |webhook: &skinbus_domain::query::FailedWebhook| v1::FailedWebhook {
        reference: webhook.reference.clone().unwrap_or_default(),
        provider_id: webhook.provider_id.clone().unwrap_or_default(),
        answer: webhook.answer.clone().unwrap_or_default(),
    };
    v1::FailedWebhooksResponse {
        webhooks: page.webhooks.iter().map(webhook).collect(),
        next_page_token: page.next.clone().unwrap_or_default(),
        fetched_at: Some(timestamp_to_proto(fetched_at)),
    }
}

/// A list's own facts, with `items` as its rows, in the proto form.
#[must_use]
pub fn items_response(
    items: Vec<v1::Item>,
    total: u64,
    next_page_token: String,
    list: &ListFacts,
    now: Timestamp,
) -> v1::ItemsResponse {
    let age = now.duration_since(list.fetched_at).as_millis();
    v1::ItemsResponse {
        items,
        next_page_token,
        total,
        fetched_at: Some(timestamp_to_proto(list.fetched_at)),
        age_ms: u64::try_from(age).unwrap_or(0),
        updated_at: list.updated_at.map(timestamp_to_proto),
        unreadable: list.unreadable,
        details: list.details.clone(),
    }
}

/// What is known of a list besides its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFacts {
    /// When the provider was asked.
    pub fetched_at: Timestamp,
    /// When the provider made it, where it tells.
    pub updated_at: Option<Timestamp>,
    /// Rows that could not be read.
    pub unreadable: u64,
    /// What else the provider tells.
    pub details: BTreeMap<String, String>,
}
