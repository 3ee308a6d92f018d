//! What a wake-up is for.

use crate::polling::{Need, need_at};
use crate::samples::{
    DAY, LEASE, accepted, at, known_in, reason, recorded, rules, trade_in, uncertain, with_deadline,
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
