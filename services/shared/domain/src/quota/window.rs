//! The window's arithmetic.

use std::collections::BTreeMap;
use std::time::Duration;

use super::gate::Passage;
use super::slots::{CLOCK_MARGIN_MS, freed};
use super::{Gate, Lane, Limit, Operation, ServerTime, SlotList, Told, millis};

/// The slots in use of one account, and whether it is open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuotaWindow {
    /// The account's slots in use.
    pub slots: SlotList,
    /// The slots in use of calls with a limit of their own, by [`Operation::key`]; none of the lists is empty.
    pub operations: BTreeMap<String, SlotList>,
    /// Whether calls may be made at all.
    pub gate: Gate,
}

/// A wish for permits.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// What for.
    pub lane: Lane,
    /// What the calls are counted with besides, where they have limits of their own. A permit needs room in all of them.
    pub operations: &'a [Operation],
    /// How many permits.
    pub wanted: u32,
    /// Fewer than these are of no use together. A probe is one all the same, and so is all that a limit of one can give.
    pub at_once: u32,
}

/// The answer to a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// So many permits, at least one.
    Permits {
        /// How many.
        count: u32,
        /// What each of them is settled or given back with.
        ticket: Ticket,
    },
    /// None now; ask again then.
    NotBefore {
        /// Milliseconds since 1970, server time.
        at_ms: i64,
    },
}

/// Where a permit's slots lie until its call has ended, and since when it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    free_at_ms: i64,
    /// The gate's epoch in which it was granted.
    epoch: u64,
    /// The slots in the windows of its operations.
    operations: Vec<(Operation, i64)>,
}

impl QuotaWindow {
    /// Takes up to as many permits as are wished for. A call made under one of them surely has its answer, or its
    /// time-out, within `call_timeout`: a permit of a replica that crashed is free one window after that.
    pub fn grant(
        &mut self,
        limit: &Limit,
        wish: &Wish<'_>,
        call_timeout: Duration,
        now: ServerTime,
    ) -> Grant {
        self.forget(now);
        let passage = self.gate.passage(now);
        let closed_until_ms = match passage {
            Passage::NotBefore(at_ms) => Some(at_ms),
            Passage::Open | Passage::Probe => None,
        };
        let usable = limit.requests.saturating_sub(wish.lane.reserve(limit)).max(1);
        let least = match passage {
            Passage::Probe => 1,
            Passage::Open | Passage::NotBefore(_) => wish.at_once.clamp(1, usable),
        };
        let room_at_ms = self.slots.room_at(usable.saturating_sub(least - 1), now.earliest_ms);
        let own_room_at_ms = wish.operations.iter().filter_map(|own| {
            let usable = own.limit.requests.max(1);
            let slots = self.operations.get(&own.key)?;
            slots.room_at(usable.saturating_sub(least.min(usable) - 1), now.earliest_ms)
        });
        let own_room_at_ms = own_room_at_ms.max();
        if let Some(at_ms) = closed_until_ms.max(room_at_ms).max(own_room_at_ms) {
            return Grant::NotBefore { at_ms };
        }
        let room = usable.saturating_sub(self.slots.used(now.earliest_ms));
        let own_room = wish.operations.iter().map(|own| {
            let used = self.operations.get(&own.key).map_or(0, |slots| slots.used(now.earliest_ms));
            own.limit.requests.max(1).saturating_sub(used)
        });
        let own_room = own_room.min().unwrap_or(u32::MAX);
        let count = match passage {
            Passage::Probe => 1,
            Passage::Open | Passage::NotBefore(_) => wish.wanted.min(room).min(own_room).max(1),
        };
        Grant::Permits { count, ticket: self.take(limit, wish.operations, passage, count, call_timeout, now) }
    }

    fn take(
        &mut self,
        limit: &Limit,
        operations: &[Operation],
        passage: Passage,
        count: u32,
        call_timeout: Duration,
        now: ServerTime,
    ) -> Ticket {
        let timed_out_ms = now.latest_ms.saturating_add(millis(call_timeout));
        if passage == Passage::Probe {
            self.gate.begin_probe(timed_out_ms.saturating_add(CLOCK_MARGIN_MS));
        }
        let free_at_ms = freed(limit, timed_out_ms);
        self.slots.add(free_at_ms, count);
        let operations = operations.iter().map(|own| {
            let counted_ms = if own.is_paced() { now.latest_ms } else { timed_out_ms };
            let free_at_ms = freed(&own.limit, counted_ms);
            self.operations.entry(own.key.clone()).or_default().add(free_at_ms, count);
            (own.clone(), free_at_ms)
        });
        let operations = operations.collect();
        Ticket { free_at_ms, epoch: self.gate.epoch, operations }
    }

    /// The call under a permit had its answer, or its time-out, by `ended_ms`: its slot is free one window later. Also
    /// where that is later than was granted, or the slot was free already: a process that was paused may have sent its
    /// request late.
    pub fn settle(&mut self, limit: &Limit, ticket: &Ticket, ended_ms: i64, told: Told<'_>) {
        self.give_back(ticket);
        self.slots.add(freed(limit, ended_ms), 1);
        for (own, granted_free_at_ms) in &ticket.operations {
            let free_at_ms = if own.is_paced() { *granted_free_at_ms } else { freed(&own.limit, ended_ms) };
            self.operations.entry(own.key.clone()).or_default().add(free_at_ms, 1);
        }
        self.tell(ticket, ended_ms, told);
    }

    /// The permit was not used.
    pub fn give_back(&mut self, ticket: &Ticket) {
        self.slots.remove(ticket.free_at_ms);
        for (own, free_at_ms) in &ticket.operations {
            if let Some(slots) = self.operations.get_mut(&own.key) {
                slots.remove(*free_at_ms);
            }
        }
        self.tell(ticket, ticket.free_at_ms, Told::Nothing);
        self.operations.retain(|_, slots| !slots.entries().is_empty());
    }

    /// Only what the end of a call says about the account. It may be said twice; the slots stay as they are.
    pub fn tell(&mut self, ticket: &Ticket, ended_ms: i64, told: Told<'_>) {
        self.gate.ended(ticket.epoch, told, ended_ms);
    }

    /// Whether this permit is the probe that is under way.
    #[must_use]
    pub fn is_probe(&self, ticket: &Ticket) -> bool {
        self.gate.probe.is_some_and(|probe| probe.epoch == ticket.epoch)
    }

    /// Drops what is free.
    fn forget(&mut self, now: ServerTime) {
        self.slots.forget(now.earliest_ms);
        self.operations.retain(|_, slots| {
            slots.forget(now.earliest_ms);
            !slots.entries().is_empty()
        });
    }
}
