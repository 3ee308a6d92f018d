//! Purchases that were refused in the very answer: nothing was bought, and look-ups show why.

use std::collections::BTreeMap;

use crate::clock::Moment;
use crate::engine::steam::steam_id_of;

/// They are numbered from here, far from purchases.
const FIRST_REFUSED_ID: u64 = 30_000_001;

/// A purchase that came to nothing.
#[derive(Debug, Clone)]
pub(super) struct RefusedPurchase {
    pub(super) id: u64,
    pub(super) reference: Option<String>,
    pub(super) reason: String,
    pub(super) partner: u32,
    pub(super) born: Moment,
}

impl RefusedPurchase {
    /// The recipient's SteamID64.
    pub(super) fn steam_id(&self) -> String {
        steam_id_of(self.partner)
    }
}

/// All of them.
#[derive(Debug)]
pub(super) struct RefusedPurchases {
    next_id: u64,
    by_id: BTreeMap<u64, RefusedPurchase>,
    /// The newest of each own id.
    by_reference: BTreeMap<String, u64>,
}

impl Default for RefusedPurchases {
    fn default() -> Self {
        Self { next_id: FIRST_REFUSED_ID, by_id: BTreeMap::new(), by_reference: BTreeMap::new() }
    }
}

impl RefusedPurchases {
    /// None, with ids that were never used before.
    pub(super) fn emptied(&self) -> Self {
        Self { next_id: self.next_id, ..Self::default() }
    }

    /// One that is answered and not kept.
    pub(super) fn passing(
        &mut self,
        reference: Option<&str>,
        reason: &str,
        partner: u32,
        born: Moment,
    ) -> RefusedPurchase {
        let id = self.next_id;
        self.next_id += 1;
        RefusedPurchase {
            id,
            reference: reference.map(str::to_owned),
            reason: reason.to_owned(),
            partner,
            born,
        }
    }

    /// One more.
    pub(super) fn add(
        &mut self,
        reference: Option<&str>,
        reason: &str,
        partner: u32,
        born: Moment,
    ) -> RefusedPurchase {
        let refused = self.passing(reference, reason, partner, born);
        self.by_id.insert(refused.id, refused.clone());
        if let Some(reference) = reference {
            self.by_reference.insert(reference.to_owned(), refused.id);
        }
        refused
    }

    /// The one with this id.
    pub(super) fn by_id(&self, id: u64) -> Option<&RefusedPurchase> {
        self.by_id.get(&id)
    }

    /// The newest one with this own id.
    pub(super) fn by_reference(&self, reference: &str) -> Option<&RefusedPurchase> {
        self.by_reference.get(reference).and_then(|id| self.by_id(*id))
    }

    /// All of them, the oldest first.
    pub(super) fn all(&self) -> impl Iterator<Item = &RefusedPurchase> {
        self.by_id.values()
    }
}
