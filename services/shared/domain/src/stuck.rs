//! A trade that stays in a state for longer than it should, and what keeps it there. It is told of once for each stay.
//!
//! | state | is told of |
//! | --- | --- |
//! | `ACCEPTED`, `DISPATCHING` | an hour after the acceptance; where it is known what it waits for, after a day |
//! | `DISPATCHING` | besides, not before ten minutes after the end of the lease |
//! | `UNCERTAIN` | ten minutes after the settle time: by then every look-up that is answered decides |
//! | `SUBMITTED` | after two hours; a reserved item six hours after the end of the reservation, or after nine days; a deposit that ends by itself an hour after that; a listing never |
//! | `OFFER_SENT` | an hour after the offer lapsed; after a day where nobody says when it does |
//! | `USER_ACCEPTED` | after six hours |
//! | `ON_HOLD` | twelve hours after the end of the hold |
//! | `NEEDS_REVIEW` | after four hours |

use std::time::Duration;

use jiff::Timestamp;

use crate::order::OrderKind;
use crate::polling;
use crate::rules::{Rules, after};
use crate::trade::{Trade, TradeState, TradeStatus};

#[cfg(test)]
mod tests;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What is known, besides the trade itself, of why it does not go on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// The provider serves nobody of the account.
    AccountClosed {
        /// Until then.
        until: Timestamp,
        /// Why, as a stable word.
        reason: String,
    },
    /// Orders that came before it wait as well.
    Backlog,
    /// The last look-up brought no answer about it.
    NotAnswered,
}

/// Whether the trade stands still for too long at `now`, and nobody was told of it yet.
#[must_use]
pub fn is_due(trade: &Trade, obstacle: Option<&Obstacle>, rules: &Rules, now: Timestamp) -> bool {
    due_at(trade, obstacle, rules).is_some_and(|due| due <= now)
}

/// When the trade has stood still for too long, as it is now; `None` where that is never, or was told of.
pub(crate) fn due_at(trade: &Trade, obstacle: Option<&Obstacle>, rules: &Rules) -> Option<Timestamp> {
    if trade.is_stuck || !rules.tells_stuck {
        return None;
    }
    let scaled = |time: Duration| time / rules.speed.max(1);
    let stayed = |time: Duration| after(trade.status_since, scaled(time));
    match &trade.state {
        TradeState::Accepted { .. } => Some(stayed(waiting(obstacle))),
        TradeState::Dispatching => {
            let lease_over =
                trade.attempt.as_ref().map(|attempt| after(attempt.lease_until, scaled(10 * MINUTE)));
            lease_over.map(|over| over.max(stayed(HOUR)))
        }
        // The settle time is the provider's and is never scaled.
        TradeState::Uncertain { since, .. } => {
            Some(after(after(*since, rules.placing.settle_time), scaled(10 * MINUTE)))
        }
        TradeState::Submitted => submitted(trade, rules),
        TradeState::OfferSent => Some(match trade.facts.offer_expires_at {
            Some(lapses) => after(lapses, scaled(HOUR)).max(stayed(HOUR)),
            None => stayed(DAY),
        }),
        TradeState::UserAccepted => Some(stayed(6 * HOUR)),
        TradeState::OnHold { hold_ends_at } => {
            Some(after(*hold_ends_at, scaled(12 * HOUR)).max(stayed(HOUR)))
        }
        TradeState::NeedsReview { .. } => Some(stayed(4 * HOUR)),
        TradeState::Rejected { .. }
        | TradeState::Completed { .. }
        | TradeState::Failed { .. }
        | TradeState::Canceled { .. }
        | TradeState::Expired { .. }
        | TradeState::Reverted { .. } => None,
    }
}

/// How long an order may wait to be placed. One whose reason for waiting is known is not lost.
fn waiting(obstacle: Option<&Obstacle>) -> Duration {
    match obstacle {
        Some(Obstacle::AccountClosed { .. } | Obstacle::Backlog) => DAY,
        Some(Obstacle::NotAnswered) | None => HOUR,
    }
}

