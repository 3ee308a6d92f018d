//! Questions to SkinsBack: the calls, and which reader reads their answers.

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use skinbus_domain::Currency;
use skinbus_domain::order::Game;
use skinbus_domain::query::{HistoryKind, Query};

use super::place::code;
use super::request::Parameters;
use super::status::game_word;
use super::wire::{self, Answer};
use super::{account, errors, items, records, support};
use crate::outcome::http_problem;
use crate::provider::{NotBuildable, Queried};
use crate::request::trade_token;
use crate::values::shown;

/// The call that asks this.
pub(super) fn parameters(query: &Query) -> Result<Parameters, NotBuildable> {
    match query {
        Query::Inventory { user, game, currency } => Ok(Parameters::of("user_inventory")
            .with("game", game_or_not(*game)?)
            .with("steam_id", user.steam_id.to_string())
            .with("trade_token", trade_token(user)?)
            .with_some("currency", currency.map(code))),
        Query::Prices { game, cursor } => price_list(*game, cursor.as_deref()),
        Query::Offers(filter) => {
            let limits = [&filter.min_price, &filter.max_price];
            if limits.into_iter().flatten().any(|limit| limit.currency != Currency::USD) {
                return Err(NotBuildable("SkinsBack's prices are in USD"));
            }
            Ok(price_list(filter.game, filter.cursor.as_deref())?.with("full", "1"))
        }
        Query::Search { game, names } => {
            let parameters = Parameters::of("market_search").with("game", game_or_not(*game)?);
            match names.as_slice() {
                [] => Err(NotBuildable("a search needs a name")),
                [name] => Ok(parameters.with("name", name)),
                names => Ok(parameters.with_texts("names", names.to_vec())),
            }
        }
        Query::SteamPrices { .. } => Err(NotBuildable(support::NO_STEAM_PRICES)),
        Query::Balance => Ok(Parameters::of("balance")),
        Query::Currencies => Ok(Parameters::of("currencies")),
        Query::Status => Ok(Parameters::of("status")),
        Query::History { kind, from, until, cursor } => {
            let method = match kind {
                HistoryKind::Purchases => "market_history",
                HistoryKind::Deposits => "orders",
                HistoryKind::Money => return Err(NotBuildable(support::NO_MONEY_HISTORY)),
            };
            Ok(Parameters::of(method)
                .with("starting", from.as_second().to_string())
                .with("ending", until.as_second().to_string())
                .with_some("start_from", cursor.as_deref()))
        }
        Query::FailedWebhooks { cursor } => {
            Ok(Parameters::of("callback_error_list").with_some("start_from", cursor.as_deref()))
        }
    }
}

fn price_list(game: Game, cursor: Option<&str>) -> Result<Parameters, NotBuildable> {
    if cursor.is_some() {
        return Err(NotBuildable("the price list has one page"));
    }
    Ok(Parameters::of("market_pricelist").with("game", game_or_not(game)?))
}

fn game_or_not(game: Game) -> Result<&'static str, NotBuildable> {
    game_word(game).ok_or(NotBuildable("SkinsBack trades items of CS2, Dota 2 and Rust"))
}

/// What the answer says.
pub(super) fn read(query: &Query, response: &Response<Bytes>, now: Timestamp) -> Queried {
    let status = response.status();
    let answer = wire::answer(response.body());
    if let Some(closed) = errors::closed(&answer, status, now) {
        return Queried::Closed(closed);
    }
    if status != StatusCode::OK {
        return Queried::unreadable(http_problem(status));
    }
    let fields = match answer {
        Answer::Success(fields) => fields,
        Answer::Error(word) => {
            return Queried::Refused { code: errors::query_code(&word), provider_code: shown(&word) };
        }
        Answer::Unrecognised(problem) => return Queried::unreadable(problem),
    };
    let read = match query {
        Query::Inventory { game, .. } => items::inventory(fields, *game),
        Query::Prices { game, .. } => items::prices(fields, *game),
        Query::Search { game, names } => items::found(fields, *game, names),
        Query::Offers(filter) => items::offers(fields, filter),
        Query::Balance => account::balance(fields),
        Query::Currencies => account::currencies(fields),
        Query::Status => account::status(fields),
        Query::History { kind: HistoryKind::Purchases, cursor, .. } => {
            records::purchases(fields, cursor.as_deref())
        }
        Query::History { kind: HistoryKind::Deposits, cursor, .. } => {
            records::deposits(fields, cursor.as_deref())
        }
        Query::FailedWebhooks { cursor } => records::failed_webhooks(fields, cursor.as_deref()),
        Query::SteamPrices { .. } | Query::History { kind: HistoryKind::Money, .. } => None,
    };
    read.map_or_else(|| Queried::unreadable("a success without the documented fields"), Queried::Answer)
}
