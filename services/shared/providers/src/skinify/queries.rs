//! Questions: what is asked, and what kind of answer comes.

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use serde::Deserialize;
use skinbus_domain::order::{Game, SteamUser};
use skinbus_domain::query::{HistoryKind, OfferFilter, Query, QueryAnswer};
use skinbus_domain::{Currency, Money};

use super::status::game_word;
use super::{errors, items, records, wire};
use crate::envelope::{Envelope, may_refuse};
use crate::outcome::http_problem;
use crate::provider::{NotBuildable, Queried};
use crate::request::{Api, Pairs};
use crate::values::shown;

const ONE_PAGE: NotBuildable = NotBuildable("Skinify gives this list in one page, without a cursor");

pub(super) fn request(api: &Api, query: &Query) -> Result<Request<Bytes>, NotBuildable> {
    match query {
        Query::Inventory { user, game, currency } => inventory(api, user, *game, *currency),
        Query::Prices { cursor: Some(_), .. } | Query::FailedWebhooks { cursor: Some(_) } => Err(ONE_PAGE),
        Query::Prices { game, cursor: None } => {
            api.get("/withdraw/prices", &vec![("game", game_word(*game))])
        }
        Query::Offers(filter) => offers(api, filter),
        Query::Balance => api.get("/project-balance", &Vec::new()),
        Query::History { kind, from, until, cursor } => history(api, *kind, *from, *until, cursor.as_deref()),
        Query::FailedWebhooks { cursor: None } => api.get("/failed-ipn", &Vec::new()),
        Query::Search { .. } => Err(NotBuildable("the path of Skinify's search is not documented")),
        Query::SteamPrices { .. } => Err(NotBuildable("Skinify does not tell Steam's prices")),
        Query::Currencies | Query::Status => Err(NotBuildable("no such call of Skinify is documented")),
    }
}

fn inventory(
    api: &Api,
    user: &SteamUser,
    game: Game,
    currency: Option<Currency>,
) -> Result<Request<Bytes>, NotBuildable> {
    let token = user.trade_token.as_ref().ok_or(NotBuildable("an inventory needs the user's trade token"))?;
    let steam_id = user.steam_id.to_string();
    let currency = currency.map(|currency| currency.as_str().to_ascii_lowercase());
    let mut fields: Pairs<'_> =
        vec![("game", game_word(game)), ("steam_id", &steam_id), ("trade_token", token.reveal())];
    fields.extend(currency.as_deref().map(|currency| ("currency", currency)));
    api.post_form("/steam-inventory", &fields)
}

/// `include_hold` is never sent: items in a hold are delivered days later, and to whichever trade URL is known then.
fn offers(api: &Api, filter: &OfferFilter) -> Result<Request<Bytes>, NotBuildable> {
    if filter.cursor.is_some() {
        return Err(ONE_PAGE);
    }
    let is_foreign = |bound: &Option<Money>| bound.is_some_and(|bound| bound.currency != Currency::USD);
    if is_foreign(&filter.min_price) || is_foreign(&filter.max_price) {
        return Err(NotBuildable("Skinify's prices are in USD, so the filter's must be too"));
    }
    match &filter.offer_id {
        Some(offer_id) => api.get("/withdraw/price", &vec![("id", offer_id.as_str())]),
        None => api.get("/withdraw/prices", &vec![("game", game_word(filter.game)), ("full_list", "1")]),
    }
}

fn history(
    api: &Api,
    kind: HistoryKind,
    from: Timestamp,
    until: Timestamp,
    cursor: Option<&str>,
) -> Result<Request<Bytes>, NotBuildable> {
    let (path, first, last) = match kind {
        HistoryKind::Purchases => ("/withdraw/history", "start_date", "end_date"),
        HistoryKind::Deposits => ("/get-deposits", "starting", "ending"),
        HistoryKind::Money => return Err(NotBuildable("Skinify has no record of money movements")),
    };
    let (from, until) = (from.as_second().max(0).to_string(), until.as_second().max(0).to_string());
    let mut fields: Pairs<'_> = vec![(first, &from), (last, &until)];
    fields.extend(cursor.map(|cursor| ("start_from", cursor)));
    api.get(path, &fields)
}

pub(super) fn read(query: &Query, response: &Response<Bytes>, now: Timestamp) -> Queried {
    match query {
        Query::Inventory { .. } => answered(response, now, |answer| items::inventory(&answer)),
        Query::Prices { game, .. } => answered(response, now, |answer| Ok(items::prices(&answer, *game))),
        Query::Offers(OfferFilter { offer_id: Some(offer_id), .. }) => {
            answered(response, now, |answer| items::offer(&answer, offer_id))
        }
        Query::Offers(filter) => answered(response, now, |answer| Ok(items::offers(&answer, filter))),
        Query::Balance => answered(response, now, |answer| records::balance(&answer)),
        Query::History { kind: HistoryKind::Purchases, cursor, .. } => {
            answered(response, now, |page| records::purchases(&page, cursor.as_deref()))
        }
        Query::History { kind: HistoryKind::Deposits, cursor, .. } => {
            answered(response, now, |page| records::deposits(&page, cursor.as_deref()))
        }
        Query::FailedWebhooks { .. } => answered(response, now, |answer| Ok(records::failed_ipns(&answer))),
        Query::History { kind: HistoryKind::Money, .. }
        | Query::Search { .. }
        | Query::SteamPrices { .. }
        | Query::Currencies
        | Query::Status => Queried::unreadable("nothing was asked"),
    }
}

fn answered<'a, T: Deserialize<'a>>(
    response: &'a Response<Bytes>,
    now: Timestamp,
    read: impl FnOnce(T) -> Result<QueryAnswer, &'static str>,
) -> Queried {
    let status = response.status();
    let answer = wire::envelope::<T>(response.body());
    if let Some(closed) = errors::closed(&answer, status, now) {
        return Queried::Closed(closed);
    }
    match answer {
        Envelope::Success(fields) if status.is_success() => {
            read(fields).map_or_else(Queried::unreadable, Queried::Answer)
        }
        Envelope::Error(word) if may_refuse(status) => {
            Queried::Refused { code: errors::code(&word), provider_code: shown(&word) }
        }
        Envelope::Unrecognised(problem) if status.is_success() => Queried::unreadable(problem),
        Envelope::Success(_) | Envelope::Error(_) | Envelope::Unrecognised(_) => {
            Queried::unreadable(http_problem(status))
        }
    }
}
