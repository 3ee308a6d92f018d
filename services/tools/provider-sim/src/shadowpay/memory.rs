//! What only ShadowPay keeps, beside the engine's state.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::settings::Settings;

/// What only ShadowPay keeps. It is locked while the engine's state may be open, and never the other way
/// round.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) settings: Arc<Settings>,
    /// Own ids that a refused purchase used up.
    pub(super) consumed: BTreeSet<String>,
    /// The recipients' trade tokens by purchase, which ShadowPay repeats in its answers; no report shows
    /// them.
    pub(super) trade_tokens: BTreeMap<u64, String>,
}

impl Memory {
    /// The trade token of a purchase.
    pub(super) fn trade_token(&self, purchase_id: u64) -> String {
        self.trade_tokens.get(&purchase_id).cloned().unwrap_or_default()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the trade tokens.
        formatter.debug_struct("Memory").field("settings", &self.settings).finish_non_exhaustive()
    }
}
