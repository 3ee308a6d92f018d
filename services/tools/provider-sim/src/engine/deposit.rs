//! Deposits: what a user pays in, as far as the project knows it.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;
use serde::Serialize;

use super::catalogue::Game;
use super::inventory::Asset;
use crate::clock::{Moment, seconds_up};
use crate::pace::Durations;
use crate::random::mixed;

const FIRST_DEPOSIT_ID: u64 = 700_412;
/// Trade offers of deposits are numbered like deposits, from here.
const FIRST_OFFER_ID: u64 = 8_124_000_000;
/// The user who pays where the deposit names none.
pub(super) const SOME_STEAM_ID: &str = "76561198000000042";

/// How a user pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DepositKind {
    /// On the provider's page, where the user chooses what to give.
    Hosted,
    /// From the user's inventory, with assets that we chose.
    FromInventory,
    /// With a link that is credited once for each item that is sold, and never closes.
    Link,
}

/// How far a deposit has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    /// The user has not chosen anything yet.
    Created,
    /// A trade offer is out.
    OfferSent,
    /// The offer was accepted and the trade is protected: amounts are shown, nothing is credited.
    Held,
    /// The same, and we took the risk and approved it.
    Approved,
    /// Credited.
    Paid,
    /// Not paid, or undone where the provider has no other word.
    Failed,
    /// Undone under trade protection, or later.
    Returned,
}

/// What was paid, and what the project's multiplier makes of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Payment {
    pub(crate) amount: Decimal,
    pub(crate) multiplied: Decimal,
}

/// One payment of a link: one item that was sold.
#[derive(Debug, Clone)]
pub(crate) struct Credit {
    /// The provider's id of the payment, a UUID unless one was given.
    pub(crate) transaction_id: String,
    /// The provider's id of the trade, 16 hexadecimal digits unless one was given.
    pub(crate) trade_id: String,
    pub(crate) amount: Decimal,
    /// Real unix milliseconds.
    pub(crate) created_ms: u64,
}

/// One deposit.
#[derive(Debug, Clone)]
pub(crate) struct Deposit {
    /// The provider's id.
    pub(crate) id: u64,
    /// Our own id.
    pub(crate) reference: String,
    pub(crate) kind: DepositKind,
    pub(crate) steam_id: String,
    /// Of the payment.
    pub(crate) currency: String,
    pub(crate) result_url: Option<String>,
    pub(crate) game: Option<Game>,
    /// What is given; chosen when the offer goes out unless it was chosen before.
    pub(crate) assets: Vec<&'static Asset>,
    /// What was asked for, where an amount can be.
    pub(crate) requested: Option<Decimal>,
    pub(crate) born: Moment,
    /// The durations that were in force when it was created.
    pub(crate) pace: Durations,
    /// Look-ups do not show it before this real time.
    pub(crate) visible_from_ms: u64,
    pub(crate) phase: Phase,
    /// Every phase there was, with the life's time it began at.
    pub(crate) history: Vec<(Phase, u64)>,
    pub(crate) payment: Option<Payment>,
    pub(crate) credits: Vec<Credit>,
    /// The provider's word for why it failed, where one was given.
    pub(crate) reason: Option<String>,
    pub(super) settles_life_ms: Option<u64>,
    /// Moved by the control API: it no longer lives by itself.
    pub(super) by_hand: bool,
    /// What only this provider keeps, by its own names.
    pub(crate) notes: BTreeMap<&'static str, String>,
}

impl Deposit {
    /// What was paid, while it counts.
    pub(crate) fn shown_payment(&self) -> Option<Payment> {
        match self.phase {
            Phase::Held | Phase::Approved | Phase::Paid => self.payment,
            Phase::Created | Phase::OfferSent | Phase::Failed | Phase::Returned => None,
        }
    }

    /// The trade offer, once there is one.
    pub(crate) fn offer_id(&self) -> Option<String> {
        (self.phase != Phase::Created).then(|| (FIRST_OFFER_ID + self.id).to_string())
    }

