//! Skinslink's words for statuses, reasons and games.

use super::switches::{FailureWord, Reading, Switches, UndoneWord};
use crate::engine::catalogue::Game;
use crate::engine::deposit::{Deposit, DepositKind, Phase};
use crate::engine::fate::Status;
use crate::engine::purchase::Purchase;

/// Items or an offer are not there any more.
pub(super) const ITEM_NOT_AVAILABLE: &str = "item_not_available";
/// A purchase's item was sold to somebody else.
pub(super) const ITEM_SOLD: &str = "item_sold";
/// Only dearer, or only for less, than was asked for.
pub(super) const PRICE_CHANGED: &str = "price_changed";
/// No item has the price that was asked for.
pub(super) const PRICE_NOT_FOUND: &str = "item_specified_price_not_found";
/// Our balance is too small.
pub(super) const INSUFFICIENT_BALANCE: &str = "insufficient_balance";
/// The own id was used before.
pub(super) const DUPLICATE_PURCHASE: &str = "duplicate_purchase";
/// The user's prices are too old.
pub(super) const INVENTORY_RELOAD: &str = "inventory_reload";

/// The status of what is created and not processed.
pub(super) const NEW: &str = "new";
/// The status of what did not succeed.
pub(super) const FAILED: &str = "failed";
const CANCELED: &str = "canceled";
const PENDING: &str = "pending";
const ACTIVE: &str = "active";
/// The status under trade protection.
pub(super) const HOLD: &str = "hold";
/// The status of what is done.
pub(super) const COMPLETED: &str = "completed";
const REVERTED: &str = "reverted";

/// All documented statuses.
pub(super) const STATUSES: [&str; 8] = [NEW, PENDING, ACTIVE, HOLD, COMPLETED, FAILED, CANCELED, REVERTED];

/// Whether a status is told by webhook.
pub(super) fn is_told(word: &str) -> bool {
    [HOLD, CANCELED, FAILED, COMPLETED, REVERTED].contains(&word)
}

/// The word for a deposit's status.
pub(super) fn deposit(deposit: &Deposit, switches: &Switches) -> &'static str {
    let seed = switches.reading == Reading::Seed;
    match deposit.phase {
        Phase::Created => match deposit.kind {
            DepositKind::Hosted | DepositKind::Link => NEW,
            DepositKind::FromInventory => {
                if seed {
                    NEW
                } else {
                    PENDING
                }
            }
        },
        Phase::OfferSent if seed => PENDING,
        // The seed has `active` for what was accepted and is processed.
        Phase::OfferSent | Phase::Approved => ACTIVE,
        Phase::Held => HOLD,
        Phase::Paid => COMPLETED,
        Phase::Failed => failure(failure_reason(deposit, switches), switches),
        Phase::Returned => undone(switches),
    }
}

/// The reason that is shown with a deposit's status.
pub(super) fn deposit_reason<'a>(deposit: &'a Deposit, switches: &'a Switches) -> Option<&'a str> {
    match deposit.phase {
        Phase::Failed => failure_reason(deposit, switches),
        Phase::Returned if shows_undone_reason(switches) => {
            Some(deposit.reason.as_deref().unwrap_or("user_reverted"))
        }
        Phase::Created | Phase::OfferSent | Phase::Held | Phase::Approved | Phase::Paid | Phase::Returned => {
            None
        }
    }
}

fn failure_reason<'a>(deposit: &'a Deposit, switches: &'a Switches) -> Option<&'a str> {
    let reason = deposit.reason.as_deref().unwrap_or(&switches.unaccepted_reason);
    Some(reason).filter(|reason| !reason.is_empty())
}

fn failure(reason: Option<&str>, switches: &Switches) -> &'static str {
    match switches.failed_as {
        FailureWord::Failed => FAILED,
        FailureWord::Canceled => CANCELED,
        FailureWord::ByReason => {
            if reason.is_none_or(|reason| reason.starts_with(CANCELED)) {
                CANCELED
            } else {
                FAILED
            }
        }
    }
}

fn undone(switches: &Switches) -> &'static str {
    match switches.reverted_as {
        UndoneWord::Reverted => REVERTED,
        UndoneWord::Failed => FAILED,
        UndoneWord::Canceled => CANCELED,
    }
}

fn shows_undone_reason(switches: &Switches) -> bool {
    switches.reason_with_reverted || switches.reverted_as != UndoneWord::Reverted
}

/// The word for a status that a purchase has or had.
pub(super) fn purchase(purchase: &Purchase, status: Status, switches: &Switches) -> &'static str {
    let seed = switches.reading == Reading::Seed;
    match status {
        Status::Reserved => NEW,
        Status::Processing => {
            if seed {
                NEW
            } else {
                PENDING
            }
        }
        Status::WaitingAccept => {
            if seed {
                PENDING
            } else {
                ACTIVE
            }
        }
        Status::Accepted if purchase.is_protected() && switches.purchase_holds => HOLD,
        Status::Accepted | Status::Settled => COMPLETED,
        Status::Canceled
        | Status::Timeout
        | Status::InvalidToken
        | Status::UserNotTradable
        | Status::CreateFailed
        | Status::ItemUnavailable
        | Status::ReservationCanceled => failure(purchase_failure(status), switches),
        Status::RollbackUser | Status::RollbackProvider => undone(switches),
        Status::Undocumented => "manual_review",
    }
}

/// The reason that is shown with a purchase's status: only with `failed`, unless it is set otherwise.
pub(super) fn purchase_reason(word: &str, status: Status, switches: &Switches) -> Option<&'static str> {
    let shown = match status {
        Status::RollbackUser | Status::RollbackProvider => shows_undone_reason(switches),
        Status::Processing
        | Status::WaitingAccept
        | Status::Accepted
        | Status::Settled
        | Status::Canceled
        | Status::Timeout
        | Status::InvalidToken
        | Status::UserNotTradable
        | Status::CreateFailed
        | Status::ItemUnavailable
        | Status::Reserved
        | Status::ReservationCanceled
        | Status::Undocumented => word == FAILED,
    };
    purchase_failure(status).filter(|_| shown)
}

fn purchase_failure(status: Status) -> Option<&'static str> {
    match status {
        Status::Canceled => Some("canceled_by_user"),
        Status::Timeout | Status::ReservationCanceled => Some("canceled_by_provider"),
        Status::InvalidToken => Some("trade_link_invalid"),
        Status::UserNotTradable => Some("trade_banned"),
        Status::CreateFailed => Some("provider_unavailable"),
        Status::ItemUnavailable => Some(ITEM_NOT_AVAILABLE),
        Status::RollbackUser => Some("user_reverted"),
        Status::RollbackProvider => Some("provider_reverted"),
        Status::Processing
        | Status::WaitingAccept
        | Status::Accepted
        | Status::Settled
        | Status::Reserved
        | Status::Undocumented => None,
    }
}

/// The game that Skinslink calls so.
pub(super) fn game(word: &str) -> Option<Game> {
    Game::ALL.into_iter().find(|game| game_word(*game) == word)
}

/// Skinslink's word for a game.
pub(super) fn game_word(game: Game) -> &'static str {
    match game {
        Game::Dota2 => "dota2",
        Game::Csgo => "csgo",
        Game::Rust => "rust",
        Game::Tf2 => "tf2",
    }
}
