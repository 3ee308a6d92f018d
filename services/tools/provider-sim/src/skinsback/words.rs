//! SkinsBack's words for statuses and games.

use super::switches::Age;
use crate::engine::catalogue::Game;
use crate::engine::deposit::{Deposit, Phase};
use crate::engine::fate::Status;

/// The envelope's word for success, which is also a deposit's.
pub(super) const SUCCESS: &str = "success";

/// The word for a purchase's status.
pub(super) fn offer_status(status: Status) -> &'static str {
    match status {
        // SkinsBack knows no reservations: such a trade just takes long to be created.
        Status::Processing | Status::Reserved => "creating_trade",
        Status::WaitingAccept => "waiting_accept",
        Status::Accepted | Status::Settled => "accepted",
        Status::Canceled | Status::ReservationCanceled => "canceled",
        Status::Timeout => "timeout",
        Status::InvalidToken => "invalid_trade_token",
        Status::UserNotTradable => "user_not_tradable",
        Status::CreateFailed | Status::ItemUnavailable => "trade_create_error",
        Status::RollbackUser => "rollback_user",
        Status::RollbackProvider => "rollback_supplier",
        Status::Undocumented => "manual_review",
    }
}

/// Why a purchase failed; the values are not documented.
pub(super) fn error_reason(status: Status) -> Option<&'static str> {
    match status {
        Status::InvalidToken => Some("Invalid trade token"),
        Status::UserNotTradable => Some("The user can not trade"),
        Status::CreateFailed => Some("Trade creation error"),
        Status::ItemUnavailable => Some("Item is not available"),
        Status::Processing
        | Status::WaitingAccept
        | Status::Accepted
        | Status::Settled
        | Status::Canceled
        | Status::Timeout
        | Status::RollbackUser
        | Status::RollbackProvider
        | Status::Reserved
        | Status::ReservationCanceled
        | Status::Undocumented => None,
    }
}

/// The word for a deposit's status. Only what was approved is called returned: an unapproved hold just fails.
pub(super) fn deposit_status(deposit: &Deposit) -> &'static str {
    match deposit.phase {
        Phase::Created | Phase::OfferSent => "pending",
        Phase::Held => "in_hold",
        Phase::Approved => "hold_approved",
        Phase::Paid => SUCCESS,
        Phase::Failed => "fail",
        Phase::Returned if deposit.ever(Phase::Approved) => "hold_returned",
        Phase::Returned => "fail",
    }
}

/// The game that SkinsBack calls so; it trades three only.
pub(super) fn game(word: &str, age: Age) -> Option<Game> {
    match (word, age) {
        ("cs2", Age::Current) | ("csgo", Age::Old) => Some(Game::Csgo),
        ("dota2", _) => Some(Game::Dota2),
        ("rust", _) => Some(Game::Rust),
        _ => None,
    }
}

/// The word for a game of inventories.
pub(super) const INVENTORY_GAMES: [(&str, Game); 3] =
    [("cs2", Game::Csgo), ("dota2", Game::Dota2), ("rust", Game::Rust)];

/// Steam's number of a game.
pub(super) fn app_id(game: Game) -> &'static str {
    match game {
        Game::Csgo => "730",
        Game::Dota2 => "570",
        Game::Rust => "252490",
        Game::Tf2 => "440",
    }
}
