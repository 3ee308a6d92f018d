//! Kept lists, served in pages that fit into a message.

use std::sync::Arc;

use skinbus_bus::lists::{ListKey, StoredList};
use skinbus_bus::queries::QueryError;
use skinbus_domain::order::Game;
use skinbus_domain::query::{OfferFilter, Query};
use skinbus_proto::query::{self, ListFacts, items_response};
use skinbus_proto::{Message, moment, v1};
use skinbus_providers::Capability;
use skinbus_runtime::clock;

use super::direct::{self, invalid};
use super::{kept, refused};
use crate::Dispatcher;

/// Largest page as protobuf. As JSON it takes about three times as much, and a message may take a megabyte.
const PAGE_MAX_BYTES: usize = 256 * 1024;

pub(super) async fn prices(
    dispatcher: Arc<Dispatcher>,
    request: v1::PricesRequest,
) -> Result<v1::ItemsResponse, QueryError> {
    let game = query::price_list_game(&request).map_err(invalid)?;
    let key = key(&dispatcher, "prices", game);
    let list = kept::list(&dispatcher, &key, &move |cursor| Query::Prices { game, cursor }).await?;
    page(&list, &request.page_token, request.page_size, |_| true)
}

pub(super) async fn steam_prices(
    dispatcher: Arc<Dispatcher>,
    request: v1::PricesRequest,
) -> Result<v1::ItemsResponse, QueryError> {
    let game = query::price_list_game(&request).map_err(invalid)?;
    let key = key(&dispatcher, "steam_prices", game);
    let list = kept::list(&dispatcher, &key, &move |cursor| Query::SteamPrices { game, cursor }).await?;
    page(&list, &request.page_token, request.page_size, |_| true)
}

pub(super) async fn offers(
    dispatcher: Arc<Dispatcher>,
    request: v1::OffersRequest,
) -> Result<v1::ItemsResponse, QueryError> {
    let filter = query::offers(&request).map_err(invalid)?;
    let has_range = filter.min_price.is_some() || filter.max_price.is_some();
    let picks_range = (dispatcher.served.account.provider.support)(Capability::OffersByPrice).is_supported();
    if filter.offer_id.is_some() || (has_range && picks_range) {
        return direct::offers(&dispatcher, &request, &Query::Offers(filter)).await;
    }
    let game = filter.game;
    let key = key(&dispatcher, "offers", game);
    let everything = move |cursor| {
        Query::Offers(OfferFilter { game, offer_id: None, min_price: None, max_price: None, cursor })
    };
    let list = kept::list(&dispatcher, &key, &everything).await?;
    page(&list, &request.page_token, request.page_size, |item| is_within(&filter, item))
}

fn is_within(filter: &OfferFilter, item: &v1::Item) -> bool {
    if filter.min_price.is_none() && filter.max_price.is_none() {
        return true;
    }
    let Some(price) = item.price.as_ref().and_then(query::money) else { return false };
    filter.min_price.as_ref().is_none_or(|min| min.exceeds(&price) == Some(false))
        && filter.max_price.as_ref().is_none_or(|max| price.exceeds(max) == Some(false))
}

fn key(dispatcher: &Dispatcher, operation: &'static str, game: Game) -> ListKey {
    let game = match game {
        Game::Cs2 => "cs2",
        Game::Dota2 => "dota2",
        Game::Rust => "rust",
        Game::Tf2 => "tf2",
    };
    ListKey { account: dispatcher.served.account.name.clone(), operation, game }
}

/// The page that `token` names: `<version>.<index of its first row>`. A page of a list that was replaced meanwhile is
/// refused: put together with pages of another list it would lose rows and repeat others.
fn page(
    stored: &StoredList,
    token: &str,
    page_size: u32,
    is_wanted: impl Fn(&v1::Item) -> bool,
) -> Result<v1::ItemsResponse, QueryError> {
    let list = &stored.list;
    let first = match token.rsplit_once('.') {
        None if token.is_empty() => 0,
        Some((version, index)) if version == stored.version => {
            index.parse::<usize>().map_err(|_| refused("invalid_request", "page_token is none of ours"))?
        }
        Some(_) | None => {
            let status = "list_changed: the list was renewed; begin again without page_token".to_owned();
            return Err(QueryError { code: 409, status });
        }
    };
    let most = if page_size == 0 { usize::MAX } else { usize::try_from(page_size).unwrap_or(usize::MAX) };
    let (mut items, mut bytes, mut next) = (Vec::new(), 0, String::new());
    for (index, item) in list.items.iter().enumerate().skip(first).filter(|(_, item)| is_wanted(item)) {
        bytes += item.encoded_len() + ROW_OVERHEAD_BYTES;
        if items.len() >= most || (bytes > PAGE_MAX_BYTES && !items.is_empty()) {
            next = format!("{}.{index}", stored.version);
            break;
        }
        items.push(item.clone());
    }
    let facts = ListFacts {
        fetched_at: list.fetched_at.as_ref().and_then(moment).unwrap_or_else(clock::now),
        updated_at: list.updated_at.as_ref().and_then(moment),
        unreadable: list.unreadable,
        details: list.details.clone(),
    };
    Ok(items_response(items, list.total, next, &facts, clock::now()))
}

/// Tag and length of a row inside the message.
const ROW_OVERHEAD_BYTES: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(rows: usize) -> StoredList {
        let item = |index: usize| v1::Item { id: index.to_string(), ..v1::Item::default() };
        let items: Vec<v1::Item> = (0..rows).map(item).collect();
        let total = u64::try_from(items.len()).unwrap();
        let list = v1::ItemsResponse { total, items, ..v1::ItemsResponse::default() };
        StoredList { version: "v.1".to_owned(), list }
    }

    fn all(list: &StoredList, page_size: u32, is_wanted: fn(&v1::Item) -> bool) -> (Vec<String>, usize) {
        let (mut ids, mut token, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = page(list, &token, page_size, is_wanted).unwrap();
            assert!(page.encoded_len() < PAGE_MAX_BYTES * 2);
            ids.extend(page.items.into_iter().map(|item| item.id));
            (token, pages) = (page.next_page_token, pages + 1);
            if token.is_empty() {
                return (ids, pages);
            }
        }
    }

    #[test]
    fn pages_hold_every_row_once_in_order() {
        let list = stored(100_000);
        let expected: Vec<String> = (0..100_000).map(|index| index.to_string()).collect();
        let (ids, pages) = all(&list, 0, |_| true);
        assert_eq!(ids, expected);
        assert!(pages > 1, "a page must fit into a message");
        assert_eq!(all(&stored(10), 3, |_| true).1, 4);
    }

    #[test]
    fn what_is_not_wanted_is_not_counted() {
        let (ids, pages) = all(&stored(100), 10, |item| item.id.ends_with('7'));
        assert_eq!(ids.len(), 10);
        assert_eq!(pages, 1);
    }

    #[test]
    fn a_page_of_another_list_is_refused() {
        let list = stored(10);
        assert_eq!(page(&list, "v.2.3", 0, |_| true).unwrap_err().code, 409);
        assert_eq!(page(&list, "rubbish", 0, |_| true).unwrap_err().code, 409);
        assert_eq!(page(&list, "v.1.x", 0, |_| true).unwrap_err().code, 400);
        assert!(page(&list, "v.1.99", 0, |_| true).unwrap().items.is_empty());
    }
}
