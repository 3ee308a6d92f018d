//! The project's balance.

use rust_decimal::Decimal;

/// Money that can be spent, in USD.
#[derive(Debug)]
pub(crate) struct Balance(Decimal);

impl Balance {
    pub(super) fn new(available: Decimal) -> Self {
        Self(available)
    }

    /// What can be spent now; refunds come in when the state is opened after they are due.
    pub(crate) fn available(&self) -> Decimal {
        self.0
    }

    pub(super) fn set(&mut self, available: Decimal) {
        self.0 = available;
    }

    pub(super) fn credit(&mut self, amount: Decimal) {
        self.0 += amount;
    }

    pub(super) fn debit(&mut self, amount: Decimal) {
        self.0 -= amount;
    }
}
