//! Questions to ShadowPay besides orders: which call asks what.

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use skinbus_domain::Currency;
use skinbus_domain::order::Game;
use skinbus_domain::query::{HistoryKind, ItemPage, OfferFilter, Query, QueryAnswer};

use super::wire::{self, DISABLED, Keyed, Listed, WRONG_PARAMS};
use super::{Shadowpay, errors, rows, status};
use crate::envelope::{Envelope, may_refuse};
use crate::outcome::http_problem;
use crate::provider::{NotBuildable, Queried};
use crate::rows::is_wanted;
use crate::values::{self, shown};

/// Rows of one page. The provider's own default is 15,000; an answer of ours has to fit into one message.
const PAGE_ROWS: usize = 1000;
/// The documented default of a search by price, and "everything" by another sentence of the same page: always sent.
const SIMILAR_ROWS: usize = 500;

/// What a set of offers is asked with.
enum OffersBy<'a> {
    Id(&'a str),
    Price,
    Page,
}

fn offers_by(filter: &OfferFilter) -> OffersBy<'_> {
    match (&filter.offer_id, filter.min_price.is_some() || filter.max_price.is_some()) {
        (Some(id), _) => OffersBy::Id(id),
        (None, true) => OffersBy::Price,
        (None, false) => OffersBy::Page,
    }
}

pub(super) fn request(account: &Shadowpay, query: &Query) -> Result<Request<Bytes>, NotBuildable> {
    match query {
        Query::Balance => account.post("/get_balance", &[]),
        Query::Inventory { user, game, currency: _ } => {
            let steam_id = user.steam_id.to_string();
            account.post("/inventory", &[("steamid", &steam_id), ("game", project(*game)?)])
        }
        // Without names this is everything on sale, grouped by name.
        Query::Prices { game, cursor: None } => {
            account.post("/search_items_by_list_names", &[("project", project(*game)?)])
        }
        Query::Prices { cursor: Some(_), .. } => Err(NotBuildable("ShadowPay's price list is one page")),
        Query::Search { game, names } => search(account, project(*game)?, names),
        Query::Offers(filter) => offers(account, filter),
        Query::SteamPrices { game, cursor } => {
            page(account, "/get_steam_prices", project(*game)?, cursor.as_deref())
        }
        Query::History { kind: HistoryKind::Purchases, cursor: None, .. } => {
            account.post("/operation_history", &[])
        }
        Query::History { kind: HistoryKind::Purchases, cursor: Some(_), .. } => {
            Err(NotBuildable("ShadowPay's history is one page"))
        }
        Query::History { kind: HistoryKind::Deposits | HistoryKind::Money, .. } => {
            Err(NotBuildable("ShadowPay tells the history of trades only"))
        }
        Query::Currencies => Err(NotBuildable("ShadowPay has USD only")),
        Query::Status => Err(NotBuildable("ShadowPay has no call for its status")),
        Query::FailedWebhooks { .. } => Err(NotBuildable("ShadowPay has no list of notifications")),
    }
}

fn project(game: Game) -> Result<&'static str, NotBuildable> {
    status::game_word(game).ok_or(NotBuildable("ShadowPay does not trade items of this game"))
}

fn search(account: &Shadowpay, project: &str, names: &[String]) -> Result<Request<Bytes>, NotBuildable> {
    match names {
        // The call would answer with everything.
        [] => Err(NotBuildable("a search needs a name")),
        [name] => account.post("/search_item", &[("project", project), ("steam_market_hash_name", name)]),
        [_, _, ..] => {
            let keys: Vec<String> =
                (1..=names.len()).map(|number| format!("steam_market_hash_name[{number}]")).collect();
            let mut fields = vec![("project", project)];
            fields.extend(keys.iter().map(String::as_str).zip(names.iter().map(String::as_str)));
            account.post("/search_items_by_list_names", &fields)
        }
    }
}

fn offers(account: &Shadowpay, filter: &OfferFilter) -> Result<Request<Bytes>, NotBuildable> {
    let prices = [("price_from", &filter.min_price), ("price_to", &filter.max_price)];
    if prices.iter().any(|(_, price)| price.is_some_and(|price| price.currency != Currency::USD)) {
        return Err(NotBuildable("ShadowPay's prices are in USD"));
    }
    let project = project(filter.game)?;
    match offers_by(filter) {
        OffersBy::Id(id) => account.get("/get_item_by_id", &[("id", id)]),
        OffersBy::Price if filter.cursor.is_some() => {
            Err(NotBuildable("ShadowPay's offers by price are one page"))
        }
        OffersBy::Price => {
            let limit = SIMILAR_ROWS.to_string();
            let given: Vec<(&str, String)> = prices
                .into_iter()
                .filter_map(|(name, price)| price.map(|price| (name, price.amount.to_string())))
                .collect();
            let mut fields: Vec<(&str, &str)> =
                given.iter().map(|(name, price)| (*name, price.as_str())).collect();
            fields.extend([("project", project), ("limit", &limit)]);
            account.post("/search_similar_items", &fields)
        }
        OffersBy::Page => page(account, "/get_items_on_sale", project, filter.cursor.as_deref()),
    }
}

