//! Operations with a limit of their own.

use std::time::Duration;

use super::{limit, not_before, permits};
use crate::quota::{Grant, Lane, Operation, OperationLimit, QuotaWindow, ServerTime, Told, Wish};

const TIMEOUT: Duration = Duration::from_millis(500);

fn inventory(user: &str) -> Operation {
    Operation { key: format!("inventory.{user}"), limit: limit(1, 5000) }
}

fn ask(window: &mut QuotaWindow, operation: Option<&Operation>, wanted: u32, now_ms: i64) -> Grant {
    let operations = operation.map_or(&[][..], std::slice::from_ref);
    let wish = Wish { lane: Lane::Catalogue, operations, wanted, at_once: 1 };
    window.grant(&limit(6, 1000), &wish, TIMEOUT, ServerTime::exactly(now_ms))
}

#[test]
fn an_operation_waits_for_its_own_window_and_holds_nobody_else_up() {
    let mut window = QuotaWindow::default();
    let (count, ticket) = permits(ask(&mut window, Some(&inventory("a")), 3, 0));
    assert_eq!(count, 1);
    window.settle(&limit(6, 1000), &ticket, 100, Told::Open);
    assert_eq!(not_before(ask(&mut window, Some(&inventory("a")), 1, 3000)), 5110);
    assert_eq!(permits(ask(&mut window, Some(&inventory("b")), 1, 3000)).0, 1);
    assert_eq!(permits(ask(&mut window, None, 2, 3000)).0, 2);
    assert_eq!(permits(ask(&mut window, Some(&inventory("a")), 1, 5110)).0, 1);
}

#[test]
fn a_permit_needs_room_in_both_windows() {
    let mut window = QuotaWindow::default();
    assert_eq!(permits(ask(&mut window, None, 10, 0)).0, 4);
    assert_eq!(not_before(ask(&mut window, Some(&inventory("a")), 1, 10)), 1510);
    assert!(window.operations.is_empty());
    permits(ask(&mut window, Some(&inventory("a")), 1, 1510));
    permits(ask(&mut window, None, 10, 1510));
    // The later of the two windows decides.
    assert_eq!(not_before(ask(&mut window, Some(&inventory("a")), 1, 1520)), 7020);
    assert_eq!(not_before(ask(&mut window, Some(&inventory("b")), 1, 1520)), 3020);
}

#[test]
fn what_is_given_back_is_free_in_both_windows() {
    let mut window = QuotaWindow::default();
    let (_, ticket) = permits(ask(&mut window, Some(&inventory("a")), 1, 0));
    window.give_back(&ticket);
    assert_eq!(window, QuotaWindow::default());
}

/// One list for each user would grow without end.
#[test]
fn windows_that_are_empty_are_forgotten() {
    let mut window = QuotaWindow::default();
    for user in 0..4 {
        permits(ask(&mut window, Some(&inventory(&user.to_string())), 1, 0));
    }
    assert_eq!(window.operations.len(), 4);
    permits(ask(&mut window, Some(&inventory("x")), 1, 6000));
    assert_eq!(window.operations.len(), 1);
}

/// Look-ups that hints ask for count with all look-ups of an order, and with all hints.
#[test]
fn a_permit_may_need_room_in_three_windows() {
    let hints = Operation { key: "hinted_lookup".to_owned(), limit: limit(2, 1000) };
    let ask = |window: &mut QuotaWindow, order: &str, now_ms| {
        let lookup = Operation { key: format!("lookup.{order}"), limit: limit(1, 5000) };
        let operations = &[lookup, hints.clone()];
        let wish = Wish { lane: Lane::LookUps, operations, wanted: 1, at_once: 1 };
        window.grant(&limit(60, 1000), &wish, TIMEOUT, ServerTime::exactly(now_ms))
    };
    let mut window = QuotaWindow::default();
    let (_, ticket) = permits(ask(&mut window, "a", 0));
    assert_eq!(not_before(ask(&mut window, "a", 10)), 5510);
    permits(ask(&mut window, "b", 10));
    assert_eq!(not_before(ask(&mut window, "c", 20)), 1510);
    window.give_back(&ticket);
    permits(ask(&mut window, "a", 20));
    assert_eq!(not_before(ask(&mut window, "c", 30)), 1520);
}

/// However long an answer takes, it is the beginnings that are paced; and the account's window counts the answers.
#[test]
fn look_ups_by_plan_begin_evenly() {
    let account = limit(500, 60_000);
    let plan = OperationLimit::of_plan(account).of("planned_lookup", None, None).unwrap();
    assert_eq!(plan.limit, limit(50, 6000));
    let plan = [plan];
    let wish = Wish { lane: Lane::LookUps, operations: &plan, wanted: 60, at_once: 1 };
    let grant = |window: &mut QuotaWindow, now_ms| {
        window.grant(&account, &wish, TIMEOUT, ServerTime::exactly(now_ms))
    };
    let mut window = QuotaWindow::default();
    let (count, ticket) = permits(grant(&mut window, 0));
    assert_eq!(count, 50);
    // 10 ms for clocks, rounded up to a thousandth of the window.
    assert_eq!(not_before(grant(&mut window, 10)), 6012);
    for _ in 0..count {
        window.settle(&account, &ticket, 5000, Told::Nothing);
    }
    assert_eq!(not_before(grant(&mut window, 5010)), 6012);
    let (count, ticket) = permits(grant(&mut window, 6012));
    assert_eq!(count, 50);
    window.give_back(&ticket);
    assert_eq!(permits(grant(&mut window, 6013)).0, 1);
}

/// Two calls of one order need room for both in every window.
#[test]
fn all_calls_of_an_order_fit_into_the_window_of_their_operation_or_none() {
    let place = [Operation { key: "place".to_owned(), limit: limit(3, 1000) }];
    let mut window = QuotaWindow::default();
    let mut ask = |now_ms| {
        let wish = Wish { lane: Lane::Orders, operations: &place, wanted: 2, at_once: 2 };
        window.grant(&limit(60, 1000), &wish, TIMEOUT, ServerTime::exactly(now_ms))
    };
    assert_eq!(permits(ask(0)).0, 2);
    assert_eq!(not_before(ask(10)), 1510);
    assert_eq!(permits(ask(1510)).0, 2);
}
