//! Listings: things that a user of ours offers for sale at the provider.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::agenda::Due;
use super::inventory::Asset;
use super::news::{News, Subject};
use super::project::State;
use crate::clock::Moment;
use crate::pace::Durations;
use crate::shared::Settings;

const FIRST_LISTING_ID: u64 = 5_511_020;

/// What becomes of a listing by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ListingFate {
    /// Nobody buys it.
    #[default]
    Stays,
    /// It is bought and delivered.
    Sold,
    /// It is bought, and the trade is never made.
    TradeCanceled,
    /// It is delivered and taken back.
    Reverted,
}

/// What happens to a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ListingStep {
    /// Somebody buys it and the trade begins.
    Buy,
    /// The trade is made, and the balance is credited.
    Deliver,
    /// It is taken off sale, or its trade is not made.
    Cancel,
    /// The trade is undone, and so is the credit.
    Return,
}

/// How far a listing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ListingPhase {
    OnSale,
    InTrade,
    Sold,
    Canceled,
    Returned,
}

/// One listing.
#[derive(Debug, Clone)]
pub(crate) struct Listing {
    /// The provider's id of it.
    pub(crate) id: u64,
    pub(crate) steam_id: String,
    pub(crate) asset: &'static Asset,
    pub(crate) price: Decimal,
    pub(crate) born: Moment,
    pub(crate) phase: ListingPhase,
    /// Every phase there was, with the life's time it began at.
    pub(crate) history: Vec<(ListingPhase, u64)>,
    by_hand: bool,
}

impl ListingFate {
    fn steps(self, pace: &Durations) -> Vec<(u64, ListingStep)> {
        let bought = pace.processing_ms;
        let answered = bought.saturating_add(pace.waiting_accept_ms);
        let undone = answered.saturating_add(pace.rollback_ms.min(pace.protection_ms));
        let buy = (bought, ListingStep::Buy);
        match self {
            Self::Stays => Vec::new(),
            Self::Sold => vec![buy, (answered, ListingStep::Deliver)],
            Self::TradeCanceled => vec![buy, (answered, ListingStep::Cancel)],
            Self::Reverted => vec![buy, (answered, ListingStep::Deliver), (undone, ListingStep::Return)],
        }
    }
}

impl ListingPhase {
    fn is_open(self) -> bool {
        match self {
            Self::OnSale | Self::InTrade => true,
            Self::Sold | Self::Canceled | Self::Returned => false,
        }
    }
}

/// All listings, in the order they were made.
#[derive(Debug)]
pub(crate) struct Listings {
    first_id: u64,
    list: Vec<Listing>,
}

impl Default for Listings {
    fn default() -> Self {
        Self { first_id: FIRST_LISTING_ID, list: Vec::new() }
    }
}

impl Listings {
    /// None yet, with ids that were never used before.
    pub(super) fn emptied(&self) -> Self {
        Self { first_id: self.next_id(), list: Vec::new() }
    }

    fn next_id(&self) -> u64 {
        self.first_id + u64::try_from(self.list.len()).unwrap_or(u64::MAX)
    }

    /// Every listing, the oldest first.
    pub(crate) fn all(&self) -> &[Listing] {
        &self.list
    }

    /// The listing at an index.
    pub(crate) fn get(&self, index: usize) -> Option<&Listing> {
        self.list.get(index)
    }

    /// Where the listing with this id is.
    pub(crate) fn index_of(&self, id: u64) -> Option<usize> {
        let index = usize::try_from(id.checked_sub(self.first_id)?).ok()?;
        (index < self.list.len()).then_some(index)
    }

    /// Whether a user's asset is on sale or in a trade.
    pub(crate) fn holds(&self, steam_id: &str, asset_id: &str) -> bool {
        let fits = |listing: &&Listing| listing.steam_id == steam_id && listing.asset.id == asset_id;
        self.list.iter().filter(fits).any(|listing| listing.phase.is_open())
    }

    /// Asks another price; false where it is not on sale.
    pub(crate) fn change_price(&mut self, index: usize, price: Decimal) -> bool {
        let on_sale = self.list.get_mut(index).filter(|listing| listing.phase == ListingPhase::OnSale);
        on_sale.map(|listing| listing.price = price).is_some()
    }
}

impl State {
    /// Puts a user's asset on sale, and says where the listing is.
    pub(crate) fn list_asset(
        &mut self,
        steam_id: &str,
        asset: &'static Asset,
        price: Decimal,
        settings: &Settings,
        now: Moment,
    ) -> usize {
        let index = self.listings.list.len();
        self.listings.list.push(Listing {
            id: self.listings.next_id(),
            steam_id: steam_id.to_owned(),
            asset,
            price,
            born: now,
            phase: ListingPhase::OnSale,
            history: vec![(ListingPhase::OnSale, now.life_ms)],
            by_hand: false,
        });
        let steps = self.rules.listing_fate.steps(&settings.durations.at(settings.speed));
        for (after_ms, step) in steps {
            self.plan(now.life_ms.saturating_add(after_ms), Due::ListingStep(index, step));
        }
        index
    }

    /// Takes a listing off sale; false where it is not on sale, for example because it is being traded.
    pub(crate) fn cancel_listing(&mut self, index: usize, now: Moment) -> bool {
        if self.listings.get(index).is_none_or(|listing| listing.phase != ListingPhase::OnSale) {
            return false;
        }
        self.happen_to_listing(index, ListingStep::Cancel, now);
        true
    }

    /// A step that was planned when it was listed.
    pub(super) fn live_listing(&mut self, index: usize, step: ListingStep, life_ms: u64) {
        if self.listings.get(index).is_some_and(|listing| !listing.by_hand) {
            self.step_listing(index, step, life_ms);
        }
    }

    /// A step that somebody made; the listing no longer lives by itself.
    pub(super) fn happen_to_listing(&mut self, index: usize, step: ListingStep, now: Moment) {
        if let Some(listing) = self.listings.list.get_mut(index) {
            listing.by_hand = true;
            self.step_listing(index, step, now.life_ms);
        }
    }

    fn step_listing(&mut self, index: usize, step: ListingStep, life_ms: u64) {
        let Some(listing) = self.listings.list.get_mut(index) else {
            return;
        };
        let was_sold = listing.phase == ListingPhase::Sold;
        listing.phase = match step {
            ListingStep::Buy => ListingPhase::InTrade,
            ListingStep::Deliver => ListingPhase::Sold,
            ListingStep::Cancel => ListingPhase::Canceled,
            ListingStep::Return => ListingPhase::Returned,
        };
        listing.history.push((listing.phase, life_ms));
        let listing = listing.clone();
        match (was_sold, listing.phase == ListingPhase::Sold) {
            (false, true) => self.balance.credit(listing.price),
            (true, false) => self.balance.debit(listing.price),
            (true, true) | (false, false) => {}
        }
        self.tell(News::of(Subject::Listing { listing }));
    }
}
