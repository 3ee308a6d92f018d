//! Skins that are for sale. A list may be large, so its rows are read one by one from the answer's own bytes.

use serde_json::value::RawValue;
use skinbus_domain::Currency;
use skinbus_domain::query::{Item, ItemPage, OfferFilter};

use super::wire::{ListedSkin, Skins};
use crate::rows::{self, is_wanted};
use crate::values::{id, item_name, thousandths};
use crate::wire::{Text, object};

/// The skins of a list that pass the filter. The list's own parameters are not documented, so the filtering is ours.
/// `None` where there is no list, or two.
pub(super) fn page(told: &Skins<'_>, filter: Option<&OfferFilter>) -> Option<ItemPage> {
    let told = match (&told.skins, &told.items) {
        (Some(rows), None) | (None, Some(rows)) => rows,
        (Some(_), Some(_)) | (None, None) => return None,
    };
    let mut page = ItemPage::default();
    let wanted = |item: &Item| filter.is_none_or(|filter| is_wanted(item, filter));
    rows::items(&mut page, told.iter(), |raw| item(raw), wanted);
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