    /// Whether it ever was in a phase.
    pub(crate) fn ever(&self, phase: Phase) -> bool {
        self.history.iter().any(|(had, _)| *had == phase)
    }

    /// Unix seconds of the end of the trade protection, once it was held.
    pub(crate) fn settlement(&self, now: Moment) -> Option<u64> {
        self.settles_life_ms.map(|life_ms| seconds_up(now.real_of(life_ms, self.born.real_ms)))
    }

    /// Whether look-ups show it.
    pub(crate) fn is_visible(&self, now: Moment) -> bool {
        self.visible_from_ms <= now.real_ms
    }

    /// Whether its assets are away from the user's inventory.
    pub(super) fn is_open(&self) -> bool {
        match self.phase {
            Phase::Created | Phase::OfferSent | Phase::Held | Phase::Approved => true,
            Phase::Paid | Phase::Failed | Phase::Returned => false,
        }
    }

    pub(super) fn enter(&mut self, phase: Phase, life_ms: u64) {
        self.phase = phase;
        self.history.push((phase, life_ms));
    }
}

/// The ids of the payment with this number, which look random and are the same in every run.
pub(super) fn credit_ids(number: u64) -> (String, String) {
    let (high, low) = (mixed(number), mixed(!number));
    let hex = format!("{high:016x}{low:016x}");
    // A version 4 UUID in shape: its version and variant digits are fixed.
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    let transaction_id =
        format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32));
    (transaction_id, format!("{:016x}", mixed(number ^ 0x5EED)))
}

/// All deposits, in the order they were created.
#[derive(Debug)]
pub(crate) struct Deposits {
    first_id: u64,
    /// Payments of links that there ever were.
    pub(super) credited: u64,
    list: Vec<Deposit>,
    by_reference: HashMap<String, Vec<usize>>,
}

impl Default for Deposits {
    fn default() -> Self {
        Self { first_id: FIRST_DEPOSIT_ID, credited: 0, list: Vec::new(), by_reference: HashMap::new() }
    }
}

impl Deposits {
    /// None yet, with ids that were never used before.
    pub(super) fn emptied(&self) -> Self {
        Self { first_id: self.next_id(), credited: self.credited, ..Self::default() }
    }

    pub(super) fn next_id(&self) -> u64 {
        self.first_id + u64::try_from(self.list.len()).unwrap_or(u64::MAX)
    }

    pub(super) fn add(&mut self, deposit: Deposit) -> usize {
        let index = self.list.len();
        self.by_reference.entry(deposit.reference.clone()).or_default().push(index);
        self.list.push(deposit);
        index
    }

    /// Every deposit, the oldest first.
    pub(crate) fn all(&self) -> &[Deposit] {
        &self.list
    }

    /// The deposit at an index.
    pub(crate) fn get(&self, index: usize) -> Option<&Deposit> {
        self.list.get(index)
    }

    /// The same, to keep notes in it.
    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut Deposit> {
        self.list.get_mut(index)
    }

    /// Where the newest deposit with this own id is.
    pub(crate) fn index_of(&self, reference: &str) -> Option<usize> {
        self.by_reference.get(reference).and_then(|indexes| indexes.last()).copied()
    }

    /// The newest deposit with this own id.
    pub(crate) fn by_reference(&self, reference: &str) -> Option<&Deposit> {
        self.index_of(reference).and_then(|index| self.get(index))
    }

    /// Where the oldest deposit with this own id is.
    pub(super) fn first_of(&self, reference: &str) -> Option<usize> {
        self.by_reference.get(reference).and_then(|indexes| indexes.first()).copied()
    }

    /// Where the deposit with this id of the provider is.
    pub(crate) fn index_of_id(&self, id: u64) -> Option<usize> {
        let index = usize::try_from(id.checked_sub(self.first_id)?).ok()?;
        (index < self.list.len()).then_some(index)
    }

    /// The deposit with this id of the provider.
    pub(crate) fn by_id(&self, id: u64) -> Option<&Deposit> {
        self.index_of_id(id).and_then(|index| self.get(index))
    }
}
