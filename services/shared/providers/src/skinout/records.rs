//! The records of deposits and purchases.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request};
use jiff::Timestamp;
use serde_json::value::RawValue;
use skinbus_domain::Reference;
use skinbus_domain::query::{Details, HistoryPage, HistoryRow};

use super::wire::{Deposit, Purchase, Rows};
use super::{deposits, purchases};
use crate::provider::NotBuildable;
use crate::request::Api;
use crate::rows;
use crate::values::offset;
use crate::wire::{Text, object};

/// Rows of a page. Documented: 100 by default, 1,000 at most; this keeps an answer well below the size of a message.
const LIMIT: u64 = 200;

/// The request for one page. A cursor is the number of rows before it, as Skinout's `offset`.
pub(super) fn request(
    api: &Api,
    path: &str,
    (from, until): (Timestamp, Timestamp),
    cursor: Option<&str>,
) -> Result<Request<Bytes>, NotBuildable> {
    let offset = offset(cursor).ok_or(NotBuildable("the cursor is none of Skinout's"))?.to_string();
    let limit = LIMIT.to_string();
    // Whether the ends belong to the window is not documented, so it is a little too wide.
    let start = from.as_second().max(0).to_string();
    let end = until.as_second().max(0).saturating_add(1).to_string();
    let query = vec![
        ("start_date", start.as_str()),
        ("end_date", end.as_str()),
        ("limit", limit.as_str()),
        ("offset", offset.as_str()),
    ];
    let mut request = api.get(path, &query)?;
    // Documented as required, although there is no content.
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(request)
}

/// The rows of one page, each read with `read`.
pub(super) fn page(
    told: &Rows<'_>,
    cursor: Option<&str>,
    read: impl Fn(&RawValue) -> Option<HistoryRow>,
) -> HistoryPage {
    let total: Option<u64> = told.total_count.as_ref().and_then(|total| total.0.parse().ok());
    let count = u64::try_from(told.items.len()).unwrap_or(u64::MAX);
    let end = offset(cursor).unwrap_or(0).saturating_add(count);
    let is_more = total.map_or(count >= LIMIT, |total| end < total);
    // After a page without rows the same page would follow for ever.
    let next = (is_more && count > 0).then(|| end.to_string());
    let mut page = HistoryPage { next, total, ..HistoryPage::default() };
    rows::history(&mut page, told.items.iter(), |raw| read(raw));
    page
}

/// A row of `GET /withdraw/history`.
pub(super) fn purchase(raw: &RawValue) -> Option<HistoryRow> {
    let told: Purchase = object(raw.get().as_bytes()).ok()?;
    let (progress, facts) = purchases::read(&told).ok()?;
    let reference = reference(told.payment_id.as_ref());
    let details = details([
        ("payment_id", told.payment_id.as_ref().filter(|_| reference.is_none())),
        ("steamid", told.steamid.as_ref()),
        ("price", told.skin.as_ref().and_then(|skin| skin.price.as_ref())),
        ("time_settlement", told.time_settlement.as_ref()),
    ]);
    let (at, amount) = (purchases::made_at(&told), facts.price_paid);
    let progress = Some(progress);
    Some(HistoryRow { reference, at, progress, facts, credits: Vec::new(), amount, details })
}

/// A row of `GET /deposit/history`.
pub(super) fn deposit(raw: &RawValue) -> Option<HistoryRow> {
    let told: Deposit<'_> = object(raw.get().as_bytes()).ok()?;
    let deposits::Told { progress, facts, credits } = deposits::read(&told).ok()?;
    let reference = reference(told.payment_id.as_ref());
    let mut details = details([
        ("payment_id", told.payment_id.as_ref().filter(|_| reference.is_none())),
        ("steamid", told.steamid.as_ref()),
        ("currency", told.currency.as_ref()),
        ("currency_rate", told.currency_rate.as_ref()),
        ("amount_currency", told.amount_currency.as_ref()),
        ("time_settlement", told.time_settlement.as_ref()),
    ]);
    if let Some(items) = told.items.or(told.skins) {
        details.insert("items".to_owned(), items.get().to_owned());
    }
    let (at, amount) = (deposits::opened_at(&told), deposits::amount(&told).ok()?);
    Some(HistoryRow { reference, at, progress: Some(progress), facts, credits, amount, details })
}

fn reference(text: Option<&Text>) -> Option<Reference> {
    text.and_then(|text| text.0.parse().ok())
}

/// What else is told, under Skinout's own names. Nothing is not told.
fn details<const N: usize>(told: [(&str, Option<&Text>); N]) -> Details {
    let told = told.into_iter().filter_map(|(name, text)| Some((name, text?)));
    told.filter(|(_, text)| !text.0.is_empty())
        .map(|(name, text)| (name.to_owned(), text.0.clone()))
        .collect()
}