fn submitted(trade: &Trade, rules: &Rules) -> Option<Timestamp> {
    let scaled = |time: Duration| time / rules.speed.max(1);
    let stayed = |time: Duration| after(trade.status_since, scaled(time));
    if let Some(end) = polling::link_end(trade, rules) {
        return Some(after(end, scaled(HOUR)));
    }
    if trade.kind() == Some(OrderKind::Listing) {
        return None;
    }
    Some(match trade.facts.reserved_until {
        Some(until) => after(until, scaled(6 * HOUR)).max(stayed(2 * HOUR)),
        None if trade.is_reserved() => stayed(9 * DAY),
        None => stayed(2 * HOUR),
    })
}

/// What keeps the trade where it is, for people. It quotes nothing but the words that the trade itself carries.
#[must_use]
pub fn reason(trade: &Trade, obstacle: Option<&Obstacle>) -> String {
    let known = match &trade.state {
        TradeState::Accepted { not_before, reason } => {
            waiting_for(*not_before, reason.as_ref().map(|reason| &*reason.code))
        }
        TradeState::Dispatching => "nobody has written down what became of the attempt".to_owned(),
        TradeState::Uncertain { reason, .. } => {
            format!("its outcome is unknown ({}), and no look-up has decided it", reason.code)
        }
        TradeState::Submitted if trade.facts.reserved_until.is_some() => {
            let until = trade.facts.reserved_until.map(|until| until.to_string()).unwrap_or_default();
            format!("the item is reserved until {until}, and {}", last_word(trade))
        }
        TradeState::OfferSent if trade.facts.offer_expires_at.is_some() => {
            let lapses = trade.facts.offer_expires_at.map(|lapses| lapses.to_string()).unwrap_or_default();
            format!("the offer lapses at {lapses}, and {}", last_word(trade))
        }
        TradeState::OnHold { hold_ends_at } => {
            format!("the hold ends at {hold_ends_at}, and {}", last_word(trade))
        }
        TradeState::NeedsReview { reason, .. } => {
            format!("it waits for a person ({}); see `skinbus trade review`", reason.code)
        }
        TradeState::Submitted
        | TradeState::OfferSent
        | TradeState::UserAccepted
        | TradeState::Rejected { .. }
        | TradeState::Completed { .. }
        | TradeState::Failed { .. }
        | TradeState::Canceled { .. }
        | TradeState::Expired { .. }
        | TradeState::Reverted { .. } => last_word(trade),
    };
    match obstacle {
        Some(Obstacle::AccountClosed { until, reason }) => {
            format!("{known}; the account is closed until {until}: {reason}")
        }
        Some(Obstacle::Backlog) => format!("{known}; orders that came before it wait as well"),
        Some(Obstacle::NotAnswered) => format!("{known}; the last look-up was not answered"),
        None => known,
    }
}

fn waiting_for(not_before: Option<Timestamp>, reason: Option<&str>) -> String {
    match (not_before, reason) {
        (Some(moment), Some(reason)) => format!("it is not sent before {moment}: {reason}"),
        (Some(moment), None) => format!("it is not sent before {moment}"),
        (None, Some(reason)) => format!("it was not sent: {reason}"),
        (None, None) => "it was not sent yet".to_owned(),
    }
}

fn last_word(trade: &Trade) -> String {
    match trade.facts.provider_status.as_deref() {
        Some(word) => format!("the provider's last word is {word:?}"),
        None => "the provider has told no status".to_owned(),
    }
}

/// Whether a trade that goes from one status to the other still stays where it was. An order may go back and forth between
/// waiting and being sent, and gets nowhere.
pub(crate) fn is_one_stay(from: TradeStatus, to: TradeStatus) -> bool {
    let is_waiting = |status| matches!(status, TradeStatus::Accepted | TradeStatus::Dispatching);
    from == to || (is_waiting(from) && is_waiting(to))
}
