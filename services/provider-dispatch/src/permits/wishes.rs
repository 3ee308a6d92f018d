//! What this process wants of the window: permits, by lane.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use skinbus_domain::quota::{Grant, Lane, Limit, Operation, QuotaWindow, ServerTime, Ticket, Wish};
use tokio::sync::oneshot;

use super::{Permit, Turn};

/// While both wait, a look-up goes after this many orders: it delays an order by one request, and is never starved.
const ORDERS_PER_LOOK_UP: usize = 9;

/// Somebody who waits for a permit.
struct Waiting {
    operations: Vec<Operation>,
    /// Calls that the permit is for.
    calls: u32,
    /// `None` when it has its permit.
    answer: Option<oneshot::Sender<Permit>>,
}

#[derive(Default)]
pub(super) struct Wishes {
    orders: VecDeque<Waiting>,
    look_ups: VecDeque<Waiting>,
    catalogue: VecDeque<Waiting>,
    orders_since_look_up: usize,
    /// When the window is to be looked at for those who wait; `None` where that is now.
    look_at: Option<Instant>,
}

/// Who in which queue.
type Place = (Lane, usize);

/// Some who want the same, one after the other.
struct Run<'a> {
    lane: Lane,
    operations: &'a [Operation],
    length: usize,
    calls: u32,
}

/// Permits that the next write hands out.
#[derive(Default)]
pub(super) struct Handouts {
    permits: Vec<(Place, Ticket, u32)>,
    /// When a wish that was not granted may be; server time.
    pub(super) not_before_ms: Option<i64>,
}

impl Handouts {
    pub(super) fn is_empty(&self) -> bool {
        self.permits.is_empty()
    }

    /// Whom they go to.
    #[cfg(test)]
    pub(super) fn places(&self) -> Vec<(Lane, usize)> {
        self.permits.iter().map(|(place, ..)| *place).collect()
    }

    fn wait_until(&mut self, at_ms: i64) {
        self.not_before_ms = Some(self.not_before_ms.map_or(at_ms, |known| known.min(at_ms)));
    }
}

impl Wishes {
    pub(super) fn add(
        &mut self,
        lane: Lane,
        operations: Vec<Operation>,
        turn: Turn,
        calls: u32,
        answer: oneshot::Sender<Permit>,
    ) {
        // Behind others of its lane it has no better chance than they had.
        if self.queue(lane).is_empty() || !operations.is_empty() {
            self.look_now();
        }
        let waiting = Waiting { operations, calls, answer: Some(answer) };
        match turn {
            Turn::First => self.queue(lane).push_front(waiting),
            Turn::Last => self.queue(lane).push_back(waiting),
        }
    }

    fn queue(&mut self, lane: Lane) -> &mut VecDeque<Waiting> {
        match lane {
            Lane::Orders => &mut self.orders,
            Lane::LookUps => &mut self.look_ups,
            Lane::Catalogue => &mut self.catalogue,
        }
    }

    fn waits_in(&self, lane: Lane) -> &VecDeque<Waiting> {
        match lane {
            Lane::Orders => &self.orders,
            Lane::LookUps => &self.look_ups,
            Lane::Catalogue => &self.catalogue,
        }
    }

    /// Who stopped waiting needs no permit.
    pub(super) fn forget_the_gone(&mut self) {
        for lane in [Lane::Orders, Lane::LookUps, Lane::Catalogue] {
            let is_there = |one: &Waiting| one.answer.as_ref().is_some_and(|answer| !answer.is_closed());
            self.queue(lane).retain(is_there);
        }
    }

    pub(super) fn waiting(&self) -> usize {
        self.orders.len() + self.look_ups.len() + self.catalogue.len()
    }

    pub(super) fn look_now(&mut self) {
        self.look_at = None;
    }

    pub(super) fn look_again(&mut self, now: Instant, pause: Duration) {
        self.look_at = now.checked_add(pause);
    }

    /// When the window is to be looked at, where anybody waits.
    pub(super) fn look_at(&self, now: Instant) -> Option<Instant> {
        (self.waiting() > 0).then(|| self.look_at.unwrap_or(now))
    }

