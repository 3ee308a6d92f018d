//! Closings, and the one probe that ends them.

use std::time::Duration;

use super::{ask, limit, not_before, permits};
use crate::quota::{Grant, Lane, QuotaWindow, ServerTime, Ticket, Told, UNREACHABLE};

const TIMEOUT: Duration = Duration::from_millis(500);

fn closed(until_ms: i64) -> Told<'static> {
    Told::Closed { until_ms, reason: "rate_limited" }
}

fn orders(window: &mut QuotaWindow, wanted: u32, now_ms: i64) -> Grant {
    ask(window, &limit(100, 1000), Lane::Orders, wanted, TIMEOUT, now_ms)
}

fn permit(window: &mut QuotaWindow, now_ms: i64) -> Ticket {
    permits(orders(window, 1, now_ms)).1
}

fn end(window: &mut QuotaWindow, ticket: &Ticket, ended_ms: i64, told: Told<'_>) {
    window.settle(&limit(100, 1000), ticket, ended_ms, told);
}

/// A window that was closed at 10 until 5000, with a call that was under way before.
fn closed_window() -> (QuotaWindow, Ticket) {
    let mut window = QuotaWindow::default();
    let (first, before) = (permit(&mut window, 0), permit(&mut window, 0));
    end(&mut window, &first, 10, closed(5000));
    (window, before)
}

fn is_open(window: &QuotaWindow) -> bool {
    window.gate.closing.is_none()
}

#[test]
fn a_closed_account_grants_nothing_until_the_named_time_and_then_one_probe() {
    let (mut window, _) = closed_window();
    assert_eq!(not_before(orders(&mut window, 10, 4999)), 5000);
    assert!(!window.gate.wants_probe(ServerTime::exactly(4999)));
    assert!(window.gate.wants_probe(ServerTime::exactly(5000)));
    assert_eq!(permits(orders(&mut window, 10, 5000)).0, 1);
    assert_eq!(not_before(orders(&mut window, 10, 5001)), 5510);
}

#[test]
fn the_earlier_of_two_possible_times_counts() {
    let (window, _) = closed_window();
    assert!(!window.gate.wants_probe(ServerTime { earliest_ms: 4999, latest_ms: 5100 }));
}

#[test]
fn an_answer_to_the_probe_opens_the_account() {
    let (mut window, _) = closed_window();
    let probe = permit(&mut window, 5000);
    assert!(window.is_probe(&probe));
    end(&mut window, &probe, 5100, Told::Open);
    assert!(is_open(&window));
    assert_eq!(permits(orders(&mut window, 10, 5100)).0, 10);
}

#[test]
fn a_closing_as_the_answer_to_the_probe_closes_again() {
    let (mut window, _) = closed_window();
    let probe = permit(&mut window, 5000);
    end(&mut window, &probe, 5100, closed(9000));
    assert_eq!(not_before(orders(&mut window, 10, 5100)), 9000);
    assert_eq!(permits(orders(&mut window, 10, 9000)).0, 1);
}

#[test]
fn no_answer_to_the_probe_leaves_the_account_to_the_next_probe() {
    let (mut window, _) = closed_window();
    let probe = permit(&mut window, 5000);
    end(&mut window, &probe, 5510, Told::Nothing);
    assert!(!is_open(&window));
    assert_eq!(permits(orders(&mut window, 10, 5510)).0, 1);
    assert_eq!(not_before(orders(&mut window, 10, 5511)), 6020);
}

#[test]
fn a_probe_that_is_given_back_frees_the_next_at_once() {
    let (mut window, _) = closed_window();
    let probe = permit(&mut window, 5000);
    window.give_back(&probe);
    assert_eq!(window.slots.used(5000), 0);
    assert!(!is_open(&window));
    assert_eq!(permits(orders(&mut window, 10, 5000)).0, 1);
}

#[test]
fn a_probe_whose_replica_crashed_is_back_after_its_time_out() {
    let (mut window, _) = closed_window();
    permit(&mut window, 5000);
    assert_eq!(not_before(orders(&mut window, 1, 5509)), 5510);
    assert_eq!(permits(orders(&mut window, 10, 5510)).0, 1);
}

