//! What this process wants of the window: permits by lane, and the ends of calls that are not written yet.

use std::collections::VecDeque;
use std::time::Duration;

use skinbus_domain::quota::{Grant, Lane, Limit, QuotaWindow};
use tokio::sync::oneshot;

use super::{Command, Permit};

/// How long the end of a call may wait to be written where nobody waits for its slot.
const WRITE_DELAY_MS: i64 = 200;
/// While both wait, a look-up goes after this many orders: it delays an order by one request, and is never starved.
const ORDERS_PER_LOOK_UP: usize = 9;

#[derive(Default)]
pub(super) struct Wishes {
    orders: VecDeque<oneshot::Sender<Permit>>,
    look_ups: VecDeque<oneshot::Sender<Permit>>,
    catalogue: VecDeque<oneshot::Sender<Permit>>,
    orders_since_look_up: usize,
    changes: Vec<Change>,
    changed_at_ms: Option<i64>,
    ending: bool,
}

#[derive(Clone, Copy)]
enum Change {
    Settle { free_at_ms: i64, answered_ms: i64 },
    GiveBack { free_at_ms: i64 },
    Close { until_ms: i64, reason: &'static str },
}

/// Permits that the next write hands out, with where their slots lie.
#[derive(Default)]
pub(super) struct Handouts {
    pub(super) permits: Vec<(Lane, i64)>,
    /// When a wish that was not granted may be.
    pub(super) not_before_ms: Option<i64>,
}

impl Handouts {
    pub(super) fn is_empty(&self) -> bool {
        self.permits.is_empty()
    }
}

impl Wishes {
    pub(super) fn add(&mut self, command: Command, now_ms: i64) {
        let change = match command {
            Command::Take { lane, answer } => return self.queue(lane).push_back(answer),
            Command::End => {
                self.ending = true;
                return;
            }
            Command::Settle { free_at_ms, answered_ms } => Change::Settle { free_at_ms, answered_ms },
            Command::GiveBack { free_at_ms } => Change::GiveBack { free_at_ms },
            Command::Close { until_ms, reason } => Change::Close { until_ms, reason },
        };
        self.changes.push(change);
        self.changed_at_ms.get_or_insert(now_ms);
    }

    fn queue(&mut self, lane: Lane) -> &mut VecDeque<oneshot::Sender<Permit>> {
        match lane {
            Lane::Orders => &mut self.orders,
            Lane::LookUps => &mut self.look_ups,
            Lane::Catalogue => &mut self.catalogue,
        }
    }

    /// Who stopped waiting needs no permit.
    pub(super) fn forget_the_gone(&mut self) {
        for lane in [Lane::Orders, Lane::LookUps, Lane::Catalogue] {
            self.queue(lane).retain(|answer| !answer.is_closed());
        }
    }

    pub(super) fn waiting(&self) -> usize {
        self.orders.len() + self.look_ups.len() + self.catalogue.len()
    }

    /// Nobody waits.
    pub(super) fn is_content(&self) -> bool {
        self.waiting() == 0
    }

    pub(super) fn is_done(&self) -> bool {
        self.ending && self.changes.is_empty()
    }

    pub(super) fn has_changes(&self) -> bool {
        !self.changes.is_empty()
    }

    /// Whether something cannot wait any longer.
    pub(super) fn is_urgent(&self, now_ms: i64) -> bool {
        let closes = self.changes.iter().any(|change| matches!(change, Change::Close { .. }));
        !self.is_content()
            || closes
            || (self.ending && self.has_changes())
            || self.urgent_at_ms().is_some_and(|at_ms| at_ms <= now_ms)
    }

    /// When the oldest unwritten change must be written.
    pub(super) fn urgent_at_ms(&self) -> Option<i64> {
        self.changed_at_ms.map(|at_ms| at_ms.saturating_add(WRITE_DELAY_MS))
    }

    pub(super) fn apply_changes(&self, window: &mut QuotaWindow, limit: &Limit) {
        for change in &self.changes {
            match *change {
                Change::Settle { free_at_ms, answered_ms } => window.settle(limit, free_at_ms, answered_ms),
                Change::GiveBack { free_at_ms } => window.give_back(free_at_ms),
                Change::Close { until_ms, reason } => window.close(until_ms, reason),
            }
        }
    }

