//! Several replicas share a window by compare-and-set: they read stale copies, lose races, lose the answers of writes,
//! crash; the provider closes the account, cuts connections and answers late. A simulation with virtual time; a failing
//! seed is printed by proptest and replays exactly.

#![expect(clippy::as_conversions, reason = "small numbers of a simulation")]

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::{ProptestConfig, any, proptest};

use super::limit;
use crate::quota::{Grant, Lane, Limit, QuotaWindow, ServerTime, Ticket, Told, Wish};

const START_MS: i64 = 1_800_000_000_000;
/// How long faults and closings go on, and how long the world is watched after them.
const TROUBLE_MS: i64 = 12_000;
const QUIET_MS: i64 = 12_000;
const TIMEOUT_MS: i64 = 400;
/// How far the clocks of the NATS servers may be off.
const CLOCK_ERROR_MS: i64 = 5;

#[derive(Debug, Clone, Copy)]
enum Event {
    Read(usize),
    Write(usize),
    Arrive(usize),
    End(usize),
    Crash,
}

/// What the provider says, in the test's own words.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Word {
    Open,
    ClosedUntil(i64),
    Unreachable,
    Nothing,
}

struct Call {
    /// The replica's life that makes it.
    owner: (usize, u32),
    ticket: Ticket,
    granted_ms: i64,
    ends_ms: i64,
    is_probe: bool,
    is_given_back: bool,
    word: Word,
}

struct Replica {
    life: u32,
    clock_error_ms: i64,
    doubt_ms: (i64, i64),
    copy: Option<(QuotaWindow, u64)>,
    /// Calls that have ended and are not written yet.
    ended: Vec<usize>,
    /// Of these only what they say is written again.
    perhaps_written: Vec<usize>,
    wanted: u32,
}

