//! Re-enacted: `provider-dispatch/src/permits/` (`task.rs`, `wishes.rs`, `server_clock.rs`): one keeper for each account and
//! replica, round the shipped [`QuotaWindow`]. Nothing else here knows the window.
//!
//! The server's time is known as an interval: slots are free by its earlier end, and used until its later one.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::rc::Rc;

use skinbus_domain::quota::{self, Grant, Lane, QuotaWindow, ServerTime, Ticket, Told};
use skinbus_proto::{Message, quota_from_proto, quota_to_proto, v1};
use skinbus_runtime::accounts::Account;

use crate::faults::Mutant;
use crate::queue::{Bell, MS, Micros, SECOND, Slot};
use crate::world::{Actor, NoAnswer, W, length};

const RETRY_PAUSE_MS: i64 = 200;
const RECHECK_PAUSE_MS: i64 = 250;
const WRITE_DELAY_MS: i64 = 200;
const LEARN_EVERY: Micros = 10 * SECOND;
const ORDERS_PER_LOOK_UP: usize = 9;

/// Where a wish is put among those of its lane.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Behind them.
    Last,
    /// Before them: the order has made a call already, and its lease is running.
    First,
}

/// The right to make one call, or some, one after the other.
pub struct Permit {
    ticket: Ticket,
    calls: u32,
    is_probe: bool,
    valid_until_ms: i64,
    keeper: Rc<Keeper>,
}

/// What the end of a call says about the account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// The provider worked on the request.
    Open,
    /// The provider closes the account.
    Closed {
        /// Until then, by the replica's clock.
        until: jiff::Timestamp,
        /// Why.
        reason: &'static str,
    },
    /// No connection could be made.
    Unreachable,
    /// Nothing that proves anything.
    Nothing,
}

struct Ended {
    ticket: Ticket,
    is_probe: bool,
    at_ms: i64,
    told: Told<'static>,
}

enum Change {
    Settle(Ended),
    GiveBack(Ticket),
    /// The slot may have been settled already: only what the call said of the account is left.
    Tell(Ended),
}

impl Change {
    /// The whole account waits for the end of a probe, and for nothing so much as for a closing.
    fn is_urgent(&self) -> bool {
        match self {
            Self::Settle(ended) | Self::Tell(ended) => {
                ended.is_probe || matches!(ended.told, Told::Closed { .. } | Told::Unreachable)
            }
            Self::GiveBack(_) => true,
        }
    }
}

struct Wish {
    calls: u32,
    slot: Rc<Slot<Permit>>,
    is_gone: Rc<Cell<bool>>,
}

/// Whose turn it is, by whose reserve, and for how many calls.
struct Turned {
    lane: Lane,
    whose: Lane,
    calls: u32,
}

struct Granted {
    whose: Lane,
    ticket: Ticket,
    calls: u32,
}

/// The keeper of one account's permits in one replica.
pub struct Keeper {
    world: W,
    who: Rc<Actor>,
    account: Account,
    /// The server's time minus ours, in milliseconds: surely between these two; nothing before it is learned.
    offsets_ms: Cell<Option<(i64, i64)>>,
    orders: RefCell<VecDeque<Wish>>,
    look_ups: RefCell<VecDeque<Wish>>,
    since_look_up: Cell<usize>,
    changes: RefCell<Vec<Change>>,
    changed_at_ms: Cell<Option<i64>>,
    bell: Bell,
    has_news: Cell<bool>,
}

struct Memory {
    known: Option<(QuotaWindow, u64)>,
    learned_at: Option<Micros>,
}

impl Keeper {
    /// Starts the keeper's task.
    pub fn start(world: &W, who: &Rc<Actor>, account: &Account) -> Rc<Self> {
        let keeper = Rc::new(Self {
            world: Rc::clone(world),
            who: Rc::clone(who),
            account: account.clone(),
            offsets_ms: Cell::new(None),
            orders: RefCell::default(),
            look_ups: RefCell::default(),
            since_look_up: Cell::new(0),
            changes: RefCell::default(),
            changed_at_ms: Cell::new(None),
            bell: Bell::default(),
            has_news: Cell::new(false),
        });
        world.queue.spawn(who.id, run(Rc::clone(&keeper)));
        keeper
    }

    /// The server's time is surely not before this.
    fn now_ms(&self) -> i64 {
        self.world.clock(&self.who).as_millisecond() + self.offsets_ms.get().unwrap_or_default().0
    }

    /// The server's time is surely not after this.
    fn latest_ms(&self) -> i64 {
        self.world.clock(&self.who).as_millisecond() + self.offsets_ms.get().unwrap_or_default().1 + 1
    }