    pub(super) fn changes_are_written(&mut self) {
        self.changes.clear();
        self.changed_at_ms = None;
    }

    /// The write had no answer. Writing the ends of calls twice would free slots of others too early; not written at
    /// all, they only stay taken a little longer. A closing may be written as often as one likes.
    pub(super) fn changes_are_perhaps_written(&mut self) {
        self.changes.retain(|change| matches!(change, Change::Close { .. }));
        if self.changes.is_empty() {
            self.changed_at_ms = None;
        }
    }

    /// At the end of the process nothing is waited for: what is not written frees itself.
    pub(super) fn give_up_where_ending(&mut self) {
        if self.ending {
            self.changes_are_written();
        }
    }

    /// Grants as much as there is room for, in the order of the lanes.
    pub(super) fn grant(
        &self,
        window: &mut QuotaWindow,
        limit: &Limit,
        call_timeout: Duration,
        now_ms: i64,
    ) -> Handouts {
        let mut handouts = Handouts::default();
        let mut take = |lane: Lane, wanted: usize| -> Option<(u32, i64)> {
            let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
            if wanted == 0 {
                return None;
            }
            match window.grant(limit, lane, wanted, call_timeout, now_ms) {
                Grant::Permits { count, free_at_ms } => {
                    if count < wanted {
                        handouts.not_before_ms = Some(now_ms);
                    }
                    Some((count, free_at_ms))
                }
                Grant::NotBefore { at_ms } => {
                    handouts.not_before_ms =
                        Some(handouts.not_before_ms.map_or(at_ms, |known| known.min(at_ms)));
                    None
                }
            }
        };
        let mut permits = Vec::new();
        let favoured = self.favoured_look_ups();
        let first = take(Lane::Orders, self.orders.len() + favoured);
        let mut look_ups_served = 0;
        if let Some((count, free_at_ms)) = first {
            let lanes = self.shares(usize::try_from(count).unwrap_or(usize::MAX), favoured);
            look_ups_served = lanes.iter().filter(|lane| **lane == Lane::LookUps).count();
            permits.extend(lanes.into_iter().map(|lane| (lane, free_at_ms)));
        }
        for (lane, wanted) in
            [(Lane::LookUps, self.look_ups.len() - look_ups_served), (Lane::Catalogue, self.catalogue.len())]
        {
            if let Some((count, free_at_ms)) = take(lane, wanted) {
                permits.extend((0..count).map(|_| (lane, free_at_ms)));
            }
        }
        handouts.permits = permits;
        handouts
    }

    /// How many look-ups go among the waiting orders, at the orders' priority.
    fn favoured_look_ups(&self) -> usize {
        let turns = (self.orders_since_look_up + self.orders.len()) / ORDERS_PER_LOOK_UP;
        if self.orders.is_empty() { 0 } else { turns.min(self.look_ups.len()) }
    }

    /// Which lanes the first `count` permits go to.
    fn shares(&self, count: usize, mut favoured: usize) -> Vec<Lane> {
        let (mut orders, mut since) = (self.orders.len(), self.orders_since_look_up);
        let mut lanes = Vec::with_capacity(count);
        while lanes.len() < count {
            if favoured > 0 && (since >= ORDERS_PER_LOOK_UP || orders == 0) {
                favoured -= 1;
                since = 0;
                lanes.push(Lane::LookUps);
            } else if orders > 0 {
                orders -= 1;
                since += 1;
                lanes.push(Lane::Orders);
            } else {
                break;
            }
        }
        lanes
    }

    /// Gives a permit to whoever waits longest in the lane; it comes back where nobody does.
    pub(super) fn give(&mut self, lane: Lane, permit: Permit) -> Option<Permit> {
        match lane {
            Lane::Orders => self.orders_since_look_up += 1,
            Lane::LookUps => self.orders_since_look_up = 0,
            Lane::Catalogue => {}
        }
        let queue = self.queue(lane);
        let mut permit = permit;
        while let Some(answer) = queue.pop_front() {
            match answer.send(permit) {
                Ok(()) => return None,
                Err(unused) => permit = unused,
            }
        }
        Some(permit)
    }
}
