//! The rules of the window, one at a time.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;

use super::{ask, limit, not_before, permits};
use crate::quota::{Grant, Lane, Limit, QuotaWindow, SlotList, Slots, Told};

const TIMEOUT: Duration = Duration::from_millis(500);

fn orders(window: &mut QuotaWindow, limit: &Limit, wanted: u32, now_ms: i64) -> Grant {
    ask(window, limit, Lane::Orders, wanted, TIMEOUT, now_ms)
}

/// When the first slot is free.
fn first_free_ms(window: &QuotaWindow) -> i64 {
    window.slots.entries()[0].free_at_ms
}

#[test]
fn a_slot_is_free_one_window_after_the_answer_and_the_margin_for_clocks() {
    let limit = limit(1, 1000);
    let mut window = QuotaWindow::default();
    let (_, ticket) = permits(orders(&mut window, &limit, 1, 0));
    assert_eq!(first_free_ms(&window), 1510);
    window.settle(&limit, &ticket, 100, Told::Open);
    assert_eq!(not_before(orders(&mut window, &limit, 1, 1109)), 1110);
    assert_eq!(permits(orders(&mut window, &limit, 1, 1110)).0, 1);
}

#[test]
fn free_times_are_rounded_up_to_a_thousandth_of_the_window() {
    let limit = limit(2, 60_000);
    let mut window = QuotaWindow::default();
    permits(ask(&mut window, &limit, Lane::Orders, 1, Duration::ZERO, 1));
    assert_eq!(first_free_ms(&window), 60_060);
}

#[test]
fn a_permit_that_is_never_settled_is_free_one_window_after_its_time_out() {
    let limit = limit(1, 1000);
    let mut window = QuotaWindow::default();
    permits(orders(&mut window, &limit, 1, 0));
    assert_eq!(not_before(orders(&mut window, &limit, 1, 1509)), 1510);
    assert_eq!(permits(orders(&mut window, &limit, 1, 1510)).0, 1);
}

/// A time-out is the end of a call as well: the request may have reached the provider at its last moment.
#[test]
fn a_call_that_timed_out_counts_until_its_time_out_and_one_window() {
    let limit = limit(1, 1000);
    let mut window = QuotaWindow::default();
    let (_, ticket) = permits(orders(&mut window, &limit, 1, 0));
    window.settle(&limit, &ticket, 500, Told::Nothing);
    assert_eq!(not_before(orders(&mut window, &limit, 1, 501)), 1510);
}

/// The request may have reached the provider as late as its answer came.
#[test]
fn an_answer_after_the_time_out_keeps_its_slot_longer() {
    let limit = limit(1, 1000);
    let mut window = QuotaWindow::default();
    let (_, ticket) = permits(orders(&mut window, &limit, 1, 0));
    window.settle(&limit, &ticket, 1400, Told::Open);
    assert_eq!(not_before(orders(&mut window, &limit, 1, 1510)), 2410);
}

#[test]
fn a_permit_given_back_is_there_at_once() {
    let limit = limit(2, 1000);
    let mut window = QuotaWindow::default();
    let (_, ticket) = permits(orders(&mut window, &limit, 2, 0));
    window.give_back(&ticket);
    assert_eq!(window.slots.used(0), 1);
    assert_eq!(permits(orders(&mut window, &limit, 2, 0)).0, 1);
}

/// A process was paused for longer than its permit held, and sent its request all the same: its slot was given to somebody
/// else meanwhile, so there is one more in use.
#[test]
fn a_call_that_ends_after_its_slot_was_free_takes_one_again() {
    let limit = limit(2, 1000);
    let mut window = QuotaWindow::default();
    let (_, old) = permits(orders(&mut window, &limit, 1, 0));
    permits(orders(&mut window, &limit, 1, 5000));
    window.settle(&limit, &old, 5100, Told::Open);
    assert_eq!(window.slots.used(5100), 2);
    assert_eq!(not_before(orders(&mut window, &limit, 1, 5100)), 6110);
}

#[test]
fn a_slot_that_is_free_already_is_not_given_back() {
    let limit = limit(2, 1000);
    let mut window = QuotaWindow::default();
    let (_, old) = permits(orders(&mut window, &limit, 1, 0));
    let (_, new) = permits(orders(&mut window, &limit, 1, 5000));
    let before = window.clone();
    window.give_back(&old);
    assert_eq!(window, before);
    window.give_back(&new);
    assert_eq!(window.slots.used(5000), 0);
}

#[test]
fn lower_lanes_leave_the_reserve_to_higher_ones() {
    let limit = limit(300, 60_000);
    let mut window = QuotaWindow::default();
    let mut grant = |lane: Lane| ask(&mut window, &limit, lane, 1000, TIMEOUT, 0);
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
        let grant = ask(&mut QuotaWindow::default(), &limit(1, 1000), lane, 5, TIMEOUT, 0);
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
    assert_eq!(not_before(orders(&mut window, &limit(2, 1000), 1, 10)), 1513);
    assert_eq!(permits(orders(&mut window, &limit(2, 1000), 5, 1513)).0, 1);
}

#[test]
fn a_list_of_slots_is_put_together_in_order() {
    let slots = [(30, 1), (10, 2), (30, 3), (20, 0)];
    let list: SlotList = slots.map(|(free_at_ms, count)| Slots { free_at_ms, count }).into_iter().collect();
    let expected = [(10, 2), (30, 4)].map(|(free_at_ms, count)| Slots { free_at_ms, count });
    assert_eq!(list.entries(), expected);
    assert_eq!((list.used(9), list.used(10), list.used(30)), (6, 4, 0));
    let room = [7, 6, 5, 4, 1].map(|usable| list.room_at(usable, 0));
    assert_eq!(room, [None, Some(10), Some(10), Some(30), Some(30)]);
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
            match ask(&mut window, &limit, lane, wanted, TIMEOUT, now_ms) {
                Grant::Permits { count, ticket } => {
                    prop_assert!((1..=wanted).contains(&count));
                    window.settle(&limit, &ticket, now_ms + pause_ms, Told::Open);
                }
                Grant::NotBefore { at_ms } => {
                    prop_assert!(at_ms > now_ms);
                    let early = ask(&mut window.clone(), &limit, lane, wanted, TIMEOUT, at_ms - 1);
                    prop_assert_eq!(early, Grant::NotBefore { at_ms });
                    let then = ask(&mut window.clone(), &limit, lane, wanted, TIMEOUT, at_ms);
                    prop_assert!(matches!(then, Grant::Permits { .. }), "{then:?}");
                }
            }
            prop_assert!(window.slots.used(now_ms) <= requests);
        }
    }
}
