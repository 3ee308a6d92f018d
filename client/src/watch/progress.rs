//! How far each order was told. Pure: no clock, no network.

use std::collections::{BTreeMap, VecDeque};

use skinbus_proto::v1;

use super::Update;

/// The version of each order that was told last, and what is still to be told.
#[derive(Debug, Default)]
pub(super) struct Progress {
    known: BTreeMap<String, u64>,
    ready: VecDeque<Update>,
}

impl Progress {
    /// Begins an order after a version; `false` where it is followed already.
    pub(super) fn begin(&mut self, order_id: &str, after: u64) -> bool {
        if self.known.contains_key(order_id) {
            return false;
        }
        self.known.insert(order_id.to_owned(), after);
        true
    }

    /// The version that was told last, or the one that the order is followed after.
    pub(super) fn version(&self, order_id: &str) -> u64 {
        self.known.get(order_id).copied().unwrap_or_default()
    }

    /// Every order that is followed.
    pub(super) fn orders(&self) -> impl Iterator<Item = &String> {
        self.known.keys()
    }

    /// Whether there are versions between this one and the last that was told.
    pub(super) fn has_gap_before(&self, change: &v1::TradeStatusChanged) -> bool {
        change.version > self.version(&change.order_id).saturating_add(1)
    }

    /// Takes a version, wherever it comes from. One that was told, or overtaken, is no news.
    pub(super) fn take(&mut self, change: v1::TradeStatusChanged) {
        let Some(known) = self.known.get_mut(&change.order_id) else { return };
        if change.version > *known {
            let missed = change.version - *known - 1;
            *known = change.version;
            self.ready.push_back(Update { change, missed });
        }
    }

    /// The next news.
    pub(super) fn next(&mut self) -> Option<Update> {
        self.ready.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn change(order_id: &str, version: u64) -> v1::TradeStatusChanged {
        v1::TradeStatusChanged { order_id: order_id.to_owned(), version, ..v1::TradeStatusChanged::default() }
    }

    proptest! {
        /// In whatever order versions come, and however often: those of an order only grow, the newest is told, and what was told
        /// and what was missed is all that there is.
        #[test]
        fn versions_only_grow_and_the_newest_is_told(
            after in 0_u64..5,
            came in prop::collection::vec((0_usize..2, 1_u64..20), 1..40),
        ) {
            let orders = ["a", "b"];
            let mut progress = Progress::default();
            prop_assert!(orders.iter().all(|order_id| progress.begin(order_id, after)));
            prop_assert!(!progress.begin("a", 0));
            progress.take(change("c", 1));
            let mut told: BTreeMap<String, Vec<Update>> = BTreeMap::new();
            for (order, version) in &came {
                let change = change(orders[*order], *version);
                let has_gap = progress.has_gap_before(&change);
                progress.take(change);
                if let Some(update) = progress.next() {
                    prop_assert_eq!(has_gap, update.missed > 0);
                    told.entry(update.change.order_id.clone()).or_default().push(update);
                }
                prop_assert!(progress.next().is_none());
            }
            for (order, order_id) in orders.into_iter().enumerate() {
                let versions = came.iter().filter(|(of, _)| *of == order).map(|(_, version)| *version);
                let newest = versions.max().unwrap_or_default().max(after);
                let told = told.remove(order_id).unwrap_or_default();
                prop_assert_eq!(progress.version(order_id), newest);
                prop_assert!(told.is_sorted_by(|one, next| one.change.version < next.change.version));
                let covered: u64 = told.iter().map(|update| update.missed + 1).sum();
                prop_assert_eq!(covered, newest - after);
            }
            prop_assert!(told.is_empty());
        }
    }
}
