//! What must hold in every state, and what must be possible.
//!
//! The liveness property is about states in which nothing can happen any more. It says something about every run because
//! no run goes on for ever: [`crate::runs`] shows that there is no way from a state back to itself.

use std::collections::BTreeSet;

use skinbus_domain::{Cause, CreditState, Recorded, TradeStatus};
use stateright::{Model, Property};

use crate::protocol::{Operator, Protocol, Story};
use crate::provider::Course;
use crate::state::State;

/// At most one executed purchase per order.
pub const T1: &str = "T1 one purchase";
/// A version is published once, without gaps, and follows on the one before it.
pub const T2: &str = "T2 versions";
/// A final state leaves only to REVERTED.
pub const T3: &str = "T3 final";
/// Each credit key is applied once, and nothing is credited that did not arrive.
pub const T4: &str = "T4 credits";
/// An acknowledged message's effect is in the ledger.
pub const T5: &str = "T5 acknowledged";
/// No call without a recorded intent.
pub const T6: &str = "T6 intent";
/// No request leaves while another one was, or may yet be, executed.
pub const T7: &str = "T7 resend";
/// As long as an order is open, a message, a schedule or a person has it.
pub const NEVER_LOST: &str = "never lost";
/// The shell never reports what the shipped machines do not expect, and offers no illegal input.
pub const IN_ORDER: &str = "in order";
/// Where nothing can happen any more, the order is final or in review, and the ledger says what truly became of it.
pub const ENDS: &str = "ends truly";

/// Possible: an order is sent a second time.
pub const RESENT: &str = "(an order is sent again)";
/// Possible: a person has to decide.
pub const REVIEWED: &str = "(an order is in review)";
/// Possible: a look-up finds what no answer told.
pub const FOUND: &str = "(a look-up finds the purchase)";
/// Possible: an answer comes after the lease was taken over.
pub const LATE: &str = "(a late answer is folded in)";

/// What must never be found broken.
pub const INVARIANTS: [&str; 10] = [T1, T2, T3, T4, T5, T6, T7, NEVER_LOST, IN_ORDER, ENDS];

pub(crate) fn all() -> Vec<Property<Protocol>> {
    let always = Property::<Protocol>::always;
    let sometimes = Property::<Protocol>::sometimes;
    vec![
        always(T1, |_, state| state.provider.executed.len() <= 1),
        always(T2, |_, state| versions_follow(state)),
        always(T3, |_, state| final_states_stay(state)),
        always(T4, |_, state| credits_are_true(state)),
        always(T5, |_, state| !state.seen.acknowledged_without_effect),
        always(T6, |_, state| !state.seen.called_without_intent),
        always(T7, |_, state| !state.seen.resent_while_unknown),
        always(NEVER_LOST, |_, state| is_ended(state) || somebody_has_it(state)),
        always(IN_ORDER, |_, state| !state.seen.out_of_order),
        always(ENDS, |protocol, state| ended_truly(protocol, state) || can_go_on(protocol, state)),
        sometimes(RESENT, |_, state| state.provider.requests_sent > 1),
        sometimes(REVIEWED, |_, state| state.status() == Some(TradeStatus::NeedsReview)),
        sometimes(FOUND, |_, state| moved(state, Cause::LookUp)),
        sometimes(LATE, |_, state| moved(state, Cause::Dispatch)),
    ]
}

fn can_go_on(protocol: &Protocol, state: &State) -> bool {
    let mut actions = Vec::new();
    protocol.actions(state, &mut actions);
    !actions.is_empty()
}

/// Every version is the newest in some state, so that it is enough to look at the last two.
fn last_two(state: &State) -> (Option<&Recorded>, Option<&Recorded>) {
    let mut newest_first = state.ledger.iter().rev().map(|recorded| &**recorded);
    let newest = newest_first.next();
    (newest_first.next(), newest)
}

fn versions_follow(state: &State) -> bool {
    let (before, newest) = last_two(state);
    let (Some(newest), number) = (newest, before.map_or(0, |before| before.change.version)) else {
        return false;
    };
    newest.change.version == number + 1 && newest.change.from == before.map(|before| before.trade().status())
}

fn final_states_stay(state: &State) -> bool {
    let (Some(before), Some(newest)) = last_two(state) else { return true };
    match (before.trade().status(), newest.trade().status()) {
        (TradeStatus::Completed, TradeStatus::Reverted) => true,
        (before, after) => !before.is_final() || before == after,
    }
}

fn credits_are_true(state: &State) -> bool {
    let Some(newest) = state.newest() else { return true };
    let credits = &newest.trade().credits;
    if credits.is_empty() {
        return true;
    }
    let keys: BTreeSet<_> = credits.iter().map(|credit| &credit.key).collect();
    let credited = credits.iter().filter(|credit| credit.state == CreditState::Credited).count();
    let done = state.provider.executed.iter().filter(|executed| executed.course == Course::Done).count();
    keys.len() == credits.len() && credited <= 2 * done
}

fn is_ended(state: &State) -> bool {
    state.status().is_some_and(|status| status.is_final() || status == TradeStatus::NeedsReview)
}

fn somebody_has_it(state: &State) -> bool {
    !state.dispatch.is_empty() || state.tracker.has_it()
}

/// The newest version says what truly became of the order.
fn ended_truly(protocol: &Protocol, state: &State) -> bool {
    let Some(status) = state.status() else { return false };
    if status == TradeStatus::NeedsReview {
        return protocol.operator == Operator::Away;
    }
    let Some(executed) = state.provider.executed.first() else {
        return matches!(status, TradeStatus::Failed | TradeStatus::Expired);
    };
    match executed.course {
        Course::Begun => false,
        Course::Done if protocol.story == Story::Credited => {
            status == TradeStatus::Completed && is_credited(state)
        }
        Course::Held { .. } | Course::Done => status == TradeStatus::Completed,
        Course::Declined => status == TradeStatus::Canceled,
        Course::TakenBack => status == TradeStatus::Reverted,
    }
}

fn is_credited(state: &State) -> bool {
    let credits = state.newest().map(|newest| newest.trade().credits.as_slice()).unwrap_or_default();
    credits.len() == 2 && credits.iter().all(|credit| credit.state == CreditState::Credited)
}

/// An unclear outcome became clear in this way.
fn moved(state: &State, cause: Cause) -> bool {
    state.newest().is_some_and(|newest| {
        newest.change.from == Some(TradeStatus::Uncertain)
            && newest.change.cause == cause
            && newest.trade().facts.provider_id.is_some()
    })
}
