//! Every state that a trade can be in, one sample each; more where its past makes a difference.

use crate::samples::{DAY, accepted, at, known_in, reason, trade_in, uncertain};
use crate::trade::{ReversedBy, Trade, TradeState};
use crate::violation::Violation;

/// `(heading, trade)`. Attempts are numbered 2 where there was one.
pub(super) fn all() -> Vec<(&'static str, Option<Trade>)> {
    let mut states = vec![("no trade", None)];
    states.extend(before_the_provider().map(|(name, trade)| (name, Some(trade))));
    states.extend(at_the_provider().map(|(name, trade)| (name, Some(trade))));
    states.extend(over().map(|(name, trade)| (name, Some(trade))));
    states
}

fn rejected() -> Trade {
    let violations = vec![Violation::new("account", "unknown_account", "no such account", "skinfy")];
    Trade { order: None, accepted_at: None, ..accepted().moved_to(TradeState::Rejected { violations }) }
}

fn before_the_provider() -> [(&'static str, Trade); 6] {
    let waiting = TradeState::Accepted { not_before: Some(at(90)), reason: Some(reason("rate_limited")) };
    [
        ("REJECTED", rejected()),
        ("ACCEPTED, never sent", accepted()),
        ("ACCEPTED, attempt 2 was not sent", trade_in(waiting)),
        ("DISPATCHING attempt 2", trade_in(TradeState::Dispatching)),
        ("UNCERTAIN, no answer to attempt 2", trade_in(uncertain(30, false))),
        ("UNCERTAIN, an unproved refusal of attempt 2", trade_in(uncertain(30, true))),
    ]
}

fn at_the_provider() -> [(&'static str, Trade); 4] {
    let hold_ends_at = at(7 * DAY);
    [
        ("SUBMITTED", known_in(TradeState::Submitted)),
        ("OFFER_SENT", known_in(TradeState::OfferSent)),
        ("USER_ACCEPTED", known_in(TradeState::UserAccepted)),
        ("ON_HOLD, until day 7", known_in(TradeState::OnHold { hold_ends_at })),
    ]
}

fn over() -> [(&'static str, Trade); 8] {
    let watch_until = Some(at(8 * DAY));
    let reason = || reason("earlier");
    let by = ReversedBy::User;
    [
        ("NEEDS_REVIEW", known_in(TradeState::NeedsReview { reason: reason() })),
        ("COMPLETED", known_in(TradeState::Completed { watch_until })),
        ("FAILED, attempt 2 was refused", trade_in(TradeState::Failed { reason: reason() })),
        ("FAILED, at the provider", known_in(TradeState::Failed { reason: reason() })),
        ("CANCELED", known_in(TradeState::Canceled { reason: reason() })),
        ("EXPIRED", known_in(TradeState::Expired { reason: reason() })),
        ("EXPIRED, never sent", accepted().moved_to(TradeState::Expired { reason: reason() })),
        ("REVERTED", known_in(TradeState::Reverted { reason: reason(), by })),
    ]
}