struct World {
    random: u64,
    now_ms: i64,
    limit: Limit,
    stored: QuotaWindow,
    revision: u64,
    closing_stored_ms: i64,
    replicas: Vec<Replica>,
    calls: Vec<Call>,
    events: BTreeMap<(i64, usize), Event>,
    serial: usize,
    /// When the provider is closed.
    closed: Vec<(i64, i64)>,
    arrivals: Vec<i64>,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn replicas_keep_the_limit_send_one_probe_and_lose_no_permit(seed in any::<u64>()) {
        let mut world = World::new(seed);
        world.run();
        world.assert_limit();
        world.assert_alive();
    }
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            random: seed,
            now_ms: START_MS,
            limit: limit(1, 1),
            stored: QuotaWindow::default(),
            revision: 0,
            closing_stored_ms: START_MS,
            replicas: Vec::new(),
            calls: Vec::new(),
            events: BTreeMap::new(),
            serial: 0,
            closed: Vec::new(),
            arrivals: Vec::new(),
        };
        world.limit = limit(world.upto(8) as u32 + 1, world.upto(1500).unsigned_abs() + 300);
        for index in 0..=world.upto(3) as usize {
            let replica = world.born(0);
            world.replicas.push(replica);
            world.later(0, Event::Read(index));
        }
        let mut from_ms = START_MS;
        for _ in 0..world.upto(4) {
            from_ms += world.upto(3000);
            let until_ms = from_ms + world.upto(2000);
            world.closed.push((from_ms, until_ms.min(START_MS + TROUBLE_MS)));
            from_ms = until_ms;
        }
        for _ in 0..world.upto(6) {
            let at_ms = world.upto(TROUBLE_MS);
            world.later(at_ms, Event::Crash);
        }
        world
    }

    /// A number between 0 and `most`.
    fn upto(&mut self, most: i64) -> i64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((mixed ^ (mixed >> 31)) >> 1).unwrap() % (most + 1)
    }

    fn is_trouble(&self) -> bool {
        self.now_ms < START_MS + TROUBLE_MS
    }

    fn born(&mut self, life: u32) -> Replica {
        Replica {
            life,
            clock_error_ms: self.upto(2 * CLOCK_ERROR_MS) - CLOCK_ERROR_MS,
            doubt_ms: (self.upto(5), self.upto(5)),
            copy: None,
            ended: Vec::new(),
            perhaps_written: Vec::new(),
            wanted: self.upto(5) as u32 + 1,
        }
    }

    fn later(&mut self, pause_ms: i64, event: Event) {
        self.serial += 1;
        self.events.insert((self.now_ms + pause_ms, self.serial), event);
    }

    fn run(&mut self) {
        while let Some(((at_ms, _), event)) = self.events.pop_first() {
            if at_ms > START_MS + TROUBLE_MS + QUIET_MS {
                return;
            }
            self.now_ms = at_ms;
            match event {
                Event::Read(index) => {
                    self.replicas[index].copy = Some((self.stored.clone(), self.revision));
                    let pause_ms = self.upto(20);
                    self.later(pause_ms, Event::Write(index));
                }
                Event::Write(index) => self.write(index),
                Event::Arrive(call) => self.arrive(call),
                Event::End(call) => {
                    let (owner, life) = self.calls[call].owner;
                    if self.replicas[owner].life == life {
                        self.replicas[owner].ended.push(call);
                    }
                }
                Event::Crash => {
                    let index = self.upto(self.replicas.len() as i64 - 1) as usize;
                    // Its round goes on as that of the new process, with nothing of the old one's.
                    self.replicas[index] = self.born(self.replicas[index].life + 1);
                }
            }
        }
    }

    fn time(&self, replica: &Replica, at_ms: i64) -> ServerTime {
        let told_ms = at_ms + replica.clock_error_ms;
        ServerTime { earliest_ms: told_ms - replica.doubt_ms.0, latest_ms: told_ms + replica.doubt_ms.1 }
    }

    /// One round of a replica: ends of calls and new permits in one write.
    fn write(&mut self, index: usize) {
        let Some((mut window, revision)) = self.replicas[index].copy.take() else {
            return self.later(1, Event::Read(index));
        };
        let replica = &self.replicas[index];
        for (calls, slots_too) in [(&replica.ended, true), (&replica.perhaps_written, false)] {
            for call in calls.iter().map(|call| &self.calls[*call]) {
                let ended_ms = self.time(replica, call.ends_ms).latest_ms;
                let told = match call.word {
                    Word::Open => Told::Open,
                    Word::ClosedUntil(until_ms) => Told::Closed { until_ms, reason: "limit" },
                    Word::Unreachable => Told::Unreachable,
                    Word::Nothing => Told::Nothing,
                };
                match (slots_too, call.is_given_back) {
                    (true, true) => window.give_back(&call.ticket),
                    (true, false) => window.settle(&self.limit, &call.ticket, ended_ms, told),
                    (false, _) => window.tell(&call.ticket, ended_ms, told),
                }
            }
        }
        let now = self.time(replica, self.now_ms);
        let wish = Wish { lane: Lane::Orders, operations: &[], wanted: replica.wanted, at_once: 1 };
        let timeout = Duration::from_millis(TIMEOUT_MS.unsigned_abs());
        let grant = window.grant(&self.limit, &wish, timeout, now);
        let pause_ms = self.upto(40);
        self.later(pause_ms, Event::Read(index));
        let answer_is_lost = self.is_trouble() && self.upto(30) == 0;
        let is_stored = revision == self.revision && !(answer_is_lost && self.upto(1) == 0);
        if is_stored {
            self.store(window);
        }
        if answer_is_lost {
            let replica = &mut self.replicas[index];
            let ended = std::mem::take(&mut replica.ended);
            replica.perhaps_written.extend(ended);
        } else if is_stored {
            self.replicas[index].ended.clear();
            self.replicas[index].perhaps_written.clear();
            if let Grant::Permits { count, ticket } = grant {
                (0..count).for_each(|_| self.begin(index, &ticket));
            }
        }
    }

    fn store(&mut self, window: QuotaWindow) {
        match (&self.stored.gate.closing, &window.gate.closing) {
            (Some(_), None) => {
                let proved = self.calls.iter().any(|call| {
                    call.word == Word::Open
                        && call.granted_ms >= self.closing_stored_ms
                        && call.ends_ms <= self.now_ms
                });
                assert!(proved, "opened by nobody who was let in after the closing");
            }
            (before, after) if before != after => self.closing_stored_ms = self.now_ms,
            _ => {}
        }
        self.stored = window;
        self.revision += 1;
    }

    /// A permit is there: its call is sent, arrives and ends within its time, or is given back.
    fn begin(&mut self, index: usize, ticket: &Ticket) {
        let is_probe = self.stored.gate.closing.is_some();
        if let Some(closing) = &self.stored.gate.closing {
            assert!(self.now_ms >= closing.until_ms - CLOCK_ERROR_MS, "a call before the closing's end");
            let under_way = self.calls.iter().filter(|call| call.is_probe && call.ends_ms > self.now_ms);
            assert_eq!(under_way.count(), 0, "two probes");
        }
        let (arrives_ms, took_ms) = (self.upto(TIMEOUT_MS), self.upto(TIMEOUT_MS));
        let (arrives_ms, took_ms) = (arrives_ms.min(took_ms), took_ms);
        let fate = if self.is_trouble() { self.upto(9) } else { 9 };
        let word = match fate {
            0 => Word::Unreachable,
            1 | 2 => Word::Nothing,
            _ => Word::Open,
        };
        let is_given_back = fate == 2;
        let owner = (index, self.replicas[index].life);
        let (granted_ms, ends_ms) = (self.now_ms, self.now_ms + took_ms);
        let ticket = ticket.clone();
        self.calls.push(Call { owner, ticket, granted_ms, ends_ms, is_probe, is_given_back, word });
        let call = self.calls.len() - 1;
        if fate != 0 && !is_given_back {
            self.later(arrives_ms, Event::Arrive(call));
        }
        self.later(took_ms, Event::End(call));
    }

    fn arrive(&mut self, call: usize) {
        self.arrivals.push(self.now_ms);
        let closed =
            self.closed.iter().find(|(from_ms, until_ms)| (*from_ms..*until_ms).contains(&self.now_ms));
        if let (Some((_, until_ms)), Word::Open) = (closed, self.calls[call].word) {
            self.calls[call].word = Word::ClosedUntil(*until_ms);
        }
    }

    fn assert_limit(&mut self) {
        self.arrivals.sort_unstable();
        let (requests, per) = (self.limit.requests as usize, self.limit.per.as_millis() as i64);
        for window in self.arrivals.windows(requests + 1) {
            assert!(window[requests] - window[0] >= per, "{window:?}");
        }
    }

    /// With the trouble over, the account is open and its limit is used.
    fn assert_alive(&self) {
        assert_eq!(self.stored.gate.closing, None);
        let per_ms = self.limit.per.as_millis() as i64;
        let last_ms = START_MS + TROUBLE_MS + QUIET_MS - 2 * (per_ms + TIMEOUT_MS);
        let lately = self.calls.iter().filter(|call| call.granted_ms >= last_ms).count();
        assert!(lately >= self.limit.requests as usize, "{lately} of {:?}", self.limit);
    }
}
