//! What was truly executed, for checks that must not trust any answer.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use crate::amount::Amount;
use crate::answer::Answer;
use crate::engine::catalogue::Game;
use crate::engine::deposit::{DepositKind, Phase};
use crate::engine::listing::ListingPhase;
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
    /// Our own id.
    #[serde(rename = "custom_id")]
    pub(crate) reference: Option<String>,
    pub(crate) purchase_id: String,
    #[serde(rename = "skin_id")]
    pub(crate) item_id: String,
    pub(crate) price: Amount,
    pub(crate) status: &'static str,
    pub(crate) partner: String,
    pub(crate) created_unix_ms: u64,
    pub(crate) refunded: bool,
    pub(crate) trade_token_updates: u32,
    pub(crate) history: Vec<HistoryEntry>,
}

/// One phase a deposit had, and since when.
#[derive(Debug, Serialize)]
pub(crate) struct PhaseEntry {
    pub(crate) phase: Phase,
    pub(crate) unix_ms: u64,
}

/// One payment of a link.
#[derive(Debug, Serialize)]
pub(crate) struct LedgerCredit {
    pub(crate) transaction_id: String,
    pub(crate) trade_id: String,
    pub(crate) amount: Amount,
    pub(crate) created_unix_ms: u64,
}

/// A deposit that was created.
#[derive(Debug, Serialize)]
pub(crate) struct LedgerDeposit {
    pub(crate) provider: &'static str,
    /// Our own id.
    #[serde(rename = "deposit_id")]
    pub(crate) reference: String,
    #[serde(rename = "transaction_id")]
    pub(crate) provider_id: String,
    pub(crate) kind: DepositKind,
    /// The provider's word.
    pub(crate) status: &'static str,
    pub(crate) phase: Phase,
    pub(crate) amount: Option<Amount>,
    pub(crate) currency: String,
    pub(crate) asset_ids: Vec<&'static str>,
    pub(crate) created_unix_ms: u64,
    pub(crate) credits: Vec<LedgerCredit>,
    pub(crate) history: Vec<PhaseEntry>,
}

/// Something a user offered for sale.
#[derive(Debug, Serialize)]
pub(crate) struct LedgerListing {
    pub(crate) provider: &'static str,
    pub(crate) listing_id: String,
    pub(crate) steam_id: String,
    pub(crate) asset_id: &'static str,
    pub(crate) game: Game,
    pub(crate) price: Amount,
    pub(crate) phase: ListingPhase,
    pub(crate) created_unix_ms: u64,
}

/// What a notification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NotificationKind {
    Deposit,
    Credit,
    Purchase,
    Listing,
}

/// A notification that was tried, or dropped on purpose.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LedgerNotification {
    pub(crate) provider: &'static str,
    pub(crate) kind: NotificationKind,
    /// Our own id of what it is about; its name in JSON is that of the first kind there was.
    #[serde(rename = "deposit_id")]
    pub(crate) reference: String,
    /// The provider's id of what it is about.
    #[serde(rename = "transaction_id")]
    pub(crate) provider_id: String,
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
    pub(crate) listings: Vec<LedgerListing>,
    pub(crate) notifications: Vec<LedgerNotification>,
}

#[derive(Debug, Serialize)]
struct Counts {
    purchases: usize,
    deposits: usize,
    listings: usize,
    notifications: usize,
    /// Purchases beyond the first of their own id: each is an item bought twice.
    repeated_custom_ids: usize,
    by_status: BTreeMap<&'static str, u64>,
}

#[derive(Debug, Serialize)]
struct Ledger {
    counts: Counts,
    #[serde(flatten)]
    rows: Option<ProviderLedger>,
}

/// The ledger of all providers. `custom_id` keeps the purchases of one own id; `counts_only=1` leaves all rows out.
pub(crate) fn answer(parts: Vec<ProviderLedger>, query: &Fields) -> Answer {
    let mut all = ProviderLedger::default();
    for part in parts {
        all.purchases.extend(part.purchases);
        all.deposits.extend(part.deposits);
        all.listings.extend(part.listings);
        all.notifications.extend(part.notifications);
    }
    let counts = count(&all);
    if query.flag("counts_only") {
        return Answer::json(&Ledger { counts, rows: None });
    }
    if let Some(wanted) = query.get("custom_id") {
        all.purchases.retain(|purchase| purchase.reference.as_deref() == Some(wanted));
    }
    Answer::json(&Ledger { counts, rows: Some(all) })
}

fn count(all: &ProviderLedger) -> Counts {
    let mut seen = HashSet::new();
    let mut repeated_custom_ids = 0;
    let mut by_status = BTreeMap::new();
    for purchase in &all.purchases {
        *by_status.entry(purchase.status).or_default() += 1;
        if let Some(reference) = &purchase.reference {
            repeated_custom_ids += usize::from(!seen.insert((purchase.provider, reference)));
        }
    }
    Counts {
        purchases: all.purchases.len(),
        deposits: all.deposits.len(),
        listings: all.listings.len(),
        notifications: all.notifications.len(),
        repeated_custom_ids,
        by_status,
    }
}