    /// Waits for a permit for so many calls, until a time.
    pub async fn take(
        self: &Rc<Self>,
        lane: Lane,
        turn: Turn,
        calls: u32,
        until: Option<Micros>,
    ) -> Option<Permit> {
        let slot = Slot::new(&self.world.queue);
        let is_gone = Rc::new(Cell::new(false));
        let wish = Wish { calls, slot: Rc::clone(&slot), is_gone: Rc::clone(&is_gone) };
        let queue = match lane {
            Lane::Orders => &self.orders,
            Lane::LookUps | Lane::Catalogue => &self.look_ups,
        };
        match turn {
            Turn::Last => queue.borrow_mut().push_back(wish),
            Turn::First => queue.borrow_mut().push_front(wish),
        }
        self.ring();
        match until {
            None => Some(slot.take().await),
            Some(until) => {
                let permit = slot.take_until(until).await;
                is_gone.set(permit.is_none());
                permit
            }
        }
    }

    fn change(&self, change: Change) {
        self.changes.borrow_mut().push(change);
        if self.changed_at_ms.get().is_none() {
            self.changed_at_ms.set(Some(self.now_ms()));
        }
        self.ring();
    }

    fn ring(&self) {
        self.has_news.set(true);
        self.bell.ring(&self.world.queue);
    }

    fn is_content(&self) -> bool {
        self.orders.borrow().is_empty() && self.look_ups.borrow().is_empty()
    }

    fn is_urgent(&self) -> bool {
        let closes = self.changes.borrow().iter().any(Change::is_urgent);
        !self.is_content() || closes || self.urgent_at_ms().is_some_and(|at_ms| at_ms <= self.now_ms())
    }

    fn urgent_at_ms(&self) -> Option<i64> {
        self.changed_at_ms.get().map(|at_ms| at_ms + WRITE_DELAY_MS)
    }

    /// The ends of calls are not written twice; what they said of the account may be.
    fn perhaps_written(&self, written: usize) {
        let mut changes = self.changes.borrow_mut();
        let rest = changes.split_off(written);
        let told = changes.drain(..).filter_map(|change| match change {
            Change::Settle(ended) | Change::Tell(ended) => Some(Change::Tell(ended)),
            Change::GiveBack(_) => None,
        });
        let told: Vec<Change> = told.collect();
        changes.extend(told.into_iter().chain(rest));
        if changes.is_empty() {
            self.changed_at_ms.set(None);
        }
    }

    fn apply_changes(&self, window: &mut QuotaWindow) {
        let limit = &self.account.limit;
        for change in self.changes.borrow().iter() {
            match change {
                // The slot is taken only now.
                Change::Settle(ended) if self.world.is_mutant(Mutant::PermitsUncounted) => {
                    let wish = quota::Wish { lane: Lane::Orders, operations: &[], wanted: 1, at_once: 1 };
                    let (timeout, now) = (std::time::Duration::ZERO, ServerTime::exactly(ended.at_ms));
                    if let Grant::Permits { ticket, .. } = window.grant(limit, &wish, timeout, now) {
                        window.settle(limit, &ticket, ended.at_ms, ended.told);
                    }
                }
                Change::Settle(ended) => window.settle(limit, &ended.ticket, ended.at_ms, ended.told),
                Change::GiveBack(ticket) => window.give_back(ticket),
                Change::Tell(ended) => window.tell(&ended.ticket, ended.at_ms, ended.told),
            }
        }
    }

    /// Grants in the order of the lanes, with one look-up after nine orders; and when to ask again. A probe is a look-up
    /// where one waits.
    fn grant(&self, window: &mut QuotaWindow, now: ServerTime) -> (Vec<Granted>, Option<i64>) {
        let lease = self.account.rules.placing.lease;
        let mut counted = window.clone();
        let target = if self.world.is_mutant(Mutant::PermitsUncounted) { &mut counted } else { window };
        let (mut permits, mut not_before_ms) = (Vec::new(), None::<i64>);
        let mut turns = if target.gate.wants_probe(now) { self.as_probes() } else { self.in_turn() };
        while let Some(Turned { lane, whose, calls }) = turns.pop_front() {
            let wish = quota::Wish { lane, operations: &[], wanted: calls, at_once: calls };
            match target.grant(&self.account.limit, &wish, lease, now) {
                Grant::Permits { ticket, count } => permits.push(Granted { whose, ticket, calls: count }),
                Grant::NotBefore { at_ms } => {
                    not_before_ms = Some(not_before_ms.map_or(at_ms, |known| known.min(at_ms)));
                    turns.retain(|other| calls == 1 && other.lane != lane);
                }
            }
        }
        (permits, not_before_ms)
    }

