//! The open trades as they were last read. No I/O.
//!
//! Nobody tells when a trade ends, so what is in the book may be over. The oldest of every group is read again before it is
//! told; the others in turn, a part of them in every round.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use jiff::Timestamp;
use skinbus_domain::Recorded;
use skinbus_domain::ids::{AccountId, TradeKey};
use skinbus_domain::trade::TradeStatus;

/// Rounds in which every trade is read at least once.
const PARTS: usize = 30;

/// The states of an open trade. One that was rejected waits for nobody but its merchant.
pub(super) const OPEN: [TradeStatus; 8] = [
    TradeStatus::Accepted,
    TradeStatus::Dispatching,
    TradeStatus::Uncertain,
    TradeStatus::Submitted,
    TradeStatus::OfferSent,
    TradeStatus::UserAccepted,
    TradeStatus::OnHold,
    TradeStatus::NeedsReview,
];

/// An account and a state.
pub(super) type Group = (AccountId, TradeStatus);

/// The open trades of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Total {
    pub(super) count: u64,
    /// Since when the oldest of them has its state.
    pub(super) oldest_since: Timestamp,
}

/// What is known of an open trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) group: Group,
    pub(super) since: Timestamp,
}

impl Open {
    /// `None` where the trade is over, or was never open.
    pub(super) fn of(recorded: &Recorded) -> Option<Self> {
        let trade = recorded.trade();
        let account = trade.order.as_ref()?.account.clone();
        OPEN.contains(&trade.status())
            .then(|| Self { group: (account, trade.status()), since: trade.status_since })
    }
}

struct Entry {
    open: Open,
    /// The round in which it was read.
    round: u64,
}

#[derive(Default)]
pub(super) struct Book {
    entries: BTreeMap<Arc<TradeKey>, Entry>,
    groups: BTreeMap<Group, BTreeSet<(Timestamp, Arc<TradeKey>)>>,
    /// The last that was read in its turn.
    turn: Option<Arc<TradeKey>>,
}

impl Book {
    /// Writes down what was read of a trade in this round.
    pub(super) fn put(&mut self, key: TradeKey, open: Option<Open>, round: u64) {
        let key = Arc::new(key);
        self.forget(&key);
        let Some(open) = open else { return };
        self.groups.entry(open.group.clone()).or_default().insert((open.since, Arc::clone(&key)));
        self.entries.insert(key, Entry { open, round });
    }

    fn forget(&mut self, key: &Arc<TradeKey>) {
        let Some(Entry { open: Open { group, since }, .. }) = self.entries.remove(key) else { return };
        if let Some(members) = self.groups.get_mut(&group) {
            members.remove(&(since, Arc::clone(key)));
            if members.is_empty() {
                self.groups.remove(&group);
            }
        }
    }

    /// The oldest of every group that was not read in this round. To be asked again until there is none: the next one is the
    /// oldest where this one is over.
    pub(super) fn doubtful(&self, round: u64) -> Vec<TradeKey> {
        let oldest = self.groups.values().filter_map(|members| members.first());
        let unread = |key: &&Arc<TradeKey>| self.entries.get(*key).is_some_and(|entry| entry.round != round);
        oldest.map(|(_, key)| key).filter(unread).map(|key| TradeKey::clone(key)).collect()
    }

    /// Those whose turn it is.
    pub(super) fn next_part(&mut self) -> Vec<TradeKey> {
        let size = self.entries.len().div_ceil(PARTS);
        let after = self.turn.take().map_or(Bound::Unbounded, Bound::Excluded);
        let part: Vec<Arc<TradeKey>> = self
            .entries
            .range((after, Bound::Unbounded))
            .take(size)
            .map(|(key, _)| Arc::clone(key))
            .collect();
        // At the end it begins anew, with the next round.
        self.turn = part.last().cloned();
        part.iter().map(|key| TradeKey::clone(key)).collect()
    }

    /// What there is, by group; groups without a trade are missing.
    pub(super) fn totals(&self) -> BTreeMap<Group, Total> {
        let total = |members: &BTreeSet<(Timestamp, Arc<TradeKey>)>| {
            let (oldest_since, _) = *members.first().as_ref()?;
            Some(Total {
                count: u64::try_from(members.len()).unwrap_or(u64::MAX),
                oldest_since: *oldest_since,
            })
        };
        self.groups.iter().filter_map(|(group, members)| Some((group.clone(), total(members)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: usize) -> TradeKey {
        TradeKey { merchant: "acme".parse().unwrap(), order_id: format!("wd-{number:04}").parse().unwrap() }
    }

    fn open(status: TradeStatus, since: i64) -> Option<Open> {
        let group = ("skinify_main".parse().unwrap(), status);
        Some(Open { group, since: Timestamp::from_second(since).unwrap() })
    }

    fn told(book: &Book) -> Vec<(TradeStatus, u64, i64)> {
        let told =
            |((_, status), total): (Group, Total)| (status, total.count, total.oldest_since.as_second());
        book.totals().into_iter().map(told).collect()
    }

    #[test]
    fn a_trade_is_in_one_group_and_leaves_it() {
        let mut book = Book::default();
        book.put(key(1), open(TradeStatus::Accepted, 10), 1);
        book.put(key(2), open(TradeStatus::Accepted, 5), 1);
        assert_eq!(told(&book), [(TradeStatus::Accepted, 2, 5)]);
        book.put(key(2), open(TradeStatus::Submitted, 20), 2);
        assert_eq!(told(&book), [(TradeStatus::Accepted, 1, 10), (TradeStatus::Submitted, 1, 20)]);
        book.put(key(1), None, 3);
        book.put(key(2), None, 3);
        assert_eq!(told(&book), []);
        assert!(book.entries.is_empty() && book.groups.is_empty());
    }

    /// However many are over, the oldest that is told of was read in this round.
    #[test]
    fn the_oldest_is_read_until_it_is_one() {
        let mut book = Book::default();
        (0..50).for_each(|number| {
            book.put(key(number), open(TradeStatus::Uncertain, i64::try_from(number).unwrap()), 1);
        });
        assert!(book.doubtful(1).is_empty());
        let mut read = 0;
        while let Some(oldest) = book.doubtful(2).pop() {
            read += 1;
            let is_over = oldest != key(30);
            book.put(oldest, open(TradeStatus::Uncertain, 30).filter(|_| !is_over), 2);
        }
        assert_eq!(read, 31, "30 are over");
        assert_eq!(told(&book), [(TradeStatus::Uncertain, 20, 30)]);
    }

    #[test]
    fn everybody_has_a_turn() {
        for count in [0, 1, 29, 30, 31, 100] {
            let mut book = Book::default();
            (0..count).for_each(|number| book.put(key(number), open(TradeStatus::OnHold, 1), 1));
            let mut turns: Vec<TradeKey> = (0..PARTS).flat_map(|_| book.next_part()).collect();
            turns.sort();
            turns.dedup();
            assert_eq!(turns.len(), count);
        }
    }
}
