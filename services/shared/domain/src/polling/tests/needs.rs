//! What a wake-up is for.

use crate::credit::CreditState;
use crate::order::OrderKind;
use crate::polling::{Need, first_wake, need_at, need_when_hinted, next_wake};
use crate::samples::{
    DAY, LEASE, accepted, at, known_in, of_kind, reason, recorded, rules, trade_in, uncertain, with_credits,
    with_deadline,
};
use crate::trade::{Trade, TradeState};

fn need(trade: &Trade, now: i64) -> Need {
    need_at(&recorded(trade.clone(), at(0)), &rules(), at(now))
}

fn sleep(until: i64) -> Need {
    Need::Sleep { until: at(until) }
}

#[test]
fn an_order_that_nobody_took_is_handed_over() {
    assert_eq!(need(&accepted(), 59), sleep(60));
    assert_eq!(need(&accepted(), 60), Need::HandOver);
    assert_eq!(need(&with_deadline(&accepted(), at(100)), 60), Need::HandOver);
}

#[test]
fn an_order_whose_deadline_passed_is_ended_and_not_handed_over() {
    let due = with_deadline(&accepted(), at(10));
    assert_eq!(need(&due, 10), sleep(11));
    assert_eq!(need(&due, 11), Need::PassDeadline);
    assert_eq!(need(&due, DAY), Need::PassDeadline);
}

#[test]
fn an_attempt_in_flight_needs_nothing_until_its_lease_has_ended() {
    let started = trade_in(TradeState::Dispatching);
    assert_eq!(need(&started, LEASE), sleep(LEASE + 1));
    assert_eq!(need(&started, LEASE + 1), Need::ExpireLease);
}

#[test]
fn what_the_provider_knows_or_may_know_is_looked_up() {
    let hold_ends_at = at(DAY);
    let watch_until = Some(at(DAY));
    for (state, first) in [
        (uncertain(0, false), 5),
        (TradeState::Submitted, 5),
        (TradeState::OfferSent, 5),
        (TradeState::UserAccepted, 15),
        (TradeState::OnHold { hold_ends_at }, DAY / 4),
        (TradeState::Completed { watch_until }, DAY),
    ] {
        assert_eq!(need(&known_in(state.clone()), first - 1), sleep(first), "{state:?}");
        assert_eq!(need(&known_in(state.clone()), first), Need::LookUp, "{state:?}");
    }
}

#[test]
fn what_is_over_or_with_a_person_needs_nothing() {
    for state in [
        TradeState::Rejected { violations: vec![] },
        TradeState::Failed { reason: reason("told") },
        TradeState::NeedsReview { reason: reason("told"), findings: Vec::new() },
        TradeState::Completed { watch_until: None },
        TradeState::Completed { watch_until: Some(at(0)) },
    ] {
        assert_eq!(need(&known_in(state), 9 * DAY), Need::Nothing);
    }
}

/// A deposit that we hold for failed may have been paid after all: whoever says so has it looked at, and nothing else.
#[test]
fn a_hint_has_every_ended_deposit_looked_at_that_was_sent() {
    let hinted = |trade: &Trade| need_when_hinted(&recorded(trade.clone(), at(0)), &rules(), at(9 * DAY));
    let told = || reason("told");
    for state in [
        TradeState::Failed { reason: told() },
        TradeState::Canceled { reason: told() },
        TradeState::Expired { reason: told() },
        TradeState::Completed { watch_until: None },
    ] {
        for kind in [OrderKind::DepositLink, OrderKind::DepositItems] {
            let sent = of_kind(kind, &trade_in(state.clone()));
            assert_eq!(hinted(&sent), Need::LookUp, "{state:?}");
            assert_eq!(hinted(&Trade { attempt: None, ..sent }), Need::Nothing, "{state:?}");
        }
        for kind in [OrderKind::Purchase, OrderKind::Listing] {
            assert_eq!(hinted(&of_kind(kind, &trade_in(state.clone()))), Need::Nothing, "{state:?}");
        }
    }
}

/// Nothing else would ever make it sure: soon, then four times a day, and for thirty days.
#[test]
fn a_pending_credit_of_an_ended_deposit_is_followed_and_not_for_ever() {
    for state in [
        TradeState::Completed { watch_until: None },
        TradeState::Expired { reason: reason("told") },
        TradeState::Failed { reason: reason("told") },
        TradeState::Canceled { reason: reason("told") },
    ] {
        let over = of_kind(OrderKind::DepositLink, &Trade { facts: Default::default(), ..known_in(state) });
        let pending = with_credits(&over, &[("a", CreditState::Pending), ("b", CreditState::Credited)]);
        let looks = |trade: &Trade| {
            let (recorded, mut looks) = (recorded(trade.clone(), at(0)), Vec::new());
            let mut next = first_wake(&recorded, &rules());
            while let Some(look) = next {
                assert_eq!(need_at(&recorded, &rules(), look), Need::LookUp);
                looks.push(look);
                next = next_wake(&recorded, &rules(), look);
            }
            looks
        };
        let looks_at_it = looks(&pending);
        assert_eq!(looks_at_it[..3], [at(600), at(600 + DAY / 4), at(600 + DAY / 2)]);
        assert_eq!((looks_at_it.len(), looks_at_it.last()), (120, Some(&at(600 + 119 * DAY / 4))));
        let sure = with_credits(&over, &[("a", CreditState::Reversed), ("b", CreditState::Credited)]);
        assert_eq!(looks(&sure), []);
    }
}

/// However long a provider owes its word, it costs less the longer it does.
#[test]
fn an_overdue_hold_is_asked_about_ever_more_seldom() {
    let held = recorded(known_in(TradeState::OnHold { hold_ends_at: at(0) }), at(0));
    let pause =
        |now: i64| next_wake(&held, &rules(), at(now)).map(|next| next.duration_since(at(now)).as_secs());
    assert_eq!([30, 700, 2 * DAY].map(pause), [Some(60), Some(3600), Some(6 * 3600)]);
}
