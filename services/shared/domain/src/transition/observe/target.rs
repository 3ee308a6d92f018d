//! Which state an observation speaks of.

use jiff::Timestamp;

use crate::observation::{Hold, Observation, Progress};
use crate::rules::{GameRules, Rules, after};
use crate::trade::{ReversedBy, Trade, TradeState, TradeStatus};

pub(super) fn of(trade: &Trade, observation: &Observation, rules: &Rules, now: Timestamp) -> TradeState {
    match &observation.progress {
        // The provider has the trade, whatever else its unknown word means.
        Progress::Submitted | Progress::Unknown => TradeState::Submitted,
        Progress::OfferSent => TradeState::OfferSent,
        Progress::UserAccepted => TradeState::UserAccepted,
        Progress::Delivered { hold } => delivered(trade, *hold, rules, now),
        Progress::Failed(reason) if !was_accepted(trade) => TradeState::Failed { reason: reason.clone() },
        Progress::Canceled(reason) if !was_accepted(trade) => TradeState::Canceled { reason: reason.clone() },
        Progress::Expired(reason) if !was_accepted(trade) => TradeState::Expired { reason: reason.clone() },
        // The user had the item: what ends the trade now has taken it back. Calling it merely failed would invite a
        // refund of something that was delivered.
        Progress::Failed(reason) | Progress::Canceled(reason) | Progress::Expired(reason) => {
            TradeState::Reverted { reason: reason.clone(), by: ReversedBy::Unknown }
        }
        Progress::Reverted { reason, by } => TradeState::Reverted { reason: reason.clone(), by: *by },
    }
}

/// Whether the user had taken the item before this observation.
pub(super) fn was_accepted(trade: &Trade) -> bool {
    matches!(trade.status(), TradeStatus::UserAccepted | TradeStatus::OnHold)
}

fn delivered(trade: &Trade, hold: Hold, rules: &Rules, now: Timestamp) -> TradeState {
    let protected = trade.order.as_ref().is_none_or(GameRules::is_protected);
    let hold_ends_at = match (hold, &trade.state) {
        (Hold::None, _) => None,
        (Hold::Until(end), _) => Some(end),
        // Counted from the first sight, not from every look; and what was told once is not unlearned.
        (Hold::Unknown, TradeState::OnHold { hold_ends_at }) => Some(*hold_ends_at),
        (Hold::Unknown, _) if !protected => None,
        (Hold::Unknown, _) => Some(after(now, rules.games.protection)),
    };
    match hold_ends_at {
        Some(end) if end > now => TradeState::OnHold { hold_ends_at: end },
        Some(end) => TradeState::Completed { watch_until: Some(after(end, rules.games.watch)) },
        None => TradeState::Completed { watch_until: None },
    }
}
