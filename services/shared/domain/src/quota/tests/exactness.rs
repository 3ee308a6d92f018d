//! Invariant Q1: whatever the network and the replicas do, no window at the provider holds more than the limit.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_assert, prop_oneof, proptest};
use proptest::sample::select;

use super::limit;
use crate::quota::{Grant, Lane, Limit, QuotaWindow, ServerTime, Ticket, Told, Wish};

const START_MS: i64 = 1_800_000_000_000;
/// How far the clocks of the NATS servers may be off, of which one tells a replica the time.
const CLOCK_ERROR_MS: i64 = 5;

/// One replica asks once, and what becomes of its permits.
#[derive(Debug, Clone)]
struct Demand {
    asks: Asks,
    clock: Clock,
    lane: Lane,
    wanted: u32,
    /// Used in turn.
    fates: Vec<Fate>,
}

/// What a replica knows of the time.
#[derive(Debug, Clone, Copy)]
struct Clock {
    /// How far the server is off from which it has it.
    error_ms: i64,
    /// How much earlier, and how much later, it might be than it is.
    doubt_ms: (i64, i64),
}

impl Clock {
    fn at(self, now_ms: i64) -> ServerTime {
        let told_ms = now_ms + self.error_ms;
        ServerTime { earliest_ms: told_ms - self.doubt_ms.0, latest_ms: told_ms + self.doubt_ms.1 }
    }
}

#[derive(Debug, Clone, Copy)]
enum Asks {
    /// So long after the demand before.
    After(i64),
    /// As soon as the window had said, by the replica's own clock.
    WhenTold,
}

/// In thousandths of the time that there is for it.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// Answered, or timed out, in time; it reached the provider somewhere on the way.
    Answered {
        arrives: i64,
        answered: i64,
    },
    /// The process was paused and is late, by up to almost a window.
    Late {
        arrives: i64,
        answered: i64,
    },
    /// It reached the provider, and then the process was gone.
    Crashed {
        arrives: i64,
    },
    GivenBack,
}

/// A permit whose call has not ended.
struct Open {
    ends_ms: i64,
    clock: Clock,
    ticket: Ticket,
    given_back: bool,
}

struct World {
    window: QuotaWindow,
    limit: Limit,
    timeout_ms: i64,
    open: Vec<Open>,
    /// When requests reached the provider.
    arrivals: Vec<i64>,
}

fn fate() -> impl Strategy<Value = Fate> {
    let part = || prop_oneof![Just(0_i64), Just(1000), 0_i64..=1000];
    prop_oneof![
        6 => (part(), part()).prop_map(|(arrives, answered)| Fate::Answered { arrives, answered }),
        1 => (part(), part()).prop_map(|(arrives, answered)| Fate::Late { arrives, answered }),
        1 => part().prop_map(|arrives| Fate::Crashed { arrives }),
        1 => Just(Fate::GivenBack),
    ]
}

fn demand() -> impl Strategy<Value = Demand> {
    let asks = prop_oneof![Just(Asks::WhenTold), (0_i64..300).prop_map(Asks::After), Just(Asks::After(0))];
    let lane = select(vec![Lane::Orders, Lane::Orders, Lane::LookUps, Lane::Catalogue]);
    let clock_error =
        prop_oneof![Just(-CLOCK_ERROR_MS), Just(CLOCK_ERROR_MS), -CLOCK_ERROR_MS..=CLOCK_ERROR_MS];
    let clock =
        (clock_error, (0_i64..40, 0_i64..40)).prop_map(|(error_ms, doubt_ms)| Clock { error_ms, doubt_ms });
    (asks, clock, lane, 1_u32..12, vec(fate(), 1..6)).prop_map(|(asks, clock, lane, wanted, fates)| Demand {
        asks,
        clock,
        lane,
        wanted,
        fates,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_window_at_the_provider_holds_more_than_the_limit(
        requests in 1_u32..10,
        per_ms in 100_u64..3000,
        timeout_ms in 0_i64..600,
        demands in vec(demand(), 1..60),
    ) {
        let mut world = World {
            window: QuotaWindow::default(),
            limit: limit(requests, per_ms),
            timeout_ms,
            open: Vec::new(),
            arrivals: Vec::new(),
        };
        let mut now_ms = START_MS;
        let mut told_ms = START_MS;
        for demand in &demands {
            now_ms = match demand.asks {
                Asks::After(pause_ms) => now_ms + pause_ms,
                Asks::WhenTold => now_ms.max(told_ms - demand.clock.at(0).earliest_ms),
            };
            if let Some(at_ms) = world.ask(demand, now_ms) {
                told_ms = at_ms;
            }
        }
        world.arrivals.sort_unstable();
        let per_ms = i64::try_from(per_ms).unwrap();
        let requests = usize::try_from(requests).unwrap();
        for window in world.arrivals.windows(requests + 1) {
            prop_assert!(window[requests] - window[0] >= per_ms, "{window:?}");
        }
    }
}

impl World {
    /// When to ask again, where nothing was granted.
    fn ask(&mut self, demand: &Demand, now_ms: i64) -> Option<i64> {
        self.end_calls(now_ms);
        let timeout = Duration::from_millis(self.timeout_ms.unsigned_abs());
        let wish = Wish { lane: demand.lane, operations: &[], wanted: demand.wanted, at_once: 1 };
        let grant = self.window.grant(&self.limit, &wish, timeout, demand.clock.at(now_ms));
        let (count, ticket) = match grant {
            Grant::NotBefore { at_ms } => return Some(at_ms),
            Grant::Permits { count, ticket } => (count, ticket),
        };
        for fate in demand.fates.iter().cycle().zip(0..count).map(|(fate, _)| *fate) {
            self.meet(fate, now_ms, demand.clock, &ticket);
        }
        None
    }

    fn meet(&mut self, fate: Fate, now_ms: i64, clock: Clock, ticket: &Ticket) {
        let per_ms = i64::try_from(self.limit.per.as_millis()).unwrap();
        let late_ms = self.timeout_ms + per_ms - 2 * CLOCK_ERROR_MS;
        let part = |whole_ms: i64, thousandths: i64| whole_ms * thousandths / 1000;
        let (taken_ms, arrives, given_back) = match fate {
            Fate::Answered { arrives, answered } => (part(self.timeout_ms, answered), Some(arrives), false),
            Fate::Late { arrives, answered } => (part(late_ms, answered), Some(arrives), false),
            Fate::Crashed { arrives } => {
                self.arrivals.push(now_ms + part(self.timeout_ms, arrives));
                return;
            }
            Fate::GivenBack => (0, None, true),
        };
        self.arrivals.extend(arrives.map(|arrives| now_ms + part(taken_ms, arrives)));
        self.open.push(Open { ends_ms: now_ms + taken_ms, clock, ticket: ticket.clone(), given_back });
    }

    /// Settles every call that has ended by now, in the order of their ends.
    fn end_calls(&mut self, now_ms: i64) {
        self.open.sort_by_key(|open| open.ends_ms);
        let still_open = self.open.split_off(self.open.partition_point(|open| open.ends_ms <= now_ms));
        for ended in std::mem::replace(&mut self.open, still_open) {
            if ended.given_back {
                self.window.give_back(&ended.ticket);
            } else {
                let ended_ms = ended.clock.at(ended.ends_ms).latest_ms;
                self.window.settle(&self.limit, &ended.ticket, ended_ms, Told::Open);
            }
        }
    }
}
