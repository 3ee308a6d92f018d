//! Whether the provider's record of orders is read instead of asking about its orders one by one.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::rules::after;

/// Fewer orders are asked about one by one.
const ORDERS_MIN: usize = 4;
/// A page has to save as many requests.
const SAVED_BY_PAGE_MIN: u64 = 2;
/// Clocks differ, and an order is placed after it was accepted.
const BEFORE: SignedDuration = SignedDuration::from_secs(60);
const BEHIND: Duration = Duration::from_secs(600);

/// The period of the record that is likely to tell of orders that were accepted at these times; `None` where there are too few
/// of them. What it does not tell is asked for: an order may have waited long before it was placed.
#[must_use]
pub fn period(accepted_at: &[Timestamp]) -> Option<(Timestamp, Timestamp)> {
    let (first, last) = (accepted_at.iter().min()?, accepted_at.iter().max()?);
    let from = first.saturating_sub(BEFORE).unwrap_or(*first);
    (accepted_at.len() >= ORDERS_MIN).then(|| (from, after(*last, BEHIND)))
}

/// How far a record is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// Rows that the pages so far had.
    pub rows: u64,
    /// Rows of the last page.
    pub rows_of_page: u64,
    /// Orders that the last page told of.
    pub told_by_page: u64,
    /// Rows in all, where the provider says so.
    pub total: Option<u64>,
    /// Orders of which nothing was told yet.
    pub left: u64,
}

impl Reading {
    /// Whether the next page saves more requests than it costs.
    #[must_use]
    pub fn is_worth_a_page(&self) -> bool {
        let pages_left = self
            .total
            .filter(|_| self.rows_of_page > 0)
            .map(|total| total.saturating_sub(self.rows).div_ceil(self.rows_of_page));
        match pages_left {
            Some(pages) => pages > 0 && pages.saturating_mul(SAVED_BY_PAGE_MIN) <= self.left,
            None => self.left >= SAVED_BY_PAGE_MIN && self.told_by_page >= SAVED_BY_PAGE_MIN,
        }
    }
}
