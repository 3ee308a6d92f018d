//! What ShadowPay says of a trade, from what became of it.

use super::settings::Settings;
use crate::clock::Moment;
use crate::engine::fate::{Fate, Status};
use crate::engine::listing::ListingPhase;
use crate::engine::purchase::Purchase;

pub(super) const ACTIVE: &str = "active";
pub(super) const FINISHED: &str = "finished";
pub(super) const CANCELLED: &str = "cancelled";
pub(super) const PENDING: &str = "pending";
const BUYER: &str = "buyer";
const SELLER: &str = "seller";

/// What a trade is said to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TradeState {
    pub(super) state: String,
    /// Steam's number.
    pub(super) offer_state: Option<String>,
    pub(super) causer: Option<String>,
    pub(super) item_state: String,
}

impl TradeState {
    fn new(state: &str, offer_state: Option<&str>, causer: Option<&str>) -> Self {
        Self {
            state: state.to_owned(),
            offer_state: offer_state.map(str::to_owned),
            causer: causer.map(str::to_owned),
            item_state: item_state(state).to_owned(),
        }
    }

    /// Of a purchase: what was set for it, else what its life says.
    pub(super) fn of_purchase(purchase: &Purchase, now: Moment, settings: &Settings) -> Self {
        let elapsed_ms = now.life_ms.saturating_sub(purchase.born.life_ms);
        match settings.trade(purchase.reference.as_deref(), &purchase.item.id, elapsed_ms) {
            Some(set) => Self {
                state: set.state.clone(),
                offer_state: set.offer_state.clone(),
                causer: set.causer.clone(),
                item_state: set.item_state.clone().unwrap_or_else(|| item_state(&set.state).to_owned()),
            },
            None => Self::of_life(purchase, now, elapsed_ms, settings.finish_delay_ms),
        }
    }

    fn of_life(purchase: &Purchase, now: Moment, elapsed_ms: u64, finish_delay_ms: u64) -> Self {
        let reached = purchase.reached(now);
        let Some(last) = reached.last() else {
            return Self::new(ACTIVE, None, None);
        };
        match last.status {
            // A reservation is an offer that is accepted at once and then held by Steam.
            Status::Processing | Status::WaitingAccept | Status::Reserved
                if purchase.fate == Fate::Reserved =>
            {
                let sent_ms = purchase.pace.processing_ms;
                let accepted_ms = sent_ms.saturating_add(purchase.pace.waiting_accept_ms);
                let in_hold = if elapsed_ms < accepted_ms { "2" } else { "11" };
                Self::new(ACTIVE, (elapsed_ms >= sent_ms).then_some(in_hold), None)
            }
            Status::Processing | Status::Reserved => Self::new(ACTIVE, None, None),
            Status::WaitingAccept => Self::new(ACTIVE, Some("2"), None),
            Status::Accepted if elapsed_ms < last.after_ms.saturating_add(finish_delay_ms) => {
                Self::new(ACTIVE, Some("3"), None)
            }
            Status::Accepted | Status::Settled => Self::new(FINISHED, Some("3"), None),
            Status::Canceled => Self::new(CANCELLED, Some("7"), Some(BUYER)),
            Status::Timeout => Self::new(CANCELLED, Some("5"), Some(BUYER)),
            Status::InvalidToken | Status::UserNotTradable => Self::new(CANCELLED, None, Some(BUYER)),
            Status::CreateFailed => Self::new(CANCELLED, None, Some(SELLER)),
            Status::ItemUnavailable => Self::new(CANCELLED, Some("8"), Some(SELLER)),
            Status::RollbackUser => Self::new(CANCELLED, Some("3"), Some(BUYER)),
            Status::RollbackProvider => Self::new(CANCELLED, Some("3"), Some(SELLER)),
            Status::ReservationCanceled => Self::new(CANCELLED, Some("6"), Some(SELLER)),
            Status::Undocumented => Self::new("manual_review", None, None),
        }
    }

    /// Of the trade of a listing; none while it is on sale.
    pub(super) fn of_listing(phase: ListingPhase) -> Option<Self> {
        match phase {
            ListingPhase::OnSale => None,
            ListingPhase::InTrade => Some(Self::new(ACTIVE, Some("2"), None)),
            ListingPhase::Sold => Some(Self::new(FINISHED, Some("3"), None)),
            ListingPhase::Canceled => Some(Self::new(CANCELLED, Some("7"), Some(BUYER))),
            ListingPhase::Returned => Some(Self::new(CANCELLED, Some("3"), Some(BUYER))),
        }
    }
}

/// The item's state in a trade of this state.
fn item_state(state: &str) -> &str {
    match state {
        FINISHED => FINISHED,
        CANCELLED => CANCELLED,
        _ => PENDING,
    }
}
