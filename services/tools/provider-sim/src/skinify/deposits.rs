//! Deposits: what a user pays in, as far as the project knows it.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;

use crate::amount::Amount;
use crate::ledger::{LedgerDeposit, LedgerNotification};

const FIRST_TRANSACTION_ID: u64 = 700_412;
/// Trade offers of deposits are numbered like their transactions, from here.
const FIRST_OFFER_ID: u64 = 8_124_000_000;
/// The user who pays where the deposit names none.
const SOME_STEAM_ID: &str = "76561198000000042";

/// How far a deposit has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The user has not chosen anything yet.
    Created,
    /// A trade offer is out.
    OfferSent,
    /// The offer was accepted and the trade is protected: amounts are shown, nothing is credited.
    Held,
    /// Credited.
    Paid,
    /// Not paid, or undone.
    Failed,
}

impl Phase {
    /// Skinify's word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Created | Self::OfferSent | Self::Held => "pending",
            Self::Paid => "success",
            Self::Failed => "failed",
        }
    }
}

/// What was paid, and what the project's multiplier makes of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Payment {
    pub(super) amount: Decimal,
    pub(super) multiplied: Decimal,
}

/// One deposit.
#[derive(Debug, Clone)]
pub(super) struct Deposit {
    pub(super) transaction_id: u64,
    pub(super) deposit_id: String,
    pub(super) steam_id: String,
    pub(super) currency: String,
    pub(super) result_url: Option<String>,
    pub(super) created_ms: u64,
    pub(super) phase: Phase,
    pub(super) payment: Option<Payment>,
    /// Unix seconds of the end of the trade protection.
    pub(super) settlement: Option<u64>,
}

impl Deposit {
    /// What was paid, while it counts.
    pub(super) fn shown_payment(&self) -> Option<Payment> {
        match self.phase {
            Phase::Held | Phase::Paid => self.payment,
            Phase::Created | Phase::OfferSent | Phase::Failed => None,
        }
    }

    /// The trade offer, once there is one.
    pub(super) fn offer_id(&self) -> Option<String> {
        (self.phase != Phase::Created).then(|| (FIRST_OFFER_ID + self.transaction_id).to_string())
    }
}

/// A deposit as it is asked for.
#[derive(Debug)]
pub(super) struct NewDeposit<'a> {
    pub(super) deposit_id: &'a str,
    pub(super) steam_id: Option<&'a str>,
    pub(super) currency: &'a str,
    pub(super) result_url: Option<&'a str>,
    pub(super) created_ms: u64,
}

/// All deposits, in the order they were created, and what became of their notifications.
#[derive(Debug)]
pub(super) struct Deposits {
    first_id: u64,
    list: Vec<Deposit>,
    by_deposit_id: HashMap<String, usize>,
    notifications: Vec<LedgerNotification>,
    /// By transaction: those whose last notification did not arrive.
    failed: BTreeMap<String, LedgerNotification>,
}

impl Default for Deposits {
    fn default() -> Self {
        Self {
            first_id: FIRST_TRANSACTION_ID,
            list: Vec::new(),
            by_deposit_id: HashMap::new(),
            notifications: Vec::new(),
            failed: BTreeMap::new(),
        }
    }
}

impl Deposits {
    /// None yet, with transaction ids that were never used before.
    pub(super) fn emptied(&self) -> Self {
        Self { first_id: self.next_id(), ..Self::default() }
    }

    fn next_id(&self) -> u64 {
        self.first_id + u64::try_from(self.list.len()).unwrap_or(u64::MAX)
    }

    /// Creates a deposit; none if its id was used before.
    pub(super) fn create(&mut self, new: &NewDeposit<'_>) -> Option<u64> {
        if self.by_deposit_id.contains_key(new.deposit_id) {
            return None;
        }
        let transaction_id = self.next_id();
        self.by_deposit_id.insert(new.deposit_id.to_owned(), self.list.len());
        self.list.push(Deposit {
            transaction_id,
            deposit_id: new.deposit_id.to_owned(),
            steam_id: new.steam_id.unwrap_or(SOME_STEAM_ID).to_owned(),
            currency: new.currency.to_owned(),
            result_url: new.result_url.map(str::to_owned),
            created_ms: new.created_ms,
            phase: Phase::Created,
            payment: None,
            settlement: None,
        });
        Some(transaction_id)
    }

    pub(super) fn all(&self) -> &[Deposit] {
        &self.list
    }

    pub(super) fn by_deposit_id(&self, deposit_id: &str) -> Option<&Deposit> {
        self.by_deposit_id.get(deposit_id).and_then(|index| self.list.get(*index))
    }

    pub(super) fn by_deposit_id_mut(&mut self, deposit_id: &str) -> Option<&mut Deposit> {
        self.by_deposit_id.get(deposit_id).and_then(|index| self.list.get_mut(*index))
    }

    pub(super) fn by_transaction_id(&self, transaction_id: u64) -> Option<&Deposit> {
        self.list.get(usize::try_from(transaction_id.checked_sub(self.first_id)?).ok()?)
    }

    /// Keeps what became of a notification; a later success takes a failure back.
    pub(super) fn record(&mut self, notification: LedgerNotification) {
        let lost_on_purpose = notification.attempts == 0;
        if notification.delivered {
            self.failed.remove(&notification.transaction_id);
        } else if !lost_on_purpose {
            self.failed.insert(notification.transaction_id.clone(), notification.clone());
        }
        self.notifications.push(notification);
    }

    pub(super) fn notifications(&self) -> &[LedgerNotification] {
        &self.notifications
    }

    /// The notifications that did not arrive.
    pub(super) fn failed(&self) -> impl Iterator<Item = &LedgerNotification> {
        self.failed.values()
    }

    pub(super) fn ledger_rows(&self) -> Vec<LedgerDeposit> {
        let row = |deposit: &Deposit| LedgerDeposit {
            provider: "skinify",
            deposit_id: deposit.deposit_id.clone(),
            transaction_id: deposit.transaction_id.to_string(),
            status: deposit.phase.word(),
            amount: deposit.shown_payment().map(|payment| Amount(payment.amount)),
            currency: deposit.currency.clone(),
            created_unix_ms: deposit.created_ms,
        };
        self.list.iter().map(row).collect()
    }
}