    fn as_probes(&self) -> VecDeque<Turned> {
        let turned = |lane| move |wish: &Wish| Turned { lane, whose: lane, calls: wish.calls };
        let (look_ups, orders) = (self.look_ups.borrow(), self.orders.borrow());
        look_ups.iter().map(turned(Lane::LookUps)).chain(orders.iter().map(turned(Lane::Orders))).collect()
    }

    /// Everybody in turn.
    fn in_turn(&self) -> VecDeque<Turned> {
        let waiting = self.orders.borrow();
        let mut calls = waiting.iter().map(|wish| wish.calls);
        let look_up = |lane| Turned { lane, whose: Lane::LookUps, calls: 1 };
        let (orders, look_ups) = (self.orders.borrow().len(), self.look_ups.borrow().len());
        let turns = (self.since_look_up.get() + orders) / ORDERS_PER_LOOK_UP;
        let favoured = if orders == 0 { 0 } else { turns.min(look_ups) };
        let (mut since, mut left, mut favours) = (self.since_look_up.get(), orders, favoured);
        let mut places = VecDeque::new();
        while left + favours > 0 {
            if favours > 0 && (since >= ORDERS_PER_LOOK_UP || left == 0) {
                (favours, since) = (favours - 1, 0);
                places.push_back(look_up(Lane::Orders));
            } else {
                (left, since) = (left - 1, since + 1);
                let calls = calls.next().unwrap_or(1);
                places.push_back(Turned { lane: Lane::Orders, whose: Lane::Orders, calls });
            }
        }
        places.extend((favoured..look_ups).map(|_| look_up(Lane::LookUps)));
        places
    }

    fn hand_out(self: &Rc<Self>, permits: Vec<Granted>, window: &QuotaWindow, now_ms: i64) {
        let lease_ms = length(self.account.rules.placing.lease) / MS;
        for Granted { whose, ticket, calls } in permits {
            let is_probe = window.is_probe(&ticket);
            let valid_until_ms = now_ms + lease_ms;
            let permit = Permit { ticket, calls, is_probe, valid_until_ms, keeper: Rc::clone(self) };
            let queue = match whose {
                Lane::Orders => {
                    self.since_look_up.set(self.since_look_up.get() + 1);
                    &self.orders
                }
                Lane::LookUps | Lane::Catalogue => {
                    self.since_look_up.set(0);
                    &self.look_ups
                }
            };
            let next = loop {
                match queue.borrow_mut().pop_front() {
                    Some(wish) if wish.is_gone.get() => {}
                    other => break other,
                }
            };
            match next {
                Some(wish) => wish.slot.put(permit),
                None => permit.give_back(),
            }
        }
    }

    /// Changes the window once for everything that is wanted. The answer is when to try again without being asked.
    async fn round(self: &Rc<Self>, memory: &mut Memory) -> Option<i64> {
        let w = &self.world;
        self.orders.borrow_mut().retain(|wish| !wish.is_gone.get());
        self.look_ups.borrow_mut().retain(|wish| !wish.is_gone.get());
        let learn = memory.learned_at.is_none_or(|at| w.now() - at > LEARN_EVERY);
        if !learn && !self.is_urgent() {
            return self.urgent_at_ms();
        }
        let (current, revision) = match memory.known.take() {
            Some(known) => known,
            None => match self.read().await {
                Ok((window, revision, _)) => (window, revision),
                Err(NoAnswer) => return Some(self.now_ms() + RETRY_PAUSE_MS),
            },
        };
        let now_ms = self.now_ms();
        let now = ServerTime { earliest_ms: now_ms, latest_ms: self.latest_ms() };
        let mut window = current;
        self.apply_changes(&mut window);
        // Nothing is granted by a clock that is not known.
        let is_known = self.offsets_ms.get().is_some();
        let (permits, not_before_ms) =
            if is_known { self.grant(&mut window, now) } else { (Vec::new(), Some(now_ms)) };
        let again = || match not_before_ms {
            Some(at_ms) => Some(at_ms.min(now_ms + RECHECK_PAUSE_MS)),
            None => self.urgent_at_ms(),
        };
        if !learn && self.changes.borrow().is_empty() && permits.is_empty() {
            return again();
        }
        // What is wished while this is written waits for the next round.
        let written = self.changes.borrow().len();
        let before = w.clock(&self.who);
        match self.write(&window, revision).await {
            Ok(Some(revision)) => {
                let after = w.clock(&self.who);
                let again_at_ms = again();
                self.changes.borrow_mut().drain(..written);
                if self.changes.borrow().is_empty() {
                    self.changed_at_ms.set(None);
                }
                self.hand_out(permits, &window, now_ms);
                if learn && self.learn(revision, before, after).await {
                    memory.learned_at = Some(w.now());
                }
                memory.known = self.is_content().then_some((window, revision));
                again_at_ms
            }
            Ok(None) => Some(now_ms),
            Err(NoAnswer) => {
                self.perhaps_written(written);
                Some(self.now_ms() + RETRY_PAUSE_MS)
            }
        }
    }

