//! Every state that a trade can be in, one sample each; more where its past makes a difference.

use crate::credit::CreditState::{Credited, Pending, Reversed};
use crate::order::OrderKind;
use crate::samples::{DAY, accepted, at, known_in, of_kind, reason, trade_in, uncertain, with_credits};
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

/// The states in which an order of another kind than a purchase is or was at the provider, with every past of its credits.
pub(super) fn of_kind_with_credits(kind: OrderKind) -> Vec<(&'static str, Trade)> {
    let [_, _, waiting, dispatching, uncertain, refused] = before_the_provider();
    let [submitted, offer_sent, accepted, on_hold] = at_the_provider();
    let mut states = vec![waiting, dispatching, uncertain, refused, reference_known(), submitted.clone()];
    states.extend(credited_while_open(&submitted.1));
    states.extend([offer_sent, accepted, on_hold.clone()]);
    states.extend(credited_on_hold(&on_hold.1));
    states.extend(credited_and_over());
    states.into_iter().map(|(heading, trade)| (heading, of_kind(kind, &trade))).collect()
}

fn reference_known() -> (&'static str, Trade) {
    let reason = reason("reference_known");
    let state = TradeState::Uncertain { since: at(30), reason, refusal_unproved: false };
    ("UNCERTAIN, the reference was refused as known", trade_in(state))
}

fn credited_while_open(submitted: &Trade) -> [(&'static str, Trade); 4] {
    [
        ("SUBMITTED, a pending", with_credits(submitted, &[("a", Pending)])),
        ("SUBMITTED, a credited", with_credits(submitted, &[("a", Credited)])),
        ("SUBMITTED, a credited, b pending", with_credits(submitted, &[("a", Credited), ("b", Pending)])),
        ("SUBMITTED, a reversed", with_credits(submitted, &[("a", Reversed)])),
    ]
}

fn credited_on_hold(on_hold: &Trade) -> [(&'static str, Trade); 2] {
    [
        ("ON_HOLD until day 7, a pending", with_credits(on_hold, &[("a", Pending)])),
        (
            "ON_HOLD until day 7, a credited, b pending",
            with_credits(on_hold, &[("a", Credited), ("b", Pending)]),
        ),
    ]
}

fn credited_and_over() -> Vec<(&'static str, Trade)> {
    let reason = || reason("earlier");
    let review = known_in(TradeState::NeedsReview { reason: reason(), findings: Vec::new() });
    let completed = known_in(TradeState::Completed { watch_until: None });
    let failed = known_in(TradeState::Failed { reason: reason() });
    let expired = known_in(TradeState::Expired { reason: reason() });
    let reverted = known_in(TradeState::Reverted { reason: reason(), by: ReversedBy::User });
    vec![
        ("NEEDS_REVIEW, a pending", with_credits(&review, &[("a", Pending)])),
        ("COMPLETED", completed.clone()),
        ("COMPLETED, a credited", with_credits(&completed, &[("a", Credited)])),
        ("COMPLETED, a credited, b pending", with_credits(&completed, &[("a", Credited), ("b", Pending)])),
        ("FAILED, attempt 2 was refused", trade_in(failed.state.clone())),
        ("FAILED, at the provider", failed.clone()),
        ("FAILED, a reversed", with_credits(&failed, &[("a", Reversed)])),
        ("CANCELED", known_in(TradeState::Canceled { reason: reason() })),
        ("EXPIRED", expired.clone()),
        ("EXPIRED, a credited", with_credits(&expired, &[("a", Credited)])),
        ("EXPIRED, a reversed", with_credits(&expired, &[("a", Reversed)])),
        ("EXPIRED, attempt 2 was not sent", trade_in(expired.state.clone())),
        ("REVERTED", reverted.clone()),
        ("REVERTED, a reversed", with_credits(&reverted, &[("a", Reversed)])),
    ]
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
        ("NEEDS_REVIEW", known_in(TradeState::NeedsReview { reason: reason(), findings: Vec::new() })),
        ("COMPLETED", known_in(TradeState::Completed { watch_until })),
        ("FAILED, attempt 2 was refused", trade_in(TradeState::Failed { reason: reason() })),
        ("FAILED, at the provider", known_in(TradeState::Failed { reason: reason() })),
        ("CANCELED", known_in(TradeState::Canceled { reason: reason() })),
        ("EXPIRED", known_in(TradeState::Expired { reason: reason() })),
        ("EXPIRED, never sent", accepted().moved_to(TradeState::Expired { reason: reason() })),
        ("REVERTED", known_in(TradeState::Reverted { reason: reason(), by })),
    ]
}
