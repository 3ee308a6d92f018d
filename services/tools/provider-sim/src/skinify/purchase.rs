//! One purchase, whose status follows from the time that has passed.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::catalogue::Skin;
use super::fate::{Fate, Status, Step};
use crate::amount::Amount;
use crate::clock::{Moment, seconds, seconds_up};
use crate::ledger::{HistoryEntry, LedgerPurchase};
use crate::pace::Durations;

/// SteamID64 of Steam account 0; an account number is the distance from it.
const FIRST_STEAM_ID: u64 = 76_561_197_960_265_728;
/// Trade offers are numbered like purchases, from here.
const FIRST_OFFER_ID: u64 = 8_123_000_000;
const FIRST_PURCHASE_ID: u64 = 90_551;

/// A purchase that was made. The user's trade token is not kept.
#[derive(Debug)]
pub(super) struct Purchase {
    pub(super) id: u64,
    pub(super) skin: &'static Skin,
    pub(super) price: Decimal,
    /// The Steam account number of the recipient.
    pub(super) partner: u32,
    pub(super) custom_id: Option<String>,
    pub(super) fate: Fate,
    /// The durations that were in force when it was bought.
    pub(super) pace: Durations,
    pub(super) born: Moment,
    /// Look-ups do not show it before this real time.
    pub(super) visible_from_ms: u64,
    pub(super) canceled_life_ms: Option<u64>,
    pub(super) refunded: bool,
    pub(super) trade_token_updates: u32,
}

impl Purchase {
    /// All steps up to now, the last of them being the status.
    pub(super) fn reached(&self, now: Moment) -> Vec<Step> {
        let until = self.canceled_life_ms.unwrap_or(now.life_ms).saturating_sub(self.born.life_ms);
        let mut steps = self.fate.steps(&self.pace);
        steps.retain(|step| step.after_ms <= until);
        if self.canceled_life_ms.is_some() {
            steps.push(Step { after_ms: until, status: Status::ReservationCanceled });
        }
        steps
    }

    pub(super) fn status(&self, now: Moment) -> Status {
        self.reached(now).last().map_or(Status::Processing, |step| step.status)
    }

    pub(super) fn steam_id(&self) -> String {
        (FIRST_STEAM_ID + u64::from(self.partner)).to_string()
    }

    /// The trade offer, once there is one.
    pub(super) fn offer_id(&self, reached: &[Step]) -> Option<String> {
        reached.iter().any(|step| step.status.has_offer()).then(|| (FIRST_OFFER_ID + self.id).to_string())
    }

    /// Unix seconds of the end of the trade protection, once the trade is accepted.
    pub(super) fn settlement(&self, reached: &[Step], now: Moment) -> Option<u64> {
        let after_ms = self.fate.settlement_after(&self.pace)?;
        let accepted = reached.iter().any(|step| step.status == Status::Accepted);
        accepted.then(|| seconds_up(self.real_time(after_ms, now)))
    }

    /// Unix seconds of the end of the reservation, while it is reserved.
    pub(super) fn reserved_until(&self, now: Moment) -> Option<u64> {
        let reserved = self.status(now) == Status::Reserved;
        reserved.then(|| seconds_up(self.real_time(self.pace.reservation_ms, now)))
    }

    /// Unix seconds of the purchase.
    pub(super) fn date(&self) -> String {
        seconds(self.born.real_ms).to_string()
    }

    fn real_time(&self, after_ms: u64, now: Moment) -> u64 {
        now.real_of(self.born.life_ms.saturating_add(after_ms), self.born.real_ms)
    }

    pub(super) fn ledger_row(&self, now: Moment) -> LedgerPurchase {
        let history = self.reached(now).into_iter().map(|step| HistoryEntry {
            status: step.status.word(),
            unix_ms: self.real_time(step.after_ms, now),
        });
        LedgerPurchase {
            provider: "skinify",
            custom_id: self.custom_id.clone(),
            purchase_id: self.id.to_string(),
            skin_id: self.skin.id,
            price: Amount(self.price),
            status: self.status(now).word(),
            partner: self.partner.to_string(),
            created_unix_ms: self.born.real_ms,
            refunded: self.refunded,
            trade_token_updates: self.trade_token_updates,
            history: history.collect(),
        }
    }
}

/// All purchases, in the order they were made.
#[derive(Debug)]
pub(super) struct Purchases {
    first_id: u64,
    list: Vec<Purchase>,
    by_custom_id: HashMap<String, Vec<usize>>,
}

impl Default for Purchases {
    fn default() -> Self {
        Self { first_id: FIRST_PURCHASE_ID, list: Vec::new(), by_custom_id: HashMap::new() }
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
        if let Some(custom_id) = &purchase.custom_id {
            self.by_custom_id.entry(custom_id.clone()).or_default().push(index);
        }
        self.list.push(purchase);
        index
    }

    pub(super) fn all(&self) -> &[Purchase] {
        &self.list
    }

    pub(super) fn all_mut(&mut self) -> &mut [Purchase] {
        &mut self.list
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Purchase> {
        self.list.get_mut(index)
    }

    /// Where the purchase with this id is.
    pub(super) fn index_of(&self, id: &str) -> Option<usize> {
        let index = usize::try_from(id.parse::<u64>().ok()?.checked_sub(self.first_id)?).ok()?;
        (index < self.list.len()).then_some(index)
    }

    /// Where the purchases with this own id are, the oldest first.
    pub(super) fn indexes_of_custom(&self, custom_id: &str) -> &[usize] {
        self.by_custom_id.get(custom_id).map_or(&[], Vec::as_slice)
    }
}
