//! What will happen by itself, and when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::deposit_life::DepositStep;
use super::listing::ListingStep;

/// Something that is due at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// The price of the purchase with this index comes back.
    Refund(usize),
    /// The purchase with this index has reached the step with this number, which is announced.
    PurchaseStep(usize, usize),
    DepositStep(usize, DepositStep),
    ListingStep(usize, ListingStep),
}

/// All that is due later, ordered by the life's time and then by when it was planned.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    planned: u64,
    heap: BinaryHeap<Reverse<(u64, u64, Due)>>,
}

impl Agenda {
    pub(super) fn plan(&mut self, life_ms: u64, due: Due) {
        self.heap.push(Reverse((life_ms, self.planned, due)));
        self.planned += 1;
    }

    /// Takes the earliest that is due by now, with the time it was due at.
    pub(super) fn next_due(&mut self, now_life_ms: u64) -> Option<(u64, Due)> {
        if self.next_life_ms()? > now_life_ms {
            return None;
        }
        self.heap.pop().map(|Reverse((life_ms, _, due))| (life_ms, due))
    }

    /// Forgets all that was planned for a deposit. It looks at everything that is planned.
    pub(super) fn forget_deposit(&mut self, index: usize) {
        self.heap.retain(|Reverse((_, _, due))| match due {
            Due::DepositStep(planned, _) => *planned != index,
            Due::Refund(_) | Due::PurchaseStep(..) | Due::ListingStep(..) => true,
        });
    }

    /// When the earliest is due.
    pub(super) fn next_life_ms(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse((life_ms, _, _))| *life_ms)
    }
}
