use std::time::Duration;

use super::at;
use crate::order::OrderKind;
use crate::planning::{Look, Open, Planned, Urgency, latest};
use crate::polling;
use crate::quota::Limit;
use crate::rules::{ByKind, Rules};
use crate::samples::{recorded, trade_in};
use crate::trade::TradeState;

const LIMIT: Limit = Limit { requests: 500, per: Duration::from_secs(60) };
const SIZES: ByKind<usize> = ByKind { purchase: 50, deposit_link: 1, deposit_items: 50, listing: 50 };

fn seconds(urgency: Urgency, now: u64, later: u64) -> [u64; 2] {
    let purchases = |purchase| ByKind { purchase, ..ByKind::all(0) };
    let open = Open { now: purchases(now), later: purchases(later) };
    latest(urgency, &open, &SIZES, &LIMIT, &Rules::default()).map(|bound| bound.as_secs())
}

#[test]
fn a_bound_is_company_and_one_sweep_of_the_line_at_its_part_of_the_quota() {
    assert_eq!(seconds(Urgency::Later, 0, 0), [30, 30]);
    // 2,000 requests at 450 a minute.
    assert_eq!(seconds(Urgency::Later, 0, 100_000), [297, 2697]);
    assert_eq!(seconds(Urgency::Later, 1, 100_000), [1097, 10_697]);
    assert_eq!(seconds(Urgency::Now, 1, 100_000), [2, 3]);
    let pages = ByKind { deposit_link: 450, ..ByKind::all(0) };
    let open = Open { now: ByKind::all(0), later: pages };
    let bound = latest(Urgency::Later, &open, &SIZES, &LIMIT, &Rules::default())[0];
    assert_eq!(bound, Duration::from_millis(90_500));
}

/// Whoever plans it again, early or late, writes it in the same place; one after a look counts from that.
#[test]
fn the_first_look_at_a_version_is_one_plan_whenever_it_is_made() {
    let rules = Rules::default();
    let recorded = recorded(trade_in(TradeState::UserAccepted), at(0));
    let first = polling::first_wake(&recorded, &rules).unwrap();
    let planned = |second| Look::new(&recorded, first, &rules, at(second));
    assert_eq!(planned(0), planned(14));
    assert_eq!((planned(0).planned.pause, planned(0).urgency), (Duration::from_secs(15), Urgency::Now));
    let next = Look::new(&recorded, at(1600), &rules, at(1000));
    assert_eq!((next.planned.pause, next.urgency), (Duration::from_secs(600), Urgency::Later));
    assert_eq!(next.kind, OrderKind::Purchase);
}

#[test]
fn a_look_waits_a_twentieth_of_its_pause_for_company() {
    let rules = |speed| Rules { speed, ..Rules::default() };
    let planned = |pause| Planned { at: at(100), pause: Duration::from_secs(pause) };
    let waits =
        |pause, speed| planned(pause).leaves_at(&rules(speed), at(100)).duration_since(at(100)).as_millis();
    assert_eq!([waits(5, 1), waits(60, 1), waits(600, 1), waits(6 * 3600, 1)], [250, 3000, 30_000, 30_000]);
    assert_eq!(waits(600, 10), 3000);
    // However fast time is, and however late the wake-up came: what fired with it is waited for.
    assert_eq!(waits(0, 100), 50);
    assert_eq!(planned(5).leaves_at(&rules(1), at(101)).duration_since(at(101)).as_millis(), 50);
    assert_eq!(
        [5, 30, 31].map(|pause| planned(pause).urgency(&rules(1))),
        [Urgency::Now, Urgency::Now, Urgency::Later]
    );
    assert_eq!(planned(5).urgency(&rules(10)), Urgency::Later);
}
