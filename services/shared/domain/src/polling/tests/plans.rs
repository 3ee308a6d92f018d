//! When a trade in each state is looked at.

use super::{seconds, wakes};
use crate::observation::ProviderFacts;
use crate::samples::{DAY, LEASE, accepted, at, known_in, rules, trade_in, uncertain};
use crate::samples::{SETTLE, with_deadline};
use crate::trade::{Reason, ReversedBy, Trade, TradeState};

const NO_WAKE: [i64; 0] = [];
const HOUR: i64 = 3600;

/// How long the pauses between looks are at this age.
fn pause_at(state: TradeState, age: i64) -> i64 {
    let wakes = seconds(&known_in(state), 0, 2000);
    let next = wakes.iter().position(|wake| *wake >= age).unwrap();
    wakes[next + 1] - wakes[next]
}

#[test]
fn an_unclear_outcome_is_looked_at_soon_and_when_it_has_settled() {
    let since = 30;
    let settled = since + SETTLE + 1;
    assert_eq!(
        seconds(&trade_in(uncertain(since, false)), since, 7),
        [35, 45, 90, 180, settled, settled + 60, settled + 120]
    );
}

#[test]
fn an_unproved_refusal_settles_sooner() {
    assert_eq!(seconds(&trade_in(uncertain(30, true)), 30, 6), [35, 45, 90, 91, 180, 240]);
}

/// The tracker was away while the lease ended.
#[test]
fn an_unclear_outcome_that_is_recorded_late_skips_the_looks_of_the_past() {
    let late = trade_in(uncertain(30, false));
    assert_eq!(seconds(&late, 100, 2), [180, 631]);
    assert_eq!(seconds(&late, 10_000, 2), [10_060, 10_120]);
}

#[test]
fn an_attempt_in_flight_is_left_alone_until_its_lease_has_ended() {
    let started = trade_in(TradeState::Dispatching);
    assert_eq!(seconds(&started, 0, 2), [LEASE + 1, LEASE + 2]);
}

#[test]
fn an_accepted_order_is_handed_over_again_ever_more_seldom() {
    assert_eq!(seconds(&accepted(), 0, 4), [60, 660, 4260, 7860]);
    let waiting = trade_in(TradeState::Accepted { not_before: Some(at(300)), reason: None });
    assert_eq!(seconds(&waiting, 0, 1), [360]);
}

/// Its message was acknowledged when the outcome was unclear.
#[test]
fn an_attempt_that_is_proved_absent_is_handed_over_at_once() {
    let reason = Some(Reason::new("proved_absent"));
    let again = trade_in(TradeState::Accepted { not_before: None, reason });
    assert_eq!(seconds(&again, 0, 4), [1, 61, 661, 4261]);
}

#[test]
fn a_deadline_comes_before_the_next_hand_over() {
    assert_eq!(seconds(&with_deadline(&accepted(), at(10)), 0, 2), [11, 71]);
    assert_eq!(seconds(&with_deadline(&accepted(), at(100)), 0, 2), [60, 101]);
    let waiting = TradeState::Accepted { not_before: Some(at(300)), reason: None };
    assert_eq!(seconds(&with_deadline(&trade_in(waiting), at(100)), 0, 1), [101]);
}

#[test]
fn looks_grow_rarer_with_age() {
    let ages = [0, 59, 100, 700, 2 * HOUR];
    let submitted = ages.map(|age| pause_at(TradeState::Submitted, age));
    assert_eq!(submitted, [5, 15, 15, 60, 600]);
    let offered = ages.map(|age| pause_at(TradeState::OfferSent, age));
    assert_eq!(offered, [5, 5, 5, 30, 600]);
    let accepted = ages.map(|age| pause_at(TradeState::UserAccepted, age));
    assert_eq!(accepted, [15, 15, 15, 600, 600]);
}

#[test]
fn a_hold_is_looked_at_four_times_a_day_and_around_its_end() {
    let hold_ends_at = at(DAY);
    let on_hold = known_in(TradeState::OnHold { hold_ends_at });
    let end = DAY + 1;
    assert_eq!(seconds(&on_hold, 0, 6), [6 * HOUR, 12 * HOUR, 18 * HOUR, DAY, end, end + 60]);
}

#[test]
fn a_completed_trade_is_looked_at_once_more_when_its_watch_ends() {
    let completed =
        |watch_until: Option<i64>| known_in(TradeState::Completed { watch_until: watch_until.map(at) });
    assert_eq!(seconds(&completed(Some(DAY)), 0, 9), [DAY]);
    assert_eq!(seconds(&completed(None), 0, 9), NO_WAKE);
    // First seen long after it was all over.
    assert_eq!(seconds(&completed(Some(DAY)), DAY, 9), NO_WAKE);
}

#[test]
fn what_is_over_or_with_a_person_is_left_alone() {
    let reason = || Reason::new("told");
    let by = ReversedBy::User;
    for state in [
        TradeState::Rejected { violations: vec![] },
        TradeState::Failed { reason: reason() },
        TradeState::Reverted { reason: reason(), by },
        TradeState::NeedsReview { reason: reason(), findings: Vec::new() },
    ] {
        assert_eq!(seconds(&known_in(state), 0, 9), NO_WAKE);
    }
}

#[test]
fn a_lapsed_offer_is_looked_at_once_more() {
    let reason = || Reason::new("offer_timed_out");
    // Some providers call it canceled.
    for over in [TradeState::Expired { reason: reason() }, TradeState::Canceled { reason: reason() }] {
        let over = known_in(over);
        assert_eq!(seconds(&over, 0, 9), [600]);
        // One that was never sent has nothing to look at.
        let unsent = Trade { facts: ProviderFacts::default(), ..over };
        assert_eq!(seconds(&unsent, 0, 9), NO_WAKE);
    }
}

/// But the settle time is the provider's, and a hold and a lease end when they end.
#[test]
fn speed_divides_every_interval_of_ours() {
    let mut fast = rules();
    fast.speed = 100;
    let milliseconds = |state: TradeState, most: usize| -> Vec<i128> {
        let wakes = wakes(&trade_in(state), 0, &fast, most);
        wakes.iter().map(|wake| wake.duration_since(at(0)).as_millis()).collect()
    };
    let settled = i128::from(SETTLE) * 1000 + 10;
    assert_eq!(milliseconds(uncertain(0, false), 6), [50, 150, 600, 1500, settled, settled + 600]);
    assert_eq!(milliseconds(TradeState::Submitted, 3), [50, 100, 150]);
    // After 0.6 s the state counts as a minute old.
    assert_eq!(milliseconds(TradeState::Submitted, 13)[11..], [600, 750]);
    assert_eq!(milliseconds(TradeState::Dispatching, 1), [60_010]);
    let hold_ends_at = at(300);
    assert_eq!(milliseconds(TradeState::OnHold { hold_ends_at }, 3), [216_000, 300_010, 300_610]);
}
