//! Who gets the permits that there are.

use std::time::Duration;

use skinbus_domain::quota::{Closing, Lane, Limit, Operation, QuotaWindow, ServerTime};
use skinbus_runtime::clock;
use tokio::sync::oneshot;

use super::wishes::Wishes;
use super::{Permit, Turn};

const TIMEOUT: Duration = Duration::from_secs(30);

fn limit(requests: u32) -> Limit {
    Limit { requests, per: Duration::from_secs(60) }
}

fn inventory(user: &str) -> Vec<Operation> {
    vec![Operation { key: format!("inventory.{user}"), limit: limit(1) }]
}

/// Somebody who waits, and would get a permit.
struct Waits {
    wishes: Wishes,
    receivers: Vec<oneshot::Receiver<Permit>>,
}

impl Waits {
    fn new() -> Self {
        Self { wishes: Wishes::default(), receivers: Vec::new() }
    }

    fn add(&mut self, lane: Lane, operations: Vec<Operation>) {
        self.add_in(Turn::Last, lane, operations, 1);
    }

    fn add_in(&mut self, turn: Turn, lane: Lane, operations: Vec<Operation>, calls: u32) {
        let (answer, permit) = oneshot::channel();
        self.wishes.add(lane, operations, turn, calls, answer);
        self.receivers.push(permit);
    }

    /// Which of them are served, in turn.
    fn served(&self, window: &mut QuotaWindow, requests: u32) -> Vec<(Lane, usize)> {
        self.wishes.grant(window, &limit(requests), TIMEOUT, ServerTime::exactly(1_000_000)).places()
    }
}

fn half_open() -> QuotaWindow {
    let mut window = QuotaWindow::default();
    window.gate.closing =
        Some(Closing { until_ms: 1_000_000, reason: "maintenance".to_owned(), failures: 0 });
    window
}

#[test]
fn a_look_up_goes_after_nine_orders() {
    let mut waits = Waits::new();
    (0..20).for_each(|_| waits.add(Lane::Orders, Vec::new()));
    (0..20).for_each(|_| waits.add(Lane::LookUps, Vec::new()));
    waits.add(Lane::Catalogue, Vec::new());
    let served = waits.served(&mut QuotaWindow::default(), 20);
    let look_ups: Vec<usize> = served
        .iter()
        .enumerate()
        .filter(|(_, (lane, _))| *lane == Lane::LookUps)
        .map(|(turn, _)| turn)
        .collect();
    assert_eq!((served.len(), look_ups), (20, vec![9, 19]));
    assert_eq!(served[10], (Lane::Orders, 9));
}

#[test]
fn lower_lanes_get_what_is_left_and_leave_their_reserve() {
    let mut waits = Waits::new();
    (0..3).for_each(|_| waits.add(Lane::Orders, Vec::new()));
    (0..30).for_each(|_| waits.add(Lane::LookUps, Vec::new()));
    (0..30).for_each(|_| waits.add(Lane::Catalogue, Vec::new()));
    let served = waits.served(&mut QuotaWindow::default(), 30);
    let count = |wanted| served.iter().filter(|(lane, _)| *lane == wanted).count();
    assert_eq!([Lane::Orders, Lane::LookUps, Lane::Catalogue].map(count), [3, 24, 0]);
}

#[test]
fn who_waits_for_the_window_of_an_operation_holds_up_nobody() {
    let mut waits = Waits::new();
    for user in ["a", "a", "b", "a"] {
        waits.add(Lane::Catalogue, inventory(user));
    }
    waits.add(Lane::Catalogue, Vec::new());
    let served = waits.served(&mut QuotaWindow::default(), 300);
    let served: Vec<usize> = served.into_iter().map(|(_, index)| index).collect();
    assert_eq!(served, [0, 2, 4]);
}

/// An order that is lost as a probe would be uncertain; a question that is lost so costs nothing.
#[test]
fn a_probe_is_a_question_where_one_waits() {
    let mut waits = Waits::new();
    waits.add(Lane::Orders, Vec::new());
    assert_eq!(waits.served(&mut half_open(), 300), [(Lane::Orders, 0)]);
    waits.add(Lane::Catalogue, Vec::new());
    assert_eq!(waits.served(&mut half_open(), 300), [(Lane::Catalogue, 0)]);
    waits.add(Lane::LookUps, Vec::new());
    assert_eq!(waits.served(&mut half_open(), 300), [(Lane::LookUps, 0)]);
}

