//! Questions besides orders.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use skinbus_domain::order::Game;
use skinbus_domain::query::{Balance, BalanceLine, CurrencyRate, HistoryKind, Query, QueryAnswer};
use skinbus_domain::{Currency, Money};

use super::wire::{self, Currencies, Rate, Rows, Skins};
use super::{Skinout, lists, records};
use crate::envelope::{Envelope, may_refuse};
use crate::outcome::http_problem;
use crate::provider::{NotBuildable, Queried};
use crate::values::{decimal, shown, thousandths};
use crate::wire::{Text, object};

/// Body of the search; seen in public integrations, not documented.
#[derive(Serialize)]
struct Search<'a> {
    project_id: &'a str,
    name: &'a str,
}

pub(super) fn request(skinout: &Skinout, query: &Query) -> Result<Request<Bytes>, NotBuildable> {
    let (api, paths) = (&skinout.api, &skinout.paths);
    let none = Vec::new();
    match query {
        Query::Prices { game, cursor } => {
            known_game(*game)?;
            first_page(cursor.as_ref())?;
            api.get(&rooted(&paths.list), &none)
        }
        Query::Offers(filter) => {
            known_game(filter.game)?;
            first_page(filter.cursor.as_ref())?;
            dollars(filter.min_price.as_ref())?;
            dollars(filter.max_price.as_ref())?;
            api.get(&rooted(&paths.list), &none)
        }
        Query::Search { game, names } => {
            known_game(*game)?;
            let [name] = names.as_slice() else {
                return Err(NotBuildable("Skinout searches for one name in a call"));
            };
            api.post_json(&rooted(&paths.search), &Search { project_id: &skinout.project_id, name })
        }
        Query::Balance => api.get(&rooted(&paths.balance), &none),
        Query::Currencies => api.get(&rooted(&paths.currencies), &none),
        Query::History { kind: HistoryKind::Purchases, from, until, cursor } => {
            records::request(api, "/withdraw/history", (*from, *until), cursor.as_deref())
        }
        Query::History { kind: HistoryKind::Deposits, from, until, cursor } => {
            records::request(api, "/deposit/history", (*from, *until), cursor.as_deref())
        }
        Query::History { kind: HistoryKind::Money, .. } => {
            Err(NotBuildable("Skinout tells no movements of money"))
        }
        Query::Inventory { .. } => Err(NotBuildable("Skinout shows inventories on its page only")),
        Query::SteamPrices { .. } => Err(NotBuildable("Skinout tells no prices of Steam's market")),
        Query::Status => Err(NotBuildable("Skinout does not tell whether it serves")),
        Query::FailedWebhooks { .. } => Err(NotBuildable("Skinout tells no failed webhooks")),
    }
}

/// No method has a field for the game.
fn known_game(game: Game) -> Result<(), NotBuildable> {
    match game {
        Game::Cs2 => Ok(()),
        Game::Dota2 | Game::Rust | Game::Tf2 => {
            Err(NotBuildable("Skinout is known to trade items of Counter-Strike 2 only"))
        }
    }
}

fn first_page(cursor: Option<&String>) -> Result<(), NotBuildable> {
    cursor.map_or(Ok(()), |_| Err(NotBuildable("Skinout's list has one page")))
}

fn dollars(price: Option<&Money>) -> Result<(), NotBuildable> {
    match price {
        Some(price) if price.currency != Currency::USD => Err(NotBuildable("Skinout's prices are in USD")),
        Some(_) | None => Ok(()),
    }
}

/// The path with its slash: without it the setting would continue the host's name.
fn rooted(path: &str) -> String {
    format!("/{}", path.trim_start_matches('/'))
}

