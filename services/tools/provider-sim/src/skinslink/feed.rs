//! What changed in the price list. It is found out when somebody asks, by comparison with the last time.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::engine::catalogue::Game;
use crate::engine::market::Market;

/// How many changes are kept; a client that is further behind must load the list again.
const MOST_CHANGES: usize = 200_000;

/// One change.
#[derive(Debug, Clone)]
pub(super) struct Change {
    /// Its time, in nanoseconds, and its cursor: no two are the same.
    pub(super) at: u64,
    pub(super) id: Cow<'static, str>,
    pub(super) game: Game,
    /// There is no such item any more, or none left.
    pub(super) removed: bool,
}

/// All changes since somebody first asked.
#[derive(Debug, Default)]
pub(super) struct Feed {
    known: BTreeMap<Cow<'static, str>, (Game, Decimal)>,
    changes: Vec<Change>,
    /// Before this it is not known what changed; 0 where nobody asked yet.
    start: u64,
    last: u64,
}

impl Feed {
    /// Finds out what changed, and says the cursor of now.
    pub(super) fn observe(&mut self, market: &Market, now_ns: u64) -> u64 {
        let shelves = market.shelves().iter().filter(|shelf| shelf.is_stocked());
        let current: BTreeMap<_, _> =
            shelves.map(|shelf| (shelf.item.id.clone(), (shelf.item.game, shelf.price))).collect();
        self.last = self.last.max(now_ns);
        if self.start == 0 {
            self.start = self.last;
        } else {
            let upserted =
                current.iter().filter(|(id, now)| self.known.get(*id) != Some(*now)).map(|row| (row, false));
            let removed =
                self.known.iter().filter(|(id, _)| !current.contains_key(*id)).map(|row| (row, true));
            for ((id, (game, _)), removed) in upserted.chain(removed) {
                self.last += 1;
                self.changes.push(Change { at: self.last, id: id.clone(), game: *game, removed });
            }
        }
        self.known = current;
        let surplus = self.changes.len().saturating_sub(MOST_CHANGES);
        if let Some(gone) = self.changes.drain(..surplus).next_back() {
            self.start = gone.at;
        }
        self.last
    }

    /// The changes after a cursor; none where it is not known what changed since.
    pub(super) fn since(&self, cursor: u64) -> Option<&[Change]> {
        if cursor < self.start || cursor > self.last {
            return None;
        }
        let from = self.changes.partition_point(|change| change.at <= cursor);
        self.changes.get(from..)
    }
}
