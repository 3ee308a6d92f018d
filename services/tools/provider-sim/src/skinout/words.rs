//! Skinout's statuses, and its sentences for errors. One sentence is documented; the others are ours and can be replaced by settings.

use crate::engine::deposit::Phase;
use crate::engine::fate::Status;

use super::switches::Age;

/// The documented one: the balance is too small.
pub(super) const NOT_ENOUGH_FUNDS: &str = "Not enough funds on project balance to buy this skin";

/// The key is missing or is not the project's.
pub(super) const INVALID_API_KEY: &str = "Invalid Api-Key";
pub(super) const PROJECT_ID_REQUIRED: &str = "Field project_id is required";
pub(super) const PROJECT_NOT_FOUND: &str = "Project not found";
pub(super) const PAYMENT_ID_REQUIRED: &str = "Field payment_id is required";
pub(super) const INVALID_PAYMENT_ID: &str = "Invalid payment_id";
/// The own id was used before.
pub(super) const PAYMENT_ID_EXISTS: &str = "This payment_id already exists";
pub(super) const ONE_ID_REQUIRED: &str = "Field payment_id or transaction_id is required";
pub(super) const TOO_MANY_IDS: &str = "Too many ids in one request";

pub(super) const CONTENT_TYPE_REQUIRED: &str = "Content-Type must be application/json";
/// The body is not a JSON object, or a field of it has another type than documented.
pub(super) const INVALID_BODY: &str = "Invalid request body";

pub(super) const CURRENCY_REQUIRED: &str = "Field currency is required";
pub(super) const UNKNOWN_CURRENCY: &str = "Currency is not supported";
pub(super) const INVALID_CUSTOM_CURRENCY: &str = "Invalid custom currency";
/// Below the documented bound, or not a decimal.
pub(super) const INVALID_MIN_AMOUNT: &str = "Minimum amount must be at least 0.1 USD";
pub(super) const INVALID_STEAM_ID: &str = "Invalid steamid";
pub(super) const DEPOSIT_NOT_FOUND: &str = "Deposit not found";

pub(super) const SKIN_REQUIRED: &str = "Field skin_name or skin_id is required";
pub(super) const TRADE_URL_REQUIRED: &str = "Fields partner and token are required";
pub(super) const INVALID_PARTNER: &str = "Invalid partner";
/// Not whole thousandths of a USD.
pub(super) const INVALID_MAX_PRICE: &str = "Invalid max_price";
/// No such skin, or none left.
pub(super) const SKIN_NOT_AVAILABLE: &str = "Skin is not available";
/// Only dearer than `max_price`.
pub(super) const PRICE_TOO_HIGH: &str = "Skin price is higher than max_price";
pub(super) const NAME_REQUIRED: &str = "Field name is required";

pub(super) const DATES_REQUIRED: &str = "Fields start_date and end_date are required";
pub(super) const INVALID_PAGE: &str = "Invalid limit or offset";

pub(super) const TOO_MANY_REQUESTS: &str = "Too many requests";
pub(super) const MAINTENANCE: &str = "Service is temporarily unavailable";
pub(super) const INTERNAL_ERROR: &str = "Internal error";
pub(super) const METHOD_NOT_FOUND: &str = "Method not found";
pub(super) const METHOD_NOT_ALLOWED: &str = "Method not allowed";

/// Skinout's word for a purchase's status. Before there was trade protection nobody was told of a rollback.
pub(super) fn status(status: Status, age: Age) -> &'static str {
    match status {
        Status::Processing | Status::Reserved => "pending",
        Status::WaitingAccept => "sent",
        Status::Accepted | Status::Settled => "accepted",
        Status::Canceled | Status::Timeout | Status::ReservationCanceled => "canceled",
        Status::InvalidToken => "error_invalid_token",
        Status::UserNotTradable => "error_user_not_tradable",
        // A fate for each documented status: the item's own unavailability has no word here.
        Status::ItemUnavailable => "error_inventory_private",
        Status::CreateFailed => "error",
        Status::RollbackUser => age.pick("rollback_user", "accepted"),
        Status::RollbackProvider => age.pick("rollback_provider", "accepted"),
        Status::Undocumented => "manual_review",
    }
}

/// Skinout's word for a deposit's phase; whether an offer is out is not shown.
pub(super) fn phase(phase: Phase, age: Age) -> &'static str {
    match phase {
        Phase::Created | Phase::OfferSent => "pending",
        Phase::Held | Phase::Approved => age.pick("in_hold", "pending"),
        Phase::Paid => "success",
        Phase::Failed | Phase::Returned => "failed",
    }
}
