//! The rules of the window, one at a time.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;

use super::{limit, not_before, permits};
use crate::quota::{Grant, Lane, Limit, QuotaWindow, Slots};

const TIMEOUT: Duration = Duration::from_millis(500);

fn orders(window: &mut QuotaWindow, limit: &Limit, wanted: u32, now_ms: i64) -> Grant {
    window.grant(limit, Lane::Orders, wanted, TIMEOUT, now_ms)
}

#[test]
fn a_slot_is_free_one_window_after_the_answer_and_the_margin_for_clocks() {
    let limit = limit(1, 1000);
    let mut window = QuotaWindow::default();
    let (_, free_at_ms) = permits(orders(&mut window, &limit, 1, 0));
    assert_eq!(free_at_ms, 1520);
    window.settle(&limit, free_at_ms, 100);
    assert_eq!(not_before(orders(&mut window, &limit, 1, 1119)), 1120);
    assert_eq!(permits(orders(&mut window, &limit, 1, 1120)).0, 1);
}

#[test]
fn free_times_are_rounded_up_to_a_thousandth_of_the_window() {
    let limit = limit(2, 60_000);
    let mut window = QuotaWindow::default();
    let (_, free_at_ms) = permits(window.grant(&limit, Lane::Orders, 1, Duration::ZERO, 1));
    assert_eq!(free_at_ms, 60_060);
}

#[test]
fn a_permit_that_is_never_settled_is_free_one_window_after_its_time_out() {
    let limit = limit(1, 1000);
    let mut window = QuotaWindow::default();
    permits(orders(&mut window, &limit, 1, 0));
    assert_eq!(not_before(orders(&mut window, &limit, 1, 10)), 1520);
    assert_eq!(permits(orders(&mut window, &limit, 1, 1520)).0, 1);
}

/// The request may have reached the provider as late as its answer came.
#[test]
fn an_answer_after_the_time_out_keeps_its_slot_longer() {
    let limit = limit(1, 1000);
    let mut window = QuotaWindow::default();
    let (_, free_at_ms) = permits(orders(&mut window, &limit, 1, 0));
    window.settle(&limit, free_at_ms, 1400);
    assert_eq!(not_before(orders(&mut window, &limit, 1, 1520)), 2420);
}

#[test]
fn a_permit_given_back_is_there_at_once() {
    let limit = limit(2, 1000);
    let mut window = QuotaWindow::default();
    let (_, free_at_ms) = permits(orders(&mut window, &limit, 2, 0));
    window.give_back(free_at_ms);
    assert_eq!(window.used(0), 1);
    assert_eq!(permits(orders(&mut window, &limit, 2, 0)).0, 1);
}

#[test]
fn a_slot_that_is_free_already_is_neither_settled_nor_given_back() {
    let limit = limit(2, 1000);
    let mut window = QuotaWindow::default();
    let (_, old) = permits(orders(&mut window, &limit, 1, 0));
    let (_, new) = permits(orders(&mut window, &limit, 1, 5000));
    let before = window.clone();
    window.give_back(old);
    window.settle(&limit, old, 4000);
    assert_eq!(window, before);
    window.give_back(new);
    assert_eq!(window.used(5000), 0);
}

#[test]
fn a_closed_account_grants_nothing_until_the_latest_end_it_was_told() {
    let limit = limit(10, 1000);
    let mut window = QuotaWindow::default();
    window.close(5000, "maintenance");
    window.close(3000, "rate_limited");
    assert_eq!(window.closed(4999), Some((5000, "maintenance")));
    assert_eq!(window.closing(), (5000, "maintenance"));
    assert_eq!(not_before(orders(&mut window, &limit, 1, 4999)), 5000);
    assert_eq!(window.closed(5000), None);
    assert_eq!(permits(orders(&mut window, &limit, 10, 5000)).0, 10);
    window.close(6000, "rate_limited");
    assert_eq!(window.closing(), (6000, "rate_limited"));
}

#[test]
fn lower_lanes_leave_the_reserve_to_higher_ones() {
    let limit = limit(300, 60_000);
    let mut window = QuotaWindow::default();
    let mut grant = |lane: Lane| window.grant(&limit, lane, 1000, TIMEOUT, 0);
    assert_eq!(permits(grant(Lane::Catalogue)).0, 200);
    not_before(grant(Lane::Catalogue));
    assert_eq!(permits(grant(Lane::LookUps)).0, 70);
    not_before(grant(Lane::LookUps));
    assert_eq!(permits(grant(Lane::Orders)).0, 30);
    not_before(grant(Lane::Orders));
}

#[test]
fn every_lane_of_the_smallest_limit_gets_its_turn() {
    for lane in [Lane::Orders, Lane::LookUps, Lane::Catalogue] {
        let grant = QuotaWindow::default().grant(&limit(1, 1000), lane, 5, TIMEOUT, 0);
        assert_eq!(permits(grant).0, 1);
    }
}

#[test]
fn a_limit_that_was_lowered_holds_at_once() {
    let mut window = QuotaWindow::default();
    for now_ms in 0..5 {
        permits(orders(&mut window, &limit(5, 1000), 1, now_ms));
    }
    // The fourth of the five has to be free before one of two can be given.
    assert_eq!(not_before(orders(&mut window, &limit(2, 1000), 1, 10)), 1523);
    assert_eq!(permits(orders(&mut window, &limit(2, 1000), 5, 1523)).0, 1);
}

#[test]
fn a_stored_window_is_put_together_in_order() {
    let slots = [(30, 1), (10, 2), (30, 3), (20, 0)];
    let slots = slots.map(|(free_at_ms, count)| Slots { free_at_ms, count });
    let window = QuotaWindow::from_parts(slots.into(), 7, "maintenance".to_owned());
    let expected = [(10, 2), (30, 4)].map(|(free_at_ms, count)| Slots { free_at_ms, count });
    assert_eq!(window.slots(), expected);
    assert_eq!((window.used(9), window.used(10), window.used(30)), (6, 4, 0));
    assert_eq!(window.closing(), (7, "maintenance"));
    let (until_ms, reason) = window.closing();
    let again = QuotaWindow::from_parts(window.slots().to_vec(), until_ms, reason.to_owned());
    assert_eq!(again, window);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Neither too early, which would be a busy loop, nor too late, which would be a lost permit.
    #[test]
    fn the_told_time_is_the_first_at_which_a_permit_is_granted(
        requests in 1_u32..12,
        lanes in vec((select(vec![Lane::Orders, Lane::LookUps, Lane::Catalogue]), 1_u32..6, 0_i64..200), 1..40),
    ) {
        let limit = limit(requests, 1000);
        let mut window = QuotaWindow::default();
        let mut now_ms = 0;
        for (lane, wanted, pause_ms) in lanes {
            now_ms += pause_ms;
            match window.grant(&limit, lane, wanted, TIMEOUT, now_ms) {
                Grant::Permits { count, free_at_ms } => {
                    prop_assert!((1..=wanted).contains(&count));
                    window.settle(&limit, free_at_ms, now_ms + pause_ms);
                }
                Grant::NotBefore { at_ms } => {
                    prop_assert!(at_ms > now_ms);
                    let early = window.clone().grant(&limit, lane, wanted, TIMEOUT, at_ms - 1);
                    prop_assert_eq!(early, Grant::NotBefore { at_ms });
                    let then = window.clone().grant(&limit, lane, wanted, TIMEOUT, at_ms);
                    prop_assert!(matches!(then, Grant::Permits { .. }), "{then:?}");
                }
            }
            prop_assert!(window.used(now_ms) <= requests);
        }
    }
}
