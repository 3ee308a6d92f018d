//! Skinify's words for errors, statuses and games. Errors marked "ours" are not documented there and can be replaced by settings.

use crate::engine::catalogue::Game;
use crate::engine::deposit::Phase;
use crate::engine::fate::Status;

pub(super) const MISSING_PARTNER_OR_TOKEN: &str = "missing_partner_or_token";
pub(super) const MISSING_SKIN_PARAMETERS: &str = "missing_skin_parameters";
pub(super) const NAME_TOO_SHORT: &str = "name_too_short";
pub(super) const MISSING_ONE_OF_REQUIRED_PARAMS: &str = "missing_one_of_required_params";
pub(super) const MISSING_START_OR_END_DATE: &str = "missing_start_or_end_date";
pub(super) const MISSING_STARTING_OR_ENDING: &str = "missing_starting_or_ending";
pub(super) const REQUEST_LIMIT_EXCEEDED: &str = "request_limit_exceeded";
pub(super) const RESERVATION_NOT_FOUND: &str = "reservation_not_found";
pub(super) const INVALID_TRADE_TOKEN: &str = "invalid_trade_token";
pub(super) const INVALID_GAME: &str = "invalid_game";
pub(super) const INVALID_DEPOSIT_ID: &str = "invalid_deposit_id";
pub(super) const INVALID_TRANSACTION_ID: &str = "invalid_transaction_id";
pub(super) const INVALID_STEAM_ID: &str = "invalid_steam_id";
pub(super) const INVALID_PRIORITY_GAME: &str = "invalid_priority_game";
pub(super) const DEPOSIT_ID_ALREADY_EXISTS: &str = "deposit_id_already_exists";
pub(super) const DEPOSIT_ID_OR_TRANSACTION_ID_MISSING: &str = "deposit_id_or_transaction_id_missing";
pub(super) const DEPOSIT_NOT_FOUND: &str = "deposit_not_found";

pub(super) const INVALID_CURRENCY: &str = "invalid_currency";
pub(super) const STEAM_ID_MISSING: &str = "steam_id_missing";
pub(super) const TRADE_TOKEN_MISSING: &str = "trade_token_missing";
pub(super) const INVALID_TRADEURL: &str = "invalid_tradeurl";
pub(super) const EMPTY_INVENTORY: &str = "empty_inventory";
/// The deposit was created without a Steam id or without a trade token.
pub(super) const REQUEST_DEPOSIT_INVENTORY: &str = "request_deposit_inventory";
/// The deposit is past the state in which an offer can be made.
pub(super) const ORDER_CHANGED_STATE: &str = "order_changed_state";
pub(super) const NOTHING_THINGS_SELECTED: &str = "nothing_things_selected";
/// Some of the chosen things are gone.
pub(super) const INVENTORY_UPDATED: &str = "inventory_updated";
pub(super) const MIN_DEAL_SUM: &str = "min_deal_sum";

/// Documented errors of inventories and offers that can be set on purpose.
const MISFORTUNES: [&str; 12] = [
    "request_timeout",
    "private_inventory",
    "unavaliable_inventory",
    INVALID_TRADEURL,
    EMPTY_INVENTORY,
    "trade_unavailable",
    "required_params_missing",
    INVENTORY_UPDATED,
    MIN_DEAL_SUM,
    "account_cant_trading",
    "steam_error",
    "you_have_vac_ban",
];

/// Ours: the balance is too small.
pub(super) const INSUFFICIENT_FUNDS: &str = "insufficient_funds";
/// Ours: no such skin, or none left.
pub(super) const SKIN_UNAVAILABLE: &str = "skin_unavailable";
/// Ours: only dearer than `max_price`.
pub(super) const SKIN_NOT_FOUND_BY_PRICE: &str = "skin_not_found_by_price";
/// Ours: the own id was used before.
pub(super) const CUSTOM_ID_ALREADY_EXISTS: &str = "custom_id_already_exists";
/// Ours: `max_price` is not a decimal.
pub(super) const INVALID_MAX_PRICE: &str = "invalid_max_price";
/// Ours: the token is not the project's.
pub(super) const INVALID_TOKEN: &str = "invalid_token";
/// Ours: nothing is served at the moment.
pub(super) const MAINTENANCE: &str = "maintenance";
/// Ours: something broke inside.
pub(super) const INTERNAL_ERROR: &str = "internal_error";
/// Ours: no such path.
pub(super) const METHOD_NOT_FOUND: &str = "method_not_found";
/// Ours: GET and POST were mixed up.
pub(super) const METHOD_NOT_ALLOWED: &str = "method_not_allowed";

/// The documented error of inventories and offers with this word.
pub(super) fn misfortune(word: &str) -> Option<&'static str> {
    MISFORTUNES.into_iter().find(|known| *known == word)
}

/// Skinify's word for a purchase's status.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Processing => "processing",
        Status::WaitingAccept => "waiting_accept",
        Status::Accepted | Status::Settled => "accepted",
        Status::Canceled => "canceled",
        Status::Timeout => "timeout",
        Status::InvalidToken => "error_invalid_token",
        Status::UserNotTradable => "error_user_not_tradable",
        Status::CreateFailed => "error_create_failed",
        Status::ItemUnavailable => "error_item_unavailable",
        Status::RollbackUser => "rollback_user",
        Status::RollbackProvider => "rollback_provider",
        Status::Reserved => "reserved",
        Status::ReservationCanceled => "reservation_canceled",
        Status::Undocumented => "manual_review",
    }
}

/// Skinify's word for a deposit's phase.
pub(super) fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Created | Phase::OfferSent | Phase::Held | Phase::Approved => "pending",
        Phase::Paid => "success",
        Phase::Failed | Phase::Returned => "failed",
    }
}

/// The game that Skinify calls so.
pub(super) fn game(word: &str) -> Option<Game> {
    match word {
        "dota2" => Some(Game::Dota2),
        "csgo" => Some(Game::Csgo),
        "rust" => Some(Game::Rust),
        "tf2" => Some(Game::Tf2),
        _ => None,
    }
}