    async fn learn(&self, revision: u64, before: jiff::Timestamp, after: jiff::Timestamp) -> bool {
        match self.read().await {
            Ok((_, read, stored_at)) if read == revision => {
                let (before, after) = (before.as_millisecond(), after.as_millisecond());
                self.offsets_ms.set(Some((stored_at / MS - after - 1, stored_at / MS - before + 1)));
                true
            }
            Ok(_) | Err(NoAnswer) => false,
        }
    }

    async fn read(&self) -> Result<(QuotaWindow, u64, Micros), NoAnswer> {
        let account = self.account.name.clone();
        let (bytes, revision, at) =
            self.world.ask(&self.who, "read quota", "", move |w| w.nats.borrow().window(&account)).await?;
        let window = v1::QuotaWindow::decode(bytes.as_slice()).expect("a window decodes");
        Ok((quota_from_proto(window), revision, at))
    }

    async fn write(&self, window: &QuotaWindow, revision: u64) -> Result<Option<u64>, NoAnswer> {
        let (account, bytes) = (self.account.name.clone(), Rc::new(quota_to_proto(window).encode_to_vec()));
        let slots = window.slots.entries().iter().map(|slots| (slots.free_at_ms % 10_000_000, slots.count));
        let (now_ms, slots) = (self.now_ms() % 10_000_000, slots.collect::<Vec<_>>());
        self.world.note(
            &self.who.name,
            "window",
            "",
            format_args!("{account} after {revision} at {now_ms}: {slots:?}"),
        );
        self.world
            .ask(&self.who, "write quota", "", move |w| {
                w.nats.borrow_mut().store_window(&account, Rc::clone(&bytes), revision, w.now())
            })
            .await
    }
}

async fn run(keeper: Rc<Keeper>) {
    let mut memory = Memory { known: None, learned_at: None };
    loop {
        keeper.has_news.set(false);
        let again_at_ms = keeper.round(&mut memory).await;
        gather(&keeper, again_at_ms).await;
    }
}

/// Waits for a wish, or for the time at which an old one may be fulfilled.
async fn gather(keeper: &Rc<Keeper>, again_at_ms: Option<i64>) {
    let queue = &keeper.world.queue;
    let until = again_at_ms.map(|at_ms| queue.now() + (at_ms - keeper.now_ms()).max(0) * MS);
    let mut sleep = until.map(|until| queue.sleep_until(until));
    std::future::poll_fn(|context| {
        if keeper.has_news.get() {
            return std::task::Poll::Ready(());
        }
        keeper.bell.listen(queue);
        match &mut sleep {
            Some(sleep) => std::pin::Pin::new(sleep).poll(context),
            None => std::task::Poll::Pending,
        }
    })
    .await;
}

impl Permit {
    /// Whether a call that takes this long would surely end while the permit holds.
    pub fn covers(&self, call: std::time::Duration) -> bool {
        self.keeper.latest_ms() + length(call) / MS <= self.valid_until_ms
    }

    /// The permit for one call, and what is left.
    pub fn split(self) -> (Self, Option<Self>) {
        let rest = (self.calls > 1).then(|| Self {
            ticket: self.ticket.clone(),
            calls: self.calls - 1,
            is_probe: self.is_probe,
            valid_until_ms: self.valid_until_ms,
            keeper: Rc::clone(&self.keeper),
        });
        (Self { calls: 1, ..self }, rest)
    }

    /// The call has its answer, or its time-out, and said this about the account.
    pub fn settle(self, said: Said) {
        let Self { ticket, is_probe, keeper, .. } = self;
        let at_ms = keeper.latest_ms();
        let told = match said {
            Said::Open => Told::Open,
            Said::Closed { until, reason } => {
                let from_now_ms = until.as_millisecond() - keeper.world.clock(&keeper.who).as_millisecond();
                Told::Closed { until_ms: at_ms + from_now_ms.max(0), reason }
            }
            Said::Unreachable => Told::Unreachable,
            Said::Nothing => Told::Nothing,
        };
        keeper.change(Change::Settle(Ended { ticket, is_probe, at_ms, told }));
    }

    /// No call was made.
    pub fn give_back(self) {
        for _ in 0..self.calls {
            self.keeper.change(Change::GiveBack(self.ticket.clone()));
        }
    }
}
