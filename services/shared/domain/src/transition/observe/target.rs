//! Which state an observation speaks of.

use jiff::Timestamp;

use crate::credit;
use crate::observation::{Hold, Observation, Progress};
use crate::order::OrderKind;
use crate::rules::{Rules, after};
use crate::trade::{Cause, Reason, ReversedBy, Trade, TradeState, TradeStatus};
use crate::transition::end_link::LINK_LOST;

pub(super) fn of(trade: &Trade, observation: &Observation, rules: &Rules, as_of: Timestamp) -> TradeState {
    match &observation.progress {
        Progress::Submitted | Progress::Unknown if link_is_lost(trade, observation) => {
            TradeState::Failed { reason: Reason::new(LINK_LOST) }
        }
        // The provider has the trade, whatever else its unknown word means.
        Progress::Submitted | Progress::Unknown => TradeState::Submitted,
        Progress::OfferSent => TradeState::OfferSent,
        Progress::UserAccepted => TradeState::UserAccepted,
        Progress::Held { until } => held(trade, *until, rules, as_of),
        Progress::Delivered { hold } => delivered(trade, *hold, rules, as_of),
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

/// The provider has the hosted page, but its address was in the answer that never came: no user can be sent there. One
/// that somebody has paid is not lost, whoever told its address.
fn link_is_lost(trade: &Trade, observation: &Observation) -> bool {
    trade.kind() == Some(OrderKind::DepositLink)
        && trade.status() == TradeStatus::Uncertain
        && observation.cause == Cause::LookUp
        && observation.facts.redirect_url.is_none()
        && trade.facts.redirect_url.is_none()
        && !credit::any_counts(&observation.credits)
}

fn held(trade: &Trade, until: Option<Timestamp>, rules: &Rules, as_of: Timestamp) -> TradeState {
    // Counted from the first sight, not from every look.
    let known =
        if let TradeState::OnHold { hold_ends_at } = &trade.state { Some(*hold_ends_at) } else { None };
    // It is held although its game is none that Steam protects: by the rule for what nobody knows.
    let own = rules.games.protection(trade.order.as_ref());
    let protection = if own.is_zero() { rules.games.protection.unknown } else { own };
    let hold_ends_at = until.or(known).unwrap_or_else(|| after(as_of, protection));
    TradeState::OnHold { hold_ends_at }
}

fn delivered(trade: &Trade, hold: Hold, rules: &Rules, as_of: Timestamp) -> TradeState {
    let protection = rules.games.protection(trade.order.as_ref());
    let hold_ends_at = match (hold, &trade.state) {
        (Hold::None, _) => None,
        (Hold::Until(end), _) => Some(end),
        // Counted from the first sight, not from every look; and what was told once is not unlearned.
        (Hold::Unknown, TradeState::OnHold { hold_ends_at }) => Some(*hold_ends_at),
        (Hold::Unknown, _) if protection.is_zero() => None,
        (Hold::Unknown, _) => Some(after(as_of, protection)),
    };
    match hold_ends_at {
        // By when it was told, not by when we come to it: the user may have taken the item back between the two.
        Some(end) if end > as_of => TradeState::OnHold { hold_ends_at: end },
        Some(end) => TradeState::Completed { watch_until: Some(after(end, rules.games.watch)) },
        None => TradeState::Completed { watch_until: None },
    }
}