    /// Grants as much as there is room for, in the order of the lanes. Who waits for the window of an operation holds up
    /// nobody behind.
    pub(super) fn grant(
        &self,
        window: &mut QuotaWindow,
        limit: &Limit,
        call_timeout: Duration,
        now: ServerTime,
    ) -> Handouts {
        let mut handouts = Handouts::default();
        let candidates = if window.gate.wants_probe(now) { self.as_probes() } else { self.in_turn() };
        let mut rest = candidates.as_slice();
        while let Some(run) = self.first_run(rest) {
            let Run { lane, operations, length, calls } = run;
            let wanted = if calls > 1 { calls } else { u32::try_from(length).unwrap_or(u32::MAX) };
            let wish = Wish { lane, operations, wanted, at_once: calls };
            let served = match window.grant(limit, &wish, call_timeout, now) {
                Grant::Permits { count, ticket } if calls > 1 => {
                    handouts.permits.extend(rest.first().map(|(_, place)| (*place, ticket, count)));
                    1
                }
                Grant::Permits { count, ticket } => {
                    let count = usize::try_from(count).unwrap_or(usize::MAX);
                    let places = rest.iter().take(count);
                    handouts.permits.extend(places.map(|(_, place)| (*place, ticket.clone(), 1)));
                    count
                }
                Grant::NotBefore { at_ms } => {
                    handouts.wait_until(at_ms);
                    // Whoever wants less must not take again and again what an order of several calls waits for.
                    let freely = Wish { operations: &[], ..wish };
                    if calls > 1 && !is_granted(window, limit, &freely, call_timeout, now) {
                        break;
                    }
                    length
                }
            };
            rest = rest.get(served..).unwrap_or_default();
        }
        handouts
    }

    /// The first of these, with how many follow that want the same. One that wants several calls stands for itself.
    fn first_run<'a>(&'a self, candidates: &[(Lane, Place)]) -> Option<Run<'a>> {
        let (lane, place) = candidates.first()?;
        let (operations, calls) = (self.operations(*place), self.calls(*place));
        let same = |(other, place): &&(Lane, Place)| {
            other == lane && self.operations(*place) == operations && self.calls(*place) == 1
        };
        let length = if calls > 1 { 1 } else { candidates.iter().take_while(same).count() };
        Some(Run { lane: *lane, operations, length, calls })
    }

    fn calls(&self, (lane, index): Place) -> u32 {
        self.waits_in(lane).get(index).map_or(1, |waiting| waiting.calls)
    }

    fn operations(&self, (lane, index): Place) -> &[Operation] {
        self.waits_in(lane).get(index).map_or(&[], |waiting| &waiting.operations)
    }

    /// A probe may be lost without a trace: a question that is lost so costs nothing, an order would be uncertain.
    fn as_probes(&self) -> Vec<(Lane, Place)> {
        let lanes = [Lane::LookUps, Lane::Catalogue, Lane::Orders].into_iter();
        lanes
            .flat_map(|lane| (0..self.waits_in(lane).len()).map(move |index| (lane, (lane, index))))
            .collect()
    }

    /// Everybody in turn, each with the lane whose reserve counts.
    fn in_turn(&self) -> Vec<(Lane, Place)> {
        let favoured = self.favoured_look_ups();
        let (mut orders, mut look_ups) = (0..self.orders.len(), 0..favoured);
        let mut since = self.orders_since_look_up;
        let mut turns = Vec::with_capacity(self.waiting());
        loop {
            let favours = !look_ups.is_empty() && (since >= ORDERS_PER_LOOK_UP || orders.is_empty());
            let place = if favours {
                since = 0;
                look_ups.next().map(|index| (Lane::LookUps, index))
            } else {
                since += 1;
                orders.next().map(|index| (Lane::Orders, index))
            };
            let Some(place) = place else { break };
            turns.push((Lane::Orders, place));
        }
        turns.extend((favoured..self.look_ups.len()).map(|index| (Lane::LookUps, (Lane::LookUps, index))));
        turns.extend((0..self.catalogue.len()).map(|index| (Lane::Catalogue, (Lane::Catalogue, index))));
        turns
    }

    /// How many look-ups go among the waiting orders, at the orders' priority.
    fn favoured_look_ups(&self) -> usize {
        let turns = (self.orders_since_look_up + self.orders.len()) / ORDERS_PER_LOOK_UP;
        if self.orders.is_empty() { 0 } else { turns.min(self.look_ups.len()) }
    }

    /// Gives everybody the permit that was granted. Those come back for whom nobody waits any more.
    pub(super) fn hand_out(
        &mut self,
        handouts: Handouts,
        permit: impl Fn(Ticket, u32) -> Permit,
    ) -> Vec<Permit> {
        let mut unused = Vec::new();
        for ((lane, index), ticket, calls) in handouts.permits {
            match lane {
                Lane::Orders => self.orders_since_look_up += 1,
                Lane::LookUps => self.orders_since_look_up = 0,
                Lane::Catalogue => {}
            }
            let answer = self.queue(lane).get_mut(index).and_then(|waiting| waiting.answer.take());
            match answer {
                Some(answer) => unused.extend(answer.send(permit(ticket, calls)).err()),
                None => unused.push(permit(ticket, calls)),
            }
        }
        self.forget_the_gone();
        unused
    }
}

/// Whether the window would grant this.
fn is_granted(
    window: &QuotaWindow,
    limit: &Limit,
    wish: &Wish<'_>,
    call_timeout: Duration,
    now: ServerTime,
) -> bool {
    matches!(window.clone().grant(limit, wish, call_timeout, now), Grant::Permits { .. })
}
