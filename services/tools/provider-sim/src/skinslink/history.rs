//! `GET /merchant/purchase`.

use std::cmp::Ordering;

use serde::Serialize;

use super::envelope::{Outcome, success};
use super::project::Skinslink;
use super::purchase_wire::{Entry, Place, PurchaseView};
use super::query::number;
use super::request::Problems;
use super::switches::Switches;
use super::words;
use crate::clock::Moment;
use crate::fields::Fields;
use crate::shared::lock;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// The periods that can be asked for, in days.
const PERIODS: [usize; 5] = [1, 7, 30, 90, 365];
/// The longest page that can be asked for.
const LONGEST_PAGE: usize = 1_000;
/// The longest text that is searched for.
const LONGEST_SEARCH: usize = 100;

/// What rows are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Id,
    Reference,
    Status,
    Amount,
    CreatedAt,
}

impl Key {
    fn called(word: &str) -> Option<Self> {
        match word {
            "id" => Some(Self::Id),
            "merchant_tx_id" => Some(Self::Reference),
            "status" => Some(Self::Status),
            "amount" => Some(Self::Amount),
            "created_at" => Some(Self::CreatedAt),
            _ => None,
        }
    }

    fn compare(self, one: &Entry<'_>, other: &Entry<'_>, switches: &Switches, now: Moment) -> Ordering {
        match self {
            Self::Id => one.id().cmp(&other.id()),
            Self::Reference => one.reference().cmp(&other.reference()),
            Self::Status => one.word(switches, now).cmp(other.word(switches, now)),
            Self::Amount => one.amount().cmp(&other.amount()),
            Self::CreatedAt => one.born().life_ms.cmp(&other.born().life_ms),
        }
    }
}

/// What is asked for.
#[derive(Debug)]
struct Filter<'a> {
    limit: usize,
    offset: usize,
    status: Option<&'a str>,
    days: usize,
    search: Option<&'a str>,
    key: Key,
    descending: bool,
}

impl<'a> Filter<'a> {
    fn read(query: &'a Fields, page_size: usize) -> Result<Self, super::envelope::Failure> {
        let mut problems = Problems::of("PurchaseHistoryRequest");
        let limit = number(query, &mut problems, "limit", page_size, (1, LONGEST_PAGE));
        let offset = number(query, &mut problems, "offset", 0, (0, usize::MAX));
        let days = number(query, &mut problems, "date_range", 0, (0, usize::MAX));
        if query.get("date_range").is_some() && !PERIODS.contains(&days) {
            problems.add("date_range", "oneof");
        }
        let status = query.get("status");
        if status.is_some_and(|word| !words::STATUSES.contains(&word)) {
            problems.add("status", "oneof");
        }
        let search = query.get("search");
        if search.is_some_and(|part| part.chars().count() > LONGEST_SEARCH) {
            problems.add("search", "max");
        }
        let sort = query.get("sort").unwrap_or("-created_at");
        let key = Key::called(sort.trim_start_matches('-'));
        if key.is_none() {
            problems.add("sort", "oneof");
        }
        problems.finish()?;
        let key = key.unwrap_or(Key::CreatedAt);
        Ok(Self { limit, offset, status, days, search, key, descending: sort.starts_with('-') })
    }

    fn fits(&self, entry: &Entry<'_>, switches: &Switches, now: Moment) -> bool {
        let oldest_ms = match u64::try_from(self.days) {
            Ok(days) if days > 0 => now.life_ms.saturating_sub(days.saturating_mul(DAY_MS)),
            Ok(_) | Err(_) => 0,
        };
        entry.born().life_ms >= oldest_ms
            && self.status.is_none_or(|word| entry.word(switches, now) == word)
            && self.search.is_none_or(|part| entry.has(part))
    }
}

/// The rows are in `data.data`.
#[derive(Serialize)]
struct History {
    data: Vec<PurchaseView>,
    total: usize,
}

impl Skinslink {
    pub(super) fn history(&self, query: &Fields, switches: &Switches) -> Outcome {
        let state = self.project.open();
        let now = state.now;
        let filter = Filter::read(query, state.rules.page_size)?;
        let visible = state.purchases.all().iter().filter(|purchase| purchase.is_visible(now));
        let mut entries: Vec<Entry<'_>> = visible.map(Entry::Made).collect();
        entries.extend(lock(&self.memory).refused.all().cloned().map(Entry::Refused));
        entries.retain(|entry| filter.fits(entry, switches, now));
        entries.sort_by(|one, other| {
            // The order of ids settles it between those that were made in the same millisecond.
            let order = filter.key.compare(one, other, switches, now).then(one.id().cmp(&other.id()));
            if filter.descending { order.reverse() } else { order }
        });
        let page = entries.iter().skip(filter.offset).take(filter.limit);
        let history = History {
            data: page.map(|entry| entry.view(Place::History, switches, now)).collect(),
            total: entries.len(),
        };
        drop(state);
        Ok(success("Purchase history retrieved successfully", &history))
    }
}
