//! One purchase, whose status follows from the time that has passed.

use std::collections::HashMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::catalogue::Item;
use super::fate::{Fate, Status, Step};
use super::steam::steam_id_of;
use crate::clock::{Moment, seconds_up};
use crate::pace::Durations;

/// Trade offers are numbered like purchases, from here.
const FIRST_OFFER_ID: u64 = 8_123_000_000;
const FIRST_PURCHASE_ID: u64 = 90_551;

/// A purchase that was made. The user's trade token is not kept.
#[derive(Debug, Clone)]
pub(crate) struct Purchase {
    /// The provider's id.
    pub(crate) id: u64,
    pub(crate) item: Arc<Item>,
    pub(crate) price: Decimal,
    /// The Steam account number of the recipient.
    pub(crate) partner: u32,
    /// Our own id.
    pub(crate) reference: Option<String>,
    pub(crate) fate: Fate,
    /// The durations that were in force when it was bought.
    pub(crate) pace: Durations,
    pub(crate) born: Moment,
    /// Look-ups do not show it before this real time.
    pub(crate) visible_from_ms: u64,
    /// Whether the end of the trade protection is a step of its own.
    pub(super) shows_settlement: bool,
    pub(super) canceled_life_ms: Option<u64>,
    pub(crate) refunded: bool,
    pub(crate) trade_token_updates: u32,
}

impl Purchase {
    /// All steps of its life, as far as it is not cut short.
    pub(super) fn steps(&self) -> Vec<Step> {
        if self.shows_settlement {
            self.fate.steps_until_settled(&self.pace)
        } else {
            self.fate.steps(&self.pace)
        }
    }

    /// All steps up to now, the last of them being the status.
    pub(crate) fn reached(&self, now: Moment) -> Vec<Step> {
        let until = self.canceled_life_ms.unwrap_or(now.life_ms).saturating_sub(self.born.life_ms);
        let mut steps = self.steps();
        steps.retain(|step| step.after_ms <= until);
        if self.canceled_life_ms.is_some() {
            steps.push(Step { after_ms: until, status: Status::ReservationCanceled });
        }
        steps
    }

    /// Whether its life begins with this status.
    pub(crate) fn begins_with(&self, status: Status) -> bool {
        self.steps().first().is_some_and(|step| step.status == status)
    }

    /// The status now.
    pub(crate) fn status(&self, now: Moment) -> Status {
        self.reached(now).last().map_or(Status::Processing, |step| step.status)
    }

    /// Whether look-ups show it.
    pub(crate) fn is_visible(&self, now: Moment) -> bool {
        self.visible_from_ms <= now.real_ms
    }

    /// The recipient's SteamID64.
    pub(crate) fn steam_id(&self) -> String {
        steam_id_of(self.partner)
    }

    /// The trade offer, once there is one.
    pub(crate) fn offer_id(&self, now: Moment) -> Option<String> {
        let sent = self.reached(now).iter().any(|step| step.status.has_offer());
        sent.then(|| (FIRST_OFFER_ID + self.id).to_string())
    }

    /// Whether its trade falls under Steam's trade protection.
    pub(crate) fn is_protected(&self) -> bool {
        self.fate.settlement_after(&self.pace).is_some()
    }

    /// Unix seconds of the end of the trade protection, once the trade is accepted.
    pub(crate) fn settlement(&self, now: Moment) -> Option<u64> {
        let after_ms = self.fate.settlement_after(&self.pace)?;
        let accepted = self.reached(now).iter().any(|step| step.status == Status::Accepted);
        accepted.then(|| seconds_up(self.real_time(after_ms, now)))
    }

    /// Unix seconds of the end of the reservation, while it is reserved.
    pub(crate) fn reserved_until(&self, now: Moment) -> Option<u64> {
        let reserved = self.status(now) == Status::Reserved;
        reserved.then(|| seconds_up(self.real_time(self.pace.reservation_ms, now)))
    }

    /// Real unix milliseconds of so long after the purchase.
    pub(crate) fn real_time(&self, after_ms: u64, now: Moment) -> u64 {
        now.real_of(self.born.life_ms.saturating_add(after_ms), self.born.real_ms)
    }
}

/// All purchases, in the order they were made.
#[derive(Debug)]
pub(crate) struct Purchases {
    first_id: u64,
    list: Vec<Purchase>,
    by_reference: HashMap<String, Vec<usize>>,
}

impl Default for Purchases {
    fn default() -> Self {
        Self { first_id: FIRST_PURCHASE_ID, list: Vec::new(), by_reference: HashMap::new() }
    }
}

impl Purchases {
    /// None yet, with ids that were never used before.
    pub(super) fn emptied(&self) -> Self {
        Self { first_id: self.next_id(), ..Self::default() }
    }

    /// The id of the next purchase.
    pub(super) fn next_id(&self) -> u64 {
        self.first_id + u64::try_from(self.list.len()).unwrap_or(u64::MAX)
    }

    /// Keeps a purchase made with the id of [`Self::next_id`], and says where.
    pub(super) fn add(&mut self, purchase: Purchase) -> usize {
        let index = self.list.len();
        if let Some(reference) = &purchase.reference {
            self.by_reference.entry(reference.clone()).or_default().push(index);
        }
        self.list.push(purchase);
        index
    }

    /// Every purchase, the oldest first.
    pub(crate) fn all(&self) -> &[Purchase] {
        &self.list
    }

    /// Every purchase, to be changed.
    pub(crate) fn all_mut(&mut self) -> &mut [Purchase] {
        &mut self.list
    }

    /// The purchase at an index.
    pub(crate) fn get(&self, index: usize) -> Option<&Purchase> {
        self.list.get(index)
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Purchase> {
        self.list.get_mut(index)
    }

    /// Where the purchase with this id is.
    pub(crate) fn index_of(&self, id: &str) -> Option<usize> {
        let index = usize::try_from(id.parse::<u64>().ok()?.checked_sub(self.first_id)?).ok()?;
        (index < self.list.len()).then_some(index)
    }

    /// Where the purchases with this own id are, the oldest first.
    pub(crate) fn indexes_of(&self, reference: &str) -> &[usize] {
        self.by_reference.get(reference).map_or(&[], Vec::as_slice)
    }

    /// The purchase with this id of the provider.
    pub(crate) fn by_id(&self, id: &str) -> Option<&Purchase> {
        self.index_of(id).and_then(|index| self.get(index))
    }

    /// The purchases with this own id, the oldest first.
    pub(crate) fn by_reference(&self, reference: &str) -> impl Iterator<Item = &Purchase> {
        self.indexes_of(reference).iter().filter_map(|index| self.get(*index))
    }
}
