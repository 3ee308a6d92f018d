//! A provider account with a million open trades, on virtual time: NATS schedules and lines, the agenda of one tracker, and a
//! provider that takes so many requests a minute.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use super::at;
use crate::order::OrderKind;
use crate::planning::{Agenda, Open, Planned, Urgency, latest};
use crate::quota::{Lane, Limit};
use crate::rules::{ByKind, Rules, after};

const SIZES: ByKind<usize> = ByKind { purchase: 50, deposit_link: 1, deposit_items: 50, listing: 50 };
const LIMIT: Limit = Limit { requests: 500, per: Duration::from_secs(60) };
/// Due looks of a line that the tracker takes in hand.
const IN_HAND_MAX: usize = 1000;
/// A schedule fires up to so much too late.
const GRID_MS: i64 = 250;

/// So many trades of a kind that are looked at with this pause.
#[derive(Clone, Copy)]
struct Class {
    kind: OrderKind,
    pause: Duration,
    trades: u64,
}

const fn class(kind: OrderKind, pause_s: u64, trades: u64) -> Class {
    Class { kind, pause: Duration::from_secs(pause_s), trades }
}

/// What is measured of a class.
#[derive(Debug, Default, Clone)]
struct Measured {
    looks: u64,
    latest: Duration,
    total: Duration,
}

struct Run {
    requests: u64,
    /// Requests that the quota would have allowed.
    allowed: u64,
    measured: Vec<Measured>,
    worst: [Duration; 2],
}

const fn index(urgency: Urgency) -> usize {
    match urgency {
        Urgency::Now => 0,
        Urgency::Later => 1,
    }
}

fn open(classes: &[Class], rules: &Rules) -> Open {
    let mut open = Open { now: ByKind::all(0), later: ByKind::all(0) };
    for class in classes {
        let line = match (Planned { at: at(0), pause: class.pause }).urgency(rules) {
            Urgency::Now => &mut open.now,
            Urgency::Later => &mut open.later,
        };
        *match class.kind {
            OrderKind::Purchase => &mut line.purchase,
            OrderKind::DepositLink => &mut line.deposit_link,
            OrderKind::DepositItems => &mut line.deposit_items,
            OrderKind::Listing => &mut line.listing,
        } += class.trades;
    }
    open
}

/// First looks are spread over a pause where `is_spread`; else everything is due at once, as after an outage.
fn run(classes: &[Class], length_s: i64, is_spread: bool) -> Run {
    let rules = Rules::default();
    let mut scheduled: BinaryHeap<Reverse<(Timestamp, usize)>> = BinaryHeap::new();
    for (number, class) in classes.iter().enumerate() {
        for trade in 0..class.trades {
            let share = u128::from(trade) * class.pause.as_millis() / u128::from(class.trades);
            let first =
                if is_spread { Duration::from_millis(u64::try_from(share).unwrap()) } else { Duration::ZERO };
            scheduled.push(Reverse((after(at(0), first), number)));
        }
    }
    let mut lines: [VecDeque<(Timestamp, usize)>; 2] = [VecDeque::new(), VecDeque::new()];
    let mut agenda: Agenda<(Timestamp, usize)> = Agenda::default();
    let mut run = Run {
        requests: 0,
        allowed: 0,
        measured: vec![Measured::default(); classes.len()],
        worst: [Duration::ZERO; 2],
    };
    let pause_between = LIMIT.per / (LIMIT.requests - Lane::LookUps.reserve(&LIMIT));
    let mut now = at(0);
    while now < at(length_s) {
        while let Some(Reverse((due_at, number))) = scheduled.peek().copied().filter(|next| next.0.0 <= now) {
            scheduled.pop();
            let line = Planned { at: due_at, pause: classes[number].pause }.urgency(&rules);
            lines[index(line)].push_back((due_at, number));
        }
        for urgency in Urgency::ALL {
            while agenda.len(urgency) < IN_HAND_MAX
                && let Some((due_at, number)) = lines[index(urgency)].pop_front()
            {
                let planned = Planned { at: due_at, pause: classes[number].pause };
                let leaves_at = planned.leaves_at(&rules, now);
                agenda.add(urgency, classes[number].kind, leaves_at, (due_at, number));
            }
        }
        run.allowed += 1;
        if let Some(batch) = agenda.take(&SIZES, now) {
            run.requests += 1;
            for (due_at, number) in batch.looks {
                let (class, measured) = (&classes[number], &mut run.measured[number]);
                let late = now.duration_since(due_at).unsigned_abs();
                let line = index(Planned { at: due_at, pause: class.pause }.urgency(&rules));
                measured.looks += 1;
                measured.total += late;
                measured.latest = measured.latest.max(late);
                run.worst[line] = run.worst[line].max(late);
                let next = after(now, class.pause).as_millisecond();
                let fires = (next + GRID_MS - 1) / GRID_MS * GRID_MS;
                scheduled.push(Reverse((Timestamp::from_millisecond(fires).unwrap(), number)));
            }
        }
        now = after(now, pause_between);
    }
    run
}