/// Nothing that was granted before the newest closing or the newest probe proves that the provider is open.
#[test]
fn only_the_newest_probe_opens() {
    let (mut window, before) = closed_window();
    let lost = permit(&mut window, 5000);
    let probe = permit(&mut window, 5510);
    end(&mut window, &before, 5600, Told::Open);
    end(&mut window, &lost, 5600, Told::Open);
    assert!(!is_open(&window));
    // And neither of them has ended the probe that is under way.
    assert_eq!(not_before(orders(&mut window, 1, 5600)), 6020);
    end(&mut window, &probe, 5700, Told::Open);
    assert!(is_open(&window));
}

#[test]
fn a_later_end_wins_whoever_tells_it() {
    let (mut window, before) = closed_window();
    end(&mut window, &before, 20, closed(3000));
    assert_eq!(not_before(orders(&mut window, 1, 30)), 5000);
    let (mut window, before) = closed_window();
    end(&mut window, &before, 20, closed(7000));
    assert_eq!(not_before(orders(&mut window, 1, 30)), 7000);
}

/// A call from before tells of a closing while the probe is under way: the provider said so at some time that nobody
/// knows, perhaps after it had answered the probe.
#[test]
fn a_closing_that_is_told_late_outlives_the_probe_and_does_not_double_it() {
    let (mut window, before) = closed_window();
    let probe = permit(&mut window, 5000);
    end(&mut window, &before, 5050, closed(5200));
    // The probe is still under way when the new closing ends: there is no second one beside it.
    assert_eq!(not_before(orders(&mut window, 1, 5200)), 5510);
    end(&mut window, &probe, 5300, Told::Open);
    assert!(!is_open(&window));
    assert_eq!(permits(orders(&mut window, 10, 5300)).0, 1);
}

#[test]
fn a_closing_after_the_reopening_is_probed_again() {
    let (mut window, before) = closed_window();
    let probe = permit(&mut window, 5000);
    end(&mut window, &probe, 5100, Told::Open);
    let after = permit(&mut window, 5100);
    end(&mut window, &before, 5150, closed(5160));
    end(&mut window, &after, 5170, Told::Open);
    assert!(!is_open(&window), "it was granted before the closing");
    assert_eq!(permits(orders(&mut window, 10, 5170)).0, 1);
}

#[test]
fn pauses_grow_while_a_provider_cannot_be_reached() {
    let mut window = QuotaWindow::default();
    let mut now_ms = 0;
    for pause_ms in [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000] {
        let probe = permit(&mut window, now_ms);
        end(&mut window, &probe, now_ms, Told::Unreachable);
        assert_eq!(not_before(orders(&mut window, 1, now_ms)), now_ms + pause_ms);
        assert_eq!(window.gate.closing.as_ref().unwrap().reason, UNREACHABLE);
        now_ms += pause_ms;
    }
    let probe = permit(&mut window, now_ms);
    end(&mut window, &probe, now_ms, Told::Open);
    let again = permit(&mut window, now_ms);
    end(&mut window, &again, now_ms, Told::Unreachable);
    assert_eq!(not_before(orders(&mut window, 1, now_ms)), now_ms + 1000);
}

#[test]
fn calls_that_fail_together_are_one_failure() {
    let mut window = QuotaWindow::default();
    let calls: Vec<Ticket> = (0..5).map(|_| permit(&mut window, 0)).collect();
    for (ended_ms, call) in calls.iter().enumerate() {
        end(&mut window, call, i64::try_from(ended_ms).unwrap(), Told::Unreachable);
    }
    assert_eq!(not_before(orders(&mut window, 1, 10)), 1000);
}

/// A write without an answer may have been stored: what it said of the account is said again.
#[test]
fn what_a_call_says_may_be_said_twice() {
    for told in [Told::Open, closed(9000), Told::Unreachable, Told::Nothing] {
        let (mut window, _) = closed_window();
        let probe = permit(&mut window, 5000);
        end(&mut window, &probe, 5100, told);
        let once = window.clone();
        window.tell(&probe, 5100, told);
        assert_eq!(window, once, "{told:?}");
    }
}
