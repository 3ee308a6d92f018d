//! The due looks of one account that are in hand.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Urgency;
use crate::order::OrderKind;
use crate::rules::ByKind;

/// Every turn of four is the other line's.
const TURNS: u32 = 4;

/// Due looks in hand, each with what the shell needs to carry it out.
///
/// A group, the looks of one line at one kind of order, is ready when it fills a request or when one of its looks has waited
/// long enough for company. Where both lines have something ready, three of four requests are for [`Urgency::Now`]; within a
/// line whoever should have left first goes first.
#[derive(Debug)]
pub struct Agenda<T> {
    groups: BTreeMap<(Urgency, OrderKind), BTreeMap<(Timestamp, u64), T>>,
    /// Looks that were ever added: a place in the line for those that leave at the same time.
    added: u64,
    turn: u32,
}

/// Looks that are asked about together.
#[derive(Debug, PartialEq, Eq)]
pub struct Batch<T> {
    /// Their kind of order.
    pub kind: OrderKind,
    /// The looks; at least one.
    pub looks: Vec<T>,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self { groups: BTreeMap::new(), added: 0, turn: 0 }
    }
}

impl<T> Agenda<T> {
    /// Takes a due look in, or back, that leaves at `leaves_at` at the latest where its turn has come.
    pub fn add(&mut self, urgency: Urgency, kind: OrderKind, leaves_at: Timestamp, look: T) {
        self.added = self.added.wrapping_add(1);
        self.groups.entry((urgency, kind)).or_default().insert((leaves_at, self.added), look);
    }

    /// How many looks of this line are in hand.
    #[must_use]
    pub fn len(&self, urgency: Urgency) -> usize {
        self.of(urgency).map(|(_, looks)| looks.len()).sum()
    }

    /// When the next group becomes ready that is not full; `None` where none is in hand.
    #[must_use]
    pub fn next_leave(&self) -> Option<Timestamp> {
        self.groups.values().filter_map(first).min()
    }

    /// The next request's looks, `sizes` of a kind at most; `None` where none is ready at `now`.
    pub fn take(&mut self, sizes: &ByKind<usize>, now: Timestamp) -> Option<Batch<T>> {
        let (urgency, kind) = self.next_group(sizes, now)?;
        let size = sizes.of(kind).max(1);
        let mut looks = Vec::new();
        // A request costs the same with room left in it.
        for urgency in [urgency, other(urgency)] {
            let Some(group) = self.groups.get_mut(&(urgency, kind)) else { continue };
            while looks.len() < size
                && let Some((_, look)) = group.pop_first()
            {
                looks.push(look);
            }
        }
        self.groups.retain(|_, looks| !looks.is_empty());
        Some(Batch { kind, looks })
    }

    /// Everything in hand, which is in hand no longer.
    pub fn drain(&mut self) -> impl Iterator<Item = T> {
        std::mem::take(&mut self.groups).into_values().flat_map(BTreeMap::into_values)
    }

    /// Everything in hand.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.groups.values().flat_map(BTreeMap::values)
    }

    fn next_group(&mut self, sizes: &ByKind<usize>, now: Timestamp) -> Option<(Urgency, OrderKind)> {
        let [ready_now, ready_later] = Urgency::ALL.map(|urgency| self.ready(urgency, sizes, now));
        let (Some(first), Some(second)) = (ready_now, ready_later) else {
            return ready_now.or(ready_later);
        };
        self.turn = (self.turn + 1) % TURNS;
        Some(if self.turn < Urgency::Now.quarters() { first } else { second })
    }

    /// The group of this line that goes first.
    fn ready(&self, urgency: Urgency, sizes: &ByKind<usize>, now: Timestamp) -> Option<(Urgency, OrderKind)> {
        let is_ready = |kind: OrderKind, looks: &BTreeMap<(Timestamp, u64), T>| {
            looks.len() >= sizes.of(kind).max(1) || first(looks).is_some_and(|leaves_at| leaves_at <= now)
        };
        let ready = self.of(urgency).filter(|(kind, looks)| is_ready(*kind, looks));
        ready.min_by_key(|(_, looks)| first(looks)).map(|(kind, _)| (urgency, kind))
    }

    fn of(&self, urgency: Urgency) -> impl Iterator<Item = (OrderKind, &BTreeMap<(Timestamp, u64), T>)> {
        let groups = self.groups.iter().filter(move |((line, _), _)| *line == urgency);
        groups.map(|((_, kind), looks)| (*kind, looks))
    }
}

fn first<T>(looks: &BTreeMap<(Timestamp, u64), T>) -> Option<Timestamp> {
    looks.first_key_value().map(|((leaves_at, _), _)| *leaves_at)
}

pub(super) const fn other(urgency: Urgency) -> Urgency {
    match urgency {
        Urgency::Now => Urgency::Later,
        Urgency::Later => Urgency::Now,
    }
}
