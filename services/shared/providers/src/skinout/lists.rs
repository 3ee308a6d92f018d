//! Skins that are for sale. A list may be large, so its rows are read one by one from the answer's own bytes.

use serde_json::value::RawValue;
use skinbus_domain::Currency;
use skinbus_domain::query::{Item, ItemPage, OfferFilter};

use super::wire::{ListedSkin, Skins};
use crate::values::{id, item_name, thousandths};
use crate::wire::{Text, object};

/// The skins of a list that pass the filter. The list's own parameters are not documented, so the filtering is ours.
/// `None` where there is no list, or two.
pub(super) fn page(told: &Skins<'_>, filter: Option<&OfferFilter>) -> Option<ItemPage> {
    let rows = match (&told.skins, &told.items) {
        (Some(rows), None) | (None, Some(rows)) => rows,
        (Some(_), Some(_)) | (None, None) => return None,
    };
    let mut page = ItemPage::default();
    for raw in rows {
        match item(raw) {
            None => page.unreadable = page.unreadable.saturating_add(1),
            Some(item) if filter.is_none_or(|filter| passes(&item, filter)) => page.items.push(item),
            Some(_) => {}
        }
    }
    Some(page)
}

fn item(raw: &RawValue) -> Option<Item> {
    let skin: ListedSkin = object(raw.get().as_bytes()).ok()?;
    let count = skin.count.as_ref().map(count).transpose().ok()?;
    Some(Item {
        // Only `skin_id` is surely what a purchase takes.
        id: skin.skin_id.as_ref().and_then(id).or_else(|| skin.id.as_ref().and_then(id)),
        name: item_name(&skin.name)?,
        game: None,
        price: Some(thousandths(Currency::USD, &skin.price, "price").ok()?),
        count,
        is_unavailable: count == Some(0),
        details: skinbus_domain::query::Details::new(),
    })
}

fn count(text: &Text) -> Result<u64, std::num::ParseIntError> {
    text.0.parse()
}

fn passes(item: &Item, filter: &OfferFilter) -> bool {
    let is_wanted = filter.offer_id.is_none() || item.id == filter.offer_id;
    let Some(price) = &item.price else {
        return false;
    };
    let too_cheap = filter.min_price.as_ref().is_some_and(|least| least.exceeds(price) != Some(false));
    let too_dear = filter.max_price.as_ref().is_some_and(|most| price.exceeds(most) != Some(false));
    is_wanted && !too_cheap && !too_dear
}
