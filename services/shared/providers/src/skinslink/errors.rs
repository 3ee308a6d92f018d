//! What errors mean. Decided by HTTP status and code; the text only where it is documented word for word.

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use skinbus_domain::order::OrderKind;
use skinbus_domain::trade::Reason;

use super::DEFAULTS;
use super::wire::Refusal;
use crate::outcome;
use crate::provider::Closed;
use crate::retry_after;
use crate::values::shown;

/// What an error says about the order that was to be placed.
pub(super) enum Meaning {
    /// The reference was used before: the order may be there.
    ReferenceKnown(Reason),
    /// Documented to come before anything is executed.
    Refused(Reason),
    /// Nothing is documented about when this comes.
    Undocumented(Reason),
}

/// What this error to a call that places an order means.
pub(super) fn meaning(status: StatusCode, refusal: &Refusal, kind: OrderKind) -> Meaning {
    let words = || refusal.codes.iter().chain([&refusal.message]);
    if status == StatusCode::CONFLICT || words().any(|word| tells_of_reference(word)) {
        return Meaning::ReferenceKnown(Reason::from_provider("reference_known", &word(refusal)));
    }
    match documented(status, refusal, kind) {
        Some(reason) => Meaning::Refused(reason),
        None => {
            let code = words().find_map(|word| code(word, kind)).unwrap_or("refused");
            Meaning::Undocumented(Reason::from_provider(code, &word(refusal)))
        }
    }
}

/// "This exists" means that the order is there, not that it was refused. Documented: HTTP 409; seen in clients:
/// `already exist error`, `duplicate_purchase`. That something does not exist is another matter.
fn tells_of_reference(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    ["already", "duplicate", "unique"].iter().any(|part| word.contains(part))
}

/// The errors that are documented to come before anything is executed.
fn documented(status: StatusCode, refusal: &Refusal, kind: OrderKind) -> Option<Reason> {
    let message = refusal.message.as_str();
    match (status, message) {
        (StatusCode::BAD_REQUEST, "validation error") => {
            let coded = refusal.codes.iter().find_map(|word| code(word, kind).map(|code| (code, word)));
            let (code, word) = coded.map_or(("invalid_request", message), |(code, word)| (code, word));
            Some(Reason::from_provider(code, word))
        }
        (StatusCode::BAD_REQUEST, "invalid request body" | "invalid game code") => {
            Some(Reason::from_provider("invalid_request", message))
        }
        (StatusCode::BAD_REQUEST, "item_specified_price_not_found" | "inventory_reload") => {
            code(message, kind).map(|code| Reason::from_provider(code, message))
        }
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => {
            unauthorized(message).map(|word| Reason::from_provider("unauthorized", word))
        }
        (_, _) => None,
    }
}

/// The documented texts of 401 and 403, without the address that some of them end with.
fn unauthorized(message: &str) -> Option<&'static str> {
    match message {
        "missing authorization header" => Some("missing authorization header"),
        "invalid API key" => Some("invalid API key"),
        "merchant account is disabled" => Some("merchant account is disabled"),
        // The first is documented, the second seen in clients.
        _ if message.starts_with("invalid IP: ") => Some("invalid IP"),
        _ if message.starts_with("IP not whitelisted: ") => Some("IP not whitelisted"),
        _ => None,
    }
}

/// The canonical code of a word, for merchants: of a `fail_reason` as well as of a broken rule.
pub(super) fn code(word: &str, kind: OrderKind) -> Option<&'static str> {
    let is_purchase = kind == OrderKind::Purchase;
    Some(match word {
        "provider_unavailable" => "provider_unavailable",
        // Of a purchase it is the merchant's balance that is too low, of a deposit the provider's.
        "insufficient_balance" if is_purchase => "insufficient_funds",
        "insufficient_balance" => "provider_insufficient_funds",
        "price_changed" => "price_changed",
        "item_not_available" | "item_sold" => "item_unavailable",
        "item_specified_price_not_found" if is_purchase => "price_above_max",
        "item_specified_price_not_found" => "price_below_min",
        "user_reverted" => "reversed_by_user",
        "provider_reverted" => "reversed_by_provider",
        "canceled_by_user" => "declined_by_user",
        "canceled_by_provider" => "canceled_by_provider",
        "trade_link_revoked" | "trade_link_invalid" => "invalid_trade_url",
        "profile_private" => "private_inventory",
        "trade_banned" | "limited_account" | "hold" | "permissions" | "hold_and_permissions" => {
            "user_not_tradable"
        }
        "inventory_reload" => "inventory_outdated",
        _ => return None,
    })
}

/// The code of a refusal to answer a question, from the stable list of those.
pub(super) fn query_code(status: StatusCode, refusal: &Refusal) -> &'static str {
    let words = refusal.codes.iter().chain([&refusal.message]);
    let coded = words.filter_map(|word| match code(word, OrderKind::DepositItems) {
        Some("invalid_trade_url") => Some("invalid_trade_url"),
        Some("private_inventory") => Some("private_inventory"),
        Some("user_not_tradable") => Some("user_not_tradable"),
        Some("inventory_outdated") => Some("inventory_outdated"),
        Some(_) | None => None,
    });
    let by_status = || match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "unauthorized",
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::BAD_REQUEST => match refusal.message.as_str() {
            "validation error" | "invalid request body" | "invalid game code" => "invalid_request",
            _ => "refused",
        },
        StatusCode::REQUEST_TIMEOUT => "internal_error",
        _ if status.is_server_error() => "internal_error",
        _ => "refused",
    };
    coded.into_iter().next().unwrap_or_else(by_status)
}

/// The word of an error that may be shown: its first code, or its text.
pub(super) fn word(refusal: &Refusal) -> String {
    let text = match refusal.message.as_str() {
        // Fixed texts that quote nothing.
        text @ ("validation error"
        | "invalid request body"
        | "invalid game code"
        | "not found error"
        | "already exist error"
        | "internal error") => text.to_owned(),
        text => unauthorized(text).map_or_else(|| shown(text), str::to_owned),
    };
    refusal.codes.first().map_or(text, |code| shown(code))
}

/// Until when the account is closed after this answer. The error's text is not documented.
pub(super) fn closed(response: &Response<Bytes>, now: Timestamp) -> Option<Closed> {
    let pause = retry_after::pause(response.headers(), now).unwrap_or(DEFAULTS.limit_pause);
    outcome::closed(None, response.status(), now, pause)
}
