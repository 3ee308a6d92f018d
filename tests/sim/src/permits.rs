//! Re-enacted: `provider-dispatch/src/permits/` (`task.rs`, `wishes.rs`, `server_clock.rs`): one keeper for each account and
//! replica, round the shipped [`QuotaWindow`]. Nothing else here knows the window.
//!
//! The server's time is known as an interval: slots are free by its earlier end, and used until its later one.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::rc::Rc;

use skinbus_domain::quota::{Grant, Lane, QuotaWindow};
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

/// The right to make one call.
pub struct Permit {
    free_at_ms: i64,
    valid_until_ms: i64,
    keeper: Rc<Keeper>,
}

enum Change {
    Settle { free_at_ms: i64, answered_ms: i64 },
    GiveBack { free_at_ms: i64 },
    Close { until_ms: i64, reason: &'static str },
}

struct Wish {
    slot: Rc<Slot<Permit>>,
    is_gone: Rc<Cell<bool>>,
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

    /// Waits for a permit, until a time.
    pub async fn take(self: &Rc<Self>, lane: Lane, until: Option<Micros>) -> Option<Permit> {
        let slot = Slot::new(&self.world.queue);
        let is_gone = Rc::new(Cell::new(false));
        let wish = Wish { slot: Rc::clone(&slot), is_gone: Rc::clone(&is_gone) };
        match lane {
            Lane::Orders => self.orders.borrow_mut().push_back(wish),
            Lane::LookUps | Lane::Catalogue => self.look_ups.borrow_mut().push_back(wish),
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

    /// The provider closes the account, for every replica.
    pub fn close_until(&self, until: jiff::Timestamp, reason: &'static str) {
        let from_now_ms = until.as_millisecond() - self.world.clock(&self.who).as_millisecond();
        self.change(Change::Close { until_ms: self.latest_ms() + from_now_ms, reason });
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
        let closes = self.changes.borrow().iter().any(|change| matches!(change, Change::Close { .. }));
        !self.is_content() || closes || self.urgent_at_ms().is_some_and(|at_ms| at_ms <= self.now_ms())
    }

    fn urgent_at_ms(&self) -> Option<i64> {
        self.changed_at_ms.get().map(|at_ms| at_ms + WRITE_DELAY_MS)
    }

    /// The ends of calls are not written twice; a closing may be.
    fn perhaps_written(&self, written: usize) {
        let mut index = 0;
        self.changes.borrow_mut().retain(|change| {
            index += 1;
            index > written || matches!(change, Change::Close { .. })
        });
        if self.changes.borrow().is_empty() {
            self.changed_at_ms.set(None);
        }
    }

    fn apply_changes(&self, window: &mut QuotaWindow) {
        for change in self.changes.borrow().iter() {
            match *change {
                Change::Settle { free_at_ms, answered_ms } => {
                    if self.world.is_mutant(Mutant::PermitsUncounted) {
                        // The slot is taken only now.
                        let now_ms = answered_ms;
                        let timeout = std::time::Duration::ZERO;
                        let _granted = window.grant(&self.account.limit, Lane::Orders, 1, timeout, now_ms);
                    }
                    window.settle(&self.account.limit, free_at_ms, answered_ms);
                }
                Change::GiveBack { free_at_ms } => window.give_back(free_at_ms),
                Change::Close { until_ms, reason } => window.close(until_ms, reason),
            }
        }
    }

    /// Grants in the order of the lanes, with one look-up after nine orders; and when to ask again.
    fn grant(&self, window: &mut QuotaWindow, now_ms: i64) -> (Vec<(Lane, i64)>, Option<i64>) {
        let lease = self.account.rules.placing.lease;
        let mut counted = window.clone();
        let target = if self.world.is_mutant(Mutant::PermitsUncounted) { &mut counted } else { window };
        let (mut permits, mut not_before_ms) = (Vec::new(), None::<i64>);
        let (orders, look_ups) = (self.orders.borrow().len(), self.look_ups.borrow().len());
        let turns = (self.since_look_up.get() + orders) / ORDERS_PER_LOOK_UP;
        let favoured = if orders == 0 { 0 } else { turns.min(look_ups) };
        let mut take = |lane, wanted: usize, permits: &mut Vec<i64>| {
            if wanted == 0 {
                return;
            }
            match target.grant(&self.account.limit, lane, u32::try_from(wanted).unwrap(), lease, now_ms) {
                Grant::Permits { count, free_at_ms } => {
                    permits.extend((0..count).map(|_| free_at_ms));
                    if usize::try_from(count).unwrap() < wanted {
                        not_before_ms = Some(now_ms);
                    }
                }
                Grant::NotBefore { at_ms } => {
                    not_before_ms = Some(not_before_ms.map_or(at_ms, |known: i64| known.min(at_ms)));
                }
            }
        };
        let (mut first, mut second) = (Vec::new(), Vec::new());
        take(Lane::Orders, orders + favoured, &mut first);
        let (mut since, mut left, mut favoured) = (self.since_look_up.get(), orders, favoured);
        for free_at_ms in first {
            if favoured > 0 && (since >= ORDERS_PER_LOOK_UP || left == 0) {
                favoured -= 1;
                since = 0;
                permits.push((Lane::LookUps, free_at_ms));
            } else {
                left = left.saturating_sub(1);
                since += 1;
                permits.push((Lane::Orders, free_at_ms));
            }
        }
        let served = permits.iter().filter(|(lane, _)| *lane == Lane::LookUps).count();
        take(Lane::LookUps, look_ups - served, &mut second);
        permits.extend(second.into_iter().map(|free_at_ms| (Lane::LookUps, free_at_ms)));
        (permits, not_before_ms)
    }

    fn hand_out(self: &Rc<Self>, permits: Vec<(Lane, i64)>, now_ms: i64) {
        let lease_ms = length(self.account.rules.placing.lease) / MS;
        for (lane, free_at_ms) in permits {
            let permit = Permit { free_at_ms, valid_until_ms: now_ms + lease_ms, keeper: Rc::clone(self) };
            let queue = match lane {
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
        let mut window = current;
        self.apply_changes(&mut window);
        // Nothing is granted by a clock that is not known.
        let is_known = self.offsets_ms.get().is_some();
        let (permits, not_before_ms) =
            if is_known { self.grant(&mut window, now_ms) } else { (Vec::new(), Some(now_ms)) };
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
                self.hand_out(permits, now_ms);
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
        let slots = window.slots().iter().map(|slots| (slots.free_at_ms % 10_000_000, slots.count));
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

    /// The call has its answer, or its time-out.
    pub fn settle(self) {
        let answered_ms = self.keeper.latest_ms();
        self.keeper.change(Change::Settle { free_at_ms: self.free_at_ms, answered_ms });
    }

    /// No call was made.
    pub fn give_back(self) {
        self.keeper.change(Change::GiveBack { free_at_ms: self.free_at_ms });
    }
}