fn is_within_bounds(run: &Run, classes: &[Class]) {
    let rules = Rules::default();
    for urgency in Urgency::ALL {
        let [bound, _] = latest(urgency, &open(classes, &rules), &SIZES, &LIMIT, &rules);
        let worst = run.worst[index(urgency)];
        assert!(worst <= bound, "{}: {worst:?} late, {bound:?} at most", urgency.as_str());
    }
}

/// A million trades, mostly holds: looked at as planned, by requests that are full.
#[test]
fn a_million_holds_cost_what_their_pauses_ask_for() {
    let classes = [
        class(OrderKind::Purchase, 6 * 3600, 980_000),
        class(OrderKind::DepositItems, 600, 19_000),
        class(OrderKind::Purchase, 5, 900),
        class(OrderKind::DepositLink, 1800, 100),
    ];
    let length_s = 4 * 3600;
    let run = run(&classes, length_s, true);
    is_within_bounds(&run, &classes);
    // Each look a twentieth of its pause late, and not one more: what the bound of a line without a queue asks for.
    let needed: u64 = classes
        .iter()
        .map(|class| {
            let company = (class.pause / 20).min(Duration::from_secs(30));
            let bound_ms = u64::try_from((class.pause + company).as_millis()).unwrap();
            let looks = class.trades * u64::try_from(length_s).unwrap() * 1000 / bound_ms;
            looks / u64::try_from(SIZES.of(class.kind)).unwrap()
        })
        .sum();
    assert!(run.requests * 10 < needed * 11, "{} requests, {needed} needed", run.requests);
    for (class, measured) in classes.iter().zip(&run.measured) {
        assert!(measured.latest < Duration::from_secs(31), "{:?} {measured:?}", class.pause);
    }
}

/// Ten times more due than the quota takes: every request is full, and nobody is forgotten.
#[test]
fn a_short_quota_stretches_every_pause_of_a_line_by_the_same() {
    let classes = [
        class(OrderKind::Purchase, 60, 500_000),
        class(OrderKind::DepositItems, 600, 300_000),
        class(OrderKind::Listing, 3600, 199_000),
        class(OrderKind::Purchase, 5, 1_000),
    ];
    let length_s = 5 * 3600;
    let run = run(&classes, length_s, false);
    is_within_bounds(&run, &classes);
    assert!(run.requests * 1000 >= run.allowed * 999, "{} of {}", run.requests, run.allowed);
    let looks: u64 = run.measured.iter().map(|measured| measured.looks).sum();
    assert!(looks * 100 >= run.requests * 50 * 99, "{looks} looks by {} requests", run.requests);
    // Of the same line: as late as each other.
    let [first, second, third] = [0, 1, 2].map(|number| run.measured[number].latest.as_secs());
    let is_close = |one: u64, other: u64| one.abs_diff(other) * 10 < one;
    assert!(is_close(first, second) && is_close(first, third), "{first} {second} {third}");
    // What somebody waits for is hardly late, beside a thousand times as many that nobody waits for.
    let waiting = &run.measured[3];
    // Twenty requests, at three quarters of 7.5 a second.
    assert!(waiting.latest < Duration::from_secs(5), "{waiting:?}");
    assert!(first > 100 * waiting.latest.as_secs(), "{first} {waiting:?}");
}

/// However many somebody waits for, what nobody waits for has its quarter.
#[test]
fn a_flood_of_new_trades_does_not_starve_the_old_ones() {
    let classes = [class(OrderKind::Purchase, 5, 900_000), class(OrderKind::Purchase, 600, 100_000)];
    let run = run(&classes, 3600, false);
    is_within_bounds(&run, &classes);
    let (new, old) = (run.measured[0].looks, run.measured[1].looks);
    assert!(old * 100 >= (old + new) * 24, "{old} of {}", old + new);
}