fn page(
    account: &Shadowpay,
    path: &str,
    project: &str,
    cursor: Option<&str>,
) -> Result<Request<Bytes>, NotBuildable> {
    let offset =
        values::offset(cursor).ok_or(NotBuildable("the cursor is not one of ShadowPay's"))?.to_string();
    let limit = PAGE_ROWS.to_string();
    account.get(path, &[("project", project), ("limit", &limit), ("offset", &offset)])
}

/// Where the next page begins. An answer with more rows than asked for did not heed the limit, and is everything.
fn next(cursor: Option<&str>, rows: usize) -> Option<String> {
    let next = values::offset(cursor)?.checked_add(u64::try_from(rows).ok()?)?;
    (rows == PAGE_ROWS).then(|| next.to_string())
}

pub(super) fn read(query: &Query, response: &Response<Bytes>, now: Timestamp) -> Queried {
    let body = response.body();
    match query {
        Query::Balance => read_as(response, now, query, wire::answer(body), rows::balance),
        Query::Inventory { .. } => read_as(response, now, query, wire::answer(body), rows::inventory),
        Query::Prices { game, .. } => {
            read_as(response, now, query, wire::answer(body), |keyed: &Keyed<'_>| {
                items(rows::prices(keyed, *game))
            })
        }
        Query::Search { game, names } if names.len() > 1 => {
            read_as(response, now, query, wire::answer(body), |keyed: &Keyed<'_>| {
                items(rows::groups(keyed, *game))
            })
        }
        Query::Search { game, .. } => {
            read_as(response, now, query, wire::answer(body), |listed: &Listed<'_>| {
                items(rows::cheapest_first(rows::offers(listed, Some(*game))))
            })
        }
        Query::Offers(filter) => read_offers(filter, query, response, now),
        Query::SteamPrices { game, cursor } => {
            read_as(response, now, query, wire::answer(body), |listed: &Listed<'_>| {
                let mut page = rows::steam_prices(listed, *game);
                page.next = next(cursor.as_deref(), listed.data.len());
                items(page)
            })
        }
        Query::History { from, until, .. } => {
            read_as(response, now, query, wire::answer(body), |listed: &Listed<'_>| {
                Queried::Answer(QueryAnswer::History(rows::history(listed, *from, *until)))
            })
        }
        Query::Currencies | Query::Status | Query::FailedWebhooks { .. } => {
            Queried::unreadable("an answer that nobody asked for")
        }
    }
}

fn read_offers(filter: &OfferFilter, query: &Query, response: &Response<Bytes>, now: Timestamp) -> Queried {
    let body = response.body();
    match offers_by(filter) {
        OffersBy::Id(id) => read_as(response, now, query, wire::answer(body), |found| {
            rows::offer(found, id, filter.game).map_or_else(
                |refused| refused,
                |mut page| {
                    page.items.retain(|item| is_wanted(item, filter));
                    items(page)
                },
            )
        }),
        OffersBy::Price => read_as(response, now, query, wire::answer(body), |listed: &Listed<'_>| {
            let mut page = rows::offers(listed, Some(filter.game));
            page.details.insert("limit".to_owned(), SIMILAR_ROWS.to_string());
            items(page)
        }),
        OffersBy::Page => read_as(response, now, query, wire::answer(body), |listed: &Listed<'_>| {
            let mut page = rows::offers(listed, Some(filter.game));
            page.next = next(filter.cursor.as_deref(), listed.data.len());
            items(page)
        }),
    }
}

fn items(page: ItemPage) -> Queried {
    Queried::Answer(QueryAnswer::Items(page))
}

fn read_as<T>(
    response: &Response<Bytes>,
    now: Timestamp,
    query: &Query,
    answer: Envelope<T>,
    on_success: impl FnOnce(&T) -> Queried,
) -> Queried {
    let status = response.status();
    match &answer {
        Envelope::Success(fields) if status.is_success() => on_success(fields),
        Envelope::Error(word) if may_refuse(status) => {
            Queried::Refused { code: refusal_code(query, word), provider_code: shown(word) }
        }
        Envelope::Unrecognised(problem) if status.is_success() => Queried::unreadable(*problem),
        Envelope::Success(_) | Envelope::Error(_) | Envelope::Unrecognised(_) => {
            match errors::closed(&answer, status, now) {
                Some(closed) => Queried::Closed(closed),
                None => Queried::unreadable(http_problem(status)),
            }
        }
    }
}

/// A question that is refused closes nothing: one call that is off does not stop orders.
fn refusal_code(query: &Query, word: &str) -> &'static str {
    match word {
        WRONG_PARAMS => match query {
            Query::Search { .. } | Query::Offers(_) => "not_found",
            Query::Inventory { .. }
            | Query::Prices { .. }
            | Query::SteamPrices { .. }
            | Query::Balance
            | Query::Currencies
            | Query::Status
            | Query::History { .. }
            | Query::FailedWebhooks { .. } => "invalid_request",
        },
        DISABLED => "provider_closed",
        "internal_error" => "internal_error",
        _ => errors::before_anything(word).unwrap_or("refused"),
    }
}
