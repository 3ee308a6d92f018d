//! The project's balance, with refunds that come when their time has come.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rust_decimal::Decimal;

use super::purchase::Purchases;

/// Money that can be spent, and money that will come back.
#[derive(Debug)]
pub(super) struct Balance {
    available: Decimal,
    /// When in the life's time, and for which purchase.
    refunds: BinaryHeap<Reverse<(u64, usize)>>,
}

impl Balance {
    pub(super) fn new(available: Decimal) -> Self {
        Self { available, refunds: BinaryHeap::new() }
    }

    pub(super) fn available(&self) -> Decimal {
        self.available
    }

    pub(super) fn set(&mut self, available: Decimal) {
        self.available = available;
    }

    pub(super) fn credit(&mut self, amount: Decimal) {
        self.available += amount;
    }

    pub(super) fn debit(&mut self, amount: Decimal) {
        self.available -= amount;
    }

    /// Lets the price of a purchase come back later.
    pub(super) fn refund_at(&mut self, life_ms: u64, index: usize) {
        self.refunds.push(Reverse((life_ms, index)));
    }

    /// Takes in every refund that is due.
    pub(super) fn settle(&mut self, purchases: &mut Purchases, now_life_ms: u64) {
        while self.refunds.peek().is_some_and(|Reverse((due_ms, _))| *due_ms <= now_life_ms) {
            let Some(Reverse((_, index))) = self.refunds.pop() else {
                return;
            };
            let Some(purchase) = purchases.get_mut(index).filter(|purchase| !purchase.refunded) else {
                continue;
            };
            purchase.refunded = true;
            self.available += purchase.price;
        }
    }
}
