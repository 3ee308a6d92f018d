//! Rows of lists, read one by one, so that one bad row hides no other: it is counted.

use skinbus_domain::query::{HistoryPage, HistoryRow, Item, ItemPage, OfferFilter};
use skinbus_domain::{Cause, Observation, Progress, ProviderFacts, Reference};

use crate::provider::LookedUp;
use crate::values::BadField;

/// Adds to the page what `read` makes of the rows, as far as it is wanted.
pub(crate) fn items<R>(
    page: &mut ItemPage,
    rows: impl IntoIterator<Item = R>,
    read: impl Fn(R) -> Option<Item>,
    is_wanted: impl Fn(&Item) -> bool,
) {
    for row in rows {
        match read(row) {
            Some(item) if is_wanted(&item) => page.items.push(item),
            Some(_) => {}
            None => page.unreadable = page.unreadable.saturating_add(1),
        }
    }
}

/// Whether an offer is one of those that were asked for. A price in another currency than a bound's cannot be compared
/// with it, and so is not within it.
pub(crate) fn is_wanted(item: &Item, filter: &OfferFilter) -> bool {
    let Some(price) = &item.price else {
        return false;
    };
    (filter.offer_id.is_none() || item.id == filter.offer_id)
        && filter.min_price.as_ref().is_none_or(|least| least.exceeds(price) == Some(false))
        && filter.max_price.as_ref().is_none_or(|most| price.exceeds(most) == Some(false))
}

/// Adds to the page what `read` makes of the rows.
pub(crate) fn history<R>(
    page: &mut HistoryPage,
    rows: impl IntoIterator<Item = R>,
    read: impl Fn(R) -> Option<HistoryRow>,
) {
    for row in rows {
        match read(row) {
            Some(row) => page.rows.push(row),
            None => page.unreadable = page.unreadable.saturating_add(1),
        }
    }
}

/// What a look-up's rows say. Each that cannot be read may be anybody's.
pub(crate) fn looked_up(read: impl Iterator<Item = Option<Observation>>) -> LookedUp {
    let (mut rows, mut unreadable) = (Vec::new(), 0);
    for row in read {
        match row {
            Some(row) => rows.push(row),
            None => unreadable += 1,
        }
    }
    LookedUp::Rows { rows, unreadable }
}

/// A row that names one of our references proves that the trade is there, even where the rest of it cannot be read: that
/// is an unknown status, so somebody is told.
pub(crate) fn unreadable(reference: Reference, provider_id: Option<String>, bad: BadField) -> Observation {
    Observation {
        cause: Cause::LookUp,
        reference,
        progress: Progress::Unknown,
        occurred_at: None,
        credits: Vec::new(),
        facts: ProviderFacts {
            provider_id,
            provider_status: Some(format!("unreadable_{}", bad.0)),
            ..ProviderFacts::default()
        },
    }
}
