//! Questions besides orders.
//!
//! `get-prices` answers none of them: it tells what the provider would give for named items, and there is no question
//! for that. It is used for deposits by names only. `no_deposit_intent`, which makes it a price list, is never sent.

use bytes::Bytes;
use http::Request;
use serde::Serialize;
use skinbus_domain::Currency;
use skinbus_domain::order::Game;
use skinbus_domain::query::{HistoryKind, OfferFilter, Query};

use super::game_word;
use crate::provider::NotBuildable;
use crate::request::{Api, Pairs, trade_token};
use crate::values;

/// Rows of a page of the history. The largest allowed number is not documented.
pub(super) const HISTORY_LIMIT: u64 = 50;
/// Pages of the full list. Seen in clients: fixed slices, at most 16.
pub(super) const OFFER_PAGES_MAX: u64 = 16;
/// Longest names of a search. Nothing is documented; addresses of 8,000 bytes pass most servers.
const NAMES_MAX_BYTES: usize = 2000;

#[derive(Serialize)]
struct InventoryBody<'a> {
    game: &'static str,
    partner: u64,
    token: &'a str,
}

/// The request that asks `query`.
pub(super) fn request(api: &Api, query: &Query) -> Result<Request<Bytes>, NotBuildable> {
    match query {
        Query::Inventory { user, game, currency: _ } => {
            let body = InventoryBody {
                game: game_word(*game),
                partner: user.steam_id.partner(),
                token: trade_token(user)?,
            };
            api.post_json("/merchant/inventory", &body)
        }
        Query::Prices { game, cursor: None } => {
            api.get("/merchant/purchase/available", &vec![("game", game_word(*game))])
        }
        Query::Prices { cursor: Some(_), .. } => Err(NotBuildable("the price list has one page")),
        Query::Search { game, names } => search(api, *game, names),
        Query::Offers(filter) => offers(api, filter),
        Query::Balance => api.get("/merchant/balance", &Vec::new()),
        Query::History { kind: HistoryKind::Purchases, cursor, .. } => history(api, cursor.as_deref()),
        Query::History { kind: HistoryKind::Deposits | HistoryKind::Money, .. } => {
            Err(NotBuildable("Skinslink has a record of purchases only"))
        }
        Query::SteamPrices { .. } | Query::Currencies | Query::Status | Query::FailedWebhooks { .. } => {
            Err(NotBuildable("Skinslink documents no such call"))
        }
    }
}

fn search(api: &Api, game: Game, names: &[String]) -> Result<Request<Bytes>, NotBuildable> {
    if names.is_empty() {
        return Err(NotBuildable("a search needs a name"));
    }
    if names.iter().map(String::len).sum::<usize>() > NAMES_MAX_BYTES {
        return Err(NotBuildable("the names do not fit into one address"));
    }
    let mut fields: Pairs<'_> = vec![("game", game_word(game)), ("extended", "true")];
    fields.extend(names.iter().map(|name| ("names", name.as_str())));
    api.get("/merchant/purchase/search", &fields)
}

/// The page that a cursor of offers names.
pub(super) fn offer_page(cursor: Option<&str>) -> Option<u64> {
    match cursor {
        None => Some(1),
        Some(text) => text.parse().ok().filter(|page| (1..=OFFER_PAGES_MAX).contains(page)),
    }
}

/// The full list knows no filter: what was not asked for is left out when the answer is read.
fn offers(api: &Api, filter: &OfferFilter) -> Result<Request<Bytes>, NotBuildable> {
    let prices = [&filter.min_price, &filter.max_price];
    if prices.into_iter().flatten().any(|price| price.currency != Currency::USD) {
        return Err(NotBuildable("prices are in USD"));
    }
    let page = offer_page(filter.cursor.as_deref()).ok_or(NotBuildable("no such page"))?.to_string();
    let fields = vec![
        ("game", game_word(filter.game)),
        ("full", "true"),
        ("extended", "true"),
        ("page", page.as_str()),
    ];
    api.get("/merchant/purchase/available", &fields)
}

/// The newest first, so that rows that are added meanwhile move the rest to later pages and none is passed over. The
/// documented `date_range` counts from the provider's today and has five steps: the time is looked at in the answer.
fn history(api: &Api, cursor: Option<&str>) -> Result<Request<Bytes>, NotBuildable> {
    let offset = values::offset(cursor).ok_or(NotBuildable("no such page"))?.to_string();
    let limit = HISTORY_LIMIT.to_string();
    let fields = vec![("limit", limit.as_str()), ("offset", offset.as_str()), ("sort", "-created_at")];
    api.get("/merchant/purchase", &fields)
}