#[test]
fn who_has_stopped_waiting_gets_nothing() {
    let mut waits = Waits::new();
    (0..3).for_each(|_| waits.add(Lane::Orders, Vec::new()));
    waits.receivers.remove(1);
    waits.wishes.forget_the_gone();
    assert_eq!(waits.wishes.waiting(), 2);
    assert_eq!(waits.served(&mut QuotaWindow::default(), 300).len(), 2);
}

/// The window has no more room for a newcomer than for those before it; an operation may have.
#[test]
fn a_newcomer_behind_others_is_no_reason_to_look_again() {
    let now = clock::monotonic_now();
    let mut waits = Waits::new();
    assert_eq!(waits.wishes.look_at(now), None);
    waits.add(Lane::Orders, Vec::new());
    assert_eq!(waits.wishes.look_at(now), Some(now));
    waits.wishes.look_again(now, TIMEOUT);
    waits.add(Lane::Orders, Vec::new());
    assert_eq!(waits.wishes.look_at(now), Some(now + TIMEOUT));
    waits.add(Lane::Catalogue, Vec::new());
    assert_eq!(waits.wishes.look_at(now), Some(now));
    waits.wishes.look_again(now, TIMEOUT);
    waits.add(Lane::Catalogue, inventory("a"));
    assert_eq!(waits.wishes.look_at(now), Some(now));
}

#[test]
fn the_second_call_of_an_order_goes_before_the_first_ones_of_others() {
    let mut waits = Waits::new();
    waits.add(Lane::Orders, Vec::new());
    // Told apart by what it has of its own.
    waits.add_in(Turn::First, Lane::Orders, inventory("second"), 1);
    let mut window = QuotaWindow::default();
    waits.served(&mut window, 1);
    assert!(window.operations.contains_key("inventory.second"), "{window:?}");
}

/// Half of them would let it begin, and wait for the rest behind others that have begun as well.
#[test]
fn an_order_of_two_calls_gets_both_permits_or_none() {
    let pair_among_others = || {
        let mut waits = Waits::new();
        waits.add(Lane::Orders, Vec::new());
        waits.add_in(Turn::Last, Lane::Orders, Vec::new(), 2);
        waits.add(Lane::Orders, Vec::new());
        waits
    };
    // With room for two it waits, and nobody behind takes what it waits for.
    for (requests, served, used) in [(1, 1, 1), (2, 1, 1), (3, 2, 3), (4, 3, 4)] {
        let mut window = QuotaWindow::default();
        let waits = pair_among_others();
        assert_eq!(waits.served(&mut window, requests).len(), served, "{requests}");
        assert_eq!(window.slots.used(1_000_000), used, "{requests}");
    }
}

/// It asks for the others when it needs them.
#[test]
fn a_probe_and_a_limit_of_one_are_one_call_of_two() {
    for (mut window, requests) in [(half_open(), 300), (QuotaWindow::default(), 1)] {
        let mut waits = Waits::new();
        waits.add_in(Turn::Last, Lane::Orders, Vec::new(), 2);
        assert_eq!(waits.served(&mut window, requests), [(Lane::Orders, 0)]);
        assert_eq!(window.slots.used(1_000_000), 1);
    }
}

/// It waits for its operation, not for what they take.
#[test]
fn an_order_of_two_calls_that_waits_for_its_operation_holds_up_nobody() {
    let place = || vec![Operation { key: "place".to_owned(), limit: limit(2) }];
    let mut waits = Waits::new();
    waits.add_in(Turn::Last, Lane::Orders, place(), 2);
    waits.add_in(Turn::Last, Lane::Orders, place(), 2);
    waits.add(Lane::LookUps, Vec::new());
    let served = waits.served(&mut QuotaWindow::default(), 300);
    assert_eq!(served, [(Lane::Orders, 0), (Lane::LookUps, 0)]);
}
