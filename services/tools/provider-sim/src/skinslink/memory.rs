//! What only Skinslink remembers: drafts, prices of inventories, refused purchases, and who asked when.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::feed::Feed;
use super::refused::RefusedPurchases;
use crate::engine::catalogue::Game;

/// Drafts are numbered from here, far from deposits, whose ids they become.
const FIRST_DRAFT_ID: u64 = 50_000_001;

/// Prices that were quoted by name.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) born_life_ms: u64,
    pub(super) game: Game,
    pub(super) prices: BTreeMap<&'static str, Decimal>,
    /// Where the deposit is that it became.
    pub(super) committed: Option<usize>,
}

/// Everything that is remembered. It is locked after the project's state where both are.
#[derive(Debug)]
pub(super) struct Memory {
    next_draft_id: u64,
    drafts: BTreeMap<u64, Draft>,
    /// When the inventory of a user and game was last priced, in the life's time.
    pub(super) snapshots: BTreeMap<(u32, Game), u64>,
    pub(super) refused: RefusedPurchases,
    pub(super) feed: Feed,
    /// When something was last asked for, in real time.
    asked: BTreeMap<String, u64>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            next_draft_id: FIRST_DRAFT_ID,
            drafts: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            refused: RefusedPurchases::default(),
            feed: Feed::default(),
            asked: BTreeMap::new(),
        }
    }
}

impl Memory {
    /// Forgets everything, except which ids were used.
    pub(super) fn forget(&mut self) {
        *self =
            Self { next_draft_id: self.next_draft_id, refused: self.refused.emptied(), ..Self::default() };
    }

    /// Keeps a draft and says its id; those that have lapsed are forgotten.
    pub(super) fn add_draft(&mut self, draft: Draft, lasts_ms: u64) -> u64 {
        let now_ms = draft.born_life_ms;
        let lasts = |old: &Draft| old.committed.is_some() || !old.has_lapsed(now_ms, lasts_ms);
        self.drafts.retain(|_, old| lasts(old));
        let id = self.next_draft_id;
        self.next_draft_id += 1;
        self.drafts.insert(id, draft);
        id
    }

    /// The draft with this id, unless it has lapsed.
    pub(super) fn draft(&mut self, id: u64, life_ms: u64, lasts_ms: u64) -> Option<&mut Draft> {
        let draft = self.drafts.get_mut(&id)?;
        (draft.committed.is_some() || !draft.has_lapsed(life_ms, lasts_ms)).then_some(draft)
    }

    /// Whether this is asked for again so soon; if not, it counts as asked for now.
    pub(super) fn asked_again(&mut self, what: String, gap_ms: u64, now_ms: u64) -> bool {
        if self.asked.get(&what).is_some_and(|last_ms| now_ms < last_ms.saturating_add(gap_ms)) {
            return true;
        }
        self.asked.insert(what, now_ms);
        false
    }
}

impl Draft {
    fn has_lapsed(&self, life_ms: u64, lasts_ms: u64) -> bool {
        life_ms >= self.born_life_ms.saturating_add(lasts_ms)
    }
}
