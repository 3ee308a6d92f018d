//! What was truly executed, for checks that must not trust any answer.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use crate::amount::Amount;
use crate::answer::Answer;
use crate::fields::Fields;

/// One status a purchase had, and since when.
#[derive(Debug, Serialize)]
pub(crate) struct HistoryEntry {
    pub(crate) status: &'static str,
    pub(crate) unix_ms: u64,
}

/// A purchase that was made. It has no field for a trade token, because that is never kept.
#[derive(Debug, Serialize)]
pub(crate) struct LedgerPurchase {
    pub(crate) provider: &'static str,
    pub(crate) custom_id: Option<String>,
    pub(crate) purchase_id: String,
    pub(crate) skin_id: &'static str,
    pub(crate) price: Amount,
    pub(crate) status: &'static str,
    pub(crate) partner: String,
    pub(crate) created_unix_ms: u64,
    pub(crate) refunded: bool,
    pub(crate) trade_token_updates: u32,
    pub(crate) history: Vec<HistoryEntry>,
}

/// A deposit that was created.
#[derive(Debug, Serialize)]
pub(crate) struct LedgerDeposit {
    pub(crate) provider: &'static str,
    pub(crate) deposit_id: String,
    pub(crate) transaction_id: String,
    pub(crate) status: &'static str,
    pub(crate) amount: Option<Amount>,
    pub(crate) currency: String,
    pub(crate) created_unix_ms: u64,
}

/// A notification that was tried, or dropped on purpose.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LedgerNotification {
    pub(crate) provider: &'static str,
    pub(crate) deposit_id: String,
    pub(crate) transaction_id: String,
    pub(crate) status: &'static str,
    pub(crate) forged: bool,
    pub(crate) attempts: u32,
    /// The last HTTP status that came back; absent when none did.
    pub(crate) answer: Option<u16>,
    pub(crate) delivered: bool,
}

/// One provider's part.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ProviderLedger {
    pub(crate) purchases: Vec<LedgerPurchase>,
    pub(crate) deposits: Vec<LedgerDeposit>,
    pub(crate) notifications: Vec<LedgerNotification>,
}

#[derive(Debug, Serialize)]
struct Counts {
    purchases: usize,
    deposits: usize,
    notifications: usize,
    /// Purchases beyond the first of their own id: each is an item bought twice.
    repeated_custom_ids: usize,
    by_status: BTreeMap<&'static str, u64>,
}

#[derive(Debug, Serialize)]
struct Ledger {
    counts: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    purchases: Option<Vec<LedgerPurchase>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deposits: Option<Vec<LedgerDeposit>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notifications: Option<Vec<LedgerNotification>>,
}

/// The ledger of all providers. `custom_id` keeps the purchases of one own id; `counts_only=1` leaves all rows out.
pub(crate) fn answer(parts: Vec<ProviderLedger>, query: &Fields) -> Answer {
    let mut all = ProviderLedger::default();
    for part in parts {
        all.purchases.extend(part.purchases);
        all.deposits.extend(part.deposits);
        all.notifications.extend(part.notifications);
    }
    let counts = count(&all);
    if query.flag("counts_only") {
        return Answer::json(&Ledger { counts, purchases: None, deposits: None, notifications: None });
    }
    if let Some(wanted) = query.get("custom_id") {
        all.purchases.retain(|purchase| purchase.custom_id.as_deref() == Some(wanted));
    }
    Answer::json(&Ledger {
        counts,
        purchases: Some(all.purchases),
        deposits: Some(all.deposits),
        notifications: Some(all.notifications),
    })
}

fn count(all: &ProviderLedger) -> Counts {
    let mut seen = HashSet::new();
    let mut repeated_custom_ids = 0;
    let mut by_status = BTreeMap::new();
    for purchase in &all.purchases {
        *by_status.entry(purchase.status).or_default() += 1;
        if let Some(custom_id) = &purchase.custom_id {
            repeated_custom_ids += usize::from(!seen.insert((purchase.provider, custom_id)));
        }
    }
    Counts {
        purchases: all.purchases.len(),
        deposits: all.deposits.len(),
        notifications: all.notifications.len(),
        repeated_custom_ids,
        by_status,
    }
}