pub(super) fn read(query: &Query, response: &Response<Bytes>, now: Timestamp) -> Queried {
    let items = |skins: Skins<'_>, query| lists::page(&skins, query).map(QueryAnswer::Items);
    match query {
        Query::Prices { .. } | Query::Search { .. } => answered(response, now, |skins| items(skins, None)),
        Query::Offers(filter) => answered(response, now, |skins| items(skins, Some(filter))),
        Query::Balance => answered(response, now, |told: wire::Balance| balance(&told)),
        Query::Currencies => answered(response, now, |told: Currencies<'_>| currencies(&told)),
        Query::History { kind: HistoryKind::Purchases, cursor, .. } => {
            let read = |rows: Rows<'_>| Some(records::page(&rows, cursor.as_deref(), records::purchase));
            answered(response, now, |rows| read(rows).map(QueryAnswer::History))
        }
        Query::History { kind: HistoryKind::Deposits, cursor, .. } => {
            let read = |rows: Rows<'_>| Some(records::page(&rows, cursor.as_deref(), records::deposit));
            answered(response, now, |rows| read(rows).map(QueryAnswer::History))
        }
        Query::History { kind: HistoryKind::Money, .. }
        | Query::Inventory { .. }
        | Query::SteamPrices { .. }
        | Query::Status
        | Query::FailedWebhooks { .. } => Queried::unreadable("an answer to no question"),
    }
}

fn answered<'a, T: Deserialize<'a>>(
    response: &'a Response<Bytes>,
    now: Timestamp,
    read: impl FnOnce(T) -> Option<QueryAnswer>,
) -> Queried {
    let status = response.status();
    if let Some(closed) = super::closed(status, now) {
        return Queried::Closed(closed);
    }
    match wire::envelope::<T>(response.body()) {
        Envelope::Error(sentence) if may_refuse(status) => Queried::Refused {
            // The sentences are not documented, so only the status can name the reason.
            code: if status == StatusCode::UNAUTHORIZED { "unauthorized" } else { "refused" },
            provider_code: shown(&sentence),
        },
        Envelope::Success(_) | Envelope::Error(_) | Envelope::Unrecognised(_) if !status.is_success() => {
            Queried::unreadable(http_problem(status))
        }
        Envelope::Success(fields) => {
            read(fields).map_or_else(|| Queried::unreadable("fields that cannot be read"), Queried::Answer)
        }
        Envelope::Error(_) => Queried::unreadable("an error"),
        Envelope::Unrecognised(problem) => Queried::unreadable(problem),
    }
}

/// The balance, taken for thousandths like every other amount that Skinout answers. Its form is not documented, so the
/// number is kept as it came, and one that is not whole is not guessed at.
fn balance(told: &wire::Balance) -> Option<QueryAnswer> {
    let amount = thousandths(Currency::USD, &told.balance, "balance").ok()?;
    let line = BalanceLine { name: "available".to_owned(), amount: Some(amount) };
    let details = [("balance".to_owned(), told.balance.0.clone())].into();
    Some(QueryAnswer::Balance(Balance { lines: vec![line], details }))
}

/// A list with a currency missing from it says something wrong, so one bad row spoils it.
fn currencies(told: &Currencies<'_>) -> Option<QueryAnswer> {
    told.currencies.iter().map(|raw| currency(raw)).collect::<Option<_>>().map(QueryAnswer::Currencies)
}

fn currency(raw: &RawValue) -> Option<CurrencyRate> {
    if let Ok(Text(code)) = serde_json::from_str(raw.get()) {
        return Some(CurrencyRate { code: code_of(&code)?, rate: None });
    }
    let told: Rate = object(raw.get().as_bytes()).ok()?;
    let rate = told.rate.as_ref().filter(|rate| !rate.0.is_empty());
    let rate = rate.map(|rate| decimal(rate, "rate")).transpose().ok()?;
    Some(CurrencyRate { code: code_of(&told.code)?, rate })
}

fn code_of(code: &str) -> Option<String> {
    let is_code = (1..=16).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_code.then(|| code.to_ascii_uppercase())
}
