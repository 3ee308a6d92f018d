//! Skinify's error words, in the stable words of this crate.

use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;

use super::DEFAULTS;
use crate::envelope::Envelope;
use crate::outcome;
use crate::provider::Closed;

/// The one documented word for "over the rate limit".
pub(super) const LIMIT_EXCEEDED: &str = "request_limit_exceeded";

/// The documented word for a deposit that the provider does not have.
pub(super) const DEPOSIT_NOT_FOUND: &str = "deposit_not_found";

/// Not documented: how long a maintenance lasts. It is seen with one call each time.
const MAINTENANCE_PAUSE: Duration = Duration::from_secs(10);

/// Until when the account is closed after this answer, and why. Only the limit's word is documented. That of a maintenance
/// is not, so it closes the account, and leaves open what became of an order.
pub(super) fn closed<T>(answer: &Envelope<T>, status: StatusCode, now: Timestamp) -> Option<Closed> {
    if answer.error_word().is_some_and(tells_of_maintenance) {
        return outcome::closed(Some("maintenance"), status, now, MAINTENANCE_PAUSE);
    }
    outcome::closed(answer.error_among(&[LIMIT_EXCEEDED]), status, now, DEFAULTS.limit_pause)
}

/// Whether the whole provider is in maintenance.
pub(super) fn tells_of_maintenance(word: &str) -> bool {
    word.to_ascii_lowercase().contains("maintenance")
}

/// What a documented error of anything but a purchase means.
pub(super) fn code(word: &str) -> &'static str {
    match word {
        "deposit_id_or_transaction_id_missing"
        | "invalid_currency"
        | "invalid_deposit_id"
        | "invalid_game"
        | "invalid_priority_game"
        | "invalid_steam_id"
        | "invalid_transaction_id"
        | "missing_one_of_required_params"
        | "missing_partner_or_token"
        | "missing_skin_parameters"
        | "missing_start_or_end_date"
        | "missing_starting_or_ending"
        | "nothing_things_selected"
        | "request_deposit_inventory"
        | "required_params_missing"
        | "steam_id_missing"
        | "trade_token_missing" => "invalid_request",
        DEPOSIT_NOT_FOUND => "not_found",
        // Not documented; the words say so themselves.
        "skin_not_found" | "skin_unavailable" => "not_found",
        "private_inventory" => "private_inventory",
        "invalid_tradeurl" | "invalid_trade_token" => "invalid_trade_url",
        "account_cant_trading" | "you_have_vac_ban" => "user_not_tradable",
        "trade_unavailable" => "trade_unavailable",
        "empty_inventory" => "empty_inventory",
        "inventory_updated" => "inventory_outdated",
        "min_deal_sum" => "below_minimum",
        "request_timeout" => "internal_error",
        // Not documented; the likely word for a wrong API token.
        "invalid_token" => "unauthorized",
        _ if tells_of_maintenance(word) => "provider_closed",
        // `unavaliable_inventory` and `steam_error` among them: no stable word says as much as the provider's own.
        _ => "refused",
    }
}
