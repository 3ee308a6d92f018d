//! SkinsBack's error names. Its codes start again at 1 with each method, and the documentation's own example
//! contradicts its table, so the names alone are read.

use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use skinbus_domain::Outcome;
use skinbus_domain::order::OrderKind;
use skinbus_domain::trade::Reason;

use super::DEFAULTS;
use super::wire::Answer;
use crate::outcome::{self, not_sent, reference_known, refused, unproved};
use crate::provider::Closed;

/// Documented: more than 500 requests a minute. The length of the block is not documented.
const LIMIT: &str = "request_limit_reached";
/// Documented: the whole site is in maintenance.
const MAINTENANCE: &str = "under_maintenance";
/// Not documented: how long the market stays off. The account stays open: deposits go on.
const MARKET_PAUSE: Duration = Duration::from_secs(300);

/// Until when the account is closed after this answer, and why. Only the names are documented.
pub(super) fn closed(answer: &Answer<'_>, status: StatusCode, now: Timestamp) -> Option<Closed> {
    outcome::closed(answer.error_among(&[LIMIT, MAINTENANCE]), status, now, DEFAULTS.limit_pause)
}

/// Whether an error of this name is to be believed behind this HTTP status. Errors come with 200; of any other status
/// nothing is documented, except that 429 and the name of the limit say the same.
pub(super) fn is_believed(word: &str, status: StatusCode) -> bool {
    status == StatusCode::OK || (status == StatusCode::TOO_MANY_REQUESTS && word == LIMIT)
}

/// What an error of a placing call means for the order.
pub(super) fn outcome(kind: OrderKind, word: &str, now: Timestamp) -> Outcome {
    match word {
        LIMIT => return not_sent("rate_limited", word, now, DEFAULTS.limit_pause),
        MAINTENANCE => return not_sent("provider_closed", word, now, DEFAULTS.limit_pause),
        // A standard error, so it comes before execution; and it passes.
        "market_disabled" => return not_sent("provider_closed", word, now, MARKET_PAUSE),
        // Our own earlier request made it: a look-up adopts it.
        "order_id_already_exists" | "custom_id_already_exists" => return reference_known(word),
        // Documented as "try again", which says nothing about what was done before it.
        "internal_error" => {
            return Outcome::Unknown {
                reason: Reason::from_provider("provider_error", word),
                refusal_unproved: false,
            };
        }
        _ => {}
    }
    let of_method = match kind {
        OrderKind::Purchase => purchase_refusal(word),
        OrderKind::DepositLink => page_refusal(word),
        OrderKind::DepositItems => offer_refusal(word),
        OrderKind::Listing => None,
    };
    match standard_refusal(word).or(of_method) {
        Some(code) => refused(code, word),
        None => unproved(unproved_code(word), word),
    }
}

/// Documented: refusals of the call itself. A request that gets one of them was not executed.
fn standard_refusal(word: &str) -> Option<&'static str> {
    match word {
        "please_use_post_method" | "invalid_method" => Some("invalid_request"),
        "invalid_shopid"
        | "invalid_signature"
        | "shop_not_active"
        | "invalid_ip_address"
        | "invalid_client_secret" => Some("unauthorized"),
        _ => None,
    }
}

/// Refusals of `market_buy` for what the request itself is.
fn purchase_refusal(word: &str) -> Option<&'static str> {
    match word {
        "missing_name_and_id" | "missing_partner_or_token" => Some("invalid_request"),
        "name_min_length_3" => Some("name_too_short"),
        _ => None,
    }
}

/// Refusals of `create`.
fn page_refusal(word: &str) -> Option<&'static str> {
    match word {
        "invalid_order_id" | "invalid_steam_id" | "min_amount_requires_currency" | "invalid_currency" => {
            Some("invalid_request")
        }
        "invalid_trade_token" => Some("invalid_trade_url"),
        _ => None,
    }
}

/// Refusals of `create_from_user_inventory`; all of them are documented.
fn offer_refusal(word: &str) -> Option<&'static str> {
    match word {
        "invalid_game"
        | "invalid_steam_id"
        | "invalid_item_asset_ids"
        | "invalid_order_id"
        | "invalid_result_url"
        | "invalid_currency"
        | "invalid_custom_currency"
        | "invalid_custom_currency_rate"
        | "invalid_custom_multiplier" => Some("invalid_request"),
        "invalid_trade_token" => Some("invalid_trade_url"),
        "deposit_amount_less_minimum" => Some("below_minimum"),
        "inventory_is_outdated" => Some("inventory_outdated"),
        "items_overstock" | "one_of_selected_items_is_not_acceptable" => Some("item_not_accepted"),
        "user_not_tradable" => Some("user_not_tradable"),
        "some_item_not_found" => Some("item_unavailable"),
        _ => None,
    }
}

/// What an error most likely means that does not prove by itself that nothing was bought. The first three are refusals
/// by the documentation, but a first request whose answer was lost may be their very reason: it took the skin, or the
/// money. So somebody looks once more before anything else is bought.
pub(super) fn unproved_code(word: &str) -> &'static str {
    match word {
        "insufficient_funds" => "insufficient_funds",
        "skin_unavailable" => "item_unavailable",
        "skins_not_found_at_specified_price" => "price_above_max",
        "invalid_partner_value" => "invalid_trade_url",
        _ => "refused",
    }
}

/// The stable code for a query that is refused.
pub(super) fn query_code(word: &str) -> &'static str {
    match word {
        "name_or_names_required" | "missing_name" | "name_min_length_3" | "missing_starting_or_ending" => {
            "invalid_request"
        }
        "market_disabled" => "provider_closed",
        "internal_error" => "internal_error",
        _ => match standard_refusal(word).or_else(|| offer_refusal(word)) {
            // What there is to say of an inventory besides this is not documented.
            None if word.contains("private") => "private_inventory",
            None if word.contains("empty") => "empty_inventory",
            None | Some("below_minimum" | "item_not_accepted" | "item_unavailable") => "refused",
            Some(code) => code,
        },
    }
}

/// The stable code for a command that surely was not carried out; `None` where that is not sure.
pub(super) fn command_code(word: &str) -> Option<&'static str> {
    match word {
        LIMIT => Some("rate_limited"),
        MAINTENANCE => Some("provider_closed"),
        "order_id_or_transaction_id_missing" | "invalid_order_id" | "invalid_transaction_id" => {
            Some("invalid_request")
        }
        "transaction_not_found" => Some("not_found"),
        _ => standard_refusal(word),
    }
}
