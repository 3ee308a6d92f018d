//! What the limit allows is used, and the list of slots stays short.

use std::time::Duration;

use super::{ask, limit, permits};
use crate::quota::{Grant, Lane, Limit, QuotaWindow, Ticket, Told};

const START_MS: i64 = 1_800_000_000_000;

/// How many permits a caller gets who always wants more, in so many windows from an idle start. Every call takes
/// `answer_ms`.
fn used_up(limit: &Limit, windows: u32, answer_ms: i64) -> u32 {
    let timeout = Duration::from_secs(30);
    let per_ms = i64::try_from(limit.per.as_millis()).unwrap();
    let end_ms = START_MS + per_ms * i64::from(windows);
    let mut window = QuotaWindow::default();
    let mut open: Vec<(i64, u32, Ticket)> = Vec::new();
    let mut now_ms = START_MS;
    let mut total = 0;
    while now_ms < end_ms {
        open.retain(|(answered_ms, count, ticket)| {
            let ended = *answered_ms <= now_ms;
            if ended {
                (0..*count).for_each(|_| window.settle(limit, ticket, *answered_ms, Told::Open));
            }
            !ended
        });
        match ask(&mut window, limit, Lane::Orders, u32::MAX, timeout, now_ms) {
            Grant::Permits { count, ticket } => {
                total += count;
                open.push((now_ms + answer_ms, count, ticket));
            }
            Grant::NotBefore { at_ms } => {
                assert!(at_ms > now_ms);
                let answered_ms = open.iter().map(|(answered_ms, ..)| *answered_ms).min();
                now_ms = answered_ms.map_or(at_ms, |answered_ms| answered_ms.min(at_ms));
            }
        }
    }
    total
}

#[test]
fn ninety_nine_percent_of_the_limit_is_used() {
    for (requests, per_ms) in [(500, 60_000), (300, 60_000), (1, 60_000), (7, 60_000), (1000, 10_000)] {
        let windows = 30;
        let total = used_up(&limit(requests, per_ms), windows, 0);
        assert!(total <= requests * windows, "{requests} per {per_ms} ms: {total}");
        assert!(total * 100 >= requests * windows * 99, "{requests} per {per_ms} ms: {total}");
    }
}

/// The margin for clocks is the same for every window, so short ones lose more to it.
#[test]
fn ninety_eight_percent_of_a_second_is_used() {
    let (requests, windows) = (20, 200);
    let total = used_up(&limit(requests, 1000), windows, 0);
    assert!(total * 100 >= requests * windows * 98, "{total}");
}

/// A slot is in use until its answer came, and one window more: half a second of a minute is lost.
#[test]
fn slow_answers_cost_their_time_and_no_more() {
    let (requests, windows) = (500, 30);
    let total = used_up(&limit(requests, 60_000), windows, 500);
    assert!(total * 100 >= requests * windows * 98, "{total}");
}

#[test]
fn after_an_idle_time_all_permits_are_there_at_once() {
    let limit = limit(500, 60_000);
    let mut window = QuotaWindow::default();
    for start_ms in [START_MS, START_MS + 600_000] {
        let grant = ask(&mut window, &limit, Lane::Orders, 500, Duration::from_secs(30), start_ms);
        assert_eq!(permits(grant).0, 500);
    }
}

/// A million requests a minute, calls of every length, some of them never answered.
#[test]
fn a_large_limit_stays_a_short_list() {
    let limit = limit(1_000_000, 60_000);
    let timeout_ms = 60_000;
    let timeout = Duration::from_millis(timeout_ms);
    let mut window = QuotaWindow::default();
    let mut most = 0;
    for step in 0_i64..20_000 {
        let now_ms = START_MS + step * 9;
        let (count, ticket) = permits(ask(&mut window, &limit, Lane::Orders, 40, timeout, now_ms));
        assert_eq!(count, 40);
        for answer in 0..20 {
            let took_ms = (step * 7919 + answer * 104_729) % 60_000;
            window.settle(&limit, &ticket, now_ms + took_ms, Told::Open);
        }
        most = most.max(window.slots.entries().len());
    }
    // Three minutes: the list has been full, with steps of a thousandth over the window and the time-out.
    assert!((1500..=2010).contains(&most), "{most}");
}
